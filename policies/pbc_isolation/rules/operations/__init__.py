"""Operation: what keeps data safe, events moving and failures seen."""
