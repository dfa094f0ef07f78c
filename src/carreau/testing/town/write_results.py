"""The results of each election, as the ministry publishes it: L2 in 2017 and 2022, L4 in 2024.

A few stations overseas and abroad vote too (codes ZA, ZX and ZZ until 2022, 971 in 2024): they have ballots
and nothing else in the town's files, as in life.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from carreau.testing.town.files import File, french, quoted, zipped
from carreau.testing.town.land import MERGED, commune_code, former_name
from carreau.testing.town.model import DEPARTMENT, Ballots, Town, stream
from carreau.testing.town.streets import facts
from carreau.testing.town.tallies import Tally, field_of, tallies_of

_L2: Final = {
    "2017_pres_t1": ("interieur_presidentielle-2017-t1", "PR17_BVot_T1_FE.txt"),
    "2022_pres_t1": ("interieur_presidentielle-2022-t1", "resultats-par-niveau-burvot-t1-france-entiere.txt"),
}
_L4: Final = {
    "2024_legi_t1": "interieur_legislatives-2024-t1",
    "2024_legi_t2": "interieur_legislatives-2024-t2",
}
_PUBLISHER: Final = "Ministry of the Interior layout"
_SEXES: Final = {"M": "MASCULIN", "F": "FEMININ"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line of results was counted, in the codes of its year."""

    department: str
    department_name: str
    constituency: str
    commune: str
    commune_name: str
    station: str

    @property
    def insee(self) -> str:
        """The five-character code of the commune, overseas departments in figures."""
        return f"{_PREFIXES.get(self.department, self.department)}{self.commune}"


_PREFIXES: Final = {"ZA": "97", "ZX": "97", "971": "97"}
_FAR: Final = (
    Place("ZA", "Guadeloupe", "01", "199", "Les Cases-du-Large", "0001"),
    Place("ZA", "Guadeloupe", "01", "199", "Les Cases-du-Large", "0002"),
    Place("ZX", "Saint-Martin/Saint-Barthélemy", "01", "701", "Saint-Barthélemy", "0001"),
    Place("ZX", "Saint-Martin/Saint-Barthélemy", "01", "801", "Saint-Martin", "0001"),
    Place("ZZ", "Français établis hors de France", "01", "999", "Consulat fictif", "0001"),
)
_FAR_VOTERS: Final = 640

Line = tuple[Place, Tally]


def lines_of(town: Town, ballots: Ballots) -> list[Line]:
    """The lines of one election: the stations of its year in the order of their keys, then far ones."""
    stations, land = town.stations, town.land
    where = stations.constituency
    past = ballots.election.startswith("2017")
    ids = stations.former_ids if past else stations.ids
    station = town.addresses.station[town.homes.address[town.people.home]]
    if past:
        station = stations.former[station]
        where = np.zeros(len(ids), dtype=np.int64)
        where[stations.former] = stations.constituency
    names = dict(zip(land.communes, land.commune_names, strict=True))
    names |= {commune_code(block, MERGED): former_name(block) for block in range(land.blocks)}
    department = facts("places")["department"]["name"]
    tallies = tallies_of(ballots, station, field_of(ballots, where))
    places = [
        Place(DEPARTMENT, department, f"{int(circo) + 1:02d}", key[2:5], names[key[:5]], key[6:])
        for key, circo in zip(ids, where, strict=True)
    ]
    return list(zip(places, tallies, strict=True)) + _far_lines(town, ballots)


def _far_lines(town: Town, ballots: Ballots) -> list[Line]:
    """The lines of the stations overseas and abroad; in 2024 only Guadeloupe's, under 971."""
    random, lines = stream(town.seed, f"far {ballots.election}"), []
    for far in _FAR:
        recent = ballots.election.startswith("2024")
        if recent and far.department != "ZA":
            continue
        place = (
            Place("971", far.department_name, far.constituency, far.commune, far.commune_name, far.station)
            if recent
            else far
        )
        field = ballots.candidates[0]
        share = random.dirichlet(np.ones(len(field) + 3))
        drawn = [int(each) for each in random.multinomial(_FAR_VOTERS, share)]
        lines.append((place, Tally(_FAR_VOTERS, drawn[0], drawn[1], drawn[2], tuple(drawn[3:]), field)))
    return lines


