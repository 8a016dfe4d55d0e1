"""Jobs as the members of an organization see and steer them."""
