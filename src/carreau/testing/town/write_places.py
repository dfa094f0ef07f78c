"""The maps of the town: stations, IRIS, communes and constituencies, and the voters' addresses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyproj
import shapely

from carreau.testing.town.contours import in_degrees
from carreau.testing.town.files import File, geoparquet, parquet, zipped
from carreau.testing.town.model import DEPARTMENT, Array, Town, stream
from carreau.testing.town.streets import facts
from carreau.testing.town.tallies import Tally, field_of, tallies_of

MISPLACED: Final = 0.01
DUPLICATED: Final = 0.004
APPROXIMATE: Final = 0.06
_MAP_DECIMALS: Final = 6


def place_files(town: Town) -> Iterator[File]:
    """Contours of stations (twice), IRIS, communes and constituencies, and the voters' addresses."""
    stations = in_degrees(town.stations.contour)
    yield _station_contours(town, stations)
    yield _station_features(town, stations)
    yield _iris_contours(town)
    yield _commune_contours(town)
    yield _constituencies(town)
    yield _addresses(town)


def last_tallies(town: Town) -> tuple[Tally, ...]:
    """What each station of today counted at the last election but one (the roll of 2024)."""
    last = town.ballots[-2]
    station = town.addresses.station[town.homes.address[town.people.home]]
    return tallies_of(last, station, field_of(last, town.stations.constituency))


def _station_contours(town: Town, contours: Array) -> File:
    """contours-france-entiere.parquet: every station, those without contour too."""
    stations, land = town.stations, town.land
    areas = [None if each is None else each.area / 1e6 for each in stations.contour]
    columns: dict[str, Any] = {
        "bv_id": stations.ids,
        "code_departement": [DEPARTMENT] * len(stations.ids),
        "code_commune": [each[:5] for each in stations.ids],
        "code_bv": [each[6:] for each in stations.ids],
        "libelle_commune": [land.commune_names[commune] for commune in stations.commune],
        "inscrits": pa.array([tally.registered for tally in last_tallies(town)], pa.int32()),
        "n_contour_parts": pa.array(
            [shapely.get_num_geometries(each) if each else None for each in contours], pa.int16()
        ),
        "area_km2": pa.array(areas, pa.float32()),
    }
    return File(
        "etalab_contours-bureaux-vote/contours-france-entiere.parquet", geoparquet(columns, contours),
        "Etalab layout", "2024 stations", len(stations.ids),
        "Voronoi cells of addresses; a commune's only station has none",
    )


