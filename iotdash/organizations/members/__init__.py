"""Who belongs to an organization: the list, and what members may change about each other."""
