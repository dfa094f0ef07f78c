"""The shapes of what comes in and goes out of these endpoints; FastAPI checks them and describes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Role = Literal["reader", "editor", "owner"]
ONE_LINE = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
LineOfText = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=ONE_LINE)]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[a-z0-9_]+$")]


class Body(BaseModel):
    """What a client sends: nothing more than what is named."""

    model_config = ConfigDict(extra="forbid")


class Visitor(BaseModel):
    """Who is here: ``open`` when one needs no account, ``csrf`` the token to show with what changes something."""

    signed_in: bool
    name: str
    role: str
    open: bool
    csrf: str
    methods: list[Literal["password", "oidc"]]


class SignIn(Body):
    """A name and its password."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    password: Secret


class PasswordChange(Body):
    """One's password, and the one that replaces it."""

    old: Secret
    new: Secret


class NewAccount(Body):
    """The account to create."""

    name: LineOfText
    role: Role = "reader"
    password: Secret


class AccountChange(Body):
    """What changes of an account; what is not named stays."""

    role: Role | None = None
    disabled: bool | None = None
    password: Secret | None = None


class AccountFacts(BaseModel):
    """An account, as an owner sees it."""

    id: str
    name: str
    role: Role
    method: str
    disabled: bool
    created_at: datetime


class NewToken(Body):
    """The token to make: what it opens (a territory, a level, columns; without them, all), for how many days."""

    name: LineOfText
    territory: Annotated[str, StringConstraints(max_length=40)] = "france"
    level: Word | None = None
    columns: Annotated[list[Word], Field(min_length=1, max_length=2000)] | None = None
    days: Annotated[int, Field(ge=1, le=730)] = 90


class TokenFacts(BaseModel):
    """A token, as it is listed: ``state`` is that of what it opens, ``used_on`` the last day it was used."""

    id: str
    prefix: str
    name: str
    kind: str
    grant: str
    territory: str
    level: str | None
    columns: list[str] | None
    state: Literal["ACTIVE", "SUSPENDED", "ENDED", "EXPIRED", "REVOKED"]
    reason: str
    created_at: datetime
    expires_at: datetime
    used_on: str


class Connections(BaseModel):
    """What a tool needs to connect: addresses, the user of Basic, the profile of Delta Sharing, lines of Python."""

    odata: str
    basic_user: str
    delta_profile: dict[str, Any]
    parquet: str
    pbids: str
    python: str


class MadeToken(TokenFacts):
    """A token that was just made: its secret is shown here, once."""

    secret: str
    connections: Connections


class TokenChange(Body):
    """Suspend what a token opens, for a reason that its holder will read; or open it again."""

    state: Literal["ACTIVE", "SUSPENDED"]
    reason: Annotated[str, StringConstraints(max_length=300)] = ""


class NewAnalysis(Body):
    """The analysis to save: a name, and the state of the screen."""

    name: LineOfText
    state: dict[str, Any]


class AnalysisFacts(BaseModel):
    """A saved analysis."""

    id: str
    name: str
    state: dict[str, Any]
    created_at: datetime
