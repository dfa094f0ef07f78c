"""The files on benefits, job-seekers and facilities: CAF by IRIS, France Travail by priority district, BPE.

A count of fewer than 5 households is left blank, never zero; an IRIS of fewer than 100 is blank with a
``NOTE``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from carreau.testing.town.files import File, french, text_of
from carreau.testing.town.files import zipped as archived
from carreau.testing.town.incomes import benefits_by_zone
from carreau.testing.town.model import (
    MAIN_COMMUNE,
    SOCIAL,
    UNEMPLOYED,
    Array,
    Town,
    stream,
)
from carreau.testing.town.streets import facts

FEWEST_HOUSEHOLDS: Final = 100
FEWEST_IN_A_CELL: Final = 5
QPV: Final = "QP096001"
_DISTRICT_NOTE: Final = "0"


def benefit_files(town: Town) -> Iterator[File]:
    """data_CAF_2020_IRIS.zip, IPRO_2022.csv and the two editions of the BPE of 2020."""
    yield _benefits_by_iris(town)
    yield _job_seekers(town)
    yield from _facilities(town)


def _benefits_by_iris(town: Town) -> File:
    """The CAF file: only IRIS of communes that are cut; NOTE 3 where nothing may be published."""
    header = facts("layouts")["benefits"]["caf_2020"]
    lived = (town.addresses, town.homes, town.people, town.budgets)
    counts = benefits_by_zone(lived, town.addresses.iris[town.homes.address], len(town.land.iris))
    rows = []
    for row, code in enumerate(town.land.iris):
        if code.endswith("0000"):
            continue
        hidden = counts["A"][row] < FEWEST_HOUSEHOLDS
        cells = ["" if hidden else _count(counts[name][row]) for name in header[2:]]
        rows.append([code, "3" if hidden else "0", *cells])
    content = text_of(header, rows, end="\r\n").encode()
    return File(
        "cnaf_caf-iris-2020/data_CAF_2020_IRIS.zip", archived({"data_CAF_2020_IRIS.csv": content}),
        "CNAF layout", "2020", len(rows),
        "CRLF; counts under 5 blank; an IRIS under 100 households blank with NOTE 3",
    )


def _count(value: float) -> str:
    """A count, blank when it is under five."""
    return "" if value < FEWEST_IN_A_CELL else str(int(value))


def district(town: Town) -> Array:
    """Who lives in the town's priority district: the social housing of the IRIS that has most of it."""
    iris = town.addresses.iris[town.homes.address]
    let = (town.homes.tenure == SOCIAL) & (town.land.iris_commune[iris] == MAIN_COMMUNE)
    home = let & (iris == int(np.argmax(np.bincount(iris[let], minlength=len(town.land.iris)))))
    return np.asarray(home[town.people.home])


def _job_seekers(town: Town) -> File:
    """The France Travail file: BOM, CRLF, narrow spaces in thousands, decimal commas, many empty columns."""
    layout = facts("layouts")["benefits"]
    counts = _seekers_of(town)
    cells = [QPV, "Le Grand Mail", *(counts.get(name, "") for name in layout["ipro_2022"][2:])]
    empty = [""] * layout["ipro_2022_empty_columns"]
    content = "\ufeff" + text_of([*layout["ipro_2022"], *empty], [[*cells, *empty]], end="\r\n")
    return File(
        "francetravail_qpv-2022/IPRO_2022.csv", content.encode(), "France Travail layout", "2022", 1,
        "one priority district; indicators of a whole country (evolutions, subsidised contracts) left blank",
    )


def _seekers_of(town: Town) -> dict[str, str]:
    """Job-seekers of the district by category, sex, age, nationality, diploma and length of search."""
    people, inside = town.people, district(town)
    seeking = inside & (people.activity == UNEMPLOYED)
    luck = stream(town.seed, "seekers").random(len(people.age))
    minima = (town.budgets.minima > 0)[people.home]
    kinds = {
        "ABCDE": inside & ((people.activity == UNEMPLOYED) | (people.part_time & (luck < 0.3))),
        "ABC": seeking, "ABC_RSA": seeking & minima, "A": seeking & (luck < 0.6),
    }
    for level, (low, high) in {
        "INFCAPBEP": (-1, 1),
        "CAPBEP": (2, 2),
        "BAC": (3, 3),
        "SUPBAC": (4, 6),
    }.items():
        kinds[f"ABC_{level}"] = seeking & (people.diploma >= low) & (people.diploma <= high)
    for length in range(4):
        kinds[f"ABC_DUR{length + 1}"] = seeking & (np.floor(luck * 4) == length)
    counts = {f"{name}{mark}": kind & sex for name, kind in kinds.items() for mark, sex in (
        ("", inside), ("_F", people.woman), ("_H", ~people.woman))}
    counts |= {
        "ABC_25": seeking & (people.age < 25), "ABC_2649": seeking & (people.age >= 25) & (people.age < 50),
        "ABC_50": seeking & (people.age >= 50), "ABC_FR": seeking & ~people.foreign,
        "ABC_E": seeking & people.foreign,
    }
    working_age = inside & (people.age >= 15) & (people.age < 65)
    rate = 100.0 * float((working_age & (people.activity == 1)).sum()) / max(int(working_age.sum()), 1)
    shown = {name: _thousands(int(kind.sum())) for name, kind in counts.items()}
    return shown | {"TX_TOT_EMPL": french(rate, 1), "NOTE_PE": _DISTRICT_NOTE}


def _thousands(count: int) -> str:
    """A count with a narrow no-break space between thousands; blank when it is under five."""
    return "" if count < FEWEST_IN_A_CELL else f"{count:,}".replace(",", "\u202f")


def _facilities(town: Town) -> Iterator[File]:
    """The BPE with and without coordinates: facilities stand at addresses of the town."""
    layout, kinds = facts("layouts")["facilities"], facts("places")["facilities"]
    random, addresses, land = stream(town.seed, "facilities"), town.addresses, town.land
    drawn = {
        code: np.sort(
            random.choice(
                len(addresses.x), max(1, round(len(town.people.age) * rate / 10_000)), replace=False
            )
        )
        for code, rate in kinds.items()
    }
    detailed, gathered = [], []
    for code, rows in drawn.items():
        for row in rows:
            place = _facility_place(town, int(addresses.iris[row]))
            detailed.append(
                [*place, "2020", code, f"{addresses.x[row]:.2f}", f"{addresses.y[row]:.2f}", "Bonne"]
            )
        for iris, number in enumerate(np.bincount(addresses.iris[rows], minlength=len(land.iris))):
            if number:
                gathered.append([*_facility_place(town, iris), "2020", code, str(number)])
    for stem, header, lines in (
        ("bpe20_ensemble", layout["bpe_2020"], gathered),
        ("bpe20_ensemble_xy", layout["bpe_2020_xy"], detailed),
    ):
        yield File(
            f"insee_bpe-2020/{stem}_csv.zip",
            archived({f"{stem}.csv": text_of(header, sorted(lines)).encode()}),
            "INSEE layout", "BPE 2020", len(lines), "DCIRIS with its underscore; coordinates in EPSG:2154",
        )


def _facility_place(town: Town, iris: int) -> list[str]:
    """Region, department, commune and IRIS of a facility."""
    code = town.land.iris[iris]
    region = facts("places")["region"]["code"]
    return [region, code[:2], code[:5], code[:5] if code.endswith("0000") else f"{code[:5]}_{code[5:]}"]
