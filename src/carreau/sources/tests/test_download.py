"""A publisher's file downloaded over real connections to a real server, well or badly served."""

from __future__ import annotations

import gzip
import hashlib
import resource
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from carreau.errors import Broken, Missing, Retry
from carreau.sources.declare import Published
from carreau.sources.mirror import mirror_at
from carreau.sources.transfer import Transfer

CONTENT = b"IRIS;P22_POP\n" + bytes(range(32, 122)) * 30_000


def _published(url: str = "", name: str = "base.csv") -> Published:
    """One declared file."""
    return Published("base", name, "RP 2022", "L1", url)


def _parts(transfer: Transfer) -> list[str]:
    """The names left in the folder of unfinished downloads, locks aside."""
    return [path.name for path in transfer.shelf.parts.iterdir() if path.suffix != ".lock"]


# From the publisher


def test_a_file_is_downloaded_whole_and_kept_with_its_digest(
    transfer: Transfer, site: Any, bring: Any
) -> None:
    told: list[int] = []
    published = _published(site.put("/base.csv", CONTENT))
    file = bring(published, replace(transfer, advance=told.append))
    assert file.path.read_bytes() == CONTENT
    assert file.digest == hashlib.sha256(CONTENT).hexdigest()
    assert (file.name, file.status, file.fetched_at.hour) == ("base.csv", "original", 12)
    assert sum(told) == len(CONTENT)
    assert _parts(transfer) == []


def test_what_was_fetched_once_is_used_without_anyswift(transfer: Transfer, site: Any, bring: Any) -> None:
    published = _published(site.put("/base.csv", CONTENT))
    first = bring(published, transfer)
    site.pages.clear()
    site.requests.clear()
    assert bring(published, replace(transfer, clock=lambda: datetime.now(UTC))) == first
    assert site.requests == []


def test_a_cut_download_is_resumed_where_it_stopped(transfer: Transfer, site: Any, bring: Any) -> None:
    told: list[int] = []
    cut = site.cut(CONTENT, 1_000_000, ETag='"v1"')
    published = _published(site.put("/base.csv", CONTENT, cut, ETag='"v1"'))
    assert bring(published, replace(transfer, advance=told.append)).path.read_bytes() == CONTENT
    assert len(site.asked("Range")) == 1
    assert 0 < int(site.asked("Range")[0].removeprefix("bytes=").removesuffix("-")) <= 1_000_000
    assert sum(told) == len(CONTENT)


def test_a_download_is_not_resumed_from_another_version(transfer: Transfer, site: Any, bring: Any) -> None:
    old = b"old" * 500_000
    published = _published(site.put("/base.csv", CONTENT, site.cut(old, 900_000, ETag='"old"'), ETag='"new"'))
    assert bring(published, transfer).path.read_bytes() == CONTENT
    assert site.asked("If-Range") == ['"old"']


def test_without_a_validator_nothing_is_resumed(transfer: Transfer, site: Any, bring: Any) -> None:
    weak = {"ETag": 'W/"weak"'}
    published = _published(site.put("/base.csv", CONTENT, site.cut(CONTENT, 900_000, **weak), **weak))
    assert bring(published, transfer).path.read_bytes() == CONTENT
    assert site.asked("Range") == []


def test_a_server_that_gives_less_than_the_rest_is_asked_for_more(
    transfer: Transfer, site: Any, bring: Any
) -> None:
    """RFC 9110 lets a server answer with a shorter range than the one that was asked for."""
    total = len(CONTENT)

    def shorter(handler: Any) -> None:
        part = f"bytes 900000-1499999/{total}"
        handler.send(206, CONTENT[900_000:1_500_000], ETag='"v"', Content_Range=part)

    cut = site.cut(CONTENT, 900_000, ETag='"v"')
    published = _published(site.put("/base.csv", CONTENT, cut, shorter, ETag='"v"'))
    assert bring(published, transfer).path.read_bytes() == CONTENT
    assert site.asked("Range") == ["bytes=900000-", "bytes=1500000-"]


def test_a_wrong_part_is_thrown_away(transfer: Transfer, site: Any, bring: Any, swift: Any) -> None:
    cut = site.cut(CONTENT, 900_000, ETag='"v"')
    wrong = site.status(206, Content_Range="bytes 7-9/10")
    gone = site.status(416)
    published = _published(site.put("/base.csv", CONTENT, cut, wrong, cut, gone, ETag='"v"'))
    assert bring(published, replace(transfer, network=swift(attempts=9))).path.read_bytes() == CONTENT


