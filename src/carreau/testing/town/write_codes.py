"""The official geographic code of the town: communes, movements, department, region, EPCI, list of IRIS.

In each block a commune was merged into another on the first of January 2019: it voted apart in 2017.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from carreau.testing.town.files import File, quoted, text_of, zipped
from carreau.testing.town.land import HOST, MERGED, commune_code, former_name
from carreau.testing.town.model import DEPARTMENT, Town
from carreau.testing.town.streets import facts

MERGED_ON: Final = "2019-01-01"
_OVERSEAS: Final = (("97701", "Saint-Barthélemy"), ("97801", "Saint-Martin"))
_MERGING: Final = "32"
_CANTON: Final = f"{DEPARTMENT}01"


def code_files(town: Town) -> Iterator[File]:
    """cog_ensemble_2026_csv.zip, EPCI_2020.zip and reference_IRIS_geo2021.zip."""
    yield _code_of_places(town)
    yield _intercommunalities(town)
    yield _list_of_iris(town)


def _capitals(name: str) -> str:
    """A name in capitals without accents nor hyphens, as the column NCC has it."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return bare.upper().replace("-", " ").replace("'", " ")


def _named(name: str) -> list[str]:
    """Type of article, name in capitals, name without article, full name."""
    article = {"La ": "3", "Les ": "4"}
    for word, code in article.items():
        if name.startswith(word):
            return [code, _capitals(name[len(word) :]), name[len(word) :], name]
    return ["0", _capitals(name), name, name]


def _code_of_places(town: Town) -> File:
    """The archive of the COG, its seven tables quoted as INSEE's are."""
    places, land = facts("places"), town.land
    region, head = places["region"]["code"], land.communes[0]
    communes, movements = _communes(town, region), _movements(town)
    tables = {
        "v_commune_2026": communes,
        "v_departement_2026": [[DEPARTMENT, region, head, *_named(places["department"]["name"])]],
        "v_region_2026": [[region, head, *_named(places["region"]["name"])]],
        "v_mvt_commune_2026": movements,
        "v_canton_2026": [[_CANTON, DEPARTMENT, region, "1", head, *_named(land.commune_names[0]), "C"]],
        "v_comer_2026": [[code[:3], *_named(name)] for code, name in _OVERSEAS],
        "v_commune_comer_2026": [
            [code, *_named(name), "COM", code[:3], name] for code, name in _OVERSEAS
        ],
    }
    return File(
        "insee_cog-2026/cog_ensemble_2026_csv.zip", zipped(_quoted_tables(tables)),
        "INSEE layout", "COG 2026", len(communes), "a merged commune per three, in force on 1 January 2019",
    )


def _merged(town: Town) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """For each block, code and name of the commune that took another in, and of that other."""
    return [
        ((commune_code(block, HOST), town.land.commune_names[3 * block + HOST]),
         (commune_code(block, MERGED), former_name(block)))
        for block in range(town.land.blocks)
    ]


def _communes(town: Town, region: str) -> list[list[str]]:
    """The communes of today, then the delegated communes that were communes once."""
    land = town.land
    today = [
        ["COM", code, region, DEPARTMENT, f"{DEPARTMENT}D", f"{DEPARTMENT}1", *_named(name), _CANTON, ""]
        for code, name in zip(land.communes, land.commune_names, strict=True)
    ]
    return today + [
        ["COMD", code, "", "", "", "", *_named(name), "", pair[0][0]]
        for pair in _merged(town)
        for code, name in pair
    ]


def _movements(town: Town) -> list[list[str]]:
    """Each former commune becomes part of the host, and a delegated commune of its own name."""
    return [
        [_MERGING, MERGED_ON, "COM", code, *_named(name), kind, there, *_named(called)]
        for host, former in _merged(town)
        for code, name in (host, former)
        for kind, (there, called) in (("COM", host), ("COMD", (code, name)))
    ]


def _quoted_tables(tables: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, bytes]:
    """The members of the archive: comma, every cell quoted."""
    headers = facts("layouts")["places"]
    return {
        f"{name}.csv": text_of(
            [quoted(column) for column in headers[name]],
            ([quoted(cell) for cell in row] for row in rows),
            ",",
        ).encode()
        for name, rows in tables.items()
    }


def _intercommunalities(town: Town) -> File:
    """EPCI_2020.csv: the three communes of a block form one."""
    land, region = town.land, facts("places")["region"]["code"]
    rows = [
        [code, name, f"{249_600_001 + place // 3}", f"CC du Carreau {place // 3 + 1}", DEPARTMENT, region]
        for place, (code, name) in enumerate(zip(land.communes, land.commune_names, strict=True))
    ]
    content = "\ufeff" + text_of(facts("layouts")["places"]["epci_2020"], rows, end="\r\n")
    return File(
        "insee_epci-2020/EPCI_2020.zip", zipped({"EPCI_2020.csv": content.encode()}),
        "INSEE layout", "2020", len(rows), "BOM, CRLF",
    )


def _list_of_iris(town: Town) -> File:
    """iris_2021.csv: the IRIS with their names, types and communes."""
    land, region = town.land, facts("places")["region"]["code"]
    rows = []
    for place, code in enumerate(land.iris):
        name = land.commune_names[int(land.iris_commune[place])]
        label = f"{name} (commune non irisée)" if code.endswith("0000") else land.iris_names[place]
        rows.append(
            [code, label, land.iris_types[place], f"{code[:7]}", code[:5], name, "96000", region, DEPARTMENT]
        )
    content = "\ufeff" + text_of(facts("layouts")["places"]["reference_iris_2021"], rows, end="\r\n")
    return File(
        "insee_reference-iris-2021/reference_IRIS_geo2021.zip", zipped({"iris_2021.csv": content.encode()}),
        "INSEE layout", "geography 2021", len(rows), "BOM, CRLF",
    )
