"""`make record-provider`: record what the AWS provider calls, in `components/pbckit/infra/provider_calls.yaml`.

Exit code 0: recorded; 2: Terraform or the provider is missing.
"""

import sys
import tempfile
from pathlib import Path

from devtools.provider_calls.file import text, updated
from devtools.provider_calls.log import Calls, calls, merged
from devtools.provider_calls.terraform import Missing, prepare, recorded
from pbckit.infra.provider_calls import FILE, read
from pbckit.sandbox.embedded_aws import running

_REGION = "eu-central-1"
_COULD_NOT_RUN = 2


def main() -> int:
    """Record, and write the file anew. What stands there from other sources stays."""
    with tempfile.TemporaryDirectory() as place:
        try:
            prepare(Path(place))
        except Missing as error:
            print(error, file=sys.stderr)
            return _COULD_NOT_RUN
        with running(Path(place, "aws"), region=_REGION) as aws:
            found = [_told(name, calls(log, name), failed) for name, log, failed in recorded(aws, Path(place))]
    FILE.write_text(text(updated(read(), merged(found))))
    print(f"wrote {FILE.name}")
    return 0


def _told(name: str, found: Calls, failed: str) -> Calls:
    print(f"{name}: {sum(map(len, found.values()))} calls of {len(found)} types", flush=True)
    for line in failed.splitlines():
        if line.startswith("Error:"):
            print(f"  {line}", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
