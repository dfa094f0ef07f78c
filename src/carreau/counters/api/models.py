"""The shapes of what the API answers, as OpenAPI describes them; the house gives the facts, these say what they are."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from carreau.counters.api.models_of_types import Level, TypeModel, TypeShareModel, TypesModel


class LevelModel(BaseModel):
    """Un niveau de lieux : bureaux de vote, IRIS, communes, circonscriptions, départements."""

    id: Level
    title: str
    title_en: str
    count: int = Field(description="Nombre de lieux")
    minzoom: int = Field(description="Premier zoom où la carte le dessine")
    maxzoom: int = Field(description="Dernier zoom où la carte le dessine")


class TilesModel(BaseModel):
    """Les tuiles de la carte : un fichier PMTiles, ses couches."""

    url: str | None = Field(description="Adresse du fichier PMTiles ; nulle quand il n'y en a pas")
    layers: list[str]


class ThemeModel(BaseModel):
    """Un thème d'indicateurs."""

    id: str
    title: str
    title_en: str


class IndicatorModel(BaseModel):
    """Un indicateur : ce qu'il dit, son unité, d'où il vient, par quelle méthode."""

    name: str
    title: str
    title_en: str
    theme: str
    unit: str
    kind: str = Field(description="share (part), count (effectif), ratio, quantile…")
    description: str
    source: str
    vintage: str
    method: str
    status: str = Field(description="Statut des fichiers : original, extract, compiled, facsimile, synthetic, unknown")
    family: str = Field(description="Identifiant de l'élection, ou vide")


class ElectionModel(BaseModel):
    """Une élection dont les résultats sont servis."""

    id: str
    title: str
    title_en: str
    date: str = Field(description="Jour du vote, ou année quand il n'est pas déclaré")
    indicators: list[str]


class UserModel(BaseModel):
    """Qui demande."""

    signed_in: bool
    name: str
    role: str


class Spoken(BaseModel):
    """Une réponse qui peut porter l'anglais de ses textes."""

    english: dict[str, str] = Field({}, description="Avec language=en : l'anglais de chaque texte, par son français")


class CatalogueModel(Spoken):
    """Ce qui est servi : territoire, version, niveaux, thèmes, indicateurs, élections."""

    product: str
    title: str
    territory: str
    version: str = Field(description="Douze signes qui changent avec les chiffres ou les tuiles")
    certificate: str
    made_at: str
    language: str
    bounds: list[float] | None = Field(description="Ouest, sud, est, nord")
    levels: list[LevelModel]
    tiles: TilesModel
    themes: list[ThemeModel]
    indicators: list[IndicatorModel]
    analyses: Any = Field(description="Les analyses prêtes, telles que le produit les déclare")
    elections: list[ElectionModel]
    types: TypesModel | None = Field(description="Les types de bureaux ; nul quand rien n'en est dit ici")
    standing: list[str] = Field(description="Ce qu'il faut savoir des fichiers d'origine")
    purposes: list[str] = Field(description="Les usages permis")
    hidden_share: float = Field(description="Part des chiffres masqués")
    user: UserModel


class PlacesModel(BaseModel):
    """Des lieux, colonne par colonne ; row est le rang dans les valeurs .f32 du niveau."""

    row: list[int]
    code: list[str]
    name: list[str]
    commune: list[str]
    departement: list[str]
    inscrits: list[float | None]
    lon: list[float | None]
    lat: list[float | None]


class FigureModel(BaseModel):
    """Un chiffre d'un lieu, sa marge, sa note, et les mêmes chiffres de lieux plus grands."""

    model_config = ConfigDict(extra="allow")
    name: str
    title: str
    unit: str
    value: float | None
    margin: float | None = Field(description="Demi-largeur de l'intervalle à 90 %, même unité")
    grade: str | None = Field(description="De A (sûr) à E (fragile)")
    status: str | None = Field(description="Pourquoi le chiffre est masqué, absent ou emprunté ; nul sinon")
    number: float | None = Field(description="Numérateur")
    base: float | None = Field(description="Dénominateur")
    commune: float | None
    departement: float | None
    france: float | None
    source: str
    vintage: str
    method: str


class ThemeFiguresModel(BaseModel):
    """Les chiffres d'un thème."""

    id: str
    title: str
    title_en: str
    indicators: list[FigureModel]


class ElectionFiguresModel(BaseModel):
    """Les chiffres d'une élection dans un lieu."""

    id: str
    title: str
    title_en: str
    date: str
    participation: FigureModel | None
    measures: list[FigureModel]
    blocs: list[FigureModel]
    candidates: list[FigureModel]


