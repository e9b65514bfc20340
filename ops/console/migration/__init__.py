"""The page `Migration`: how a capability moves out of the legacy system, and the orders that people give."""
