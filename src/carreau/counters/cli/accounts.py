"""The commands of accounts: created, listed, disabled, enabled again, deleted, given another password.

A password is never an argument, which other users of the machine could read: it is asked for, or read as one line of
the standard input.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from carreau.counters.cli.desk import Desk, command
from carreau.counters.cli.tables import Heading, table_lines
from carreau.counters.cli.typography import counted
from carreau.errors import Missing, Refused

if TYPE_CHECKING:
    from carreau.house.accounts import HouseAccounts
    from carreau.market import Account

FAMILY: Final = "Les comptes"
BY: Final = "command line"
_ROLES: Final = {"reader": "lecture", "editor": "création", "owner": "gestion"}

NameArgument = Annotated[str, typer.Argument(metavar="NOM", help="Le nom du compte, par exemple une adresse.")]
RoleOption = Annotated[
    str | None,
    typer.Option(
        "--role",
        metavar="RÔLE",
        help="reader (lecture), editor (création) ou owner (gestion) ; le premier compte est owner.",
    ),
]


def added_to(app: typer.Typer) -> None:
    """Adds the commands of accounts to ``app``."""
    for name, handler in (
        ("accounts", accounts),
        ("account-add", account_add),
        ("account-password", account_password),
        ("account-disable", account_disable),
        ("account-enable", account_enable),
        ("account-delete", account_delete),
    ):
        command(app, FAMILY, name)(handler)


def accounts(desk: Desk) -> None:
    """Énumère les comptes de la maison : nom, rôle, façon de se connecter.

    carreau accounts
    """
    facts = [_facts(account) for account in _house(desk).accounts.listed()]
    desk.answer(facts, lambda: account_lines(facts, desk.width))
    if not facts:
        desk.hint("carreau account-add NOM")


def account_add(desk: Desk, name: NameArgument, role: RoleOption = None) -> None:
    """Crée un compte. Dès le premier, il faut se connecter pour voir les pages.

    carreau account-add anne@exemple.fr --role editor
    """
    from carreau.market.accounts import Newcomer

    house = _house(desk)
    chosen: Any = role or ("owner" if house.open_to_all() else "reader")
    account = house.account_created(Newcomer(name, chosen, _new_password()), BY)
    desk.answer(_facts(account), lambda: [f"compte créé : {account.name}, {_ROLES[account.role]}"])
    desk.hint("carreau serve")


def account_password(desk: Desk, name: NameArgument) -> None:
    """Donne un nouveau mot de passe à un compte ; ses sessions ouvertes se ferment.

    carreau account-password anne@exemple.fr
    """
    house = _house(desk)
    account = house.accounts.called(name)
    if account.method != "password":
        raise Refused(
            "ce compte n'a pas de mot de passe ici",
            given=account.name,
            expected="un compte qui se connecte par mot de passe",
            advice="le changer chez le fournisseur d'identité de la maison",
        )
    house.password_reset(account.id, _new_password(), BY)
    desk.answer(_facts(account), lambda: [f"mot de passe changé : {account.name}"])


def account_disable(desk: Desk, name: NameArgument) -> None:
    """Ferme un compte : ses sessions se ferment et ses jetons sont suspendus, tout de suite.

    carreau account-disable anne@exemple.fr
    """
    _switched(desk, name, disabled=True)


def account_enable(desk: Desk, name: NameArgument) -> None:
    """Rouvre un compte fermé, avec ses jetons.

    carreau account-enable anne@exemple.fr
    """
    _switched(desk, name, disabled=False)


def account_delete(desk: Desk, name: NameArgument) -> None:
    """Supprime un compte fermé, avec ses jetons, ses analyses et ses fichiers. Le registre garde ce qui a été livré.

    carreau account-delete anne@exemple.fr
    """
    house = _house(desk)
    account = house.accounts.called(name)
    house.account_deleted(account.id, BY)
    desk.answer({"id": account.id, "deleted": True}, lambda: [f"compte supprimé : {account.name}"])


def account_lines(facts: Sequence[Mapping[str, Any]], width: int) -> list[str]:
    """The accounts, one line each, and their number."""
    headings = [Heading("nom"), Heading("rôle"), Heading("connexion"), Heading("état")]
    rows = [
        [
            str(f["name"]),
            _ROLES[f["role"]],
            "mot de passe" if f["method"] == "password" else "fournisseur d'identité",
            "fermé" if f["disabled"] else "ouvert",
        ]
        for f in facts
    ]
    if not rows:
        return ["aucun compte : sur cette machine, les pages s'ouvrent sans se connecter"]
    return [*table_lines(headings, rows, width), "", counted(len(facts), "compte")]


def _switched(desk: Desk, name: str, *, disabled: bool) -> None:
    """The account, disabled or enabled again, and said."""
    house = _house(desk)
    account = house.account_changed(house.accounts.called(name).id, BY, disabled=disabled)
    desk.answer(_facts(account), lambda: [f"compte {'fermé' if disabled else 'ouvert'} : {account.name}"])


def _house(desk: Desk) -> HouseAccounts:
    """The accounts of the house."""
    from carreau.house.accounts import accounts_of

    return accounts_of(desk.opened())


def _new_password() -> str:
    """The password that is typed twice, or the first line of the standard input."""
    if sys.stdin is not None and sys.stdin.isatty():
        return str(typer.prompt("Mot de passe", hide_input=True, confirmation_prompt="Encore une fois", err=True))
    line = sys.stdin.readline() if sys.stdin is not None else ""
    if not line.rstrip("\r\n"):
        raise Missing(
            "il manque le mot de passe",
            expected="une ligne sur l'entrée standard, ou un terminal où le saisir",
            advice="lancer la commande dans un terminal",
        )
    return line.rstrip("\r\n")


def _facts(account: Account) -> dict[str, Any]:
    """An account as facts."""
    return {
        "id": account.id,
        "name": account.name,
        "role": account.role,
        "method": account.method,
        "disabled": account.disabled,
        "created_at": account.created_at.isoformat(timespec="seconds"),
    }
