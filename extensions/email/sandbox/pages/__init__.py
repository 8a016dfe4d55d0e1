"""The sandbox as people see it."""
