"""The embedded AWS on this machine, and the real program run without an engine."""
