"""Where a server may lead, and where it may not."""

from __future__ import annotations

import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from carreau.errors import Refused, Retry
from carreau.sources.declare import Published
from carreau.sources.mirror import mirror_at
from carreau.sources.network import _next, _trust, addresses_of, is_public
from carreau.sources.transfer import Transfer

CONTENT = b"IRIS;P22_POP\n" + bytes(range(32, 122)) * 30_000


def _published(url: str = "", name: str = "base.csv") -> Published:
    """One declared file."""
    return Published("base", name, "RP 2022", "L1", url)


def test_a_redirection_inside_the_declared_server_is_followed(
    transfer: Transfer, site: Any, bring: Any
) -> None:
    site.put("/there/base.csv", CONTENT)
    published = _published(site.put("/base.csv", b"", site.redirection("/there/base.csv")))
    assert bring(published, transfer).path.read_bytes() == CONTENT


def test_a_redirection_to_the_inside_of_the_network_is_refused(
    transfer: Transfer, site: Any, other_site: Any, bring: Any
) -> None:
    inside = other_site.put("/secret.csv", CONTENT)
    hosts = ("127.0.0.1", "localhost", "0x7f000001", "[::ffff:127.0.0.1]")
    spellings = [inside.replace("127.0.0.1", host) for host in hosts]
    spellings.append("http://169.254.169.254/latest/meta-data/")
    for number, target in enumerate(spellings):
        site.put(f"/{number}.csv", CONTENT, site.redirection(target))
        with pytest.raises(Refused, match="interne"):
            bring(_published(f"{site.url}/{number}.csv"), transfer)
    assert other_site.requests == []


def test_a_redirection_to_the_mirror_itself_is_followed(
    transfer: Transfer, site: Any, other_site: Any, bring: Any, swift: Any
) -> None:
    target = other_site.put("/elsewhere/base.csv", CONTENT)
    published = _published(site.put("/base.csv", b"", site.redirection(target)))
    mirror = mirror_at(other_site.url, swift())
    assert bring(published, replace(transfer, mirror=mirror)).path.read_bytes() == CONTENT


def test_a_name_that_resolves_to_the_inside_is_refused(
    transfer: Transfer, site: Any, bring: Any, swift: Any
) -> None:
    def resolve(host: str, port: int) -> list[str]:
        return ["93.184.215.14", "10.0.0.7"] if host == "rebind.example" else [host]

    published = _published(site.put("/base.csv", b"", site.redirection("http://rebind.example/")))
    with pytest.raises(Refused, match="rebind"):
        bring(published, replace(transfer, network=replace(swift(), resolve=resolve)))


def test_the_address_that_was_judged_is_the_one_reached(
    transfer: Transfer, site: Any, bring: Any, swift: Any
) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    site.put("/base.csv", CONTENT)
    url = f"http://donnees.example:{site.server_port}/base.csv"
    network = replace(swift(), resolve=resolve)
    assert bring(_published(url), replace(transfer, network=network)).path.read_bytes() == CONTENT
    assert asked == ["donnees.example"]
    assert site.asked("Host") == [f"donnees.example:{site.server_port}"]


def test_a_proxy_is_used_when_the_machine_has_one(
    transfer: Transfer, site: Any, bring: Any, swift: Any
) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise OSError("no name server here")

    site.put("http://donnees.example/base.csv", CONTENT)
    network = replace(swift(), resolve=resolve, proxies={"http": site.url})
    published = _published("http://donnees.example/base.csv")
    assert bring(published, replace(transfer, network=network)).path.read_bytes() == CONTENT


def test_a_name_without_address_may_be_tried_later(transfer: Transfer, swift: Any, bring: Any) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise OSError("no name server here")

    network = replace(swift(), resolve=resolve)
    with pytest.raises(Retry, match="adresse"):
        bring(_published("http://insee.example/base.csv"), replace(transfer, network=network))


