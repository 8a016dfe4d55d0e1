"""What Control Center sends by itself: automation rules that post to an address (specification section 8)."""
