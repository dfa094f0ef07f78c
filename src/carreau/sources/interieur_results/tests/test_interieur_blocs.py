from __future__ import annotations

import pyarrow as pa
import pytest

from carreau.sources.interieur_results.blocs import BLOCS, bloc_of, blocs_of, grids
from carreau.sources.interieur_results.elections import elections


@pytest.mark.parametrize(
    ("nuance", "bloc"),
    [
        ("EXG", "gauche"),
        ("UG", "gauche"),
        ("ECO", "gauche"),
        ("ENS", "centre_droit"),
        ("DVC", "centre_droit"),
        ("LR", "centre_droit"),
        ("RN", "extreme_droite"),
        ("REC", "extreme_droite"),
        ("EXD", "extreme_droite"),
        ("UXD", "extreme_droite"),
        ("DSV", "autres"),
        ("DIV", "autres"),
        ("REG", "autres"),
        ("G", "gauche"),
        ("CD", "centre_droit"),
        ("ED", "extreme_droite"),
        ("AUT", "autres"),
    ],
)
def test_the_blocs_of_2024_are_those_that_were_verified(nuance: str, bloc: str) -> None:
    assert bloc_of("2024_legi_t1", nuance, "") == bloc
    assert bloc_of("2024_legi_t2", f" {nuance.lower()} ", "") == bloc


@pytest.mark.parametrize(
    ("election", "nuance", "bloc"),
    [
        ("2022_legi_t1", "NUP", "gauche"),
        ("2017_legi_t1", "FN", "extreme_droite"),
        ("2017_legi_t1", "DLF", "autres"),
        ("2020_muni_t1", "LLR", "centre_droit"),
        ("2020_muni_t1", "LREM", "centre_droit"),
        ("2026_muni_t1", "LFI", "gauche"),
        ("2024_euro_t1", "LREC", "extreme_droite"),
        ("2021_dpmt_t1", "BC-UGE", "gauche"),
        ("2015_regi_t1", "LVEC", "gauche"),
    ],
)
def test_lists_and_pairs_are_read_without_their_prefix(election: str, nuance: str, bloc: str) -> None:
    assert bloc_of(election, nuance, "") == bloc


@pytest.mark.parametrize(
    ("election", "name", "bloc"),
    [
        ("2022_pres_t1", "MÉLENCHON", "gauche"),
        ("2022_pres_t1", "Melenchon", "gauche"),
        ("2017_pres_t2", "LE PEN", "extreme_droite"),
        ("2012_pres_t1", "HOLLANDE", "gauche"),
        ("2012_pres_t2", "SARKOZY", "centre_droit"),
        ("2022_pres_t1", "LASSALLE", "autres"),
        ("2019_euro_t1", "AUBRY Manon", "gauche"),
        ("2019_euro_t1", "UNE AUTRE", "autres"),
        ("2022_pres_t1", "INCONNU", ""),
        ("2026_muni_t1", "MOUDENC", ""),
        ("2022_pres_t1", "", ""),
    ],
)
def test_without_nuance_a_declared_name_says_the_bloc(election: str, name: str, bloc: str) -> None:
    assert bloc_of(election, "", name) == bloc


def test_an_unknown_nuance_is_among_the_others_and_said() -> None:
    rows = [("2024_legi_t1", "XYZ", "A"), ("2024_legi_t1", "RN", "B"), ("2026_muni_t1", None, "C")]
    candidates = pa.table(
        {name: [row[rank] for row in rows] for rank, name in enumerate(("id_election", "nuance", "nom"))}
    )
    blocs, remarks = blocs_of(candidates)
    assert blocs.to_pylist() == ["autres", "extreme_droite", None]
    assert remarks == (
        "nuances inconnues, comptées avec « autres » : XYZ (2024_legi)",
        "1 ligne(s) de candidats sans nuance, hors de tout bloc",
    )


def test_a_table_whose_every_row_has_a_bloc_needs_no_remark() -> None:
    candidates = pa.table({"id_election": ["2024_legi_t1"], "nuance": ["UG"], "nom": pa.nulls(1, pa.string())})
    assert blocs_of(candidates)[1] == ()


def test_every_reading_is_dated_cited_and_of_a_declared_election() -> None:
    kinds = {election[:9] for election in elections()}
    for grid in (*grids("grids"), *grids("candidates")):
        assert set(grid.elections) <= kinds
        assert grid.source
        assert grid.date.year >= 2007
        assert set(grid.blocs.values()) <= set(BLOCS)


def test_no_code_is_in_two_blocs_of_one_election() -> None:
    for grid in grids("grids"):
        others = [other for other in grids("grids") if other is not grid and set(other.elections) & set(grid.elections)]
        assert all(other.blocs.get(code, bloc) == bloc for other in others for code, bloc in grid.blocs.items())
