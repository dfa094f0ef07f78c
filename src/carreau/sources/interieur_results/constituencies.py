"""Results by constituency: one line per candidate (L5), or the ministry's workbooks and their exports.

They serve to check sums and to name candidates; stations are read elsewhere. Spreadsheets lose leading zeros
and may prefix a constituency with its department (``202`` is 02-02): codes come out whole.
"""

from __future__ import annotations

import zipfile
from typing import Any, BinaryIO, Final

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Broken
from carreau.sources.archive import opened
from carreau.sources.declare import Fetched, Sourced, conformed
from carreau.sources.interieur_results.codes import constituency_codes, department_code
from carreau.sources.interieur_results.elections import election_of
from carreau.sources.interieur_results.grids import Rows, rows_of, text_of
from carreau.sources.interieur_results.headers import Header, header_of
from carreau.sources.interieur_results.raw import CANDIDATE, COUNTS, Raw, raw_of
from carreau.sources.interieur_results.results import sexes, whole
from carreau.sources.tabular import published_table
from carreau.sources.tidy import encoding_remark, one_row_per

_UNREADABLE: Final = (zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError)


def candidates_of(file: Fetched) -> Sourced:
    """The table ``circonscriptions_candidats``, one row per election, constituency and candidate."""
    edition = file.published.layout.partition("-")[2]
    raw = {"L5": _lines, "xlsx": _workbook, "csv": _export}[edition](file)
    places = raw.stations.combine_chunks()
    departments = places["code_departement"].combine_chunks()
    constituencies = places["code_circonscription"].combine_chunks()
    columns = {
        "id_election": places["id_election"],
        "code_circonscription": constituency_codes(departments, constituencies),
        **{name: whole(file, places, name) for name in COUNTS if name in places.column_names},
    }
    codes = {code: department_code(code) for code in pc.unique(departments).to_pylist()}
    columns["code_departement"] = pa.array([codes[code] for code in departments.to_pylist()], pa.string())
    table = pa.table(columns).take(raw.candidates["row"].combine_chunks())
    for name in (name for name in CANDIDATE if name in raw.candidates.column_names):
        table = table.append_column(name, raw.candidates[name])
    if "sexe" in table.column_names:
        table = table.set_column(table.column_names.index("sexe"), "sexe", sexes(table["sexe"]))
    table = table.append_column("voix", whole(file, raw.candidates, "voix"))
    once, repeated = one_row_per(table, _identity(table), file.name)
    return conformed(file, "circonscriptions_candidats", once, raw.remarks + repeated + _checks(once))


def _identity(table: pa.Table) -> list[str]:
    """The columns that name one candidate of one constituency."""
    names = ("id_election", "code_circonscription", "numero_panneau", "nom", "prenom", "liste")
    return [name for name in names if name in table.column_names]


def _checks(table: pa.Table) -> tuple[str, ...]:
    """In how many constituencies the votes do not add up to the valid votes."""
    summed = table.group_by(["code_circonscription", "exprimes"]).aggregate([("voix", "sum")])
    count = pc.sum(pc.not_equal(summed["exprimes"], summed["voix_sum"])).as_py() or 0
    return (f"{count} circonscription(s) où la somme des voix ≠ exprimés",) if count else ()


def _lines(file: Fetched) -> Raw:
    """One line per candidate, comma separated, quoted decimals."""
    table, remarks = published_table(file)
    header = header_of(table.column_names, file.name, "constituency")
    start, names = header.fixed, table.column_names
    stations = {name: table[names[place]] for name, place in header.station.items()}
    candidates = {name: table[names[start + place]] for name, place in header.candidate.items()}
    rows = pa.array(np.arange(table.num_rows))
    identified = pa.table(stations).append_column("id_election", pa.repeat(election_of(file), table.num_rows))
    return Raw(identified, pa.table({"row": rows} | candidates), remarks)


def _export(file: Fetched) -> Raw:
    """A workbook's sheet exported as delimited text."""
    with opened(file.path) as stream:
        text = text_of(stream.read(), file.name)
    header = header_of(text.first, file.name, "constituency")
    rows, mended = rows_of(text, text.lines[1:], header)
    return raw_of(rows, header, election_of(file), encoding_remark(text.encoding) + mended)


def _workbook(file: Fetched) -> Raw:
    """The first sheet of a workbook."""
    with opened(file.path) as stream:
        names, rows = _sheet(stream, file)
    header = header_of(names, file.name, "constituency")
    width = max((len(row) for row in rows), default=0)
    width += -(width - header.fixed) % header.block
    return raw_of([_rows(rows, width, header)], header, election_of(file))


def _sheet(stream: BinaryIO, file: Fetched) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The header and the rows of the first sheet, empty rows left aside."""
    try:
        sheet = openpyxl.load_workbook(stream, read_only=True, data_only=True).worksheets[0]
        every = [row for row in sheet.iter_rows(values_only=True) if any(cell is not None for cell in row)]
    except _UNREADABLE as error:
        raise Broken(
            f"{file.name} n'est pas un classeur lisible", given=str(error)[:120],
            expected="un classeur xlsx du ministère",
            advice="télécharger à nouveau le fichier",
        ) from error
    return [str(name or "") for name in (every or [()])[0]], every[1:]


def _rows(rows: list[tuple[Any, ...]], width: int, header: Header) -> Rows:
    """The cells of a sheet as text by position, every row brought to the same width."""
    columns = {
        str(place): pa.array([_text(row[place]) if place < len(row) else None for row in rows], pa.string())
        for place in range(width)
    }
    return Rows(pa.table(columns), np.arange(len(rows), dtype=np.int64))


def _text(cell: object) -> str | None:
    """A cell as text; the library gives whole numbers without decimals."""
    return None if cell is None else str(cell)
