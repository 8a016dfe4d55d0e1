"""The SOAP face of the sandbox: Control Center's document/literal XML over the shared state."""
