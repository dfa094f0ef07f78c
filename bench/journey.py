"""What the commands cost: the profile of Lyon and of France, cold, with one source changed, unchanged; the help.

python bench/journey.py --mirror ../shared/data writes bench/figures/journey.json.
Every command is the installed one, in a process of its own, in a throw-away home.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

FIGURES = Path(__file__).parent / "figures"
CHANGED = "base-ic-logement-2022_csv.zip"


def measured(home: Path, *words: str) -> dict[str, float]:
    """CPU and wall seconds and the peak memory (GB) of one command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    command = [str(Path(sys.executable).with_name("carreau")), "--quiet", *words]
    # wait4 gives the peak of this very child; RUSAGE_CHILDREN only ever gives the largest so far.
    child = subprocess.Popen(command, env={**os.environ, "CARREAU_HOME": str(home)}, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{' '.join(words)} failed")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu_s": cpu, "wall_s": time.perf_counter() - start, "peak_gb": usage.ru_maxrss / 1e6}


def changed_mirror(mirror: Path, folder: Path) -> Path:
    """A mirror that holds one source only, with one figure changed."""
    (source,) = mirror.rglob(CHANGED)
    target = folder / CHANGED
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            lines = old.read(name).decode("utf-8").split("\n")
            if not name.startswith("meta_"):
                column = lines[0].split(";").index("P22_LOG")
                cells = lines[1].split(";")
                cells[column] = str(float(cells[column]) + 1)
                lines[1] = ";".join(cells)
            new.writestr(name, "\n".join(lines))
    return folder


def figures(mirror: Path, scratch: Path) -> dict[str, dict[str, float]]:
    """Every command, in order."""
    found: dict[str, dict[str, float]] = {}
    changed = scratch / "changed"
    changed.mkdir()
    changed_mirror(mirror, changed)
    home = scratch / "lyon"
    found["carreau --help"] = measured(home, "--help")
    found["profile com:69123 (Parquet), cold"] = measured(
        home, "profile", "com:69123", "--mirror", str(mirror), "-o", str(scratch / "l.parquet")
    )
    found["the same, unchanged"] = measured(home, "profile", "com:69123", "-o", str(scratch / "l.parquet"))
    found["the same, as a workbook"] = measured(home, "profile", "com:69123", "-o", str(scratch / "l.xlsx"))
    home = scratch / "france"
    found["profile france (Parquet), cold"] = measured(
        home, "profile", "france", "--mirror", str(mirror), "-o", str(scratch / "f.parquet")
    )
    found["the same, unchanged "] = measured(home, "profile", "france", "-o", str(scratch / "f.parquet"))
    found["the same, one source changed"] = measured(
        home, "profile", "france", "--mirror", str(changed), "-o", str(scratch / "f.parquet")
    )
    return found


def main() -> None:
    """Measure, print and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mirror", type=Path, required=True)
    mirror = parser.parse_args().mirror.resolve()
    scratch = Path(tempfile.mkdtemp(prefix="carreau-bench-"))
    try:
        found = figures(mirror, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    FIGURES.mkdir(exist_ok=True)
    (FIGURES / "journey.json").write_text(
        json.dumps({"load": os.getloadavg()[0], "commands": found}, indent=1) + "\n", "utf-8"
    )
    for name, one in found.items():
        print(f"{name:<40} {one['cpu_s']:7.2f} s CPU {one['wall_s']:7.2f} s wall {one['peak_gb']:6.2f} GB")


if __name__ == "__main__":
    main()
