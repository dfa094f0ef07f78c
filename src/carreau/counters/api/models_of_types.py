"""The shapes of what the API says of types of stations: in the catalogue, of one station, of a larger place."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

Level = Literal["bureau", "iris", "commune", "circonscription", "departement"]


class TypeBlocModel(BaseModel):
    """Un bloc, dans une élection."""

    name: str
    title: str
    title_en: str
    value: float = Field(description="Part des suffrages exprimés, en %")


class TypeVotesModel(BaseModel):
    """Comment les bureaux d'un type ont voté à une élection, pondérés par leurs inscrits."""

    election: str
    title: str
    title_en: str
    turnout: float | None = Field(description="Participation, en %")
    blocs: list[TypeBlocModel]


class TypeGroupModel(BaseModel):
    """Une famille de types ; code est son numéro dans groupe_de_types.f32."""

    code: int
    id: str
    title: str
    title_en: str


class DeclaredTypeModel(BaseModel):
    """Un type de bureaux de vote ; code est son numéro dans type.f32."""

    code: int
    id: str
    title: str
    title_en: str
    group: str = Field(description="Identifiant de sa famille, qui donne sa teinte sur la carte")
    portrait: str = Field(description="Ce qui le distingue de la France")
    portrait_en: str
    share: float = Field(description="Part des inscrits de France, en %")
    part: str = Field(description="Colonne, aux niveaux composés : part des inscrits du lieu dans ce type, en %")
    votes: list[TypeVotesModel] = Field(description="Comment il a voté ; le vote n'entre pas dans le type")


class TypesModel(BaseModel):
    """Les types de bureaux de vote, dans l'ordre déclaré, et les colonnes où la carte les lit.

    type.f32 et groupe_de_types.f32 donnent des numéros : 0 quand trop peu est connu pour dire un type, NaN quand rien
    n'est donné.
    """

    column: str
    family: str
    certainty: str = Field(description="Colonne de certitude : 0 quand un second type est aussi proche, 1 au centre")
    share: str = Field(description="Colonne, aux niveaux composés : part des inscrits dans le type principal, en %")
    levels: list[Level] = Field(description="Niveaux dont les lieux ont un type")
    made_of: list[Level] = Field(description="Niveaux composés de bureaux : leur numéro est celui du type principal")
    date: str
    source: str
    method: str
    groups: list[TypeGroupModel]
    types: list[DeclaredTypeModel]


class TypeModel(BaseModel):
    """Le type d'un bureau de vote, selon qui y habite ; le vote n'y entre pas."""

    id: str | None = Field(description="Identifiant du type dans le catalogue ; nul s'il n'y est pas")
    title: str | None
    title_en: str | None
    group_id: str | None
    group: str | None
    group_en: str | None
    description: str = Field(description="Ce qui distingue ce type")
    description_en: str
    share: float | None = Field(description="Part des inscrits de France dans ce type, en %")
    votes: list[TypeVotesModel] = Field(description="Comment les bureaux de ce type ont voté")
    certainty: float | None = Field(description="0 quand un second type est aussi proche, 1 au centre du type")
    status: str | None = Field(description="Pourquoi le type manque, ou sur quoi il repose")


class TypeShareModel(BaseModel):
    """La part d'un type parmi les inscrits d'un lieu composé de bureaux."""

    id: str
    title: str
    title_en: str
    share: float = Field(description="En %")
