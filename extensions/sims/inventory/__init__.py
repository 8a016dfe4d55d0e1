"""The list of an organization's SIMs: what the URL says, and all that its templates need."""
