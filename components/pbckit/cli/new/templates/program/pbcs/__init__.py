"""Composition of components, a package for each PBC."""
