"""A process killed while it writes leaves nothing that a later run trusts."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from carreau.store import Blobs, Tables, file_digest

_WRITE = """
import sys
from pathlib import Path
import numpy, pyarrow
from carreau.store import Blobs, Tables
folder = Path(sys.argv[1])
tables, blobs = Tables(folder), Blobs(folder)
table = pyarrow.table({f"c{i}": numpy.random.default_rng(i).random(60_000) for i in range(20)})
print("ready", flush=True)
number = 0
while True:
    number += 1
    tables.keep("figures", table.slice(number % 50))
    blobs.kept(f"sheet{number}", ".bin", lambda path: path.write_bytes(bytes(3_000_000)) and None)
"""


@pytest.mark.parametrize("delay", [0.02, 0.11, 0.23])
def test_no_half_file_is_trusted_after_a_kill(tmp_path: Path, delay: float) -> None:
    with subprocess.Popen([sys.executable, "-c", _WRITE, str(tmp_path)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        time.sleep(delay)
        writer.kill()
    for path in tmp_path.iterdir():
        if not path.name.startswith("."):
            assert file_digest(path) == path.name.split(".")[1]
    tables = Tables(tmp_path)
    if tables.holds("figures"):
        assert tables.read("figures").num_columns == 20
    whole = Blobs(tmp_path).kept("sheet1", ".bin", lambda path: path.write_bytes(bytes(3_000_000)) and None)
    assert whole.stat().st_size == 3_000_000
