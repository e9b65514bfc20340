"""The distributed-monolith detector: how far units depend on each other, by what they are and how they change."""
