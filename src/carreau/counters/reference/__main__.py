"""``python -m carreau.counters.reference FOLDER`` writes the reference there."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import carreau
from carreau.counters.reference import pages, written

if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as empty
    ):  # what is fetched in a real home must not change the reference
        home = carreau.open(Path(empty))
        count = written(pages(home.sources(), home.products()), Path(sys.argv[1]))
    print(f"{count} pages in {sys.argv[1]}")
