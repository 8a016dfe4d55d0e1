"""The lists of devices and device types: what the URL says, and all that their templates need."""
