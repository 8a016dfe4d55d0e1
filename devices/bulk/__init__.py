"""What is done with many devices at once: they are selected in the list, and what becomes of each is a job's."""
