"""Writes `provider_calls.yaml`: what was recorded anew; what stands there from other sources as it is."""

import json
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from devtools.provider_calls.log import Calls
from devtools.provider_calls.terraform import PROVIDER
from pbckit.infra.provider_calls import PHASES, Call, ProviderCalls

_HEADER = """\
# What Pulumi's AWS provider calls, by resource type and operation. `deployment_permissions.py` gives pipelines
# these permissions; the judge `provider-calls` holds them to what the provider was seen to call.
#
# recorded   phases in which the provider of the version below was seen to call it; `make record-provider` writes these
# source     phases in which a newer provider calls it, by its source, at `reference`; kept by hand
# actions    the IAM actions that it needs, where that is not one of the same name; kept by hand
# refused    why a pipeline is not given this right; kept by hand
"""


def updated(before: ProviderCalls, recorded: Calls) -> ProviderCalls:
    """What was recorded put in the place of what was recorded before."""
    kinds = {*before.types, *recorded}
    types = {kind: _merged(before.types.get(kind, {}), recorded.get(kind, {})) for kind in sorted(kinds)}
    return ProviderCalls(provider=PROVIDER, types={kind: calls for kind, calls in types.items() if calls})


def _merged(before: Mapping[str, Call], recorded: Mapping[str, frozenset[str]]) -> dict[str, Call]:
    both = {
        operation: replace(
            before.get(operation, Call()),
            recorded=tuple(phase for phase in PHASES if phase in recorded.get(operation, ())),
        )
        for operation in sorted({*before, *recorded})
    }
    return {operation: call for operation, call in both.items() if call.recorded or call.source}


def text(calls: ProviderCalls) -> str:
    """The file, an operation a line."""
    return "\n".join([_HEADER.rstrip(), "", f'provider: "{calls.provider}"', "types:", *_types(calls)]) + "\n"


def _types(calls: ProviderCalls) -> Iterator[str]:
    for kind, operations in calls.types.items():
        yield f'  "{kind}":'
        for operation, call in operations.items():
            parts = [
                *([f"recorded: [{', '.join(call.recorded)}]"] if call.recorded else []),
                *([f"source: [{', '.join(call.source)}]"] if call.source else []),
                *([f'reference: "{call.reference}"'] if call.reference else []),
                *([f"actions: {json.dumps(call.actions)}"] if call.actions is not None else []),
                *([f"refused: {json.dumps(call.refused)}"] if call.refused else []),
            ]
            yield f'    "{operation}": {{{", ".join(parts)}}}'
