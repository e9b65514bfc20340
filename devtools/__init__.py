"""Experiments and recordings that keep the project true; no part of what is deployed or operated."""
