"""``python -m carreau.counters.reference FOLDER`` writes the reference there."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import carreau
from carreau.counters.reference import pages, written

with tempfile.TemporaryDirectory() as empty:  # what is fetched in a real home must not change the reference
    home = carreau.open(Path(empty))
    print(f"{written(pages(home.sources(), home.products()), Path(sys.argv[1]))} pages in {sys.argv[1]}")