def test_a_server_in_trouble_is_asked_again_after_growing_pauses(
    transfer: Transfer, site: Any, bring: Any, swift: Any
) -> None:
    pauses: list[float] = []
    trouble = [site.status(500), site.status(503, Retry_After="7"), site.status(429, Retry_After="soon")]
    published = _published(site.put("/base.csv", CONTENT, *trouble))
    network = replace(swift(attempts=5), sleep=pauses.append)
    assert bring(published, replace(transfer, network=network)).path.read_bytes() == CONTENT
    assert pauses == [0.5, 7.0, 2.0]


def test_a_server_that_stays_in_trouble_is_given_up_and_may_be_tried_later(
    transfer: Transfer, site: Any, bring: Any
) -> None:
    published = _published(site.put("/base.csv", CONTENT, *[site.status(500)] * 9))
    with pytest.raises(Retry, match="500"):
        bring(published, transfer)
    assert len(site.requests) == 3
    assert transfer.shelf.resting("recensement", "base") == ()


def test_a_file_that_comes_in_small_pieces_is_not_given_up(transfer: Transfer, site: Any, bring: Any) -> None:
    """Each attempt brings some bytes: attempts are counted anew."""
    pieces = [site.cut(CONTENT, 300_000, start, ETag='"v"') for start in range(0, 1_800_000, 300_000)]
    published = _published(site.put("/base.csv", CONTENT, *pieces, ETag='"v"'))
    assert bring(published, transfer).path.read_bytes() == CONTENT
    assert len(site.requests) == 7


def test_a_silent_server_is_not_waited_for(transfer: Transfer, site: Any, bring: Any, swift: Any) -> None:
    published = _published(site.put("/base.csv", CONTENT, *[lambda handler: time.sleep(0.3)] * 9))
    started = time.monotonic()
    with pytest.raises(Retry, match=r"base\.csv"):
        bring(published, replace(transfer, network=swift(silence=0.05, attempts=2)))
    assert time.monotonic() - started < 5


def test_a_server_that_drips_is_stopped_in_the_end(
    transfer: Transfer, site: Any, bring: Any, swift: Any
) -> None:
    clock = iter(range(0, 10_000_000, 10))
    published = _published(site.put("/base.csv", CONTENT))
    network = replace(swift(duration=5), seconds=lambda: float(next(clock)))
    with pytest.raises(Retry, match="lentement"):
        bring(published, replace(transfer, network=network))


@pytest.mark.parametrize("announced", [True, False])
def test_a_file_beyond_the_size_limit_is_not_kept(
    transfer: Transfer, site: Any, announced: bool, bring: Any, swift: Any
) -> None:
    steps = [] if announced else [site.unannounced(CONTENT)]
    published = _published(site.put("/base.csv", CONTENT, *steps))
    with pytest.raises(Broken, match="plus gros"):
        bring(published, replace(transfer, network=swift(size=1_000_000)))
    assert _parts(transfer) == []


def test_a_file_of_no_announced_size_is_taken_to_its_end(transfer: Transfer, site: Any, bring: Any) -> None:
    published = _published(site.put("/base.csv", CONTENT, site.unannounced(CONTENT)))
    assert bring(published, transfer).path.read_bytes() == CONTENT


def test_a_file_that_a_server_encodes_anyway_is_decoded(transfer: Transfer, site: Any, bring: Any) -> None:
    encoded = {"Content-Encoding": "gzip", "ETag": '"z"'}
    published = _published(site.put("/base.csv", gzip.compress(CONTENT), **encoded))
    assert bring(published, transfer).path.read_bytes() == CONTENT


@pytest.mark.parametrize("code", [401, 403, 404, 410])
def test_a_file_that_is_not_served_is_missing(transfer: Transfer, site: Any, code: int, bring: Any) -> None:
    published = _published(site.put("/base.csv", CONTENT, site.status(code)))
    with pytest.raises(Missing, match=f"{code}"):
        bring(published, transfer)
    assert len(site.requests) == 1


