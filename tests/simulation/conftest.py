"""Powertools reads its settings when it is imported; infrastructure sets them for every function."""

import os

os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "simulation")
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "rewards")
