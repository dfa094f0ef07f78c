"""What a home tells and does besides releases: lists, fetches, shows, tells how far it is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType

import pytest

from carreau.errors import Broken, Missing, Unknown
from carreau.house import SILENT, Home, open_home
from carreau.house.gather import Gatherer
from carreau.house.screen import refined_facts
from carreau.house.workspace import VARIABLE, workspace_at
from carreau.products import Wanted


def test_sources_tell_their_files_and_which_are_at_hand(home: Home) -> None:
    home.build("com:96002")
    listed = {source["id"]: source for source in home.sources()}
    assert set(listed) == set(home.source_list)
    census = listed["insee_census"]
    assert {"title", "publisher", "licence", "url", "description", "personal", "basis", "files", "tables"} < set(census)
    named = [file for file in census["files"] if file["name"].startswith("base-ic-logement-2022")]
    (fetched,) = (one for file in named for one in file["fetched"])
    assert fetched["status"] == "synthetic"
    assert fetched["bytes"] > 0
    assert not [file for file in census["files"] if "2017" in file["name"] and file["fetched"]]
    table = census["tables"][0]
    assert set(table["columns"][0]) == {"name", "type", "unit", "description"}


def test_products_tell_their_indicators_and_policy(home: Home) -> None:
    (profile,) = (product for product in home.products() if product["id"] == "electoral_profile")
    assert profile["policy"]["k"] == 11
    assert len(profile["indicators"]) >= 60
    assert set(profile["indicators"][0]) == {"name", "title", "title_en", "theme", "unit", "description"}


@pytest.mark.parametrize(
    ("text", "first"),
    [("96002", "com:96002"), ("Carreville", "com:96001"), ("mailles", "com:96003"), ("Saint Damié", "com:96002")],
)
def test_a_place_is_found_by_its_code_its_name_or_nearly(home: Home, text: str, first: str) -> None:
    assert home.territories(text)[0]["territory"] == first


def test_an_intercommunality_is_found_by_its_code_and_nothing_by_nonsense(home: Home) -> None:
    (found,) = (place for place in home.territories("carreau") if place["kind"] == "epci")
    assert home.territories(found["code"])[0]["territory"] == f"epci:{found['code']}"
    assert home.territories("xyzzyqwx") == []


def test_refine_tells_what_was_carried_and_lost(home: Home) -> None:
    facts = home.refine("dep:96")
    carried = {walk["method"]: walk["carried"] for walk in facts["crosswalks"]}
    assert carried["adresses"] > 0.9 * sum(carried.values())
    assert facts["territory"] == "dep:96"
    assert facts["coverage"]["population_perdue"] == 0
    assert sum(carried.values()) == pytest.approx(facts["coverage"]["population_des_departements"])


def test_build_tells_how_much_was_built_and_no_figure(home: Home) -> None:
    facts = home.build("com:96003")
    assert facts["rows"] == 3
    assert facts["indicators"] >= 60
    assert set(facts) == {"rows", "indicators", "remarks"}


def test_what_readers_met_is_said_after_the_name_of_the_file(home: Home) -> None:
    remarks = home.build("com:96003")["remarks"]
    assert [remark for remark in remarks if remark.startswith("BASE_TD_FILO_IRIS_2021_DISP_CSV.zip : ")]


def test_one_station_is_shown_with_its_themes_levels_and_sources(home: Home) -> None:
    facts = home.show("bv:96001_1")
    station = facts["station"]
    assert (station["bv_id"], station["libelle_commune"]) == ("96001_0001", "Carreville")
    assert station["rattachement"] == "contour du bureau"
    titles = [theme["title"] for theme in facts["themes"]]
    assert titles[0] == "Population"
    assert titles[-1] == "Élections"
    shown = {one["name"]: one for theme in facts["themes"] for one in theme["indicators"]}
    whole = home.release("dep:96").rows()[0]
    young = shown["part_0_14_ans"]
    assert young["value"] == pytest.approx(whole["part_0_14_ans"])
    assert young["commune"] == pytest.approx(whole["part_0_14_ans"] - whole["part_0_14_ans_ecart_commune"])
    assert {"name", "title", "unit", "value", "margin", "grade", "status", "commune", "departement", "france"} == set(
        young
    )
    assert shown["population"]["commune"] is None


def test_the_screen_names_each_source_once_with_its_least_official_status(home: Home) -> None:
    sources = {source["source"]: source for source in home.show("96001_0001")["sources"]}
    assert sources["insee_census"]["title"].startswith("Recensement")
    assert sources["insee_census"]["vintage"] == "RP 2022"
    assert len(sources["insee_census"]["files"]) == 5
    assert {source["status"] for source in sources.values()} == {"synthetic"}
    assert sources["interieur_results"]["files"] == ["general_results.parquet", "candidats_results.parquet"]


def test_only_a_station_is_shown(home: Home) -> None:
    with pytest.raises(Unknown, match="« com:96001 » n'est pas un bureau de vote"):
        home.show("com:96001")


def test_every_source_is_fetched_from_the_mirror(home: Home, mirror: Path) -> None:
    found = home.fetch()
    files = {path.name for path in mirror.rglob("*") if path.is_file()} - {"MANIFEST.md", "truth.parquet"}
    assert {file["name"] for file in found} >= files - {"ref_circonscriptions_legislatives.parquet"}
    assert set(found[0]) == {"source", "name", "vintage", "digest", "status", "bytes", "fetched_at"}
    assert found[0]["fetched_at"].startswith("2026-11-24T12:00:00")


def test_one_source_is_fetched_by_its_name(home: Home) -> None:
    assert {file["source"] for file in home.fetch(["caf_benefits"])} == {"caf_benefits"}


def test_a_source_that_does_not_exist_is_refused_with_near_names(home: Home) -> None:
    with pytest.raises(Unknown, match="insee_cencus") as error:
        home.fetch(["insee_cencus"])
    assert "insee_census" in error.value.expected


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A publisher's server that serves one file, and what it was asked for."""
    paths: list[str] = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "12")
            self.end_headers()
            self.wfile.write(b"IRIS;LIBIRIS")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    thread.join()
    server.server_close()


