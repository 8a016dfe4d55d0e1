"""Asking people to join an organization: invitations, their links and their mail."""
