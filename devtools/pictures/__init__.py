"""Pictures of the console, taken of the real system on the embedded AWS."""
