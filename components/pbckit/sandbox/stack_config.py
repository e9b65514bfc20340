"""A project's and a stack's configuration, read as the Pulumi CLI reads it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pbckit.errors import PbckitError

_ENCRYPTED = "secure"


class InvalidStack(PbckitError, ValueError):
    """A stack that does not exist here or cannot be read. The message says which exist."""


@dataclass(frozen=True, kw_only=True)
class StackConfig:
    """What the CLI would hand to the program."""

    project: str
    stack: str
    values: Mapping[str, str]
    """Configuration by full key, for example `aws:region`. Lists and objects are JSON text."""

    def own(self, name: str) -> str:
        """A value of the project's own namespace that must be there.

        Raises:
            InvalidStack: it is not.
        """
        return self.value(f"{self.project}:{name}")

    def value(self, key: str) -> str:
        """A value that must be there.

        Raises:
            InvalidStack: it is not.
        """
        if key not in self.values:
            raise InvalidStack(f"Pulumi.{self.stack}.yaml: {key} is missing")
        return self.values[key]


def read_stack(root: Path, stack: str) -> StackConfig:
    """Read `Pulumi.yaml` and `Pulumi.<stack>.yaml`; for a stack of one unit, that of its environment.

    The CLI reads the stack's own file only: `pbc stacks configure prod-orders` writes it.

    Raises:
        InvalidStack: there is no such stack, a file is not YAML, or a value is encrypted.
    """
    project = _read(root / "Pulumi.yaml").get("name")
    if not isinstance(project, str):
        raise InvalidStack(f"Pulumi.yaml: name is {project!r}; allowed: the name of the project")
    path = next((one for one in _files(root, stack) if one.exists()), None)
    if path is None:
        existing = sorted(file.name.split(".")[1] for file in root.glob("Pulumi.*.yaml"))
        raise InvalidStack(f"stack {stack!r} does not exist; there are: {', '.join(existing) or 'none'}")
    config: dict[str, Any] = _read(path).get("config") or {}
    return StackConfig(
        project=project,
        stack=stack,
        values={_key(project, key): _text(path, key, value) for key, value in config.items()},
    )


def _files(root: Path, stack: str) -> tuple[Path, Path]:
    return root / f"Pulumi.{stack}.yaml", root / f"Pulumi.{stack.partition('-')[0]}.yaml"


def _read(path: Path) -> dict[str, Any]:
    try:
        body = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise InvalidStack(f"{path.name}: {error}") from error
    if not isinstance(body, dict):
        raise InvalidStack(f"{path.name}: not a mapping")
    return body


def _key(project: str, key: str) -> str:
    return key if ":" in key else f"{project}:{key}"


def _text(path: Path, key: str, value: Any) -> str:
    if isinstance(value, dict) and _ENCRYPTED in value:
        raise InvalidStack(f"{path.name}: {key} is encrypted; only the Pulumi CLI can read it")
    return value if isinstance(value, str) else json.dumps(value)
