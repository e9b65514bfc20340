"""Pages that only rewards has in its console."""
