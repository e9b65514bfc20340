"""What units share: events and capabilities, a module a unit or a system outside."""
