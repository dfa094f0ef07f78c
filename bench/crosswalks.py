"""Crosswalks against their rivals, on the same data in the same run: CPU, wall, peak memory, accuracy.

    python bench/crosswalks.py --mirror ../shared/data [--quick] [--only grid_carreau …]

Every method runs alone in its own process. CPU is user + system of that process (all threads) during the run;
reading and preparing are left out, and what numba compiles is timed apart, once with an empty cache and once
with a full one.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import data
import numpy as np
from methods import METHODS, REFERENCES
from scipy import sparse

HERE = Path(__file__).parent
ROOM = 16_000_000_000  # bytes of address space given to a method


def main() -> None:
    options = _options()
    if options.one:
        print(json.dumps(measured(options.one, Path(options.folder))))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data.prepared(Path(options.mirror), folder, quick=options.quick)
        figures = [_run(method, folder) for method in METHODS if not options.only or method in options.only]
        for figure in figures:
            figure.update(_accuracy(figure["method"], folder))
    report = {"quick": options.quick, "machine": _machine(), "versions": _versions(), "figures": figures}
    path = HERE / "figures" / f"crosswalks{'-quick' if options.quick else ''}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
    for figure in figures:
        print(
            f"{figure['method']:20} "
            + "  ".join(f"{k} {v:.4g}" for k, v in figure.items() if isinstance(v, float))
        )


def measured(method: str, folder: Path) -> dict[str, Any]:
    """The figures of one method, run in this very process."""
    resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM))
    warm, run = METHODS[method](folder)
    before = time.process_time()
    warm()
    ready, peak_before = time.process_time(), _peak()
    wall = time.perf_counter()
    carried, weights = run()
    cpu, wall = time.process_time() - ready, time.perf_counter() - wall
    np.save(folder / f"{method}.npy", np.asarray(carried))
    if weights is not None:
        sparse.save_npz(folder / f"{method}.npz", sparse.csr_array(weights))
    return {
        "method": method,
        "what": METHODS[method].__doc__,
        "cpu_s": cpu,
        "wall_s": wall,
        "compile_s": ready - before,
        "peak_gb": _peak(),
        "peak_before_gb": peak_before,
    }


def _run(method: str, folder: Path) -> dict[str, Any]:
    """The figures of one method in its own process; a compiled one runs with an empty then a full cache."""
    command = [sys.executable, str(HERE / "crosswalks.py"), "--one", method, "--folder", str(folder)]
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "cache")}
    figure: dict[str, Any] = {}
    for _ in range(2 if method.endswith("carreau") and not method.startswith("apply") else 1):
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if done.returncode:
            return {"method": method, "what": METHODS[method].__doc__, "failed": done.stderr[-400:]}
        again = json.loads(done.stdout.splitlines()[-1])
        figure = {**again, "compile_empty_cache_s": figure.get("compile_s", again["compile_s"])}
    print(method, {key: value for key, value in figure.items() if isinstance(value, float)}, file=sys.stderr)
    return figure


def _accuracy(method: str, folder: Path) -> dict[str, float]:
    """How far the weights and the carried counts of a method are from those of its family's reference."""
    reference = REFERENCES.get(method.partition("_")[0], method)
    if (
        reference == method
        or not (folder / f"{method}.npy").exists()
        or not (folder / f"{reference}.npy").exists()
    ):
        return {}
    ours, theirs = np.load(folder / f"{method}.npy"), np.load(folder / f"{reference}.npy")
    found = {
        "counts_max_difference": float(np.abs(ours - theirs).max()),
        "counts_max_relative": float((np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1.0)).max()),
    }
    if (folder / f"{method}.npz").exists():
        mine, exact = (sparse.load_npz(folder / f"{name}.npz") for name in (method, reference))
        found["weights_max_difference"] = float(abs(mine - exact).max())
        found["pairs"] = float(exact.nnz)
    return found


def _peak() -> float:
    """The greatest resident memory of this process so far, in GB (getrusage also counts its parent's)."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return float(status.read_text().partition("VmHWM:")[2].split()[0]) / 1e6


def _machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
        "system": platform.system(),
    }


def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("numpy", "scipy", "numba", "shapely", "tobler", "exactextract")}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mirror", default="../shared/data")
    parser.add_argument("--quick", action="store_true", help="the Rhône only")
    parser.add_argument("--only", nargs="*", choices=METHODS, default=())
    parser.add_argument("--one", choices=METHODS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
