"""Valid, altered (and where), or unknown: offline, and never a traceback."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from carreau.errors import Missing
from carreau.guard import FORMATS, Release, Signer, Verdict, verified
from carreau.guard._seal import canonical, fingerprint_of
from carreau.guard.find import workbook
from carreau.guard.find.found import LARGEST_CERTIFICATE

Files = dict[str, Path]
MANY = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def files(released: Callable[..., Release], tmp_path_factory: pytest.TempPathFactory) -> Files:
    """One file of each format."""
    folder = tmp_path_factory.mktemp("sorties")
    return {suffix: released().write(folder / f"lyon{suffix}") for suffix in FORMATS}


@pytest.fixture
def check(signer: Signer, tmp_path: Path, files: Files) -> Callable[..., Verdict]:
    """The verdict on a file of a format whose bytes were changed."""

    def verdict(suffix: str, change: Callable[[bytes], bytes] = bytes, beside: str = "") -> Verdict:
        path = tmp_path / f"a{suffix}"
        shutil.copy(files[suffix], path)
        if FORMATS[suffix].beside:
            shutil.copy(f"{files[suffix]}.certificat.json", f"{path}.certificat.json")
        changed = Path(f"{path}{beside}")
        changed.write_bytes(change(changed.read_bytes()))
        return verified(path, [signer.public_key])

    return verdict


def swapped(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(text: bytes) -> bytes:
        assert old in text
        return text.replace(old, new, 1)

    return change


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_as_it_was_written_is_valid_and_says_what_it_is(check: Any, suffix: str) -> None:
    verdict = check(suffix)
    assert (verdict.state, verdict.where) == ("valide", "")
    facts = verdict.facts
    assert (facts["territory"], facts["product"], facts["rows"]) == ("com:96001", "Profil d'essai", 3)
    assert facts["cut"] is None
    assert facts["standing"][0].startswith("Contient des facsimilés")
    assert facts["certificate"]["policy"]["k"] == 11


@MANY
@given(st.sampled_from(sorted(FORMATS)), st.floats(0, 1, exclude_max=True), st.integers(1, 255))
@example(".xlsx", 0.0, 1)
@example(".parquet", 0.99999, 1)
def test_any_flipped_byte_is_not_valid(check: Any, suffix: str, where: float, mask: int) -> None:
    def flipped(text: bytes) -> bytes:
        place = int(where * len(text))
        return text[:place] + bytes([text[place] ^ mask]) + text[place + 1 :]

    assert check(suffix, flipped).state != "valide"
    if FORMATS[suffix].beside:
        assert check(suffix, flipped, ".certificat.json").state != "valide"


@MANY
@given(st.sampled_from(sorted(FORMATS)), st.floats(0, 1, exclude_max=True), st.binary(max_size=3))
def test_any_cut_or_longer_file_is_not_valid(check: Any, suffix: str, where: float, more: bytes) -> None:
    assert check(suffix, lambda text: text[: int(where * len(text))]).state != "valide"
    assert check(suffix, lambda text: text + b"\n" + more).state != "valide"
    assert check(suffix, lambda text: more + b" " + text).state != "valide"


def test_a_signature_in_capitals_is_not_the_one_that_was_written(check: Any, files: Files) -> None:
    for suffix in (".json", ".geojson", ".parquet"):
        signature = files[suffix].read_bytes().rpartition(b'"signature":"')[2][:128]
        assert check(suffix, swapped(signature, signature.upper())).state == "altéré"


# --- where ----------------------------------------------------------------------------------------------------------


def test_an_altered_parquet_names_the_column_or_the_footer(
    check: Any, files: Files, signer: Signer, tmp_path: Path
) -> None:
    data = files[".parquet"].read_bytes()
    facts = pq.read_metadata(files[".parquet"])
    named = {facts.row_group(0).column(place).path_in_schema: facts.row_group(0).column(place)
             for place in range(facts.num_columns)}  # fmt: skip
    end = named["inscrits"].data_page_offset + named["inscrits"].total_compressed_size
    flipped = data[: end - 1] + bytes([data[end - 1] ^ 1]) + data[end:]
    assert check(".parquet", lambda _: flipped).where == "la colonne « inscrits »"
    footer = check(".parquet", swapped(b"Un profil pour les essais.", b"Un profil pour de bon, va."))
    assert footer.where == "le pied du fichier (schéma et métadonnées)"
    assert check(".parquet", lambda text: b"PARX" + text[4:]).where == "les pages de données, entre les colonnes"


def test_pages_that_no_longer_read_at_all_are_said(check: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise pa.ArrowInvalid("illisible")

    monkeypatch.setattr(pq, "ParquetFile", broken)
    assert check(".parquet", lambda text: b"PARX" + text[4:]).where == "les pages de données"


def test_an_altered_csv_names_the_lines(check: Any) -> None:
    assert check(".csv", swapped(b"bv_id", b"BV_id")).where == "l'en-tête, ligne 1"
    assert check(".csv", swapped(b"Carreville;900", b"Carreville;901")).where == "lignes 2 à 4"
    assert check(".csv", lambda text: text + b"de trop").where == "la fin du fichier"
    assert check(".csv", swapped(b"Carreville;12", b'Carreville;"12')).where == "lignes 2 à 4"


def test_an_altered_csv_names_one_block_among_many(
    released: Callable[..., Release], rows: Any, signer: Signer, tmp_path: Path
) -> None:
    many = {name: list(values) * 100 for name, values in rows(libelle_commune=['a"\n"', "b", "c"]).items()}
    many["bv_id"] = [f"{place:04}" for place in range(300)]
    many["inscrits"] = list(range(1000, 1300))
    path = released(rows=many).write(tmp_path / "a.csv")
    assert verified(path, [signer.public_key]).state == "valide"
    path.write_bytes(path.read_bytes().replace(b";1150;", b";1151;"))
    assert verified(path, [signer.public_key]).where == "lignes 102 à 201"
    json_path = released(rows=many).write(tmp_path / "a.json")
    json_path.write_bytes(json_path.read_bytes().replace(b'"inscrits":1150', b'"inscrits":1151'))
    assert verified(json_path, [signer.public_key]).where == "lignes 105 à 204"


def test_an_altered_certificate_beside_a_csv_is_said(check: Any) -> None:
    assert check(".csv", swapped(b'"k":11', b'"k":10'), ".certificat.json").where == "le certificat lui-même"
    assert check(".csv", lambda text: text[:-1], ".certificat.json").where == "le certificat lui-même"
    assert check(".csv", lambda text: b"", ".certificat.json").state == "altéré"


@pytest.mark.parametrize("suffix", [".json", ".geojson"])
def test_an_altered_json_names_the_lines_or_the_heading(check: Any, suffix: str) -> None:
    assert check(suffix, swapped(b"Description de population", b"Description de popularite")).where == (
        "l'en-tête, lignes 1 à 4"
    )
    assert check(suffix, swapped(b'"inscrits":900', b'"inscrits":901')).where == "lignes 5 à 7"
    assert check(suffix, lambda text: text + b" ").where == "la fin du fichier"
    assert check(suffix, swapped(b'"k":11', b'"k":10')).where == "le certificat lui-même"
    assert check(suffix, lambda text: text[:200]).where.startswith("le fichier est tronqué")


def rezipped(path: Path, change: Callable[[str, bytes], bytes], target: Path) -> Path:
    """A workbook rebuilt with some members changed, in the same order and form."""
    with zipfile.ZipFile(path) as read, zipfile.ZipFile(target, "w") as write:
        for entry in read.infolist():
            write.writestr(entry, change(entry.filename, read.read(entry)))
    return target


def test_an_altered_workbook_names_the_sheet(files: Files, signer: Signer, tmp_path: Path) -> None:
    def verdict(member: str, old: bytes, new: bytes) -> Verdict:
        def change(name: str, text: bytes) -> bytes:
            return swapped(old, new)(text) if name == member else text

        return verified(rezipped(files[".xlsx"], change, tmp_path / "a.xlsx"), [signer.public_key])

    sheet = "xl/worksheets/sheet{}.xml".format
    assert verdict(sheet(2), b"<v>900</v>", b"<v>901</v>").where == "la feuille « Valeurs »"
    assert verdict(sheet(1), b"facsimil", b"officiel").where == "la feuille « Lisez-moi »"
    assert verdict("xl/styles.xml", b"Calibri", b"Cantara").where.startswith("le classeur, hors des feuilles")
    with zipfile.ZipFile(files[".xlsx"]) as book:
        last = sorted(name for name in book.namelist() if "worksheets/sheet" in name and "rels" not in name)[-1]
    assert verdict(last, b"carreau-copie:", b"carreau-kopie:").where == "la feuille Certificat"
    assert verdict(last, b"essai", b"ESSAI").where == "la feuille « Certificat »"
    assert verdict(last, b'"k":11', b'"k":10').where == "le certificat lui-même"
    again = rezipped(files[".xlsx"], lambda name, text: text, tmp_path / "b.xlsx")
    with zipfile.ZipFile(again, "a") as book:
        book.writestr("xl/autre.xml", "<a/>")
    assert "enregistré de nouveau" in verified(again, [signer.public_key]).where


def test_a_sheet_that_no_longer_unpacks_is_named(check: Any, files: Files) -> None:
    with zipfile.ZipFile(files[".xlsx"]) as book:
        start = book.getinfo("xl/worksheets/sheet2.xml").header_offset + 60
    verdict = check(".xlsx", lambda text: text[:start] + b"\xff" * 40 + text[start + 40 :])
    assert (verdict.state, verdict.where) == ("altéré", "la feuille « Valeurs »")


def test_a_sheet_larger_than_any_sheet_is_not_unpacked_to_the_end(
    files: Files, signer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "LARGEST_SHEET", 1000)

    def change(name: str, text: bytes) -> bytes:
        return text.replace(b"Calibri", b"Cantara", 1)

    path = rezipped(files[".xlsx"], change, tmp_path / "a.xlsx")
    assert verified(path, [signer.public_key]).where == "la feuille « Lisez-moi »"


# --- unknown --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_key_that_is_not_trusted_is_unknown_and_named(
    files: Files, signer: Signer, stranger: Signer, suffix: str
) -> None:
    for trusted in ([], [stranger.public_key]):
        verdict = verified(files[suffix], trusted)
        assert verdict.state == "inconnu"
        assert fingerprint_of(signer.public_key) in verdict.where
        assert set(verdict.facts) == {"fingerprint", "public_key"}


def test_a_certificate_signed_again_by_a_stranger_is_not_ours(files: Files, stranger: Signer, signer: Signer) -> None:
    opening = b'{"certificate":'
    first, _, rest = files[".json"].read_bytes()[len(opening) :].partition(b",\n")
    forged = stranger.signed({**json.loads(first), "signature": ""})
    path = files[".json"].with_name("faux.json")
    path.write_bytes(opening + canonical(forged) + b",\n" + rest)
    verdict = verified(path, [signer.public_key])
    assert verdict.state == "inconnu"
    assert fingerprint_of(stranger.public_key) in verdict.where


def test_files_of_others_have_no_certificate(signer: Signer, tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    (tmp_path / "a.csv").write_text("a;b\n1;2\n")
    (tmp_path / "a.json").write_text('{"a": 1}')
    (tmp_path / "a.geojson").write_text('{"type":"FeatureCollection","features":[]}')
    (tmp_path / "a.txt").write_text("bonjour")
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as book:
        book.writestr("xl/workbook.xml", "<a/>")
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as book:
        book.writestr("docProps/custom.xml", "<a/>")
    zipfile.ZipFile(tmp_path / "vide.xlsx", "w").close()
    for path in sorted(tmp_path.iterdir()):
        verdict = verified(path, [signer.public_key])
        assert (verdict.state, verdict.where) == ("inconnu", "ce fichier n'a pas de certificat"), path.name


@pytest.mark.parametrize("suffix", [".parquet", ".xlsx", ".json", ".geojson"])
def test_the_first_bytes_tell_the_format_when_the_name_does_not(check: Any, files: Files, suffix: str) -> None:
    other = files[suffix].with_name(f"{suffix[1:]}.dat")
    shutil.copy(files[suffix], other)
    assert verified(other, [verified(files[suffix], []).facts["public_key"]]).state == "valide"


# --- hostile --------------------------------------------------------------------------------------------------------


@MANY
@given(st.binary(max_size=400), st.sampled_from(["", "PAR1", "PK\x03\x04", '{"certificate":', "tail"]))
def test_random_bytes_never_raise(signer: Signer, tmp_path: Path, noise: bytes, start: str) -> None:
    text = b"PAR1" + noise + b"\x08\0\0\0PAR1" if start == "tail" else start.encode() + noise
    for suffix in (*FORMATS, ".bin"):
        path = tmp_path / f"a{suffix}"
        path.write_bytes(text)
        Path(f"{path}.certificat.json").write_bytes(noise)
        assert verified(path, [signer.public_key]).state in {"altéré", "inconnu"}


@pytest.mark.parametrize(
    "certificate",
    [
        b"[" * 200_000,
        b"9" * 5000,
        b"null",
        b"[]",
        b'{"copy":[],"format":"carreau/copie-1","release":{}}',
        b'{"copy":{"block":0,"parts":[1],"sha256":""},"format":"carreau/copie-1","release":{}}',
        b'{"copy":{"block":0,"parts":[],"sha256":""},"format":"carreau/copie-1","release":{}}',
        b'{"copy":{"block":0,"parts":[],"sha256":""},"format":"carreau/copie-1","release":[]}',
        b'{"copy": {}}',
        b"\xff\xfe",
    ],
    ids=range(10),
)
def test_a_hostile_certificate_is_altered_and_no_more(signer: Signer, tmp_path: Path, certificate: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'{"certificate":' + certificate + b",\n{}")
    assert verified(path, [signer.public_key]).where == "le certificat lui-même"


def test_a_huge_json_line_is_not_read_whole(signer: Signer, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with path.open("wb") as file:
        file.write(b'{"certificate":"')
        file.truncate(LARGEST_CERTIFICATE * 64)
    assert verified(path, [signer.public_key]).where.startswith("le fichier est tronqué")


def test_a_zip_bomb_is_not_unpacked(signer: Signer, tmp_path: Path) -> None:
    path = tmp_path / "bombe.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as book:
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(256):
                sheet.write(bytes(1 << 20))
        with book.open("docProps/custom.xml", "w") as sheet:
            for _ in range(64):
                sheet.write(bytes(1 << 20))
    verdict = verified(path, [signer.public_key])
    assert (verdict.state, verdict.where) == ("inconnu", "ce fichier n'a pas de certificat")


def test_a_bomb_in_the_certificate_s_sheet_is_read_within_limits(
    files: Files, signer: Signer, tmp_path: Path
) -> None:
    def change(name: str, text: bytes) -> bytes:
        return bytes(1 << 26) if name.startswith("xl/worksheets/sheet") else text

    path = rezipped(files[".xlsx"], change, tmp_path / "a.xlsx")
    assert verified(path, [signer.public_key]).where == "la feuille Certificat"


@pytest.mark.parametrize("length", [b"\xff" * 5, b"\xff\xff\xff\xff\x7f", b"\x00", b"\x7f"])
def test_a_footer_that_lies_about_the_length_of_its_certificate_is_altered(
    signer: Signer, tmp_path: Path, length: bytes
) -> None:
    footer = b"\x18\x13carreau.certificate\x18" + length + b"{}"
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1")
    assert verified(path, [signer.public_key]).where.startswith("le fichier est tronqué")


@pytest.mark.parametrize("end", [b"PARX", b"PAR1"])
def test_a_footer_larger_than_its_file_is_altered(signer: Signer, tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1" + bytes(20) + b"\xff\0\0\0" + end)
    assert verified(path, [signer.public_key]).where.startswith("le fichier est tronqué")


def test_a_workbook_that_lies_about_the_place_of_a_member_is_not_valid(check: Any) -> None:
    def moved(text: bytes) -> bytes:
        entry = text.rindex(b"PK\x01\x02")
        return text[: entry + 42] + (len(text) - 4).to_bytes(4, "little") + text[entry + 46 :]

    assert check(".xlsx", moved).state == "altéré"


@pytest.mark.parametrize("kind", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_member_packed_otherwise_and_broken_is_altered(
    files: Files, signer: Signer, tmp_path: Path, kind: int
) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", kind) as write:
        write.writestr("docProps/custom.xml", "Carreau empreinte" * 50)
    data = bytearray(path.read_bytes())
    data[60:80] = b"\xff" * 20
    path.write_bytes(data)
    assert verified(path, [signer.public_key]).state == "altéré"


def test_what_cannot_be_read_is_missing(signer: Signer, tmp_path: Path) -> None:
    (tmp_path / "dossier.xlsx").mkdir()
    for name in ("absent.csv", "dossier.xlsx"):
        with pytest.raises(Missing, match="ne peut pas être lu") as caught:
            verified(tmp_path / name, [signer.public_key])
        assert str(tmp_path) in caught.value.given


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_empty_file_is_no_proof(signer: Signer, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"vide{suffix}"
    path.write_bytes(b"")
    assert verified(path, [signer.public_key]).state in {"altéré", "inconnu"}
