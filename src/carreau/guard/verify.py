"""The check of a file, offline: is it, to the byte, what a house that we trust has let out?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from carreau.errors import Missing
from carreau.guard._seal import fingerprint_of, is_signed
from carreau.guard.encode.attest import read_copy
from carreau.guard.find import Found, opened

State = Literal["valide", "altéré", "inconnu"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check says: the state, where or why in words, and what the certificate tells when it can be trusted.

    ``valide``: every byte is as it was signed, by a trusted key. ``altéré``: a certificate is there and the file is
    not what it says; ``where`` names the place. ``inconnu``: no certificate, or one signed by a key that is not
    trusted here; ``where`` gives that key's fingerprint.
    """

    state: State
    where: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def verified(path: Path, trusted: Iterable[str]) -> Verdict:
    """The verdict on the file at ``path``, ``trusted`` being the public keys (hexadecimal) that one believes.

    Needs no network and never fails on a hostile file; a path that cannot be read is
    :class:`~carreau.errors.Missing`.
    """
    try:
        with opened(path) as found:
            return _verdict(found, frozenset(trusted))
    except OSError as error:
        raise Missing(
            f"{path.name} ne peut pas être lu",
            given=str(path),
            expected="un fichier lisible, sorti de Carreau",
            advice="vérifier le chemin",
        ) from error


def _verdict(found: Found, trusted: frozenset[str]) -> Verdict:
    """The verdict on what was found in a file."""
    if not found.text:
        if found.damage:
            return Verdict("altéré", found.damage)
        return Verdict("inconnu", "ce fichier n'a pas de certificat")
    document = read_copy(found.text)
    if document is None or not (is_signed(document) and is_signed(document["release"])):
        return Verdict("altéré", "le certificat lui-même")
    strangers = {document["public_key"], document["release"]["public_key"]} - trusted
    if strangers:
        key = sorted(strangers)[0]
        facts = {"fingerprint": fingerprint_of(key), "public_key": key}
        return Verdict("inconnu", f"signé par une clé inconnue ici, d'empreinte {facts['fingerprint']}", facts)
    facts = _facts(document)
    if found.sha256 != document["copy"]["sha256"]:
        return Verdict("altéré", found.where(document["copy"]), facts)
    return Verdict("valide", "", facts)


def _facts(document: Mapping[str, Any]) -> dict[str, Any]:
    """What a reader wants to know of a certificate, then the certificate itself."""
    release, copy = document["release"], document["copy"]
    return {
        "id": release["id"],
        "product": release["product"]["title"],
        "territory": release["territory"],
        "made_at": release["made_at"],
        "rows": copy["rows"],
        "columns": copy["columns"],
        "cut": copy["cut"],
        "standing": release["standing"],
        "recipient": release["recipient"],
        "purpose": release["purpose"],
        "decision": release["decision"],
        "fingerprint": fingerprint_of(release["public_key"]),
        "certificate": release,
    }
