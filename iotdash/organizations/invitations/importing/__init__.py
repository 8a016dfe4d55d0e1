"""Inviting many people at once from a CSV file: what is in it, what would become of it, and doing it."""
