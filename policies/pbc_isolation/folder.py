"""The folder of the pack that is running: where its `PulumiPolicy.yaml` and its exemptions stand."""

from pathlib import Path

_PROJECT_FILE = "PulumiPolicy.yaml"
SHIPPED = Path(__file__).resolve().parents[1]


def pack_folder() -> Path:
    """The working directory where the Pulumi engine runs a pack, else the folder that this package was shipped in."""
    return Path.cwd() if Path(_PROJECT_FILE).is_file() else SHIPPED
