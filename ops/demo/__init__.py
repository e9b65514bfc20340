"""`make demo`: the system deployed, earning points, and what happens when things break. Exit code 0 means: all true."""
