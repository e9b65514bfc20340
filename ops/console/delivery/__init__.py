"""The page `Delivery`: how changes reach production, and signs of a distributed monolith."""
