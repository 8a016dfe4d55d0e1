"""Fixtures that tests of organizations share, beside the cast."""

from tests.organizations.invitation_world import invitation, membership, transport  # noqa: F401
