"""Device types and devices in the REST API v0002, and what is known of them: location, diagnostics, connections."""