@pytest.mark.parametrize(
    "content", [b"", b"\xef\xbb\xbf\r\n <!DOCTYPE HTML><title>404</title>", b"<html lang='fr'>",
                b"<?xml version='1.0'?>\n<html>", b"<!-- 404 --><HTML>"]
)
def test_an_empty_file_or_a_web_page_is_not_the_file(
    transfer: Transfer, site: Any, content: bytes, bring: Any
) -> None:
    published = _published(site.put("/base.csv", content))
    with pytest.raises(Broken, match=r"base\.csv est"):
        bring(published, transfer)
    assert _parts(transfer) == []
    site.put("/base.csv", CONTENT)
    assert bring(published, transfer).path.read_bytes() == CONTENT


def test_a_pattern_takes_the_name_that_its_url_ends_with(transfer: Transfer, site: Any, bring: Any) -> None:
    published = _published(site.put("/fichier/base_2022.csv", CONTENT), "base_*.csv")
    assert bring(published, transfer).name == "base_2022.csv"
    unnamed = Published("autre", "base_*.csv", "RP 2022", "L1", site.put("/", CONTENT))
    assert bring(unnamed, transfer).name == "fichier"


def test_a_file_that_nothing_has_is_missing_and_says_what_to_do(
    transfer: Transfer, tmp_path: Path, bring: Any
) -> None:
    mirror = mirror_at(tmp_path)
    for offline in (_published(), _published("https://insee.example/base.csv")):
        with pytest.raises(Missing) as refusal:
            bring(offline, replace(transfer, mirror=mirror, online=False))
        said = str(refusal.value)
        assert all(word in said for word in ("base.csv", str(tmp_path), "Insee", "RP 2022", "--mirror", "https://"))


def test_without_a_mirror_only_the_workspace_was_looked_in(transfer: Transfer, bring: Any) -> None:
    with pytest.raises(Missing, match="dossier de travail") as refusal:
        bring(_published(), transfer)
    assert "miroir" not in refusal.value.given


def test_a_full_disk_says_the_size_needed_and_the_download_goes_on_later(
    transfer: Transfer, site: Any, bring: Any
) -> None:
    published = _published(site.put("/base.csv", CONTENT))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, hard))
    try:
        with pytest.raises(Retry, match="place") as refusal:
            bring(published, transfer)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "3 Mo" in refusal.value.expected
    assert bring(published, transfer).path.read_bytes() == CONTENT
    assert len(site.asked("Range")) == 1


_FETCH = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from carreau.sources.declare import Published, Source
from carreau.sources.network import Network
from carreau.sources.transfer import Transfer, fetched
from carreau.store import Records, Shelf
home = Path(sys.argv[1])
published = Published("base", "base.csv", "RP 2022", "L1", sys.argv[2])
texts = ("Recensement", "Insee", "https://insee.example/page", "LO", "Un fichier.")
source = Source("recensement", *texts, False, "", (published,), {}, Path())
shelf = Shelf(home, Records(home / "records.sqlite"))
tell = lambda size: print(size, flush=True)
transfer = Transfer(shelf, lambda: datetime.now(UTC), network=Network(proxies={}), advance=tell)
print(fetched(source, published, transfer)[0].digest)
"""


def test_a_killed_download_is_resumed_by_the_next_run(
    transfer: Transfer, site: Any, tmp_path: Path, bring: Any
) -> None:
    def stalled(handler: Any) -> None:
        handler.begin(200, Content_Length=str(len(CONTENT)), ETag='"v"')
        handler.wfile.write(CONTENT[:1_200_000])
        handler.wfile.flush()
        time.sleep(5)

    url = site.put("/base.csv", CONTENT, stalled, ETag='"v"')
    command = [sys.executable, "-c", _FETCH, str(tmp_path / "home"), url]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while sum(map(int, [process.stdout.readline()])) == 0:
            pass
        time.sleep(0.2)
        process.kill()
    assert transfer.shelf.resting("recensement", "base") == ()
    assert bring(_published(url), transfer).path.read_bytes() == CONTENT
    assert site.asked("Range") != ["bytes=0-"]
    assert site.asked("If-Range") == ['"v"']


def test_two_processes_that_want_one_file_download_it_once(site: Any, tmp_path: Path) -> None:
    def slow(handler: Any) -> None:
        time.sleep(0.5)
        handler.send(200, CONTENT, ETag='"v"')

    command = [sys.executable, "-c", _FETCH, str(tmp_path / "home"), site.put("/base.csv", CONTENT, slow)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    ends = [process.communicate(timeout=30)[0].split()[-1].decode() for process in running]
    assert ends == [hashlib.sha256(CONTENT).hexdigest()] * 2
    assert len(site.requests) == 1


# From a mirror
