"""Devices from a table that somebody made: what is in it, what would become of each row, and doing it as a job.

Device registration comes first; device configuration is a table of its own, for devices that exist. Both are a `Work`.
"""
