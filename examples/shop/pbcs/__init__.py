"""A package for each unit."""