def result_files(town: Town) -> Iterator[File]:
    """PR17_BVot_T1_FE, the 2022 file by station, and the two rounds of 2024."""
    for ballots in town.ballots:
        lines = lines_of(town, ballots)
        if ballots.election in _L2:
            folder, name = _L2[ballots.election]
            content = zipped({name: _wide_text(lines, ballots.election).encode("iso-8859-1")})
            yield File(
                f"{folder}/{name}.zip", content, _PUBLISHER, ballots.election,
                len(lines),
                "L2: unnamed repeated blocks, ISO-8859-1, CRLF; overseas and abroad in Z codes",
            )
        else:
            second = ballots.election.endswith("t2")
            yield File(
                f"{_L4[ballots.election]}/resultats-definitifs-par-bureau-de-vote.csv",
                _numbered_text(lines, second).encode(), _PUBLISHER, ballots.election, len(lines),
                f"L4: numbered blocks, percents; {'quoted, padded' if second else 'not quoted nor padded'}",
            )


def percent(part: int, whole: int) -> str:
    """A percentage with two decimals and a comma, 0 when there is nothing."""
    return french(100.0 * part / whole if whole else 0.0, 2)


def _wide_text(lines: Sequence[Line], election: str) -> str:
    """Layout L2: the header names one block, the rows hold one per candidate."""
    layout = facts("layouts")["results"]
    rows = [";".join([*layout["fixed_l2"], *layout["block_l2"]])]
    for place, tally in lines:
        cells = [
            place.department, place.department_name, place.constituency,
            f"{int(place.constituency)}ème circonscription",
            place.commune, place.commune_name, place.station, *_totals_of_l2(tally),
        ]
        for each, votes in zip(tally.candidates, tally.votes, strict=True):
            cells += [str(each["panel"]), each["sex"], each["last"], each["first"], str(votes)]
            cells += [percent(votes, tally.registered), percent(votes, tally.valid)]
        rows.append(";".join(cells))
    return "\r\n".join([*rows, ""])


def _totals_of_l2(tally: Tally) -> list[str]:
    """Registered to valid votes in the order of L2, with their percentages."""
    ins, vot = tally.registered, tally.voters
    cells = [str(ins), str(tally.absent), percent(tally.absent, ins), str(vot), percent(vot, ins)]
    for part in (tally.blank, tally.null, tally.valid):
        cells += [str(part), percent(part, ins), percent(part, vot)]
    return cells


def _numbered_text(lines: Sequence[Line], second: bool) -> str:
    """Layout L4: numbered blocks, empty after the last candidate; the second round is quoted and padded."""
    layout = facts("layouts")["results"]
    numbers = range(1, layout["blocks_l4_t2" if second else "blocks_l4_t1"] + 1)
    header = [*layout["fixed_l4"], *(f"{name} {number}" for number in numbers for name in layout["block_l4"])]
    winners = _winners(lines) if second else frozenset()
    rows = [_joined(header, second)]
    for place, tally in lines:
        cells = [place.department, place.department_name, place.insee, place.commune_name]
        cells += [place.station if second else place.station.lstrip("0"), *_totals_of_l4(tally)]
        for each, votes in zip(tally.candidates, tally.votes, strict=True):
            cells += [str(each["panel"]), each["nuance"], each["last"], each["first"], _SEXES[each["sex"]]]
            cells += [str(votes), f"{percent(votes, tally.registered)}%", f"{percent(votes, tally.valid)}%"]
            cells.append("élu" if (each["last"], each["first"]) in winners else "")
        rows.append(_joined([*cells, *[""] * (len(header) - len(cells))], second))
    return "\n".join([*rows, ""])


def _winners(lines: Sequence[Line]) -> frozenset[tuple[str, str]]:
    """The last and first names of those who have most votes in their constituency of the town."""
    votes: Counter[tuple[str, tuple[str, str]]] = Counter()
    for place, tally in lines:
        for each, cast in zip(tally.candidates, tally.votes, strict=True):
            if place.department == DEPARTMENT:
                votes[place.constituency, (each["last"], each["first"])] += cast
    best: dict[str, tuple[str, str]] = {}
    for (constituency, name), _ in votes.most_common():
        best.setdefault(constituency, name)
    return frozenset(best.values())


def _totals_of_l4(tally: Tally) -> list[str]:
    """Registered to null votes in the order of L4, with their percentages."""
    ins, vot = tally.registered, tally.voters
    cells = [str(ins), str(vot), f"{percent(vot, ins)}%", str(tally.absent), f"{percent(tally.absent, ins)}%"]
    for part in (tally.valid, tally.blank, tally.null):
        cells += [str(part), f"{percent(part, ins)}%", f"{percent(part, vot)}%"]
    return cells


def _joined(cells: Sequence[str], second: bool) -> str:
    """A line of cells; the second round quotes those that are not small numbers or single words."""
    return ";".join(quoted(cell) if second and _wants_quotes(cell) else cell for cell in cells)


def _wants_quotes(cell: str) -> bool:
    """Codes, percentages and names with a space or a hyphen are quoted, as in the ministry's second round."""
    return any(mark in cell for mark in " -%,/") or (cell.isdigit() and (cell[0] == "0" or len(cell) == 5))
