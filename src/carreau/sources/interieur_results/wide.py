"""The layouts with one row per station and one block of columns per candidate (L2, L3, L4).

L2 writes the block's names once (or every time) and lets rows be longer than the header; L3 is L2 separated
by tabs; L4 numbers its blocks, may quote its cells and gives the columns another order. All are read by name.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from carreau.errors import Broken
from carreau.sources.archive import opened
from carreau.sources.declare import Fetched
from carreau.sources.interieur_results.elections import election_of
from carreau.sources.interieur_results.grids import Rows, expect_whole_end, rows_of, text_of
from carreau.sources.interieur_results.headers import Header, header_of
from carreau.sources.interieur_results.raw import Raw, distinct, raw_of
from carreau.sources.tabular import published_table
from carreau.sources.tidy import encoding_remark

_LISTS: Final = ("euro", "regi", "muni")


def unnumbered(file: Fetched) -> Raw:
    """The results of a file whose rows are as long as their candidates are many (L2, L3)."""
    with opened(file.path) as stream:
        text = text_of(stream.read(), file.name)
    header = header_of(text.first, file.name)
    expect_election(file, header)
    lines = list(dict.fromkeys(text.lines[1:]))
    repeated = len(text.lines) - 1 - len(lines)
    if not lines:
        raise Broken(
            f"{file.name} ne contient aucun résultat", given="un en-tête seul",
            expected="une ligne par bureau de vote",
            advice="télécharger à nouveau le fichier chez son producteur",
        )
    rows, mended = rows_of(text, lines, header)
    if not text.complete:
        expect_whole_end(text, header)
    twice = (f"{repeated} ligne(s) en double, identique(s), écartée(s)",) if repeated else ()
    return raw_of(rows, header, election_of(file), encoding_remark(text.encoding) + twice + mended)


def numbered(file: Fetched) -> Raw:
    """The results of a file with numbered blocks (L4), quoted or not; blocks without votes are left aside."""
    table, remarks = published_table(file)
    header = header_of(table.column_names, file.name)
    expect_election(file, header)
    if not header.fits(table.num_columns):
        raise Broken(
            f"{file.name} n'a pas le même nombre de colonnes pour chaque candidat",
            given=f"{table.num_columns} colonnes, dont {header.fixed} avant les candidats",
            expected=f"{header.block} colonnes par candidat",
            advice="reprendre le fichier chez son producteur",
        )
    cells, repeated = distinct(table.rename_columns([str(place) for place in range(table.num_columns)]))
    rows = Rows(cells, np.arange(cells.num_rows, dtype=np.int64))
    return raw_of([rows], header, election_of(file), remarks + repeated)


def expect_election(file: Fetched, header: Header) -> None:
    """Refuse a file of another kind of election: several of the ministry's files share one name.

    A presidential file has no nuance, a legislative one has, and a list election names its lists.
    """
    kind, found = election_of(file)[5:9], set(header.candidate)
    wanted = {"pres": "nuance" not in found, "legi": "nuance" in found and "liste" not in found}
    right = wanted.get(kind, bool(found & {"liste", "liste_abregee"}) if kind in _LISTS else True)
    if not right:
        raise Broken(
            f"{file.name} n'est pas un fichier de l'élection déclarée ({file.published.vintage})",
            given=f"des colonnes par candidat : {', '.join(header.candidate)}",
            expected={"pres": "un fichier sans nuance", "legi": "un fichier avec nuance et sans liste"}.get(
                kind, "un fichier avec le nom des listes"
            ),
            advice="placer le fichier dans le dossier de son élection : plusieurs fichiers portent ce nom",
        )

