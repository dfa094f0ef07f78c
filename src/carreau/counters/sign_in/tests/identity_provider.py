"""An identity provider on loopback, made of authlib's own server: OpenID Connect, authorization code with PKCE.

Run by the tests in a process of its own. ``POST /twist`` makes it answer wrongly, as a false provider would.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import sys
import time
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import AuthorizationCodeMixin, UserInfo
from authlib.oidc.core.grants import OpenIDCode
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
STATE: dict[str, Any] = {"issuer": "", "user": {}, "twist": "", "codes": {}, "tokens": {}, "seen": []}


class Client(ClientMixin):
    """The one client: the house under test."""

    client_id, client_secret = "carreau", "secret of the house"
    id_token_signed_response_alg = "RS256"

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return ""

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri.startswith("http://127.0.0.1:") and redirect_uri.endswith("/api/v1/oidc/return")

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(client_secret, self.client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Code(AuthorizationCodeMixin):
    """A code that was given."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.__dict__.update(facts)

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.auth_time

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class Grant(AuthorizationCodeGrant):
    """The authorization code: given once, taken once."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        data = request.payload.data
        STATE["seen"].append(data.get("nonce"))
        STATE["codes"][code] = Code(
            {
                "code": code, "client_id": request.client.client_id, "redirect_uri": data.get("redirect_uri"),
                "scope": request.payload.scope, "nonce": data.get("nonce"), "auth_time": int(time.time()),
                "code_challenge": data.get("code_challenge"), "user": request.user,
                "code_challenge_method": data.get("code_challenge_method"),
            }
        )  # fmt: skip

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        return STATE["codes"].get(code)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        del STATE["codes"][authorization_code.code]

    def authenticate_user(self, authorization_code: Code) -> Any:
        return authorization_code.user


class OpenID(OpenIDCode):
    """Who the user is, told in an identity token."""

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        return nonce in STATE["seen"]

    def resolve_client_private_key(self, client: Client) -> Any:
        return KEY

    def get_encode_header(self, client: Client) -> dict[str, str]:
        return {"alg": "RS256", "kid": "one"}

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        return {"iss": STATE["issuer"], "aud": [client.client_id]}

    def generate_user_info(self, user: Any, scope: str) -> UserInfo:
        told = {name: value for name, value in user.items() if name == "sub" or STATE["twist"] != "userinfo"}
        return UserInfo(told)


class Server(AuthorizationServer):
    """Authlib's server over Starlette."""

    def query_client(self, client_id: str) -> Client | None:
        return Client() if client_id == Client.client_id else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        STATE["tokens"][token["access_token"]] = request.user

    def create_oauth2_request(self, request: Any) -> OAuth2Request:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Response:
        plain = dict(headers)
        return JSONResponse(body, status, plain) if isinstance(body, dict) else Response(body, status, plain)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""


class Asked(OAuth2Request):
    """A request as authlib reads it."""

    def __init__(self, request: Request, form: dict[str, str]) -> None:
        super().__init__(request.method, str(request.url).replace("http://", "https://"), headers=request.headers)
        self._form = form
        self.payload = BasicOAuth2Payload({**request.query_params, **form})

    @property
    def args(self) -> dict[str, str]:
        return dict(self.payload.data)

    @property
    def form(self) -> dict[str, str]:
        return self._form


server = Server(["openid", "email"])
server.register_token_generator("default", BearerTokenGenerator(lambda *_, **__: secrets.token_urlsafe(24)))
server.register_grant(Grant, [OpenID(require_nonce=True), CodeChallenge(required=True)])


