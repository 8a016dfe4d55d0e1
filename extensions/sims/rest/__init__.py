"""The REST API's part of SIMs: the list, one SIM, the device that has it, and operations on SIMs by themselves."""
