"""Access tokens of the configured OpenID provider (RFC 9068, RFC 8725)."""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import Key, KeySet
from pydantic import TypeAdapter, ValidationError

from app.core.bodies import has_bad_text
from app.core.fields import Email, ShortLine
from app.core.problems import NotAuthenticated, Unavailable
from app.settings import Settings

KEYS_KEPT = 300
"""Seconds until the provider's key set is fetched again."""
KEYS_REFETCHED = 10
"""Seconds before an unknown key may cause another fetch, or a provider that is down another try."""
PROVIDER_WAIT = 2
"""Seconds that the provider has for each answer."""
LEEWAY = 30
"""Seconds that the provider's clock may differ; its tokens live in real time, whatever `clock`."""
ACCESS_TOKEN_TYPES = frozenset({"at+jwt", "jwt", ""})
_BAD_TOKEN = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What the parts of a token can make a parser raise; each means that the token is no good."""
_EMAIL: TypeAdapter[str] = TypeAdapter(Email)
_NAME: TypeAdapter[str] = TypeAdapter(ShortLine)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom the provider vouches for; the mail address only where it says that it is verified."""

    issuer: str
    subject: str
    name: str
    email: str | None


class Provider:
    """Verifies tokens of one issuer with its published keys.

    A set of keys once had is used for as long as the provider does not answer; `seconds` is the
    clock by which keys age.
    """

    def __init__(
        self,
        settings: Settings,
        client: httpx.AsyncClient | None = None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._client = client
        self._seconds = seconds
        self._lock = asyncio.Lock()
        self._keys: KeySet | None = None
        self._fetched = self._tried = -math.inf

    async def verify(self, token: str) -> Subject:
        """Who the token speaks for.

        Raises `NotAuthenticated` for every token that fails, and `Unavailable` as long as the
        provider's keys were never had.
        """
        try:
            claims = self._claims(token, await self._key_set())
        except (InvalidKeyIdError, BadSignatureError):
            claims = await self._claims_with_fresh_keys(token)
        except _BAD_TOKEN:
            raise _refusal() from None
        return _subject(claims)

    async def _claims_with_fresh_keys(self, token: str) -> dict[str, Any]:
        """The provider may have taken a new key into use since its keys were fetched."""
        keys = await self._key_set(refetch=True)
        try:
            return self._claims(token, keys)
        except _BAD_TOKEN:
            raise _refusal() from None

    def _claims(self, token: str, keys: KeySet) -> dict[str, Any]:
        decoded = jwt.decode(token, keys, algorithms=self._settings.oidc_algorithms)
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self._settings.oidc_issuer or ""},
            aud={"essential": True, "value": self._settings.oidc_audience or ""},
            exp={"essential": True},
            sub={"essential": True},
        )
        registry.validate(decoded.claims)
        kind = str(decoded.header.get("typ", "")).lower().removeprefix("application/")
        if kind not in ACCESS_TOKEN_TYPES or not math.isfinite(decoded.claims["exp"]):
            raise ValueError("no access token, or one without an end")
        return decoded.claims

    async def _key_set(self, *, refetch: bool = False) -> KeySet:
        """The keys, fetched when old or, with `refetch`, on suspicion; one fetch at a time."""
        if self._keys is not None and not refetch and self._lock.locked():
            return self._keys
        async with self._lock:
            now = self._seconds()
            stale = self._keys is None or refetch or now - self._fetched > KEYS_KEPT
            if stale and now - self._tried > KEYS_REFETCHED:
                self._tried = now
                await self._fetch()
        if self._keys is None:
            raise Unavailable("The identity provider's keys cannot be had.")
        return self._keys

    async def _fetch(self) -> None:
        client = self._client or httpx.AsyncClient(timeout=PROVIDER_WAIT)
        try:
            url = self._settings.oidc_jwks_url or await self._discover(client)
            document = (await client.get(url)).raise_for_status().json()
            self._keys = _keys_of(document)
            self._fetched = self._tried
        except (httpx.HTTPError, httpx.InvalidURL, *_BAD_TOKEN):
            return
        finally:
            if self._client is None:
                await client.aclose()

    async def _discover(self, client: httpx.AsyncClient) -> str:
        issuer = (self._settings.oidc_issuer or "").rstrip("/")
        answer = await client.get(f"{issuer}/.well-known/openid-configuration")
        document = answer.raise_for_status().json()
        if document["issuer"] != self._settings.oidc_issuer:
            raise ValueError("the discovery document names another issuer")
        return str(document["jwks_uri"])


def _refusal() -> NotAuthenticated:
    return NotAuthenticated("The provider's token is not valid here.")


def _keys_of(document: dict[str, Any]) -> KeySet:
    """The public keys that can be read; shared secrets and unknown kinds are passed over."""
    keys: list[Key] = []
    for each in document["keys"]:
        try:
            if each["kty"] != "oct":
                keys.extend(KeySet.import_key_set({"keys": [each]}).keys)
        except _BAD_TOKEN:
            continue
    if not keys:
        raise ValueError("the provider publishes no key that can be used")
    return KeySet(keys)


def _subject(claims: dict[str, Any]) -> Subject:
    subject, verified = claims["sub"], claims.get("email_verified") is True
    if not isinstance(subject, str) or len(subject) > 255 or has_bad_text(subject):
        raise _refusal()
    name = _valid(_NAME, str(claims.get("name") or "")[:200]) or _valid(_NAME, subject[:200])
    email = _valid(_EMAIL, claims.get("email")) if verified else None
    return Subject(claims["iss"], subject, name or "somebody", email)


def _valid(kind: TypeAdapter[str], value: Any) -> str | None:
    try:
        text = kind.validate_python(value)
    except ValidationError:
        return None
    return None if has_bad_text(text) else text
