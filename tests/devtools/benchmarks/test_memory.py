"""What functions take: processes are told apart by function and embedded AWS, and the price follows memory."""

import subprocess
import sys
from pathlib import Path

import pytest

from devtools.benchmarks.memory import SIZES, Taken, workers
from ops.capacity.way import Step
from pbckit.sandbox.forked_functions import PID_FILE

BUSY = """
import time

until = time.process_time() + 0.2
while time.process_time() < until:
    pass
print("done", flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_worker_is_known_by_its_function_and_has_its_processor(tmp_path: Path):
    script = tmp_path / "tmp" / "ministack-lambda-rewards-local-orders_place-order-ab12_xyz" / "run.py"
    script.parent.mkdir(parents=True)
    script.write_text(BUSY)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "done\n"
            script.with_name(PID_FILE).write_text(str(process.pid))
            found = workers(str(tmp_path))[str(process.pid)]
            assert found.function == "rewards-local-orders_place-order"
            assert found.processor > 0.19
            assert found.peak_mb > 1
            assert workers(str(tmp_path / "other")) == {}
        finally:
            process.kill()


def test_the_price_follows_what_a_function_waits_and_computes():
    step = Step(unit="orders", function="place", by="queue", waits=0, processor=0)
    waits = Taken(step=step, memory=512, waits=1.0, processor=0, peak_mb=50)
    computes = Taken(step=step, memory=512, waits=0, processor=1.0, peak_mb=50)
    assert waits.usd_a_million(1024) == pytest.approx(13.3334)
    assert [waits.usd_a_million(size) / waits.usd_a_million(1024) for size in SIZES] == pytest.approx(
        [size / 1024 for size in SIZES]
    )
    assert {round(computes.usd_a_million(size), 4) for size in SIZES} == {round(13.3334 * 1769 / 1024, 4)}
