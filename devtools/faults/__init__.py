"""The fault campaign: thousands of purchases on the embedded AWS while it fails, and what became of each."""