async def described(request: Request) -> Response:
    """The description of the provider."""
    base = STATE["issuer"]
    facts = {
        "issuer": base, "authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/token",
        "jwks_uri": f"{base}/keys", "userinfo_endpoint": f"{base}/userinfo", "response_types_supported": ["code"],
        "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
    }  # fmt: skip
    twists: dict[str, dict[str, Any]] = {
        "other issuer": {"issuer": "https://evil.example"},
        "plain http": {"token_endpoint": "http://id.example/token"},
        "file": {"jwks_uri": "file:///etc/passwd"},
        "no keys address": {"jwks_uri": None},
    }
    if STATE["twist"] == "endless":
        return Response(b"x" * (2 << 20))
    if STATE["twist"] == "not json":
        return Response("<html>")
    if STATE["twist"] == "list":
        return JSONResponse([])
    if STATE["twist"] == "down":
        return JSONResponse({}, 500)
    if STATE["twist"] == "elsewhere":
        return RedirectResponse("http://127.0.0.1:1/")
    return JSONResponse({**facts, **twists.get(STATE["twist"], {})})


async def keys(request: Request) -> Response:
    """The public keys."""
    return JSONResponse(KeySet([KEY]).as_dict(private=False))


async def authorize(request: Request) -> Response:
    """The user, always the one that was set, agrees; or does not."""
    asked = Asked(request, {})
    user = None if STATE["twist"] == "denied" else STATE["user"]
    grant = server.get_consent_grant(asked, user)
    return server.create_authorization_response(asked, user, grant)


async def token(request: Request) -> Response:
    """The code against an identity token; twisted when asked."""
    form = dict(parse_qsl((await request.body()).decode()))
    answer = server.create_token_response(Asked(request, form))
    if answer.status_code != 200 or not STATE["twist"]:
        return answer
    facts = json.loads(answer.body)
    facts["id_token"] = twisted(facts["id_token"], STATE["twist"])
    if facts["id_token"] is None:
        del facts["id_token"]
    return JSONResponse(facts)


def twisted(id_token: str, twist: str) -> str | None:
    """The identity token, made wrong."""
    claims = dict(jwt.decode(id_token, KEY).claims)
    now = int(time.time())
    changed: dict[str, dict[str, Any]] = {
        "nonce": {"nonce": "another"}, "no nonce": {"nonce": None}, "audience": {"aud": ["another house"]},
        "issuer": {"iss": "https://evil.example"}, "expired": {"exp": now - 3600},
        "no subject": {"sub": None}, "empty subject": {"sub": ""}, "not before": {"nbf": now + 3600},
        "two audiences": {"aud": ["carreau", "another"]}, "azp": {"azp": "another"}, "at_hash": {"at_hash": "x"},
    }  # fmt: skip
    header: dict[str, Any] = {"alg": "RS256", "kid": "one"}
    claims.update(changed.get(twist, {}))
    claims = {name: value for name, value in claims.items() if value is not None}
    if twist == "no token":
        return None
    if twist == "not a token":
        return "a.b.c"
    if twist == "other key":
        return jwt.encode(header, claims, OTHER_KEY)
    if twist == "alg none":
        return jwt.encode({"alg": "none"}, claims, None, ["none"])
    if twist == "public key as secret":
        said = b".".join(map(plain, ({"alg": "HS256", "kid": "one"}, claims)))
        signature = hmac.new(KEY.as_pem(private=False), said, "sha256").digest()
        return (said + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()
    return jwt.encode(header, claims, KEY)


def plain(part: dict[str, Any]) -> bytes:
    """A part of a token, as it is signed: joserfc refuses to sign with a public key, which a forger would not."""
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")


async def userinfo(request: Request) -> Response:
    """What is known of the user, for whoever has their access token."""
    user = STATE["tokens"].get(request.headers.get("authorization", "").removeprefix("Bearer "))
    return JSONResponse(user or {}, 200 if user else 401)


async def twist(request: Request) -> Response:
    """Set the user, and what is to go wrong."""
    STATE.update(await request.json())
    return JSONResponse({})


app = Starlette(
    routes=[
        Route("/.well-known/openid-configuration", described), Route("/keys", keys), Route("/authorize", authorize),
        Route("/token", token, methods=["POST"]), Route("/userinfo", userinfo),
        Route("/twist", twist, methods=["POST"]),
    ]
)  # fmt: skip

if __name__ == "__main__":
    port = int(sys.argv[1])
    STATE["issuer"] = f"http://127.0.0.1:{port}"
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", ws="none")
