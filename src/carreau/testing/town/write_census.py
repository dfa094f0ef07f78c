"""The five census files by IRIS of the RP 2022, with every column of the official layout filled.

Figures are estimates: in a commune of 10,000 inhabitants or more they come from two dwellings in five, and
so do not sum to the town's truth; in a smaller one the main exploitation (P) is exhaustive and exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from carreau.testing.town.counting import census_counts, survey_of
from carreau.testing.town.files import File, plain, text_of, zipped
from carreau.testing.town.model import Array, Town, stream
from carreau.testing.town.streets import facts

_META: Final = ("COD_VAR", "LIB_VAR", "LIB_VAR_LONG", "COD_MOD", "LIB_MOD", "TYPE_VAR", "LONG_VAR")


def census_by_iris(town: Town) -> dict[str, Array]:
    """Every census column (without vintage) estimated by IRIS from the survey of the town."""
    lived = (town.addresses, town.homes, town.people)
    survey = survey_of(town.land, town.addresses, town.homes, stream(town.seed, "survey"))
    return census_counts(lived, town.addresses.iris[town.homes.address], len(town.land.iris), survey)


def census_files(town: Town) -> Iterator[File]:
    """The five ``base-ic-*-2022_csv.zip``, each with its dictionary of variables."""
    counts, land = census_by_iris(town), town.land
    for theme, header in facts("layouts")["census"].items():
        keys = (
            land.iris, [land.communes[commune] for commune in land.iris_commune], land.iris_types,
            ["5" if kind == "Z" else "1" for kind in land.iris_types],
        )
        measures = [[plain(value) for value in counts[_without_vintage(name)]] for name in header[4:]]
        stem = f"base-ic-{theme}-2022"
        content = text_of(header, zip(*keys, *measures, strict=True))
        yield File(
            f"insee_rp2022-{theme}/{stem}_csv.zip",
            zipped({f"{stem}.CSV": content.encode(), f"meta_{stem}.CSV": _dictionary(header).encode()}),
            "INSEE layout", "RP 2022", len(land.iris),
            "two dwellings in five surveyed in communes of 10,000 or more; every column filled",
        )


def _without_vintage(name: str) -> str:
    """``P22_POP`` as ``P_POP``."""
    return f"{name[0]}{name[3:]}"


def _dictionary(header: list[str]) -> str:
    """The dictionary of variables: here the label of a column is its code."""
    return text_of(
        _META,
        (
            (name, name, name, "", "", "CHAR" if place < 4 else "NUM", "16")
            for place, name in enumerate(header)
        ),
    )
