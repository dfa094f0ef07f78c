"""The installed command on a small invented town, as a user drives it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from carreau.counters.cli.application import run
from carreau.testing.town import town, written

CARREAU = Path(sys.executable).with_name("carreau")
STATION = "bv:96001_0001"


class House:
    """A home where the town's profile was made once, by the installed command, from a mirror."""

    def __init__(self, folder: Path) -> None:
        self.mirror = written(town(people=3_000), folder / "ville")
        self.root = folder / "maison"
        self.out = folder / "ville.parquet"
        self.first = subprocess.run(
            [CARREAU, "profile", "com:96001", "--mirror", str(folder / "ville"), "-o", str(self.out)],
            env={**os.environ, "CARREAU_HOME": str(self.root)},
            text=True,
            capture_output=True,
            timeout=300,
        )


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The house, made once for all the tests below."""
    return House(tmp_path_factory.mktemp("journey"))


@pytest.fixture
def at_home(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """The house, with ``CARREAU_HOME`` set to it."""
    monkeypatch.setenv("CARREAU_HOME", str(house.root))
    monkeypatch.delenv("CARREAU_MIRROR", raising=False)
    return house


def test_the_whole_journey_says_its_steps_and_the_next_command(house: House) -> None:
    assert house.first.returncode == 0, house.first.stderr
    lines = house.first.stderr.splitlines()
    verbs = [line.split()[0] for line in lines]
    assert list(dict.fromkeys(verbs)) == ["Recueillir", "Affiner", "Construire", "Contrôler", "Livrer", "→"]
    assert lines[-1] == f"→ carreau verify {house.out}"
    assert house.first.stdout.startswith(f"{house.out} (")


@pytest.mark.parametrize("suffix", [".csv", ".json", ".geojson", ".xlsx", ".parquet"])
def test_each_format_is_written_and_verified_without_the_mirror(
    suffix: str, at_home: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / f"profil{suffix}"
    assert run(["deliver", "com:96001", "-o", str(out), "--quiet"]) == 0
    assert run(["verify", str(out)]) == 0
    assert f"{out.name} : valide." in capsys.readouterr().out


def test_an_altered_file_says_so_and_where(
    at_home: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    altered = tmp_path / "altered.parquet"
    data = bytearray(at_home.out.read_bytes())
    data[len(data) // 3] ^= 1
    altered.write_bytes(data)
    assert run(["verify", str(altered)]) == 1
    out = capsys.readouterr().out
    assert "altéré" in out
    assert "  où         : " in out


def test_a_file_of_nobody_is_unknown(
    at_home: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stray = tmp_path / "stray.json"
    stray.write_text('{"rows": []}')
    assert run(["verify", str(stray), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["state"] == "inconnu"
    assert run(["verify", str(stray)]) == 1
    assert capsys.readouterr().out.startswith("stray.json : inconnu. ")


def test_a_station_fits_on_one_screen_and_says_that_the_town_is_invented(
    at_home: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["show", STATION]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Bureau de vote 96001_0001 · Carreville"
    assert "synthétiques" in "".join(lines[:4])
    assert 20 < len(lines) <= 45
    assert max(map(len, lines)) <= 80


def test_a_theme_is_shown_whole(at_home: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", STATION, "--theme", "métiers"]) == 0
    out = capsys.readouterr().out
    assert "Cadres" in out
    assert "Logement" not in out


def test_an_unknown_theme_gets_near_names(at_home: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", STATION, "--theme", "metier"]) == 2
    assert "Métiers" in capsys.readouterr().err


def test_no_color_means_no_color(house: House) -> None:
    environment = {**os.environ, "CARREAU_HOME": str(house.root), "NO_COLOR": "1", "FORCE_COLOR": ""}
    answer = subprocess.run(
        [CARREAU, "show", STATION], env=environment, text=True, capture_output=True, timeout=120
    )
    assert answer.returncode == 0
    assert "\x1b" not in answer.stdout


@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        (["fetch"], {"source", "name", "digest", "status", "bytes"}),
        (["sources"], {"id", "title", "files", "tables"}),
        (["products"], {"id", "title", "indicators"}),
        (["territoires", "carreville"], {"territory", "name"}),
        (["ledger"], {"sequence", "at", "verb", "facts"}),
    ],
)
def test_a_listing_is_json_when_asked(
    arguments: list[str], keys: set[str], at_home: House, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*arguments, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    rows = json.loads(out)
    assert rows
    assert keys <= set(rows[0])


@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        (["refine", "com:96001"], {"crosswalks", "remarks"}),
        (["build", "com:96001"], {"rows", "indicators", "remarks"}),
        (["release", "com:96001"], {"id", "territory", "lineage"}),
        (["profile", "com:96001"], {"id", "territory", "lineage"}),
        (["show", STATION], {"station", "themes", "sources"}),
    ],
)
def test_a_step_is_json_when_asked(
    arguments: list[str], keys: set[str], at_home: House, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*arguments, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert keys <= set(json.loads(out))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["fetch"], "à disposition"),
        (["sources"], "11 sources"),
        (["products"], "electoral_profile"),
        (["products", "--indicators"], "part_cadres"),
        (["territoires", "carreville"], "com:96001"),
        (["territoires", "zzzzzzzz"], "Aucun territoire de ce nom"),
        (["ledger"], "deliver"),
        (["refine", "com:96001"], "adresses"),
        (["build", "com:96001"], "21 bureaux de vote, "),
        (["release", "com:96001"], "certificat : carreau-"),
    ],
)
def test_a_step_is_said_in_words(
    arguments: list[str], words: str, at_home: House, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*arguments, "--quiet"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert words in out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["profile", "com:96004"], 2, ["96004", "noms proches"]),
        (["profile", "planet:9"], 2, ["planet", "com:69123"]),
        (["profile", "com:96001", "-o", "/proc/nowhere/x.parquet"], 1, ["/proc/nowhere"]),
        (["profile", "com:96001", "-o", "x.docx"], 2, [".docx"]),
        (["profile", "com:96001", "--product", "electoral"], 2, ["electoral_profile"]),
        (["fetch", "insee_cencus"], 2, ["insee_census"]),
        (["show", "com:96001"], 2, ["bureau de vote"]),
        (["verify", "/nowhere/x.parquet"], 1, ["/nowhere/x.parquet"]),
    ],
)
def test_what_cannot_be_done_is_said_with_what_to_do(
    arguments: list[str], code: int, words: list[str], at_home: House, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*arguments, "--quiet"]) == code
    out, err = capsys.readouterr()
    assert [word for word in words if word not in out + err] == []
    assert "Traceback" not in err
    assert "incident imprévu" not in err


def test_a_mirror_that_is_not_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CARREAU_HOME", str(tmp_path / "maison"))
    assert run(["profile", "com:96001", "--mirror", str(tmp_path / "nothing")]) == 1
    assert str(tmp_path / "nothing") in capsys.readouterr().err


def test_an_empty_ledger_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CARREAU_HOME", str(tmp_path))
    assert run(["ledger"]) == 0
    assert "Le registre est vide." in capsys.readouterr().out


def test_an_interruption_is_said_in_one_line_and_leaves_nothing_half_written(
    house: House, tmp_path: Path
) -> None:
    out = tmp_path / "x.parquet"
    child = subprocess.Popen(
        [CARREAU, "profile", "com:96001", "--mirror", str(house.mirror), "-o", str(out)],
        env={**os.environ, "CARREAU_HOME": str(tmp_path / "maison")},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stderr is not None
    child.stderr.readline()
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=120)
    assert child.returncode == 130, err
    assert err.splitlines()[-1] == "Interrompu. Ce qui était terminé est gardé."
    assert not out.exists()


def test_the_town_of_the_command_is_a_mirror(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CARREAU_HOME", str(tmp_path / "maison"))
    assert run(["town", str(tmp_path / "ville"), "--people", "2000"]) == 0
    assert (tmp_path / "ville" / "MANIFEST.md").exists()
    out, err = capsys.readouterr()
    assert out.replace("\u202f", " ").startswith(f"{tmp_path / 'ville'} : 2 000 habitants, ")
    assert f"--mirror {tmp_path / 'ville'}" in err


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARREAU_HOME", str(tmp_path))
    assert run(["town", "/proc/nowhere"]) == 1
