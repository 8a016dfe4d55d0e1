"""Fixtures that tests of organizations share, beside the cast."""

from tests.organizations.alert_world import rule, tanks  # noqa: F401
from tests.organizations.invitation_world import invitation, membership, transport  # noqa: F401
