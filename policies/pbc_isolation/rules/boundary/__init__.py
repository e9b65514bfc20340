"""Boundaries: what holds a unit's roles, and whom its resources admit."""
