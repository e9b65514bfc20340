"""The system before inventory."""
