"""What can go wrong for an operator, and with which exit code.

```
OperatorError           2: it could not be tried
├── Refused             1: a capability said no
├── RowsRefused         1: some rows of a file were wrong, the others went on
├── DifferencesFound    1: the books differ from what they should be
├── NotFound            1: there is no such thing
├── NothingHappens      1: what was waited for did not come
└── Unreachable         2: no sandbox, no credentials, no such stack or function
```
"""

from pbckit.errors import PbckitError

COULD_NOT_RUN = 2
SAID_NO = 1


class OperatorError(PbckitError):
    """Ends the command with one clear line and an exit code."""

    exit_code = COULD_NOT_RUN


class Refused(OperatorError):
    """A capability refused the request, by one of its contract's errors."""

    exit_code = SAID_NO

    def __init__(self, error: str, message: str) -> None:
        super().__init__(f"{error}: {message}")
        self.error = error
        self.message = message


class RowsRefused(OperatorError):
    """Rows of a file that were not accepted. The others were."""

    exit_code = SAID_NO


class NotFound(OperatorError):
    """What was named is not there."""

    exit_code = SAID_NO


class DifferencesFound(OperatorError):
    """The books are not what they should be."""

    exit_code = SAID_NO


class Unreachable(OperatorError):
    """The system is not there, or does not let this caller in."""
