"""HTTP of SIMs: thin views over `queries` and services."""
