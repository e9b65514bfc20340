"""The page `Trace` with what only rewards knows: a member's purchases."""
