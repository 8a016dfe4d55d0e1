"""Comparing SIMs with devices: which SIM belongs to which device by what is known of both, and what does not fit.

A pass goes through an organization's devices in the background (`comparing`), finds the numbers that stand in them
(`told`), the SIMs in no device that have these numbers (`matches`), and identifiers that are on two devices
(`sharing`). A match that is the only one of its SIM and its device is offered (`judging`); linking is up to people
(`accepting`), one by one or many in a job (`accepting_many`).
"""
