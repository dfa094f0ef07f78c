"""One row per station and candidate, both rounds in one file, without header (L1: until 2014)."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Broken
from carreau.sources.archive import opened
from carreau.sources.declare import Fetched
from carreau.sources.interieur_results.elections import election_of_round
from carreau.sources.interieur_results.grids import cells_of, text_of
from carreau.sources.interieur_results.raw import Raw, trimmed
from carreau.sources.tidy import encoding_remark

_PLACE: Final = (
    "tour", "code_departement", "code_commune", "libelle_commune", "code_circonscription", "canton",
)
_STATION: Final = ("code_bv", "inscrits", "votants", "exprimes")
_CANDIDATE: Final = ("numero_panneau", "nom", "prenom", "nuance", "voix")
_WIDTHS: Final = range(4 + 9, 6 + 9 + 1)


def both_rounds(file: Fetched) -> Raw:
    """The results of a file without header: four to six fields of place (by their number), then nine fields.

    The file gives no abstentions, blank or null ballots: they stay empty.
    """
    with opened(file.path) as stream:
        text = text_of(stream.read(), file.name)
    lines = list(dict.fromkeys(text.lines))
    end = text.delimiter.encode()
    if all(line.endswith(end) for line in lines):
        lines = [line[: -len(end)] for line in lines]
    width = lines[0].count(end) + 1
    wrong = [line for line in lines if line.count(end) + 1 != width]
    if width not in _WIDTHS or wrong:
        bad = (wrong or lines)[0].decode(text.encoding)
        raise Broken(
            f"{file.name} est tronqué ou mal formé",
            given=f"une ligne de {bad.count(text.delimiter) + 1} champs : {bad[:60]}",
            expected=f"{width if wrong else '13 à 15'} champs par ligne",
            advice="télécharger à nouveau le fichier",
        )
    names = (*_PLACE[: width - 9], *_STATION, *_CANDIDATE)
    cells = cells_of(text, lines, width).rename_columns(list(names)).combine_chunks()
    table = pa.table({name: trimmed(cells[name]) for name in names if name != "canton"})
    repeated = len(text.lines) - len(lines)
    twice = (f"{repeated} ligne(s) en double, identique(s), écartée(s)",) if repeated else ()
    return _raw(file, table, encoding_remark(text.encoding) + twice)


def _raw(file: Fetched, table: pa.Table, remarks: tuple[str, ...]) -> Raw:
    """Stations, each once in the order they are met, and the candidates of each."""
    facts = [name for name in table.column_names if name not in _CANDIDATE]
    signature = pc.binary_join_element_wise(*(pc.fill_null(table[name], "") for name in facts), "\t")
    rows = signature.combine_chunks().dictionary_encode()
    first = np.unique(rows.indices.to_numpy(), return_index=True)[1]
    stations = table.select(facts).take(pa.array(first))
    rounds = stations["tour"].combine_chunks().dictionary_encode()
    numbers = rounds.dictionary.to_pylist()
    ids = pa.array([election_of_round(file, number or "") for number in numbers], pa.string())
    named = stations.drop_columns("tour").append_column("id_election", ids.take(rounds.indices))
    candidates = table.select(list(_CANDIDATE)).add_column(0, "row", rows.indices.cast(pa.int64()))
    voted = candidates.filter(candidates["voix"].is_valid())
    return Raw(named, voted, remarks)
