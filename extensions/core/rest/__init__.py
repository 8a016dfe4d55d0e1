"""The REST API's part of extensions: operations on devices, and what was asked of external services."""
