"""Right answers on the publishers' files: Paris by its definition, three departments, the whole country."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
import pytest
import shapely

from carreau.places.area import area_crosswalk, shared_areas
from carreau.places.coverage import coverage_of
from carreau.places.zones import Zones, zones_from, zones_of

pytestmark = pytest.mark.mirror
CONTOURS = "etalab_contours-bureaux-vote/contours-france-entiere.parquet"
IRIS = "ign_contours-iris-2020/CONTOURS-IRIS.parquet"
CENSUS = "insee_rp2022-evol-struct-pop/base-ic-evol-struct-pop-2022_csv.zip"


def lambert(path: Path, code: str, system: str) -> Zones:
    """Zones of a file already in Lambert-93."""
    table = pq.read_table(path)
    shapes = shapely.from_wkb(np.asarray(table["geometry"].to_pylist(), dtype=object))
    zones, remarks = zones_from(np.asarray(table[code].to_pylist()), shapes, system=system, vintage="2012")
    assert remarks == ()
    return zones


@pytest.fixture(scope="module")
def paris(mirror: Path) -> tuple[Zones, Zones, np.ndarray]:
    """992 IRIS of 2013, 867 stations of 2012, nine counts of the census of 2011 on the IRIS."""
    iris = lambert(mirror / "ign_contours-iris-2013-paris" / "paris_iris_2013.parquet", "DCOMIRIS", "iris")
    stations = lambert(mirror / "paris_bureaux-vote-2012" / "paris_bv_2012.parquet", "ID", "bv")
    table = pq.read_table(mirror / "insee_rp2011-cs8-paris" / "paris_iris_rp2011_cs8.parquet")
    rows = {code: k for k, code in enumerate(table["IRIS"].to_pylist())}
    counts = np.column_stack([table[name].to_numpy() for name in table.column_names[1:]])
    return iris, stations, counts[[rows[code] for code in iris.codes.tolist()]]


@pytest.mark.parametrize("kernel", ["exact", "incidences"])
def test_paris_cs8_of_2011_on_the_stations_of_2012_follows_the_definition(paris, kernel: str) -> None:
    iris, stations, counts = paris
    # Independent of the room: every pair whose boxes meet, one by one, in plain float64.
    row, column = shapely.STRtree(stations.geometry).query(iris.geometry)
    share = shapely.area(shapely.intersection(iris.geometry[row], stations.geometry[column])) / shapely.area(
        iris.geometry[row]
    )
    expected = np.zeros((len(stations), 9))
    np.add.at(expected, column, counts[row] * share[:, None])
    walk, _ = area_crosswalk(iris, stations, kernel=kernel)
    assert np.abs(walk.applied(counts) - expected).max() <= 1e-6


def test_paris_loses_2_23_percent_in_plain_mode_and_nobody_in_conservative_mode(paris) -> None:
    iris, stations, counts = paris
    walk, remarks = area_crosswalk(iris, stations)
    report = coverage_of(walk, counts[:, 0], "C_POP15P")
    assert report.came_in == 1_926_666
    assert report.lost / report.came_in == pytest.approx(0.0223, abs=5e-5)
    assert remarks == ()
    kept = walk.conservative()
    np.testing.assert_allclose(kept.applied(counts).sum(axis=0), counts.sum(axis=0), rtol=1e-9)
    assert kept.lost.sum() == 0


@pytest.fixture(scope="module")
def population(mirror: Path) -> dict[str, float]:
    """The population of 2022 of every metropolitan IRIS."""
    with zipfile.ZipFile(mirror / CENSUS) as archive:
        name = next(name for name in archive.namelist() if not name.lower().startswith("meta"))
        table = pcsv.read_csv(
            io.BytesIO(archive.read(name)),
            parse_options=pcsv.ParseOptions(delimiter=";"),
            convert_options=pcsv.ConvertOptions(
                include_columns=["IRIS", "P22_POP"], column_types={"IRIS": pa.string()}
            ),
        )
    found = dict(zip(table["IRIS"].to_pylist(), table["P22_POP"].to_pylist(), strict=True))
    assert sum(found.values()) == pytest.approx(65_765_984)
    return found


def starting(table: pa.Table, code: str, department: str) -> pa.Table:
    return table.filter(pc.starts_with(table[code], department))


@pytest.mark.parametrize(
    ("department", "stations", "iris", "allocated"),
    [("34", 942, 578, 0.9990), ("75", 858, 992, 0.9584), ("23", 278, 262, 0.9993)],
)
def test_the_share_of_people_allocated_by_area_is_the_one_measured_before(
    mirror: Path, population, department: str, stations: int, iris: int, allocated: float
) -> None:
    origin, _ = zones_of(
        starting(pq.read_table(mirror / IRIS), "CODE_IRIS", department),
        "CODE_IRIS",
        system="iris",
        vintage="2020",
    )
    target, _ = zones_of(
        starting(pq.read_table(mirror / CONTOURS), "bv_id", department), "bv_id", system="bv", vintage="2024"
    )
    assert (len(target), len(origin)) == (stations, iris)
    walk, _ = area_crosswalk(origin, target)
    report = coverage_of(walk, [population.get(code, np.nan) for code in origin.codes.tolist()], "P_POP")
    assert report.carried / report.came_in == pytest.approx(allocated, abs=6e-5)


@pytest.mark.slow
def test_over_the_country_what_is_carried_and_what_is_lost_make_the_population(
    mirror: Path, population
) -> None:
    origin, _ = zones_of(pq.read_table(mirror / IRIS), "CODE_IRIS", system="iris", vintage="2020")
    target, _ = zones_of(pq.read_table(mirror / CONTOURS), "bv_id", system="bv", vintage="2024")
    walk, _ = area_crosswalk(origin, target)
    people = np.asarray([population.get(code, np.nan) for code in origin.codes.tolist()])
    for crosswalk in (walk, walk.conservative()):
        total = crosswalk.applied(people).sum() + crosswalk.lost_mass(people)
        assert total == pytest.approx(np.nansum(people), rel=1e-9)
    chosen = np.random.default_rng(20261124).choice(walk.weights.nnz, 3000, replace=False)
    triples = walk.weights.tocoo()
    row, column = triples.coords[0][chosen], triples.coords[1][chosen]
    exact = shared_areas(origin.geometry, target.geometry, row, column) / shapely.area(origin.geometry[row])
    assert np.abs(triples.data[chosen] - exact).max() < 1e-8
