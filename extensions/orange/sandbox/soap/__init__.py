"""The SOAP face of the sandbox: Malima's document/literal XML over the state."""
