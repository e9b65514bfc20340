"""Isolation: no way out of a unit to another unit's data, whatever the detour."""