class PlaceModel(Spoken):
    """Un lieu sur une page."""

    place: dict[str, Any] = Field(description="Code, nom, niveau, commune, département, inscrits, emprise")
    themes: list[ThemeFiguresModel]
    elections: list[ElectionFiguresModel]
    type: TypeModel | None = Field(description="Le type du lieu, quand il est connu")
    types: list[TypeShareModel] = Field(description="De quels types un lieu plus grand est fait, le premier d'abord")
    sources: list[dict[str, Any]]
    caveats: list[str] = Field(description="Ce à quoi il faut faire attention")
    certificate: str


class FoundModel(BaseModel):
    """Un lieu trouvé."""

    territory: str = Field(examples=["com:69123"])
    kind: str
    code: str
    name: str
    detail: str
    center: list[float] | None
    bounds: list[float] | None


class SearchModel(BaseModel):
    """Les lieux trouvés, le meilleur d'abord."""

    results: list[FoundModel]


class SourceModel(BaseModel):
    """Une source : éditeur, licence, fichiers, et ce qui en est montré dans le territoire demandé."""

    id: str
    title: str
    publisher: str
    licence: str
    url: str
    description: str
    vintages: list[str]
    status: str
    files: list[dict[str, str]]
    indicators: int = Field(description="Indicateurs qui en viennent")
    covered: int = Field(description="Chiffres montrés")
    imputed: int = Field(description="Chiffres montrés, empruntés à un lieu plus grand")
    hidden: int = Field(description="Chiffres masqués par une règle de secret")
    total: int = Field(description="Chiffres possibles")


class SourcesModel(Spoken):
    """Les sources."""

    sources: list[SourceModel]


class ReasonModel(BaseModel):
    """Un chiffre que deux bureaux partagent, loin de la moyenne."""

    name: str
    title: str
    value: float
    theirs: float
    unit: str


class NearModel(BaseModel):
    """Un bureau qui ressemble à un autre : la distance, en écarts types, et pourquoi."""

    code: str
    name: str
    distance: float
    why: list[ReasonModel]


class LikeModel(BaseModel):
    """Les bureaux qui ressemblent à un autre, le plus proche d'abord."""

    places: list[NearModel]


class RowsColumnModel(BaseModel):
    """Une colonne d'une table."""

    name: str
    title: str
    unit: str
    type: str


class RowsModel(BaseModel):
    """Des lignes."""

    columns: list[RowsColumnModel]
    rows: list[dict[str, Any]]
    total: int = Field(description="Nombre de lignes avant la limite")


class ReadingValueModel(BaseModel):
    """Une valeur que l'on peut choisir."""

    value: str
    title: str
    title_en: str


class ReadingChoiceModel(BaseModel):
    """Un choix d'une lecture : son nom est un paramètre de l'adresse."""

    name: str
    title: str
    title_en: str
    help: str
    default: str
    values: list[ReadingValueModel] = Field(description="Les valeurs ; vide quand la valeur est libre")


class ReadingLevelModel(BaseModel):
    """Un niveau d'une lecture : une ligne par quoi."""

    id: str
    title: str
    title_en: str


class ReadingKindModel(BaseModel):
    """Une lecture du profil que l'on peut demander."""

    product: str
    title: str
    title_en: str
    description: str
    description_en: str
    command: str
    levels: list[ReadingLevelModel]
    choices: list[ReadingChoiceModel]


class ReadingsModel(Spoken):
    """Les lectures du profil."""

    readings: list[ReadingKindModel]


class ReadingColumnModel(RowsColumnModel):
    """Une colonne d'une lecture : son rôle, et de quelle colonne elle est la marge, la note ou la raison."""

    description: str
    role: str
    of: str


class ReadingAskedModel(BaseModel):
    """Un choix fait pour une lecture, en mots."""

    title: str
    value: str


class ReadingModel(Spoken):
    """Une lecture d'un territoire."""

    product: str
    title: str
    territory: str
    name: str
    level: str
    choices: dict[str, str]
    asked: list[ReadingAskedModel] = Field(description="Les choix faits, en mots")
    rows_are: str = Field(description="Ce qu'est une ligne")
    columns: list[ReadingColumnModel]
    rows: list[dict[str, Any]]
    remarks: list[str]
    standing: list[str] = Field(description="Ce qu'il faut savoir des fichiers d'origine")
    card: str = Field(description="La fiche de la lecture : méthode, marges, limites")
    screen: dict[str, Any]
    certificate: str
