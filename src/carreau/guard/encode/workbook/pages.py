"""The sheets to read: « Lisez-moi » first, « Indicateurs » for what each column is, « Certificat » last."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from carreau.guard._seal import fingerprint_of
from carreau.guard.certificate import texts
from carreau.guard.content import Content
from carreau.guard.encode.workbook.grids import Grid, shown_in
from carreau.guard.encode.workbook.look import BLUE, QUIET, RULE, WARNING, Look
from carreau.terms import Column
from carreau.typography import number

MARK: Final = "carreau-copie:"
LINE: Final = 15
_A4: Final = 9
_CELL: Final = 32_000
_UNOFFICIAL: Final = frozenset({"synthetic", "facsimile", "unknown"})
_HEADS: Final = {
    "Nom": 26, "Titre": 30, "Thème": 14, "Unité": 16, "Description": 60, "Source": 22, "Millésime": 14, "Méthode": 28,
}  # fmt: skip
_OUTSIDE: Final = re.compile(r"^\|[\s:|-]+\|$")


def write_readme(look: Look, content: Content, sheets: Mapping[str, str]) -> None:
    """Write the first sheet: what this is, how far to trust it, how to read it, where it comes from.

    ``sheets`` says what each sheet of figures shows, by its name.
    """
    sheet = look.book.get_worksheet_by_name("Lisez-moi")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 3)
    sheet.set_column(1, 1, 26)
    sheet.set_column(2, 2, 105)
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_row(0, 8)
    sheet.set_row(1, 30)
    sheet.write_blank(1, 0, None, look.style(bg_color=BLUE))
    sheet.write_string(1, 1, f"  {content.document['title']}", look.style(font_size=20, font_name="Georgia"))
    sheet.write_string(2, 1, f"    {_place(content)}", look.style(font_size=12, font_color=QUIET))
    row = _warning(look, sheet, content, 4)
    for title, lines in _sections(content, sheets):
        sheet.set_row(row, 22)
        under = {"bottom": 1, "bottom_color": RULE}
        sheet.write_string(row, 1, title, look.style(bold=True, font_size=12, font_color=BLUE, **under))
        sheet.write_blank(row, 2, None, look.style(**under))
        for place, (label, text) in enumerate(lines, row + 1):
            _line(look, sheet, place, label, text)
        row += len(lines) + 2


def write_columns(look: Look, content: Content, grids: tuple[Grid, ...], places: Mapping[str, int]) -> None:
    """Write « Indicateurs »: each column with its title, theme, unit, description, source, vintage and method."""
    sheet = look.book.get_worksheet_by_name("Indicateurs")
    sheet.hide_gridlines(2)
    for place, (head, width) in enumerate(_HEADS.items()):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, head, look.header(bottom=1, bottom_color=QUIET))
    there = {shown.column.name: place for place, shown in enumerate(shown_in(content, grids[0]))}
    themes = content.document.get("themes", {})
    for column in (*content.leading(), *content.indicators()):
        row, origin = places[column.name], column.provenance
        theme = themes.get(column.theme, column.theme)
        facts = [column.name, "", theme, column.unit, column.description, origin.source, origin.vintage, origin.method]
        tall(sheet, row, (column.title, 28), *zip(facts, (width * 9 // 8 for width in _HEADS.values()), strict=True))
        for place, fact in enumerate(facts):
            sheet.write_string(row, place, fact, look.cell(text_wrap=True, valign="top"))
        link = f"internal:'Valeurs'!{letters(there[column.name])}1"
        style = look.cell(font_color=BLUE, text_wrap=True, valign="top")
        sheet.write_url(row, 1, link, style, column.title or column.name)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(places.values(), default=1), len(_HEADS) - 1)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)


def write_certificate(look: Look, content: Content, text: Mapping[str, Any]) -> None:
    """Write « Certificat »: the certificate in words, then its signed text, which ``carreau verify`` reads."""
    sheet = look.book.get_worksheet_by_name("Certificat")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 120)
    lines = list(_certificate_lines(content.certificate))
    for row, (label, words) in enumerate(lines):
        tall(sheet, row, (words, 125), (label, 26))
        sheet.write_string(row, 0, label, look.cell(font_color=QUIET, valign="top"))
        sheet.write_string(row, 1, words[:_CELL], look.cell(text_wrap=True, valign="top"))
    signed = json.dumps(text, sort_keys=True, separators=(",", ":"))
    chunks = [signed[start : start + _CELL] for start in range(0, len(signed), _CELL)]
    for row, chunk in enumerate(chunks, len(lines) + 1):
        sheet.set_row(row, 15)
        sheet.write_string(row, 0, "texte signé", look.style(font_color=QUIET))
        # "fill" keeps a long text inside its cell on the screen
        sheet.write_string(row, 1, MARK + chunk, look.style(font_size=8, font_color=QUIET, align="fill"))
    sheet.print_area(0, 0, len(lines) - 1, 1)
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)


def letters(place: int) -> str:
    """The letters of a column of a sheet, from its place.

    >>> letters(0), letters(27)
    ('A', 'AB')
    """
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


def _place(content: Content) -> str:
    """The territory: its code, after its name when one column of names holds one name only."""
    code = str(content.certificate["territory"])
    for column in content.leading():
        if column.name.startswith("libelle") and len(names := content.table[column.name].unique()) == 1:
            return f"{names[0]} ({code})"
    return code


def tall(sheet: Any, row: int, *texts: tuple[str, int]) -> None:
    """Make a row tall enough for each text in a column of so many signs: not all spreadsheets do it by themselves."""
    sheet.set_row(row, LINE * max(1, *(-(-len(text) // width) for text, width in texts)) + 3)


def _warning(look: Look, sheet: Any, content: Content, row: int) -> int:
    """In large, what is not official in this workbook; the row that comes next."""
    statuses = {item["status"] for item in content.certificate["lineage"]}
    sentences = content.certificate["standing"]
    if statuses & _UNOFFICIAL:
        style = look.style(bold=True, font_size=14, bg_color=WARNING, text_wrap=True, top=2, top_color="#B3641A")
        sheet.set_row(row, 64)
        sheet.write_string(row, 1, "À savoir d'abord", style)
        sheet.write_string(row, 2, sentences[0], style)
        row += 1
        sentences = sentences[1:]
    for sentence in sentences:
        _line(look, sheet, row, "", sentence)
        row += 1
    return row + 1


def _line(look: Look, sheet: Any, row: int, label: str, text: str) -> None:
    """One line, tall enough for its label and its text; the name of a sheet as a label is a link to it."""
    tall(sheet, row, (label, 26), (text, 112))
    sheet.write_string(row, 1, label, look.style(font_size=11, font_color=QUIET, valign="top", text_wrap=True))
    heading = text.startswith("#")
    style = look.style(font_size=11, bold=heading, text_wrap=True, valign="top")
    sheet.write_string(row, 2, (text.lstrip("# ") if heading else text)[:_CELL], style)
    if label.startswith("Feuille "):
        name = label.removeprefix("Feuille ")
        style = look.style(font_size=11, font_color=BLUE, underline=1, valign="top")
        sheet.write_url(row, 1, f"internal:'{name}'!A1", style, label)


def _sections(content: Content, sheets: Mapping[str, str]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The sections of the first sheet: titles, and their lines."""
    release, document = content.certificate, content.document
    rows = number(content.table.num_rows)
    yield "Ce classeur", [
        ("Contenu", document["description"]),
        ("Une ligne", release["row"]),
        ("Lignes", rows),
        ("Indicateurs", str(len(content.indicators()))),
        ("Fait le", f"{datetime.fromisoformat(release['made_at']):%d/%m/%Y}"),
        ("Usages permis", ", ".join(release["policy"]["purposes"])),
    ]
    yield "Les feuilles", [
        *((f"Feuille {name}", says) for name, says in sheets.items()),
        ("Feuille Indicateurs", "Ce qu'est chaque colonne : unité, description, source, millésime, méthode."),
        ("Feuille Certificat", "Ce qui prouve que ce fichier sort tel quel de Carreau."),
    ]
    yield "Comment lire", [(entry["label"], entry["text"]) for entry in texts()["reading"]]
    yield "Sources", [_source(item) for item in release["lineage"]] or [("", "Aucun fichier d'entrée n'est déclaré.")]
    if document["remarks"]:
        yield "Remarques", [("", remark) for remark in document["remarks"]]
    if document["card"].strip():
        yield "Fiche du produit", [("", line) for line in plain_lines(document["card"])]


