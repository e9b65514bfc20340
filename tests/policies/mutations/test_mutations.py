"""Each check of the evaluator, the closure and what feeds them is held by a test: switched off, its witness notices."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pbc_isolation.pack_process import PACK
from tests.policies.mutations import witnesses
from tests.policies.mutations.table import MUTATIONS

HELPERS = {
    "admits",
    "alarmed",
    "broken",
    "code_for",
    "decrypts_through",
    "deploys",
    "described",
    "flows_of",
    "is_metadata",
    "mails",
    "judged",
    "listening",
    "log_writer",
    "looks_at_apis",
    "may",
    "named_by_aws",
    "opens_topic",
    "reads",
    "through",
    "trailed",
    "trusts_tokens",
    "wired",
    "with_people",
}
WITNESSES = sorted({mutation.witness.__name__ for mutation in MUTATIONS})


def answers(pairs: list[tuple[Path, str]]) -> list[str]:
    arguments = [text for pack, witness in pairs for text in (str(pack), witness)]
    command = [sys.executable, str(Path(__file__).with_name("run.py")), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What its witness says about each mutation."""
    pairs: list[tuple[Path, str]] = []
    for number, mutation in enumerate(MUTATIONS):
        pack = tmp_path_factory.mktemp(f"pack-{number}") / "policies"
        shutil.copytree(PACK, pack)  # With its bytecode, which is good for what is not changed.
        source = pack / mutation.file
        source.write_text(source.read_text().replace(mutation.old, mutation.new))
        for compiled in (source.parent / "__pycache__").glob(f"{source.stem}.*"):
            compiled.unlink()
        pairs.append((pack, mutation.witness.__name__))
    return dict(zip((mutation.check for mutation in MUTATIONS), answers(pairs), strict=True))


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.check)
def test_a_check_that_is_switched_off_is_noticed(mutation, verdicts):
    assert (PACK / mutation.file).read_text().count(mutation.old) == 1, "the check is no longer written so"
    assert verdicts[mutation.check] == "wrong"


def test_every_witness_is_right_about_the_pack_as_it_is():
    assert dict(zip(WITNESSES, answers([(PACK, one) for one in WITNESSES]), strict=True)) == dict.fromkeys(
        WITNESSES, "right"
    )


def test_every_witness_is_called():
    named = {name for name, value in vars(witnesses).items() if getattr(value, "__module__", "") == witnesses.__name__}
    assert named - HELPERS == set(WITNESSES)
