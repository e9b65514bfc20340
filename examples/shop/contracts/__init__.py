"""What the shop's units share: events and capabilities, a module a unit."""
