"""The aggregated elections of data.gouv.fr (L6): all stations of the four elections in two Parquet tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pyarrow as pa

from carreau.testing.town.files import File, parquet
from carreau.testing.town.model import Town
from carreau.testing.town.write_results import Line, lines_of

_FOLDER: Final = "interieur_elections-agregees"
_GENERAL: Final = pa.schema([
    *((name, pa.string()) for name in (
        "id_election", "id_brut_miom", "code_departement", "libelle_departement", "code_canton",
        "libelle_canton",
        "code_commune", "libelle_commune", "code_circonscription", "libelle_circonscription", "code_bv",
    )),
    *((name, pa.int32()) for name in ("inscrits", "abstentions", "votants", "blancs", "nuls", "exprimes")),
    *((name, pa.float32()) for name in (
        "ratio_abstentions_inscrits", "ratio_votants_inscrits", "ratio_blancs_inscrits",
        "ratio_blancs_votants",
        "ratio_nuls_inscrits", "ratio_nuls_votants", "ratio_exprimes_inscrits", "ratio_exprimes_votants",
    )),
])
_CANDIDATES: Final = pa.schema([
    *((name, pa.string()) for name in (
        "id_election", "id_brut_miom", "code_departement", "code_commune", "code_bv", "no_panneau",
    )),
    ("voix", pa.int32()), ("ratio_voix_inscrits", pa.float32()), ("ratio_voix_exprimes", pa.float32()),
    *((name, pa.string()) for name in (
        "nuance", "sexe", "nom", "prenom", "liste", "libelle_abrege_liste", "libelle_etendu_liste",
        "nom_tete_liste", "binome",
    )),
])


def history_files(town: Town) -> Iterator[File]:
    """general_results.parquet and candidats_results.parquet, the same votes as the ministry's files."""
    general: list[dict[str, Any]] = []
    candidates: list[dict[str, Any]] = []
    for ballots in town.ballots:
        for line in lines_of(town, ballots):
            general.append(_general_row(ballots.election, line))
            candidates += _candidate_rows(ballots.election, line)
    elections = " ".join(ballots.election for ballots in town.ballots)
    for name, rows, schema in (("general", general, _GENERAL), ("candidats", candidates, _CANDIDATES)):
        yield File(
            f"{_FOLDER}/{name}_results.parquet", parquet(pa.Table.from_pylist(rows, schema=schema)),
            "data.gouv.fr layout", elections, len(rows), "L6; same votes as the files of each election",
        )


def _keys(election: str, line: Line) -> dict[str, Any]:
    """The columns that both tables share; constituencies are unknown in 2024, as published."""
    place, _ = line
    return {
        "id_election": election, "id_brut_miom": f"{place.insee}_{place.station}",
        "code_departement": place.department,
        "code_commune": place.insee, "code_bv": place.station,
    }


def _general_row(election: str, line: Line) -> dict[str, Any]:
    """The totals of one station."""
    place, tally = line
    known = not election.startswith("2024")
    row = _keys(election, line) | {
        "libelle_departement": place.department_name, "libelle_commune": place.commune_name,
        "code_circonscription": place.constituency if known else None,
        "libelle_circonscription": f"{int(place.constituency)}ème circonscription" if known else None,
        "inscrits": tally.registered, "abstentions": tally.absent, "votants": tally.voters,
        "blancs": tally.blank,
        "nuls": tally.null, "exprimes": tally.valid,
    }
    for name, whole in (("inscrits", tally.registered), ("votants", tally.voters)):
        for part in ("abstentions", "votants", "blancs", "nuls", "exprimes"):
            if f"ratio_{part}_{name}" in _GENERAL.names:
                row[f"ratio_{part}_{name}"] = _ratio(row[part], whole)
    return row


def _candidate_rows(election: str, line: Line) -> Sequence[dict[str, Any]]:
    """The votes of the candidates of one station."""
    _, tally = line
    return [
        _keys(election, line) | {
            "no_panneau": str(each["panel"]), "voix": votes,
            "ratio_voix_inscrits": _ratio(votes, tally.registered),
            "ratio_voix_exprimes": _ratio(votes, tally.valid), "nuance": each.get("nuance"),
            "sexe": each["sex"],
            "nom": each["last"], "prenom": each["first"],
        }
        for each, votes in zip(tally.candidates, tally.votes, strict=True)
    ]


def _ratio(part: int, whole: int) -> float:
    """A percentage with two decimals."""
    return round(100.0 * part / whole, 2) if whole else 0.0
