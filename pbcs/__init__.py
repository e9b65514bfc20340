"""The Packaged Business Capabilities, a folder each: composition of components, and nothing else."""
