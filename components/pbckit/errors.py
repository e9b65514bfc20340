"""The tree that all errors of this library are in.

```
PbckitError             one line says what is wrong, the value, and what is allowed
├── FunctionError       raised in Lambda code: `pbckit.runtime`, `pbckit.strangler`
├── ContractError       a refusal that is part of a contract: `pbckit.contracts.definitions`
├── OperatorError       ends a command with an exit code: `pbckit.cli.errors`
└── others              named after what is wrong, beside what raises them
```

A program's own errors need not be in it, but for refusals. Errors that a component raises are `pulumi.RunError` too, so
that the engine prints them without a traceback.
"""


class PbckitError(Exception):
    """Any error of this library. `pbc` prints its message in one line, without a traceback."""

    exit_code = 2
    """Of a command that ends with it."""


class FunctionError(PbckitError):
    """Any error of the library's Lambda code."""
