"""The stations most like one, in its commune and beyond: what was compared, why they are near, what sets them apart.

What is compared is the widest profile of stations that rests in the home and holds the one asked for; when none does,
that of its commune, made now. Nothing is said of an area that the profile does not cover.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow.parquet as pq

from carreau.errors import Missing, Unknown
from carreau.guard import Release, Signer, opened
from carreau.house.likeness import Likeness, likeness_of
from carreau.house.reading_kept import WIDEST, Kept, kept_releases
from carreau.house.watch import Watcher
from carreau.house.workspace import Workspace
from carreau.places.codes import department_of
from carreau.terms import Compare, Slice, Territory

PROFILE: Final = "electoral_profile"
STATION: Final = "bureau"
FOLDER: Final = "served"
SCOPES: Final[Mapping[str, str]] = {
    "commune": "Dans la même commune",
    "departement": "Dans le même département",
    "france": "En France",
}
ELSEWHERE: Final[Mapping[str, str]] = {
    "departement": "Ailleurs dans le département",
    "france": "Ailleurs en France",
}
COVERED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "commune": ("france", "dep", "epci", "com"),
    "departement": ("france", "dep"),
    "france": ("france",),
}
MOST: Final = 50
SAID: Final = (
    "L'écart est la moyenne des différences, en écarts types des bureaux comparés\u202f; un chiffre fragile y compte "
    "moins"
)
NOT_FRANCE: Final = (
    "Le profil de la France n'est pas gardé ici\u202f: « carreau profile france » le ferait"
)
PLACES: Final = "Deux lieux se ressemblent, non leurs habitants un à un"


@dataclass(frozen=True, slots=True)
class Like:
    """What is asked: a station, where to look (empty: its commune, then as wide as the profile goes), how many."""

    station: str
    scope: str = ""
    limit: int = 5


@dataclass(frozen=True, slots=True)
class _Compared:
    """The release in which a station is compared, and all of its stations ready to be."""

    release: Release
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class _Area:
    """Where near stations are looked for: the scope, its title, the codes of its stations."""

    scope: str
    title: str
    codes: Sequence[str]


def alike(at: Workspace, made: Callable[[str], Release], like: Like, watcher: Watcher) -> dict[str, Any]:
    """The stations most like that of ``like``, with their reasons; ``made`` gives the release of a territory.

    ``station`` (its code and name), ``compared`` (territory, date, certificate, how many stations and indicators),
    ``groups`` (one per area, the nearest first, each with ``why`` and ``apart``), ``missing``, ``remarks``.
    :class:`~carreau.errors.Unknown` for what is no station, no scope or no limit, :class:`~carreau.errors.Missing` when
    no profile at hand covers the scope.
    """
    where, scope = station_named(like.station), like.scope
    _checked(scope, like.limit)
    kept = next((one for one in _covering(at, scope or "commune") if _holds(one, where.code)), None)
    found = _opened(at, kept, watcher) if kept else _compared(made, where.code, scope)
    said = found.likeness.missing(where.code)
    groups = [_group(found, where.code, area, like.limit) for area in _areas(found, where.code, scope)]
    return {
        "station": {"territory": str(where), "code": where.code, "name": _name(found.likeness, where.code)},
        "compared": {
            "territory": found.release.territory,
            "made_at": found.release.made_at.isoformat(),
            "certificate": str(found.release.certificate["id"]),
            "stations": len(found.likeness.codes),
            "indicators": len(found.likeness.ground.indicators) - len(said),
        },
        "groups": groups,
        "missing": [column.title or column.name for column in said],
        "remarks": [*_remarks(found.release, scope), SAID, PLACES],
        "standing": list(found.release.certificate["standing"]),
    }


def station_named(text: str) -> Territory:
    """The station that ``text`` names; :class:`~carreau.errors.Unknown` when it names none."""
    wanted = Territory.parse(text)
    if wanted.kind != "bv":
        raise Unknown(
            f"« {text} » n'est pas un bureau de vote",
            given=text,
            expected="par exemple bv:69123_0101",
            advice="chercher la commune : carreau territoires NOM",
        )
    return wanted


def _checked(scope: str, limit: int) -> None:
    """Refuse an area that has no name here, and a number of stations that no one could read."""
    if scope and scope not in SCOPES:
        raise Unknown.named(scope, "périmètre", SCOPES, f"choisir parmi : {', '.join(SCOPES)}")
    if not 1 <= limit <= MOST:
        raise Unknown("le nombre de bureaux à montrer ne convient pas", given=str(limit), expected=f"de 1 à {MOST}")


def _opened(at: Workspace, kept: Kept, watcher: Watcher) -> _Compared:
    """A kept profile, ready to be compared."""
    watcher.started("serve", f"bureaux comparés, {kept.territory}")
    release = opened(kept.path, Signer.of(at.keys), at.root / FOLDER)
    likeness = likeness_of(release)
    watcher.ended(f"{len(likeness.codes)} bureaux")
    return _Compared(release, likeness)


def _compared(made: Callable[[str], Release], code: str, scope: str) -> _Compared:
    """The profile of the commune of the station, made now, ready to be compared."""
    if scope not in {"", "commune"}:
        wider = "france" if scope == "france" else f"dep:{department_of(code[:5])}"
        raise Missing(
            f"aucun profil gardé ici ne couvre ce périmètre autour du bureau {code}",
            given=f"--within {scope}",
            expected=f"un profil déjà fait, qui contienne ce bureau : {wider}",
            advice=f"le faire d'abord : carreau profile {wider}",
        )
    release = made(f"com:{code[:5]}")
    likeness = likeness_of(release)
    if code not in likeness.row:
        raise Unknown.named(code, "bureau", likeness.codes, "vérifier le code du bureau")
    return _Compared(release, likeness)


def _covering(at: Workspace, scope: str) -> list[Kept]:
    """The kept profiles of stations that may cover a scope, the widest first and the newest among equals."""
    resting = [kept for kept in kept_releases(at.root / "blobs") if (kept.product, kept.level) == (PROFILE, STATION)]
    found = [kept for kept in resting if _kind(kept.territory) in COVERED_BY[scope]]
    return sorted(found, key=lambda kept: WIDEST.index(_kind(kept.territory)))


def _holds(kept: Kept, code: str) -> bool:
    """Whether a kept profile has the station."""
    return code in pq.read_table(kept.path, columns=["bv_id"])["bv_id"].to_pylist()


def _kind(territory: str) -> str:
    """The kind of a territory as it is written: ``com`` of ``com:69123``."""
    return territory.partition(":")[0]


def _areas(found: _Compared, code: str, scope: str) -> list[_Area]:
    """Where to look: the scope asked for, else the commune, then the rest of what the release covers whole."""
    if scope:
        return [_Area(scope, SCOPES[scope], _within(found.likeness, code, scope))]
    near = _within(found.likeness, code, "commune")
    areas = [_Area("commune", SCOPES["commune"], near)]
    wide = {"france": "france", "dep": "departement"}.get(_kind(found.release.territory))
    if wide:
        away = [one for one in _within(found.likeness, code, wide) if one[:5] != code[:5]]
        areas.append(_Area(wide, ELSEWHERE[wide], away))
    return areas


def _within(likeness: Likeness, code: str, scope: str) -> Sequence[str]:
    """The codes of the stations of an area around ``code``."""
    if scope == "france":
        return likeness.codes
    if scope == "commune":
        return [one for one in likeness.codes if one[:5] == code[:5]]
    department = department_of(code[:5])
    return [one for one in likeness.codes if department_of(one[:5]) == department]


def _group(found: _Compared, code: str, area: _Area, limit: int) -> dict[str, Any]:
    """The nearest stations of one area, each with its reasons, figures with their margins."""
    near = found.likeness.nearest(code, area.codes, limit)
    stations = [{**one, "apart": found.likeness.apart(code, one["code"])} for one in near]
    figures = [figure for one in stations for figure in (*one["why"], one["apart"]) if figure]
    margins = _margins(found.release, {figure["name"] for figure in figures}, [code, *(one["code"] for one in near)])

    def told(figure: Mapping[str, Any] | None, other: str) -> dict[str, Any] | None:
        if figure is None:
            return None
        name = figure["name"]
        return {**figure, "margin": margins[code].get(name), "their_margin": margins[other].get(name)}

    told_of = [
        {**one, "why": [told(figure, one["code"]) for figure in one["why"]], "apart": told(one["apart"], one["code"])}
        for one in stations
    ]
    return {"within": area.scope, "title": area.title, "stations": told_of}


def _margins(release: Release, names: Iterable[str], codes: list[str]) -> dict[str, dict[str, float]]:
    """The margin of each figure named, for each of some stations."""
    key = release.schema.names[0]
    wanted = {f"{name}_marge": name for name in sorted(names) if f"{name}_marge" in release.schema.names}
    rows = release.asked(Slice((key, *wanted), Compare(key, "in", tuple(codes)))).rows()
    return {
        str(row[key]): {name: float(row[column]) for column, name in wanted.items() if row[column] is not None}
        for row in rows
    }


def _name(likeness: Likeness, code: str) -> str:
    """The name of a station."""
    return likeness.names[likeness.row[code]]


def _remarks(release: Release, scope: str) -> list[str]:
    """What a reader must know of the comparison: which profile it was made in, and what would widen it."""
    date = release.made_at.strftime("%d/%m/%Y")
    where = "la France entière" if release.territory == "france" else release.territory
    said = [f"Comparé dans le profil de {where}, fait le {date}"]
    if not scope and release.territory != "france":
        said.append(NOT_FRANCE)
    return said
