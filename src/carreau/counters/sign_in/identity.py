"""The identity provider of the house, where there is one."""

from __future__ import annotations

from starlette.requests import Request


def provider_of(request: Request) -> bool:
    """Whether one may sign in at an identity provider."""
    return False
