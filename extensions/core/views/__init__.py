"""HTTP of the extensions: thin views over `queries` and `services`."""
