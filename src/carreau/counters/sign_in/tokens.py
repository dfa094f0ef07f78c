"""Tokens for the tools that connect: made, shown once, listed, suspended, revoked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response

from carreau.counters.sign_in.addresses import root_of
from carreau.counters.sign_in.doors import required
from carreau.counters.sign_in.problems import problems
from carreau.counters.sign_in.shapes import Connections, MadeToken, NewToken, TokenChange, TokenFacts
from carreau.counters.sign_in.visitors import PRODUCT, house
from carreau.errors import Missing, Unknown
from carreau.market import Account, Credential, Grant
from carreau.market.credentials import Wanted

endpoints = APIRouter(tags=["tokens"])
Reader = Annotated[Account, Depends(required("reader"))]
Editor = Annotated[Account, Depends(required("editor"))]
Owner = Annotated[Account, Depends(required("owner"))]

Names = Callable[[], Sequence[str]]

_PYTHON: Final = """import delta_sharing

# carreau.share : le profil téléchargé, à garder comme un mot de passe
table = delta_sharing.load_as_pandas("carreau.share#carreau.{product}.{level}")
"""


def router(names: Names) -> APIRouter:
    """The endpoints; ``names`` gives the columns that a token may open."""
    known = APIRouter(dependencies=[Depends(_knowing(names))])
    known.include_router(endpoints)
    return known


@endpoints.get("/tokens", responses=problems(401, 403))
def list_tokens(request: Request, account: Reader) -> list[TokenFacts]:
    """One's tokens, the latest first; an owner sees everyone's. Secrets are shown only when they are made."""
    accounts = house(request)
    now = accounts.clock()
    return [TokenFacts(**_facts(credential, grant, now)) for credential, grant in accounts.tokens(account)]


@endpoints.post("/tokens", status_code=201, responses=problems(400, 401, 403, 404, 422))
def make_token(request: Request, account: Editor, given: NewToken, response: Response) -> MadeToken:
    """Make a token; its secret is in this answer and nowhere else."""
    accounts = house(request)
    columns = None if given.columns is None else tuple(dict.fromkeys(given.columns))
    wanted = Wanted(given.name.strip(), PRODUCT, given.territory, given.level or "", columns, given.days)
    _known(columns or (), request.state.column_names())
    secret, credential, grant = accounts.token_made(account, wanted)
    response.headers["Cache-Control"] = "no-store"
    facts = _facts(credential, grant, accounts.clock())
    return MadeToken(**facts, secret=secret, connections=_connections(request, secret, credential, grant))


@endpoints.patch("/tokens/{identifier}", responses=problems(400, 401, 403, 404, 422))
def change_token(request: Request, owner: Owner, identifier: str, given: TokenChange) -> TokenFacts:
    """Suspend what a token opens (streams under way are cut), or open it again."""
    accounts = house(request)
    found = [(credential, grant) for credential, grant in accounts.tokens(owner) if credential.id == identifier]
    if not found:
        raise Missing("ce jeton n'existe pas", advice="revenir à la liste des jetons")
    credential, grant = found[0]
    if given.state == "SUSPENDED":
        grant = accounts.grant_suspended(grant.id, given.reason, owner.id)
    else:
        grant = accounts.grant_resumed(grant.id, owner.id)
    return TokenFacts(**_facts(credential, grant, accounts.clock()))


@endpoints.delete("/tokens/{identifier}", status_code=204, responses=problems(401, 403, 404))
def revoke_token(request: Request, account: Reader, identifier: str) -> Response:
    """Revoke a token: it is dead at once, and so is what it opened."""
    house(request).token_revoked(account, identifier)
    return Response(status_code=204)


def _knowing(names: Names) -> Callable[[Request], None]:
    """A dependency that tells an endpoint which columns there are."""

    def told(request: Request) -> None:
        request.state.column_names = names

    return told


def _known(columns: Sequence[str], names: Sequence[str]) -> None:
    """:class:`~carreau.errors.Unknown` with near names for a column that does not exist."""
    for column in columns:
        if column not in names:
            raise Unknown.named(column, "colonne", names, "reprendre l'un des noms de la table")


def _facts(credential: Credential, grant: Grant, now: Any) -> dict[str, Any]:
    """A token and what it opens, as they are listed."""
    state: str = grant.state
    if credential.revoked_at is not None:
        state = "REVOKED"
    elif now >= credential.expires_at:
        state = "EXPIRED"
    return {
        "id": credential.id,
        "prefix": credential.prefix,
        "name": credential.name,
        "kind": credential.kind,
        "grant": grant.id,
        "territory": grant.territory,
        "level": grant.level or None,
        "columns": None if grant.columns is None else list(grant.columns),
        "state": state,
        "reason": grant.reason,
        "created_at": credential.created_at,
        "expires_at": credential.expires_at,
        "used_on": credential.used_on,
    }


def _connections(request: Request, secret: str, credential: Credential, grant: Grant) -> Connections:
    """What a tool needs to connect with this token."""
    base = root_of(request)
    profile = {
        "shareCredentialsVersion": 1,
        "endpoint": f"{base}/delta-sharing",
        "bearerToken": secret,
        "expirationTime": credential.expires_at.isoformat(timespec="seconds"),
    }
    level = grant.level or "bureau"
    return Connections(
        odata=f"{base}/odata/",
        basic_user=grant.id,
        delta_profile=profile,
        parquet=f"{base}/delta-sharing/files/{level}.parquet",
        pbids=f"{base}/api/v1/connections/carreau.pbids",
        python=_PYTHON.format(product=grant.product, level=level),
    )
