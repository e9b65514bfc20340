"""Runs Terraform with the AWS provider against the embedded AWS, and keeps its logs."""

import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

from pbckit.sandbox.embedded_aws import ACCOUNT, EmbeddedAws

PROGRAM = Path(__file__).with_name("program.tf")
PROVIDER = "5.100.0"
"""The version that `program.tf` asks for. Pulumi's provider 7 is made from 6.x: `source` in the file tells of it."""
MIRROR = "TERRAFORM_PROVIDER_MIRROR"
"""Environment variable: a folder that Terraform takes the provider from, where its registry is out of reach."""
RUNS = {
    "create": (1, ("apply", "-auto-approve")),
    "read": (1, ("plan", "-refresh-only")),
    "update": (2, ("apply", "-auto-approve")),
    "no change": (2, ("plan",)),
    "delete": (2, ("destroy", "-auto-approve")),
}
"""What is run, in this order: the revision of the program, and Terraform's arguments."""
_TIMEOUT_SECONDS = 900


class Missing(Exception):
    """Terraform or the provider is not there. The message says what to install."""


def prepare(folder: Path) -> None:
    """Put the program into an empty folder, and let Terraform install the provider.

    Raises:
        Missing: Terraform or the provider is not there.
    """
    if shutil.which("terraform") is None:
        raise Missing(
            "terraform is missing: install Terraform 1.11 or newer, https://developer.hashicorp.com/terraform"
        )
    shutil.copy(PROGRAM, folder / "program.tf")
    mirror = os.environ.get(MIRROR)
    source = f'filesystem_mirror {{ path = "{mirror}" }}' if mirror else "direct {}"
    (folder / "terraform.rc").write_text(f"provider_installation {{\n  {source}\n}}\n")
    for revision in (1, 2):
        with zipfile.ZipFile(folder / f"code-{revision}.zip", "w") as code:
            code.writestr("code.py", f"def handler(event, context): return {revision}\n")
    done = _terraform(folder, ["init"], {})
    if done.returncode != 0:
        raise Missing(
            f"the AWS provider {PROVIDER} cannot be installed: let Terraform reach its registry, "
            f"or set {MIRROR} to a folder that has registry.terraform.io/hashicorp/aws"
        )


def recorded(aws: EmbeddedAws, folder: Path) -> Iterator[tuple[str, list[str], str]]:
    """Create, read, update and delete the program's resources.

    Args:
        aws: the embedded AWS, empty.
        folder: where Terraform works, prepared.

    Yields:
        for each run its name, the log's lines, and what failed, as Terraform says it.
    """
    for name, (revision, arguments) in RUNS.items():
        log = folder / f"{name}.jsonl"
        done = _terraform(folder, [*arguments, "-parallelism=20"], {**_variables(aws, folder, revision), **_log(log)})
        yield name, log.read_text().splitlines(), done.stderr


def _variables(aws: EmbeddedAws, folder: Path, revision: int) -> dict[str, str]:
    return {
        "TF_VAR_endpoint": aws.endpoint,
        "TF_VAR_region": aws.region,
        "TF_VAR_account": ACCOUNT,
        "TF_VAR_folder": str(folder),
        "TF_VAR_revision": str(revision),
    }


def _log(path: Path) -> dict[str, str]:
    return {"TF_LOG": "JSON", "TF_LOG_PATH": str(path)}


def _terraform(folder: Path, arguments: list[str], variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    # AWS_* of the caller must not lead the provider anywhere else.
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "TF_"))}
    return subprocess.run(
        [shutil.which("terraform") or "terraform", *arguments, "-no-color", "-input=false"],
        cwd=folder,
        env={**kept, "TF_CLI_CONFIG_FILE": str(folder / "terraform.rc"), **variables},
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_SECONDS,
        check=False,
    )
