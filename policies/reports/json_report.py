"""A verdict as JSON."""

import json
from dataclasses import asdict

from assumptions import ASSUMPTIONS
from verdict import Verdict


def report(verdict: Verdict) -> str:
    """One object: `violations` and `edges` are lists of objects, `added` and `removed` are null if not compared."""
    return json.dumps({**asdict(verdict), "assumptions": ASSUMPTIONS}, indent=2) + "\n"
