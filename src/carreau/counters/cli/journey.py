"""The commands of the journey: fetch, refine, build, release, deliver, and profile, which is all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from carreau.counters.cli.desk import Desk, command
from carreau.counters.cli.tables import Heading, table_lines
from carreau.counters.cli.typography import counted, with_margin
from carreau.typography import bytes_shown, number

FAMILY: Final = "Le parcours"
PRODUCT: Final = "electoral_profile"
LEVEL: Final = "bureau"

PLACES: Final[Mapping[str, tuple[str, str]]] = {
    "bureau": ("bureau de vote", "bureaux de vote"),
    "iris": ("IRIS", "IRIS"),
    "commune": ("commune", "communes"),
    "circonscription": ("circonscription", "circonscriptions"),
    "departement": ("département", "départements"),
}

TerritoryArgument = Annotated[
    str,
    typer.Argument(
        metavar="TERRITOIRE",
        help="france, dep:69, com:69123 (ou 69123), epci:200046977, circo:6901 ou bv:69123_0101.",
    ),
]
ProductOption = Annotated[
    str, typer.Option("--product", "-p", metavar="PRODUIT", help="Le produit de données (carreau products).")
]
LevelOption = Annotated[
    str,
    typer.Option(
        "--level", "-l", metavar="NIVEAU",
        help="Les lieux : bureau, iris, commune, circonscription ou departement.",
    ),
]  # fmt: skip
OutputOption = Annotated[
    Path,
    typer.Option(
        "--output", "-o", metavar="FICHIER", help="Fichier à écrire : .xlsx .parquet .csv .geojson .json .pdf .png"
    ),
]


def added_to(app: typer.Typer) -> None:
    """Adds the commands of the journey to ``app``."""
    for handler in (profile, fetch, refine, build, release, deliver):
        command(app, FAMILY)(handler)


def profile(
    desk: Desk,
    territory: TerritoryArgument,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FICHIER", help="Fichier à écrire : .xlsx .parquet .csv .geojson .json .pdf .png"
        ),
    ] = None,
    product: ProductOption = PRODUCT,
    level: LevelOption = LEVEL,
) -> None:
    """Fait tout le parcours : des fichiers officiels au profil de chaque bureau de vote.

    carreau profile com:69123 -o lyon.xlsx
    """
    if output is None:
        _released(desk, territory, product, level, drawn=False)
    else:
        deliver(desk, territory, output, product, level)


def fetch(
    desk: Desk,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE",
            help="Sources à recueillir (carreau sources) ; toutes quand aucune n'est nommée.",
        ),
    ] = None,
) -> None:
    """Recueille les fichiers des éditeurs, tels que publiés, et les garde avec leur empreinte.

    carreau fetch insee_census --mirror ../miroir
    """
    home = desk.opened()
    with desk.watcher() as watcher:
        files = home.fetch(tuple(names or ()), watcher)
    desk.answer(files, lambda: fetched_lines(files, desk.width))
    desk.hint("carreau refine com:69123")


def refine(desk: Desk, territory: TerritoryArgument, level: LevelOption = LEVEL) -> None:
    """Prépare les passages des zones d'origine (IRIS, carreaux, communes) aux bureaux de vote.

    carreau refine com:69123
    """
    home = desk.opened()
    with desk.watcher() as watcher:
        refined = home.refine(territory, watcher, level=level)
    desk.answer(refined, lambda: refined_lines(refined, desk.width))
    desk.hint(f"carreau build {territory}")


def build(
    desk: Desk, territory: TerritoryArgument, product: ProductOption = PRODUCT, level: LevelOption = LEVEL
) -> None:
    """Construit le produit ; les chiffres restent dans la maison tant qu'ils ne sont pas contrôlés.

    carreau build com:69123
    """
    home = desk.opened()
    with desk.watcher() as watcher:
        built = home.build(territory, watcher, product=product, level=level)
    desk.answer(built, lambda: built_lines(built, level))
    desk.hint(f"carreau release {territory}")


def release(
    desk: Desk, territory: TerritoryArgument, product: ProductOption = PRODUCT, level: LevelOption = LEVEL
) -> None:
    """Contrôle le produit (secret, seuils), signe son certificat et dessine sa carte.

    carreau release com:69123
    """
    mapped = product == PRODUCT and level == LEVEL and not territory.startswith("bv:")
    _released(desk, territory, product, level, drawn=mapped)


def _released(desk: Desk, territory: str, product: str, level: str, *, drawn: bool) -> None:
    """Releases, draws the map of the territory when ``drawn``, and says what the certificate says."""
    home = desk.opened()
    with desk.watcher() as watcher:
        if drawn:
            released, _ = home.drawn(territory, watcher, product)
        else:
            released = home.release(territory, watcher, product=product, level=level)
    desk.answer(dict(released.certificate), lambda: release_lines(released.certificate))
    desk.hint(f"carreau deliver {territory} -o profil.xlsx")


def deliver(
    desk: Desk,
    territory: TerritoryArgument,
    output: OutputOption,
    product: ProductOption = PRODUCT,
    level: LevelOption = LEVEL,
) -> None:
    """Écrit le produit contrôlé dans un fichier, avec son certificat.

    carreau deliver com:69123 -o lyon.parquet
    """
    home = desk.opened()
    with desk.watcher() as watcher:
        delivered = home.deliver(territory, output, watcher, product=product, level=level)
    desk.answer(delivered, lambda: delivery_lines(delivered))
    desk.hint(f"carreau verify {delivered['path']}")


def fetched_lines(files: Sequence[Mapping[str, Any]], width: int) -> list[str]:
    """The files at hand, one line each, and their number."""
    headings = [Heading("source"), Heading("fichier"), Heading("statut"), Heading("taille", right=True)]
    rows = [
        [
            str(f["source"]),
            str(f["name"]),
            str(f["status"]),
            bytes_shown(f["bytes"]) if f.get("bytes") else "–",
        ]
        for f in files
    ]
    return [*table_lines(headings, rows, width), "", f"{counted(len(files), 'fichier')} à disposition"]


def refined_lines(refined: Mapping[str, Any], width: int) -> list[str]:
    """The crosswalks made, one line each: what was carried and what was lost."""
    headings = [
        Heading("passage"),
        Heading("méthode"),
        Heading("zones", right=True),
        Heading("porté", right=True),
        Heading("perdu", right=True),
    ]
    rows = [
        [
            str(c.get("name", "")),
            str(c.get("method", "")),
            *(_figure(c.get(key)) for key in ("zones", "carried", "lost")),
        ]
        for c in refined.get("crosswalks", ())
    ]
    return [*table_lines(headings, rows, width), *remark_lines(refined.get("remarks", ()))]


def built_lines(built: Mapping[str, Any], level: str = LEVEL) -> list[str]:
    """How many rows and indicators were built, and the remarks made on the way."""
    places = counted(built["rows"], *PLACES.get(level, ("lieu", "lieux")))
    indicators = counted(built["indicators"], "indicateur")
    return [f"{places}, {indicators}", *remark_lines(built.get("remarks", ()))]


def release_lines(certificate: Mapping[str, Any]) -> list[str]:
    """What the certificate says: product, territory, rows, what is hidden, the standing of the inputs."""
    facts = [
        ("produit", certificate["product"]["title"]),
        ("territoire", certificate["territory"]),
        ("lignes", number(certificate["content"]["rows"])),
        ("masqué", with_margin(100 * certificate["hidden_share"], None, "%")),
        ("certificat", certificate["id"]),
    ]
    return [*(f"{label:<10} : {said}" for label, said in facts), *certificate["standing"]]


def delivery_lines(delivered: Mapping[str, Any]) -> list[str]:
    """The file written, its size, its certificate."""
    return [f"{delivered['path']} ({bytes_shown(delivered['bytes'])}), certificat {delivered['certificate']}"]


def remark_lines(remarks: Sequence[str]) -> list[str]:
    """The remarks, one line each, under their number; nothing when there is none."""
    return (
        ["", f"{counted(len(remarks), 'remarque')} :", *(f"  · {remark}" for remark in remarks)]
        if remarks
        else []
    )


def _figure(value: Any) -> str:
    """A figure in French, or the word itself."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "–" if value is None else str(value)
    return number(value, 0 if isinstance(value, int) else 1)
