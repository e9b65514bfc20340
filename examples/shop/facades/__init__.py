"""Facades in front of capabilities that move out of a legacy system."""
