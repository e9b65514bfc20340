"""A resource's inputs that remember which of them were read: what nobody read, the sandbox does not model."""

from collections.abc import Iterator, Mapping
from typing import Any


class Inputs(Mapping[str, Any]):
    """Inputs by wire name. Objects inside are `Inputs` too, and so are objects in lists."""

    def __init__(self, values: Mapping[str, Any], path: str = "") -> None:
        self._values = {key: self._wrapped(value, f"{path}{key}") for key, value in values.items()}
        self._path = path
        self._read: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self._read.add(key)
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        """Going through all of them reads them: names of tags or variables are data, not properties."""
        self._read.update(self._values)
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def renamed(self, names: Mapping[str, str]) -> dict[str, Any]:
        """Those of the named inputs that are given, as plain data under the names that the AWS API has for them."""
        return {name: plain(self[key]) for key, name in names.items() if key in self}

    def unread(self) -> list[str]:
        """Paths of the properties that were given and never read, for example `loggingConfig.applicationLogLevel`."""
        unread = [f"{self._path}{key}" for key in self._values if key not in self._read]
        for key in self._read & set(self._values):
            for nested in _inside(self._values[key]):
                unread += nested.unread()
        return sorted(unread)

    @staticmethod
    def _wrapped(value: Any, path: str) -> Any:
        if isinstance(value, Mapping):
            return Inputs(value, f"{path}.")
        if isinstance(value, list):
            return [Inputs._wrapped(item, f"{path}[{index}]") for index, item in enumerate(value)]
        return value


def _inside(value: Any) -> list[Inputs]:
    if isinstance(value, Inputs):
        return [value]
    if isinstance(value, list):
        return [nested for item in value for nested in _inside(item)]
    return []


def attribute_text(value: Any) -> str:
    """A value as SQS and SNS write it in their attributes, which are all text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def tag_list(inputs: Inputs, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """The tags as the list of pairs that most AWS APIs take."""
    return [{key: name, value: content} for name, content in plain(inputs.get("tags", {})).items()]


def plain(value: Any) -> Any:
    """The value as plain data, all of it read."""
    if isinstance(value, Inputs):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value
