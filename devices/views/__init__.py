"""Pages of devices and device types; every one is opened through the member's organization."""
