"""The key of the house, its signature, and the one door."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from carreau.errors import Broken
from carreau.guard import Signer
from carreau.guard._seal import KEY_FILE, canonical, fingerprint_of, is_signed

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=4,
)
DOCUMENTS = st.dictionaries(st.text().filter(lambda name: name not in {"signature", "public_key"}), JSON)


def test_the_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "neuf" / "cle"
    first = Signer.of(folder)
    assert Signer.of(folder).public_key == first.public_key
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == [KEY_FILE]


def test_the_key_is_never_shown(tmp_path: Path) -> None:
    assert repr(Signer.of(tmp_path)) == "Signer()"


def test_processes_that_arrive_together_share_one_key(tmp_path: Path) -> None:
    code = "import sys, pathlib; from carreau.guard._seal import Signer\n"
    code += "input(); print(Signer.of(pathlib.Path(sys.argv[1])).public_key)"
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdin=-1, stdout=-1, text=True) for _ in range(3)
    ]
    keys = [process.communicate("go\n", timeout=60)[0] for process in started]
    assert len(keys[0]) == 65
    assert len(set(keys)) == 1


def test_when_another_process_was_first_its_key_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Signer.of(tmp_path)
    monkeypatch.setattr(Path, "exists", lambda _: False)
    assert Signer.of(tmp_path).public_key == first.public_key


def _elliptic() -> bytes:
    return generate_private_key(SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@pytest.mark.parametrize("content", [b"", b"\xff\x00hasard", _elliptic()], ids=["vide", "hasard", "autre courbe"])
def test_a_key_that_cannot_be_used_is_said_gently(tmp_path: Path, content: bytes) -> None:
    (tmp_path / KEY_FILE).write_bytes(content)
    with pytest.raises(Broken, match="clé de signature") as caught:
        Signer.of(tmp_path)
    assert str(tmp_path) in caught.value.given


def test_a_key_that_cannot_be_made_is_said_gently(tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("")
    with pytest.raises(Broken, match="clé de signature"):
        Signer.of(tmp_path / "fichier" / "cle")


@settings(deadline=None, max_examples=50)
@given(DOCUMENTS)
def test_a_signed_document_is_signed_and_reads_back(signer: Signer, document: dict[str, object]) -> None:
    signed = signer.signed(document)
    assert is_signed(signed)
    assert {name: value for name, value in signed.items() if name not in {"signature", "public_key"}} == document
    assert signer.signed(signed) == signed


def test_any_change_to_a_signed_document_is_seen(signer: Signer, stranger: Signer) -> None:
    signed = signer.signed({"a": 1})
    assert not is_signed({**signed, "a": 2})
    assert not is_signed({**signed, "b": None})
    assert not is_signed({**signed, "public_key": stranger.public_key})
    assert not is_signed({**signed, "signature": "00" * 64})
    assert not is_signed({**signed, "signature": signed["signature"].upper()})
    assert not is_signed({**signed, "public_key": 3})
    assert not is_signed({"a": 1})
    assert not is_signed({**signed, "a": "\ud800"})


def test_the_canonical_form_has_sorted_keys_and_no_spaces() -> None:
    document = {"b": np.float64(1.5), "a": MappingProxyType({"d": [1, None], "c": "é"})}
    assert canonical(document).decode() == '{"a":{"c":"é","d":[1,null]},"b":1.5}'
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical({"a": float("nan")})


def test_a_fingerprint_is_short_and_its_own(signer: Signer, stranger: Signer) -> None:
    assert len(fingerprint_of(signer.public_key)) == 19
    assert fingerprint_of(signer.public_key) != fingerprint_of(stranger.public_key)