def _source(item: Mapping[str, str]) -> tuple[str, str]:
    """One input in words: who publishes it, its vintage, file, licence and standing."""
    words = texts()["status_words"].get(item["status"], item["status"])
    facts = [item.get("publisher", ""), item["vintage"], item["name"], item.get("licence", ""), words]
    return item.get("title", item["source"]), " · ".join(fact for fact in facts if fact)


def plain_lines(markdown: str) -> list[str]:
    """The lines of a card without their marks: no emphasis, no table rules, titles kept with their ``#``.

    >>> plain_lines("# Titre\\n\\nUn **mot** `code`.\\n|a|b|\\n|--|--|")
    ['# Titre', 'Un mot code.', 'a · b']
    """
    kept = [line.strip() for line in markdown.splitlines() if line.strip() and not _OUTSIDE.match(line.strip())]
    bare = [re.sub(r"\*\*|__|`", "", line) for line in kept]
    return [_cells(line) if line.startswith("|") else line for line in bare]


def _cells(line: str) -> str:
    """The cells of a row of a table, with points between them."""
    return " · ".join(cell.strip() for cell in line.strip("|").split("|"))


def _certificate_lines(release: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The certificate of the release in words."""
    decision, policy = release["decision"], release["policy"]
    yield "Certificat", release["id"]
    yield "Produit", release["product"]["title"]
    yield "Territoire", release["territory"]
    yield "Fait le", release["made_at"]
    yield "Destinataire", release["recipient"] or "tout public"
    yield "Usage", release["purpose"]
    yield "Base légale", f"{release['legal_basis']['text']} ({release['legal_basis']['source']})"
    yield "Politique", f"route {policy['route']}, seuil de {policy['k']} {policy['subject']}s"
    yield "Décision", f"{decision['reason']} ; {decision['cells_hidden']} cellules masquées"
    for name, label in (("singling_out", "Individualiser"), ("linkability", "Relier"), ("inference", "Déduire")):
        question = release["questions"][name]
        yield label, f"{question['verdict']} : {question['text']}"
    yield "Empreinte du contenu", release["content"]["digest"]
    yield "Certificat précédent", release["previous"] or "aucun"
    yield "Clé publique", f"{release['public_key']} (empreinte {fingerprint_of(release['public_key'])})"
    yield "Vérifier", "carreau verify FICHIER.xlsx, sans réseau, avant que le classeur soit enregistré de nouveau."


def column_places(columns: tuple[Column, ...]) -> dict[str, int]:
    """The row of each column on « Indicateurs »."""
    return {column.name: row for row, column in enumerate(columns, 1)}
