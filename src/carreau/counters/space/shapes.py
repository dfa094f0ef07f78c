"""The shapes of what goes out of one's own space; FastAPI describes them."""

from __future__ import annotations

from pydantic import BaseModel, Field


class SpaceColumn(BaseModel):
    """Une colonne d'un fichier apporté : comment elle a été lue, si une carte peut la montrer."""

    name: str = Field(description="Nom, tel qu'il sert dans les adresses")
    title: str = Field(description="Nom, tel qu'on le montre")
    type: str = Field(description="integer, number, text, date, boolean, ou key pour un code de lieu")
    filled: int | None = Field(None, description="Cellules remplies")
    mapped: bool = Field(description="Vrai quand une carte peut la montrer")
    level: str | None = Field(None, description="Le niveau de lieux de ses chiffres")
    rule: str | None = Field(None, description="somme ou moyenne : ce que deviennent plusieurs lignes d'un même lieu")
    remark: str = Field("", description="Ce qu'il faut en savoir")


class SpaceUnmatched(BaseModel):
    """Un code qui n'est celui d'aucun lieu servi, et les lieux dont le code ou le nom est proche."""

    code: str
    near: list[str]


class SpaceFile(BaseModel):
    """Un fichier de son espace."""

    id: str
    name: str
    created_at: str
    rows: int = Field(description="Lignes du fichier")
    level: str = Field(description="Le niveau des lieux qu'il nomme ; point quand il donne des coordonnées")
    levels: list[str] = Field(description="Les niveaux où une carte peut le montrer")
    key: str = Field(description="La ou les colonnes qui disent où")
    joined: int = Field(description="Lignes rapprochées d'un lieu servi")
    points: bool = Field(description="Vrai quand il donne des coordonnées : seuls des comptes sont gardés")


class SpaceReport(SpaceFile):
    """Comment un fichier a été lu."""

    places: int = Field(description="Lieux qui ont au moins une ligne")
    columns: list[SpaceColumn]
    unmatched: list[SpaceUnmatched]
    unmatched_count: int
    remarks: list[str]
    preview: list[dict[str, str | None]] = Field(description="Les premières lignes, en texte")


class SpaceRow(BaseModel):
    """Les chiffres d'un lieu, dans l'ordre des colonnes."""

    code: str
    nom: str
    valeurs: list[float | None]


class SpaceRows(BaseModel):
    """Les chiffres d'un fichier, lieu par lieu."""

    level: str
    columns: list[str]
    rows: list[SpaceRow]
    total: int
