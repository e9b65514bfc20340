"""A verdict as JSON."""

import json
from dataclasses import asdict

from pbc_isolation.analysis.assumptions import ASSUMPTIONS
from pbc_isolation.result import Verdict


def report(verdict: Verdict) -> str:
    """One object: `violations` and `edges` are lists of objects, `added` and `removed` are null if not compared."""
    return json.dumps({**asdict(verdict), "assumptions": ASSUMPTIONS}, indent=2) + "\n"
