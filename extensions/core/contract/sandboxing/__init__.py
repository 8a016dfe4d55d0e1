"""What the local stand-ins of external services are built of: a state on disk, faults, a call log, a page of controls.

For the folder `sandbox` of a provider or dialect; knows neither Django nor any service.
"""
