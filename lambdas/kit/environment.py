"""What infrastructure tells a function, by environment variables."""

import os


class MissingVariable(RuntimeError):
    """An environment variable that the function needs is not set: it was deployed wrongly."""


def required(name: str) -> str:
    """The value of a variable.

    Raises:
        MissingVariable: it is not set.
    """
    value = os.environ.get(name)
    if not value:
        raise MissingVariable(f"environment variable {name} is not set; the function's grants bring it")
    return value