def published_at(home: Home, url: str) -> Home:
    """The home with one source, whose one file is served at ``url``."""
    source = home.source_list["caf_benefits"]
    one = replace(source, files=(replace(source.files[0], key="un", name="un.csv", url=f"{url}/un.csv"),))
    return replace(home, source_list=MappingProxyType({"caf_benefits": one}))


def test_a_publisher_is_asked_for_a_named_source_without_mirror(asked: tuple[str, list[str]], tmp_path: Path) -> None:
    url, paths = asked
    home = published_at(open_home(tmp_path / "home"), url)
    (file,) = home.fetch(["caf_benefits"])
    assert (file["name"], file["status"], paths) == ("un.csv", "original", ["/un.csv"])
    assert home.fetch() == home.fetch(["caf_benefits"])
    assert paths == ["/un.csv"]


def test_a_publisher_is_not_asked_for_all_sources_nor_beside_a_mirror(
    asked: tuple[str, list[str]], mirror: Path, tmp_path: Path
) -> None:
    url, paths = asked
    with pytest.raises(Missing, match="aucun fichier") as error:
        published_at(open_home(tmp_path / "home"), url).fetch()
    assert "ni miroir" in error.value.given
    with pytest.raises(Missing, match="aucun fichier") as error:
        published_at(open_home(tmp_path / "home", mirror), url).fetch(["caf_benefits"])
    assert str(mirror) in error.value.given
    assert paths == []


def test_a_required_input_is_downloaded_and_an_optional_one_is_not(
    asked: tuple[str, list[str]], tmp_path: Path
) -> None:
    url, paths = asked
    home = published_at(open_home(tmp_path / "home"), url)
    gatherer = Gatherer(home.source_list, home.workspace, None, home.clock)
    assert gatherer.files(Wanted("caf", "caf_benefits", "iris", ("un",), required=False)) == ()
    assert paths == []
    (file,) = gatherer.files(Wanted("caf", "caf_benefits", "iris", ("autre", "un"), required=True))
    assert (file.name, paths) == ("un.csv", ["/un.csv"])
    with pytest.raises(Missing) as error:
        gatherer.files(Wanted("caf", "caf_benefits", "iris", ("autre",), required=True))
    assert "rien dans le dossier de travail" in error.value.given


class Told:
    """A watcher that remembers what it was told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, object]] = []

    def started(self, verb: str, what: str, total: int | None = None) -> None:
        self.events.append((verb, total))

    def advanced(self, done: int = 1) -> None:
        self.events.append(("+", done))

    def ended(self, summary: str = "") -> None:
        self.events.append(("fin", summary))


def test_each_step_is_told_from_its_start_to_its_end(home: Home, tmp_path: Path) -> None:
    told = Told()
    home.deliver("com:96002", tmp_path / "x.parquet", told)
    verbs = [event for event, _ in told.events if event not in {"+", "fin"}]
    assert verbs[:2] == ["fetch", "fetch"]
    assert verbs[-1] == "deliver"
    assert len(verbs) == sum(event == "fin" for event, _ in told.events)
    totals = [total for event, total in told.events if event not in {"+", "fin"} and isinstance(total, int)]
    assert sum(event == "+" for event, _ in told.events) == sum(totals)


def test_silence_says_nothing() -> None:
    assert SILENT.started("fetch", "fichiers", 3) is None
    assert SILENT.advanced(2) is None
    assert SILENT.ended() is None


def test_a_town_is_written_where_it_is_asked(home: Home, tmp_path: Path) -> None:
    facts = home.town(2_000, tmp_path / "ville", 7)
    assert facts["stations"] == 25
    assert facts["example"] == "96001_0001"
    assert facts["files"] == sum(1 for path in (tmp_path / "ville").rglob("*") if path.is_file())


def test_a_home_rests_where_it_is_told_else_in_the_variable_else_with_the_users_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "variable"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert open_home(tmp_path / "told").root == tmp_path / "told"
    assert workspace_at(None).root == tmp_path / "variable"
    monkeypatch.delenv(VARIABLE)
    assert workspace_at(None).root == tmp_path / "data" / "carreau"


def test_a_place_where_nothing_can_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("")
    with pytest.raises(Broken, match="dossier de travail") as error:
        workspace_at(tmp_path / "fichier" / "home")
    assert "--home" in error.value.advice


def test_the_facts_of_a_lost_zone_are_told_as_lost(home: Home) -> None:
    draft = home._draft(home._wanted("com:96002", "electoral_profile", "bureau"), SILENT)
    lost = replace(draft, coverage={"population_par_methode": {"perdu": 12.0, "surface": 3.0}})
    assert [(walk["carried"], walk["lost"]) for walk in refined_facts(lost)["crosswalks"]] == [(0.0, 12.0), (3.0, 0.0)]
