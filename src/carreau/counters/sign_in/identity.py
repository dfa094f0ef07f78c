"""Talking with the identity provider (OpenID Connect, authorization code with PKCE): where to go, who came back.

Nothing is kept between two sign-ins: the provider's own description and keys are read each time, so that a key it
turned is known at once. Answers are small, quick and not redirected; its addresses are https, or this machine's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl

import httpx
from authlib.oauth2.auth import ClientAuth  # type: ignore[import-untyped] # authlib publishes no types
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped] # idem
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped] # idem
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped] # idem
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url  # type: ignore[import-untyped] # idem
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from carreau.errors import Refused, Retry
from carreau.house.accounts_identity import is_safe
from carreau.market.identity import Leaving, Provider
from carreau.market.settings import table

ALGORITHMS: Final = ["RS256", "PS256", "ES256", "RS384", "RS512", "PS384", "PS512", "ES384", "ES512", "EdDSA"]
SCOPE: Final = "openid email"
LARGEST: Final = 1 << 20  # bytes of an answer
_SET: Final = table("oidc")
Expected = tuple[dict[str, Any], dict[str, Any]]


class ProviderFails(Retry):
    """The provider does not answer as it should: another try may do (HTTP 502)."""

    http_status: ClassVar[int] = 502


@dataclass(frozen=True, slots=True)
class Answer:
    """What the browser came back with: a code, at the address of this house, at a moment."""

    code: str
    address: str
    at: datetime


def network() -> httpx.Client:
    """A client that waits little and follows no redirection."""
    return httpx.Client(timeout=_SET["timeout_seconds"], follow_redirects=False)


def departure(provider: Provider, leaving: Leaving, address: str, client: httpx.Client) -> str:
    """The address of the provider's page, for a browser that leaves with ``leaving`` to come back at ``address``."""
    uri: str = prepare_grant_uri(
        _described(provider, client)["authorization_endpoint"],
        client_id=provider.client_id,
        response_type="code",
        redirect_uri=address,
        scope=SCOPE,
        state=leaving.state,
        nonce=leaving.nonce,
        code_challenge=create_s256_code_challenge(leaving.verifier),
        code_challenge_method="S256",
    )
    return uri


def arrival(provider: Provider, leaving: Leaving, answer: Answer, client: httpx.Client) -> Mapping[str, Any]:
    """The verified claims of whoever came back with ``answer``; :class:`~carreau.errors.Refused` for a false one."""
    described = _described(provider, client)
    granted = _exchanged(provider, leaving, answer, described, client)
    keys = _json(client, "GET", described["jwks_uri"])
    claims = _verified(granted, keys, _expected(provider, leaving, granted), answer.at)
    if "email" not in claims and described.get("userinfo_endpoint"):
        headers = {"Authorization": f"Bearer {granted.get('access_token', '')}"}
        told = _json(client, "GET", described["userinfo_endpoint"], headers=headers)
        if told.get("sub") == claims["sub"]:
            claims = {**told, **claims}
    return claims


def _described(provider: Provider, client: httpx.Client) -> OpenIDProviderMetadata:
    """How the provider describes itself: its addresses, checked; it must be the issuer that was declared."""
    address = get_well_known_url(provider.issuer, external=True)
    described = OpenIDProviderMetadata(_json(client, "GET", address))
    for name in ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not isinstance(described.get(name), str):
            raise _fails(f"sa description n'a pas « {name} »")
    if described["issuer"] != provider.issuer:
        raise _fails(f"il dit s'appeler {described['issuer'][:100]}")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"):
        if described.get(name) and not is_safe(described[name]):
            raise _fails(f"son adresse {name} n'est pas https")
    return described


def _exchanged(
    provider: Provider, leaving: Leaving, answer: Answer, described: Mapping[str, Any], client: httpx.Client
) -> Mapping[str, Any]:
    """What the provider gives for the code: an identity token, an access token."""
    methods = described.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    known = [method for method in ("client_secret_basic", "client_secret_post") if method in methods]
    chosen = known[0] if provider.client_secret and known else "none"
    body = str(
        httpx.QueryParams(
            grant_type="authorization_code",
            code=answer.code,
            redirect_uri=answer.address,
            code_verifier=leaving.verifier,
        )
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    own = ClientAuth(provider.client_id, provider.client_secret, chosen)
    url, headers, body = own.prepare("POST", described["token_endpoint"], headers, body)
    granted = _json(client, "POST", url, headers=headers, data=dict(parse_qsl(body)))
    if not isinstance(granted.get("id_token"), str):
        raise _refused("il ne dit pas qui vous êtes")
    return granted


def _expected(provider: Provider, leaving: Leaving, granted: Mapping[str, Any]) -> Expected:
    """What the identity token must say: its issuer, whom it is for, and what it answers."""
    options = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
        "sub": {"essential": True},
        "exp": {"essential": True},
    }
    facts = {"nonce": leaving.nonce, "client_id": provider.client_id, "access_token": granted.get("access_token")}
    return options, facts


def _verified(
    granted: Mapping[str, Any],
    keys: Mapping[str, Any],
    expected: Expected,
    at: datetime,
) -> Mapping[str, Any]:
    """The claims of the identity token, its signature made by one of the provider's keys, each claim checked."""
    options, facts = expected
    try:
        token = jwt.decode(granted["id_token"], KeySet.import_key_set(dict(keys)), algorithms=ALGORITHMS)  # type: ignore[arg-type] # checked by joserfc itself
        claims = CodeIDToken(token.claims, token.header, options, facts)
        claims.validate(int(at.timestamp()), _SET["leeway_seconds"])
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _refused(f"sa réponse n'est pas valable ({type(error).__name__})") from error
    if not str(claims["sub"]) or len(str(claims["sub"])) > 255:
        raise _refused("il ne dit pas qui vous êtes")
    return dict(claims)


def _json(client: httpx.Client, method: str, url: str, **options: Any) -> dict[str, Any]:
    """The JSON object that an address answers with; :class:`ProviderFails` or a refusal for anything else."""
    try:
        with client.stream(method, url, **options) as response:
            body = _small(response)
        found = json.loads(body) if response.status_code in {200, 400, 401} else None
    except (httpx.HTTPError, ValueError, RecursionError) as error:
        raise _fails(type(error).__name__) from error
    if not isinstance(found, dict):
        raise _fails(f"réponse {response.status_code}")
    if response.status_code != 200:
        raise _refused(str(found.get("error") or response.status_code)[:60])
    return found


def _small(response: httpx.Response) -> bytes:
    """The body of a response; :class:`ProviderFails` when it goes on and on."""
    body = b""
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > LARGEST:
            raise _fails("sa réponse est trop grande")
    return body


def _fails(given: str) -> ProviderFails:
    """The error for a provider that does not answer as it should."""
    return ProviderFails(
        "le fournisseur d'identité ne répond pas comme il le devrait",
        given=given,
        advice="recommencer dans un instant ; si cela dure, prévenir la personne qui gère cette maison",
    )


def _refused(given: str) -> Refused:
    """The refusal of an answer that does not prove who came back."""
    return Refused("le fournisseur d'identité n'a pas confirmé la connexion", given=given, advice="recommencer")
