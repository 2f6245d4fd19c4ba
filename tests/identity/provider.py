"""An OpenID provider for tests: publishes keys, signs tokens, and fails as it is told."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey

ISSUER = "https://id.example.org"
AUDIENCE = "https://secretariat.example.org"
RSA = RSAKey.generate_key(2048, {"kid": "rsa-1"})
EC = ECKey.generate_key("P-256", {"kid": "ec-1"})


class FakeProvider:
    """Answers what a provider would; `answer` replaces it, `asked` counts the key sets given."""

    def __init__(self) -> None:
        self.keys: list[Key] = [RSA]
        self.extra: list[Any] = []
        self.answer: Callable[[httpx.Request], httpx.Response] | None = None
        self.asked: list[str] = []
        self.client = httpx.AsyncClient(transport=httpx.MockTransport(self._handle))

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if self.answer is not None:
            return self.answer(request)
        if request.url.path == "/.well-known/openid-configuration":
            document = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"}
            return httpx.Response(200, json=document)
        keys = [key.as_dict(private=False) for key in self.keys] + self.extra
        return httpx.Response(200, json={"keys": keys})

    @property
    def key_sets(self) -> int:
        return self.asked.count("/keys")


def claims(**members: Any) -> dict[str, Any]:
    """Good claims; a member given as None is left out."""
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "subject-1",
        "iat": now,
        "exp": now + 600,
        "name": "Amina Rossi",
    }
    return {name: value for name, value in (good | members).items() if value is not None}


def signed(
    members: dict[str, Any] | None = None, key: Key = RSA, alg: str = "RS256", **header: Any
) -> str:
    header = {"alg": alg, "typ": "at+jwt", "kid": key.kid} | header
    used = {name: value for name, value in header.items() if value is not None}
    return jwt.encode(used, claims() if members is None else members, key, algorithms=[alg])


def raw(header: Any, payload: Any, signature: bytes = b"") -> str:
    """A token of these parts, each as JSON unless it is bytes."""
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode()
             for part in (header, payload)]  # fmt: skip
    return ".".join(
        base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (*parts, signature)
    )
