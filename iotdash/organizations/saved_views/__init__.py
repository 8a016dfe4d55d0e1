"""Saved views: a name for a list and its query, for oneself or for everybody in the organization."""
