"""Other tools that look for leaks, fed with the same stacks."""