@pytest.mark.parametrize("target", ["ftp://insee.example/base.csv", "file:///etc/passwd"])
def test_a_redirection_to_another_scheme_is_refused(
    transfer: Transfer, site: Any, target: str, bring: Any
) -> None:
    published = _published(site.put("/base.csv", b"", site.redirection(target)))
    with pytest.raises(Refused, match="sûre"):
        bring(published, transfer)


def test_redirections_without_end_are_refused(transfer: Transfer, site: Any, bring: Any) -> None:
    url = site.put("/base.csv", b"", *[site.redirection("/base.csv")] * 20)
    with pytest.raises(Refused, match="sans fin"):
        bring(_published(url), transfer)


def test_a_password_in_a_url_is_not_recorded(
    transfer: Transfer, site: Any, tmp_path: Path, bring: Any
) -> None:
    site.put("/base.csv", CONTENT)
    url = site.url.replace("http://", "http://moi:secret@") + "/base.csv"
    bring(_published(url), transfer)
    assert transfer.shelf.resting("recensement", "base")[0].url == f"{site.url}/base.csv"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("212.27.48.10", True), ("2001:41d0:1::1", True), ("::ffff:212.27.48.10", True),
        ("10.1.2.3", False), ("172.16.0.1", False), ("192.168.1.1", False), ("127.9.9.9", False),
        ("169.254.169.254", False), ("100.64.0.1", False), ("0.0.0.0", False), ("224.0.0.1", False),
        ("240.0.0.1", False), ("255.255.255.255", False), ("::1", False), ("fe80::1", False),
        ("fd00::1", False), ("::ffff:127.0.0.1", False), ("2002:7f00:1::", False), ("ff02::1", False),
        ("64:ff9b::10.0.0.1", False),
    ],
)  # fmt: skip
def test_an_address_is_public_or_not(address: str, public: bool) -> None:
    """Ranges of RFC 6890 and what IPv6 carries of them (RFC 4291, 3056, 6052)."""
    assert is_public(address) is public


def test_a_name_resolves_to_its_addresses() -> None:
    assert "127.0.0.1" in addresses_of("127.0.0.1", 80)


def test_a_pause_asked_as_a_date_is_waited_for(
    transfer: Transfer, site: Any, swift: Any, bring: Any
) -> None:
    pauses: list[float] = []
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    step = site.status(503, Retry_After=then)
    published = _published(site.put("/base.csv", CONTENT, step))
    bring(published, replace(transfer, network=replace(swift(), sleep=pauses.append)))
    assert 20 < pauses[0] <= 30


@pytest.fixture
def secure_site(site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The server behind TLS, under a certificate for ``donnees.example`` that this machine trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "donnees.example")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    names = x509.SubjectAlternativeName([x509.DNSName("donnees.example")])
    signed = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    kept = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path / "certificate.pem"
    path.write_bytes(kept + signed.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    site.socket = context.wrap_socket(site.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    _trust.cache_clear()
    yield site
    _trust.cache_clear()


def test_a_certificate_is_verified_for_the_name_and_not_for_the_address(
    transfer: Transfer, secure_site: Any, swift: Any, bring: Any
) -> None:
    secure_site.put("/base.csv", CONTENT)
    network = replace(swift(), resolve=lambda host, port: ["127.0.0.1"])
    ways = replace(transfer, network=network)
    for host in ("autre.example", "donnees.example"):
        published = _published(f"https://{host}:{secure_site.server_port}/base.csv")
        if host == "donnees.example":
            assert bring(published, ways).path.read_bytes() == CONTENT
        else:
            with pytest.raises(Retry, match="certificate verify failed"):
                bring(published, ways)


def test_a_secure_address_does_not_lead_to_an_open_one() -> None:
    with pytest.raises(Refused, match="sûre"):
        _next(httpx.URL("https://insee.example/a"), "http://insee.example/b")
    assert str(_next(httpx.URL("http://insee.example/a"), "https://insee.example/b")) == "https://insee.example/b"
