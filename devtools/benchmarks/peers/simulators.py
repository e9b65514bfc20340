"""Tools that judge one request at a time: iam-simulate, PMapper and IAMSpy, fed with the requests of `requests`.

Each has a driver of its own in `drivers/`, which runs where the tool is installed.
"""

import json
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from devtools.benchmarks.peers.installed import Tool, install, install_node
from devtools.benchmarks.peers.requests import Invariants, asked, described
from devtools.benchmarks.peers.stacks import Clean, Leaked, States

_DRIVERS = Path(__file__).parent / "drivers"
LIMIT_SECONDS = 5
"""For all requests about one stack, where a tool may take long."""

Answers = Mapping[str, Sequence[int] | None]
"""By file the numbers of the requests that pass; None where there is no answer."""


@dataclass(frozen=True)
class Simulator:
    """A tool, and how it is installed and asked."""

    title: str
    install: Callable[[Path], Tool]
    command: Callable[[Tool, Path], Sequence[str | Path]]
    """Asks about all files of a folder."""


IAM_SIMULATE = Simulator(
    "iam-simulate 0.1.173",
    lambda folder: install_node("@cloud-copilot/iam-simulate", "0.1.173", folder),
    lambda tool, folder: ["node", _DRIVERS / "iam_simulate.mjs", tool.folder, folder],
)
SIMULATORS = (
    IAM_SIMULATE,
    Simulator(
        "PMapper 1.1.5",
        lambda folder: install("principalmapper", "1.1.5", folder),
        lambda tool, folder: [tool.python, _DRIVERS / "pmapper.py", folder],
    ),
    Simulator(
        "IAMSpy 0.8.0 (zeuscloud)",
        lambda folder: install("zeuscloud-iamspy", "0.8.0", folder, "pydantic<2"),
        lambda tool, folder: [tool.python, _DRIVERS / "iamspy.py", folder, str(LIMIT_SECONDS)],
    ),
)


def write_requests(clean: Mapping[Clean, States], leaks: Iterable[Leaked], held: Invariants, folder: Path) -> int:
    """Write for each leak what to ask, without and with it: `NUMBER-before.json` and `NUMBER-after.json`.

    Returns:
        How many leaks there is nothing to ask about.

    Args:
        clean: the stacks without a leak.
        leaks: the leaks.
        held: the isolation of units as iamprover's invariants.
        folder: where to; it is made.
    """
    folder.mkdir()
    told = {one: described(states, held) for one, states in clean.items()}
    untold = 0
    for number, leak in enumerate(leaks):
        before, after, requests = asked(told[leak.clean], leak, held)
        if not requests:
            untold += 1
            continue
        for name, account in (("before", before), ("after", after)):
            text = json.dumps({"account": account, "requests": requests})
            (folder / f"{number}-{name}.json").write_text(text)
    return untold


def found(answers: Answers) -> tuple[list[int], list[int]]:
    """Numbers of the leaks with which something passes that did not before, and of those without an answer."""
    numbers = sorted(int(name.partition("-")[0]) for name in answers if name.endswith("-after.json"))
    both = {number: (answers[f"{number}-before.json"], answers[f"{number}-after.json"]) for number in numbers}
    unanswered = [number for number, pair in both.items() if None in pair]
    passing = [
        number
        for number, (before, after) in both.items()
        if number not in unanswered and any(one not in (before or ()) for one in after or ())
    ]
    return passing, unanswered


def ask(simulator: Simulator, tool: Tool, folder: Path) -> Answers:
    """What passes, by file."""
    run = subprocess.run(simulator.command(tool, folder), check=True, capture_output=True, text=True)
    return json.loads(run.stdout)
