"""Everything that changes rows of the extensions."""
