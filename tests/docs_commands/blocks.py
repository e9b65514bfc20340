"""The command blocks of a page, and what is said about those that the tests do not run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT

PAGES = ("README.md", "CONTRIBUTING.md", *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md")))

REASONS = {
    "needs the Pulumi CLI",
    "needs an AWS account",
    "needs Terraform",
    "takes minutes",
    "names what only an incident has",
}
"""Why a block is not run. `run by FILE` is one, too, for a test that runs the same command."""
COMMANDS = "sh"
"""What a fence of commands says behind its backticks; `bash`, `console` or nothing would be passed over."""
_FENCE = re.compile(r"^```(?P<language>\S*).*\n(?P<text>(?:.*\n)*?)^```$", re.MULTILINE)
_COMMENT = re.compile(r"<!-- (?P<text>.*) -->\n\Z")
_NOT_RUN = "not run: "
_RUN_BY = "run by "
_SHELLS = {"bash", "shell", "console", "zsh"}
_OURS = re.compile(r"^(?:\$ )?(?:\.venv/bin/|python |make |pbc |rewards |pulumi )", re.MULTILINE)


class WrongBlock(AssertionError):
    """A block that cannot be told to be run or not."""


@dataclass(frozen=True)
class Block:
    """Commands as a reader pastes them."""

    page: str
    line: int
    text: str
    not_run: str = ""
    """The reason; empty where the tests run it."""

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: str, text: str) -> Iterator[Block]:
    """The command blocks of a page, in order.

    Raises:
        WrongBlock: a fence of commands has another language than `sh`, or a comment above it that is no known reason.
    """
    for fence in _FENCE.finditer(text):
        place = f"{page}:{text.count(chr(10), 0, fence.start()) + 1}"
        language = fence["language"]
        if language in _SHELLS or (not language and _OURS.search(fence["text"])):
            raise WrongBlock(f"{place}: a block of commands begins with ```{COMMANDS}")
        if language == COMMANDS:
            reason = _reason(place, text[: fence.start()])
            yield Block(page, int(place.rpartition(":")[2]), fence["text"], reason)


def _reason(place: str, before: str) -> str:
    comment = _COMMENT.search(before)
    if comment is None:
        return ""
    reason = comment["text"].removeprefix(_NOT_RUN)
    if reason == comment["text"]:
        raise WrongBlock(f"{place}: the comment above may say '{_NOT_RUN}' and a reason, and says {comment['text']!r}")
    by = reason.removeprefix(_RUN_BY)
    if reason not in REASONS and (by == reason or not (ROOT / by).is_file()):
        raise WrongBlock(f"{place}: {reason!r} is no reason; there are {sorted(REASONS)} and '{_RUN_BY}FILE'")
    return reason


def all_blocks(folder: Path = ROOT) -> dict[str, list[Block]]:
    """The blocks of every page that has some."""
    found = {page: list(blocks(page, (folder / page).read_text())) for page in PAGES}
    return {page: some for page, some in found.items() if some}
