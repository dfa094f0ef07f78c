"""The accounts of the house, for its owners: listed, created, changed, disabled, deleted."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from carreau.counters.sign_in.doors import required
from carreau.counters.sign_in.problems import problems
from carreau.counters.sign_in.shapes import AccountChange, AccountFacts, NewAccount
from carreau.counters.sign_in.visitors import house
from carreau.market import Account
from carreau.market.accounts import Newcomer

router = APIRouter(tags=["accounts"])
Owner = Annotated[Account, Depends(required("owner"))]


@router.get("/accounts", responses=problems(401, 403))
def list_accounts(request: Request, owner: Owner) -> list[AccountFacts]:
    """Every account, by name."""
    return [_facts(account) for account in house(request).accounts.listed()]


@router.post("/accounts", status_code=201, responses=problems(400, 401, 403, 422))
def create_account(request: Request, owner: Owner, given: NewAccount) -> AccountFacts:
    """Create an account; its holder may then change the password."""
    return _facts(house(request).account_created(Newcomer(given.name, given.role, given.password), owner.id))


@router.patch("/accounts/{identifier}", responses=problems(400, 401, 403, 404, 422))
def change_account(request: Request, owner: Owner, identifier: str, given: AccountChange) -> AccountFacts:
    """Give an account another role or another password, disable it or enable it again."""
    accounts = house(request)
    if given.password is not None:
        accounts.password_reset(identifier, given.password, owner.id)
    return _facts(accounts.account_changed(identifier, owner.id, role=given.role, disabled=given.disabled))


@router.delete("/accounts/{identifier}", status_code=204, responses=problems(401, 403, 404))
def delete_account(request: Request, owner: Owner, identifier: str) -> None:
    """Delete a disabled account, with its tokens, its analyses and its files."""
    house(request).account_deleted(identifier, owner.id)


def _facts(account: Account) -> AccountFacts:
    """An account, as an owner sees it."""
    return AccountFacts(
        id=account.id,
        name=account.name,
        role=account.role,
        method=account.method,
        disabled=account.disabled,
        created_at=account.created_at,
    )