def _station_features(town: Town, contours: Array) -> File:
    """contours-france-entiere-latest-v2.geojson.zip: one feature per piece, so that identifiers come back."""
    land, features = town.land, []
    for place, (key, contour) in enumerate(zip(town.stations.ids, contours, strict=True)):
        if contour is None:
            continue
        constituency = f"{int(town.stations.constituency[place]) + 1:02d}"
        properties = {
            "codeDepartement": DEPARTMENT, "nomDepartement": facts("places")["department"]["name"],
            "codeCirconscription": f"{DEPARTMENT}{constituency}",
            "nomCirconscription": f"{int(constituency)}ème circonscription",
            "codeCommune": key[:5], "nomCommune": land.commune_names[int(town.stations.commune[place])],
            "numeroBureauVote": key[6:], "codeBureauVote": key, "id_bv": _unpadded(key),
        }
        for piece in shapely.get_parts(contour):
            geometry = json.loads(shapely.to_geojson(piece))
            features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    stem = "contours-france-entiere-latest-v2.geojson"
    content = json.dumps(
        {"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":")
    )
    return File(
        f"etalab_contours-bureaux-vote/{stem}.zip", zipped({stem: content.encode()}),
        "Etalab layout", "2024 stations", len(features),
        "same contours, one feature per piece; no feature without contour",
    )


def _unpadded(key: str) -> str:
    """A station's key as the electoral roll writes it: ``96001_1``, ``96003_3B``."""
    return f"{key[:6]}{key[6:].lstrip('0')}"


def _iris_contours(town: Town) -> File:
    """CONTOURS-IRIS.parquet."""
    land = town.land
    columns = {
        "CODE_IRIS": land.iris, "INSEE_COM": [code[:5] for code in land.iris],
        "IRIS": [code[5:] for code in land.iris],
        "NOM_COM": [land.commune_names[commune] for commune in land.iris_commune],
        "NOM_IRIS": land.iris_names,
        "TYP_IRIS": land.iris_types,
    }
    return File(
        "ign_contours-iris-2020/CONTOURS-IRIS.parquet",
        geoparquet(columns, in_degrees(land.outlines, _MAP_DECIMALS)),
        "IGN / INSEE layout", "2020", len(land.iris), "GeoParquet EPSG:4326",
    )


def _commune_contours(town: Town) -> File:
    """communes_contours.parquet."""
    land = town.land
    columns = {
        "code": land.communes, "type": ["COM"] * len(land.communes), "nom": land.commune_names,
        "dep": [DEPARTMENT] * len(land.communes),
    }
    return File(
        "ign_communes/communes_contours.parquet",
        geoparquet(columns, in_degrees(land.commune_outlines, _MAP_DECIMALS)),
        "IGN layout", "2025", len(land.communes), "current communes only",
    )


def _constituencies(town: Town) -> File:
    """ref_circonscriptions_legislatives.parquet: each holds whole communes."""
    of_commune = np.zeros(len(town.land.communes), dtype=np.int64)
    of_commune[town.stations.commune] = town.stations.constituency
    outlines = town.land.commune_outlines
    shapes = np.array(
        [shapely.unary_union(outlines[of_commune == c]) for c in range(int(of_commune.max()) + 1)]
    )
    codes = [f"{DEPARTMENT}-{place + 1:02d}" for place in range(len(shapes))]
    columns = {"code": codes, "code_departement": [DEPARTMENT] * len(codes)}
    return File(
        "datafrance_circonscriptions/ref_circonscriptions_legislatives.parquet",
        geoparquet(columns, in_degrees(shapes, _MAP_DECIMALS)), "layout of the compiled table", "2024",
        len(codes),
        "whole communes",
    )


def _addresses(town: Town) -> File:
    """table-adresses-reu_96.parquet: where the registered voters live, as the roll's geocoding found them.

    About 1 % of the rows are in the wrong place, some are known to the street only, some come twice.
    """
    addresses, random = town.addresses, stream(town.seed, "roll")
    voters = _voting_homes(town)
    rows = np.flatnonzero(voters)
    x, y = addresses.x[rows].copy(), addresses.y[rows].copy()
    rough = random.random(len(rows)) < APPROXIMATE
    x[rough] += random.normal(0.0, 60.0, int(rough.sum()))
    y[rough] += random.normal(0.0, 60.0, int(rough.sum()))
    wrong = np.flatnonzero(random.random(len(rows)) < MISPLACED)
    elsewhere = random.integers(0, len(addresses.x), len(wrong))
    x[wrong], y[wrong] = addresses.x[elsewhere], addresses.y[elsewhere]
    score = np.where(rough, random.uniform(0.35, 0.75, len(rows)), random.uniform(0.72, 0.98, len(rows)))
    to_degrees = pyproj.Transformer.from_crs(2154, 4326, always_xy=True)
    longitude, latitude = to_degrees.transform(x, y)
    columns = {
        **_roll_names(town, rows, rough),
        "geo_score": pa.array(np.round(score, 2)),
        "longitude": pa.array(np.round(longitude, _MAP_DECIMALS)),
        "latitude": pa.array(np.round(latitude, _MAP_DECIMALS)),
        "nb_adresses": pa.array(voters[rows].astype(np.int32)),
    }
    written = np.repeat(np.arange(len(rows)), 1 + (random.random(len(rows)) < DUPLICATED))
    table = pa.table(columns).select(facts("layouts")["places"]["reu_addresses_2022"]).take(written)
    return File(
        f"insee_reu-adresses-2022/table-adresses-reu_{DEPARTMENT}.parquet", parquet(table),
        "INSEE REU layout", "2022 layout, 2024 stations", len(written),
        "identifiers not padded; 1 % of addresses in the wrong place, some in double; status synthetic",
    )


def _voting_homes(town: Town) -> Array:
    """How many homes of each address hold a registered voter of 2024."""
    registered = town.ballots[-2].choice >= 0
    home = np.bincount(town.people.home[registered], minlength=len(town.homes.kind)) > 0
    return np.bincount(town.homes.address[home], minlength=len(town.addresses.x))


def _roll_names(town: Town, rows: Array, rough: Array) -> dict[str, Any]:
    """The columns that name each address and its station; a rough address has no number."""
    addresses, land, stations = town.addresses, town.land, town.stations
    station, commune = addresses.station[rows], land.iris_commune[addresses.iris[rows]]
    number = np.where(rough, "", [f"{each} " for each in addresses.number[rows]])
    names = [
        f"{house}{addresses.streets[street]} {land.communes[place]} {land.commune_names[place]}"
        for house, street, place in zip(number, addresses.street[rows], commune, strict=True)
    ]
    count = len(rows)
    return {
        "code_commune_ref": pa.array([land.communes[place] for place in commune], pa.large_string()),
        "reconstitution_code_commune": pa.array(["f"] * count, pa.large_string()),
        "id_brut_bv_reu": pa.array([_unpadded(stations.ids[each]) for each in station], pa.large_string()),
        "id": pa.array([str(each) for each in rows], pa.large_string()),
        "geo_adresse": pa.array(names, pa.large_string()),
        "geo_type": pa.array(np.where(rough, "street", "housenumber").tolist(), pa.large_string()),
        "api_line": pa.array(["geo"] * count, pa.large_string()),
        "nb_bv_commune": pa.array(np.bincount(stations.commune)[commune].astype(np.int32)),
    }
