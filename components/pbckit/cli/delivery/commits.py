"""Commits, as git has them: when each was made, what it touched, and what it builds on."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from pbckit.cli.errors import OperatorError

_START = "\x1e"
_FORMAT = f"{_START}%H%x1f%cI%x1f%P"


@dataclass(frozen=True)
class Commit:
    """A commit."""

    id: str
    made_at: datetime
    parents: tuple[str, ...]
    paths: tuple[str, ...]
    """The files that it changed."""


class Commits:
    """The commits of a repository that lead to any of its branches."""

    def __init__(self, commits: list[Commit]) -> None:
        self._by_id = {one.id: one for one in commits}
        self._ancestors: dict[str, frozenset[str]] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    @cached_property
    def ordered(self) -> list[Commit]:
        """All, oldest first."""
        return sorted(self._by_id.values(), key=lambda one: one.made_at)

    def between(self, before: str, after: str) -> list[Commit]:
        """The commits that `after` contains and `before` does not; none where one of them is not known."""
        if before not in self._by_id or after not in self._by_id:
            return []
        return [self._by_id[one] for one in self.ancestors(after) - self.ancestors(before)]

    def goes_back(self, before: str, after: str) -> bool:
        """True if `after` is an older state than `before`."""
        return after != before and before in self._by_id and after in self.ancestors(before)

    def ancestors(self, commit: str) -> frozenset[str]:
        """A commit and everything that it builds on."""
        if commit not in self._ancestors:
            seen: set[str] = set()
            waiting = [commit]
            while waiting:
                one = waiting.pop()
                if one not in seen and one in self._by_id:
                    seen.add(one)
                    waiting.extend(self._by_id[one].parents)
            self._ancestors[commit] = frozenset(seen)
        return self._ancestors[commit]


def read_commits(repository: Path) -> Commits:
    """Every commit of a repository.

    Raises:
        OperatorError: there is no repository, it has no commit, or there is no git.
    """
    command = ["git", "log", "--all", "--name-only", f"--format={_FORMAT}"]
    try:
        text = subprocess.run(command, cwd=repository, check=True, capture_output=True, text=True).stdout
    except FileNotFoundError as error:
        raise OperatorError(f"{repository}: no such folder, or no git") from error
    except subprocess.CalledProcessError as error:
        raise OperatorError(f"{repository}: {error.stderr.strip()}") from error
    commits = list(_parsed(text))
    if not commits:
        raise OperatorError(f"{repository}: no commit yet")
    return Commits(commits)


def _parsed(text: str) -> Iterator[Commit]:
    for record in text.split(_START)[1:]:
        head, *paths = record.splitlines()
        identity, made_at, parents = head.split("\x1f")
        yield Commit(
            identity, datetime.fromisoformat(made_at), tuple(parents.split()), tuple(path for path in paths if path)
        )
