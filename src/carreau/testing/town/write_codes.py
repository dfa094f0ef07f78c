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
_MERGING: Final = "32"


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
            return [code, _capitals(name[len(word):]), name[len(word):], name]
    return ["0", _capitals(name), name, name]


def _code_of_places(town: Town) -> File:
    """The archive of the COG, its seven tables quoted as INSEE's are."""
    places, land = facts("places"), town.land
    region = places["region"]["code"]
    communes = [
        ["COM", code, region, DEPARTMENT, f"{DEPARTMENT}D", f"{DEPARTMENT}1", *_named(name), f"{DEPARTMENT}01", ""]
        for code, name in zip(land.communes, land.commune_names, strict=True)
    ]
    movements: list[list[str]] = []
    for block in range(land.blocks):
        host = commune_code(block, HOST), land.commune_names[3 * block + HOST]
        former = commune_code(block, MERGED), former_name(block)
        communes += [["COMD", code, "", "", "", "", *_named(name), "", host[0]] for code, name in (host, former)]
        for code, name in (host, former):
            movements += [
                [_MERGING, MERGED_ON, "COM", code, *_named(name), kind, there, *_named(called)]
                for kind, (there, called) in (("COM", host), ("COMD", (code, name)))
            ]
    head = land.communes[0]
    department = [[DEPARTMENT, region, head, *_named(places["department"]["name"])]]
    canton = [[f"{DEPARTMENT}01", DEPARTMENT, region, "1", head, *_named(land.commune_names[0]), "C"]]
    tables = {
        "v_commune_2026": communes, "v_departement_2026": department,
        "v_region_2026": [[region, head, *_named(places["region"]["name"])]], "v_mvt_commune_2026": movements,
        "v_canton_2026": canton, "v_comer_2026": [], "v_commune_comer_2026": [],
    }  # fmt: skip
    return File(
        "insee_cog-2026/cog_ensemble_2026_csv.zip", zipped(_quoted_tables(tables)),
        "INSEE layout", "COG 2026", len(communes), "a merged commune per three, in force on 1 January 2019",
    )  # fmt: skip


def _quoted_tables(tables: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, bytes]:
    """The members of the archive: comma, every cell quoted."""
    headers = facts("layouts")["places"]
    return {
        f"{name}.csv": text_of(
            [quoted(column) for column in headers[name]], ([quoted(cell) for cell in row] for row in rows), ","
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
    )  # fmt: skip


def _list_of_iris(town: Town) -> File:
    """iris_2021.csv: the IRIS with their names, types and communes."""
    land, region = town.land, facts("places")["region"]["code"]
    rows = []
    for place, code in enumerate(land.iris):
        name = land.commune_names[int(land.iris_commune[place])]
        label = f"{name} (commune non irisée)" if code.endswith("0000") else land.iris_names[place]
        rows.append([code, label, land.iris_types[place], f"{code[:7]}", code[:5], name, "96000", region, DEPARTMENT])
    content = "\ufeff" + text_of(facts("layouts")["places"]["reference_iris_2021"], rows, end="\r\n")
    return File(
        "insee_reference-iris-2021/reference_IRIS_geo2021.zip", zipped({"iris_2021.csv": content.encode()}),
        "INSEE layout", "geography 2021", len(rows), "BOM, CRLF",
    )  # fmt: skip
