"""The REST face of the sandbox: Control Center's JSON over the shared state."""
