"""The identity provider that the owner of a house declared, in its environment or in ``oidc.toml`` of its folder."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from carreau.errors import Broken
from carreau.market.identity import Provider

FILE: Final = "oidc.toml"
PREFIX: Final = "CARREAU_OIDC_"
_NAMES: Final = ("issuer", "client_id", "client_secret", "address", "domains")
_LOCAL: Final = {"localhost", "127.0.0.1", "::1"}


def provider_declared(folder: Path, environment: Mapping[str, str]) -> Provider | None:
    """The provider declared for the house in ``folder``; the environment goes before the file; None without issuer.

    :class:`~carreau.errors.Broken` for a file that cannot be read, or an address that is not ``https``.
    """
    path = folder / FILE
    facts = _read(path) if path.is_file() else {}
    facts |= {name: environment[PREFIX + name.upper()] for name in _NAMES if environment.get(PREFIX + name.upper())}
    if not facts.get("issuer"):
        return None
    domains = facts.get("domains") or ()
    listed = domains.replace(",", " ").split() if isinstance(domains, str) else domains
    texts = {name: str(facts.get(name) or "").strip() for name in _NAMES[:4]}
    if not texts["client_id"]:
        raise _unusable("client_id manque", "l'identifiant que le fournisseur a donné à cette maison")
    for name in ("issuer", "address"):
        if texts[name] and not is_safe(texts[name]):
            raise _unusable(f"{name} = {texts[name]}", "une adresse https://")
    return Provider(
        texts["issuer"],
        texts["client_id"],
        texts["client_secret"],
        texts["address"].rstrip("/"),
        tuple(str(domain).lower().removeprefix("@") for domain in listed),
    )


def is_safe(address: str) -> bool:
    """Whether an address is https, or this machine's own.

    >>> is_safe("https://id.example.org"), is_safe("http://127.0.0.1:9000"), is_safe("http://id.example.org")
    (True, True, False)
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOCAL))


def _read(path: Path) -> dict[str, Any]:
    """The declaration in a file."""
    try:
        facts = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _unusable(str(path), "un fichier TOML lisible") from error
    return {name: facts[name] for name in _NAMES if name in facts}


def _unusable(given: str, expected: str) -> Broken:
    """The error for a declaration that cannot be used."""
    return Broken(
        "le fournisseur d'identité de la maison est mal déclaré",
        given=given,
        expected=expected,
        advice=f"corriger {FILE} dans le dossier de travail, ou les variables {PREFIX}…",
    )
