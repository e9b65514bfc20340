"""Offerings: products composed from capabilities that exist already, a folder each."""
