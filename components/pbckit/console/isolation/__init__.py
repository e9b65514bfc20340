"""The page `Isolation`: who reaches what, and why."""
