"""The table in a file that somebody brings: CSV, XLSX or Parquet, told by its bytes and never by its name.

Cells are text, or the plain numbers, dates and truths of a Parquet. Formulas are not computed: the value that the
spreadsheet last saw is read. Links to other workbooks, macros, images and styles are left where they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyarrow as pa

from carreau.errors import Broken, Refused
from carreau.sources.brought.bounds import BOUNDS, Bounds, figure, too_much
from carreau.sources.brought.parquets import parquet_table
from carreau.sources.brought.sheets import sheet_table
from carreau.sources.brought.texts import text_table
from carreau.typography import bytes_shown

_ARCHIVES: Final = {
    b"7z\xbc\xaf": "une archive 7z", b"\x1f\x8b": "un fichier gzip", b"Rar!": "une archive rar",
    b"\xd0\xcf\x11\xe0": "un classeur d'avant 2007 (xls) ou un document protégé", b"%PDF": "un PDF",
    b"\x89PNG": "une image", b"\xff\xd8\xff": "une image", b"GIF8": "une image", b"SQLi": "une base SQLite",
    b"\x7fELF": "un programme", b"MZ\x90\x00": "un programme",
}  # fmt: skip
_FORMS: Final = "un fichier CSV, XLSX ou Parquet"
_HEAD: Final = 4


def table_in(path: Path, name: str, bounds: Bounds = BOUNDS) -> tuple[pa.Table, tuple[str, ...]]:
    """The table of the file at ``path``, called ``name`` by whoever brings it, and remarks on how it was read.

    :class:`~carreau.errors.Refused` beyond ``bounds`` or for another kind of file; :class:`~carreau.errors.Broken`
    when it cannot be read to its end or has no row.
    """
    size = path.stat().st_size
    if size > bounds.file:
        raise too_much("son poids", bytes_shown(size), f"{bytes_shown(bounds.file)} au plus")
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise Broken(f"« {name} » est vide", given="0 octet", expected=_FORMS, advice="vérifier l'export")
    for mark, kind in _ARCHIVES.items():
        if head.startswith(mark):
            raise Refused(
                f"« {name} » n'est pas un tableau que l'on sait lire", given=kind, expected=_FORMS,
                advice="l'enregistrer en CSV ou en XLSX, et l'apporter sans le comprimer",
            )  # fmt: skip
    readers = {b"PAR1": parquet_table, b"PK\x03\x04": sheet_table}
    table, remarks = readers.get(head, text_table)(path, name, bounds)
    if table.num_columns == 0 or table.num_rows == 0:
        raise Broken(
            f"« {name} » n'a aucune ligne", given=f"{table.num_columns} colonne(s), {table.num_rows} ligne",
            expected="une ligne d'en-tête, puis une ligne par lieu", advice="vérifier l'export",
        )  # fmt: skip
    if table.num_rows > bounds.rows:
        raise too_much("ses lignes", figure(table.num_rows), f"{figure(bounds.rows)} lignes au plus")
    return table, remarks
