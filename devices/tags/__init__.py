"""Tags: words of an organization's own that stand on its devices, and by which devices are found."""
