"""Facades in front of capabilities that move out of a legacy system: a folder each, gone when the move is done."""
