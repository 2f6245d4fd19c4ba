"""Access tokens of an OpenID provider: which are believed, and whom they make the caller."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey, RSAKey
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.problems import NotAuthenticated, Unavailable
from app.identity.access import Authenticator
from app.identity.oidc import KEYS_KEPT, KEYS_REFETCHED, Provider
from app.settings import Settings
from tests.identity.provider import (
    AUDIENCE,
    EC,
    ISSUER,
    RSA,
    FakeProvider,
    claims,
    raw,
    signed,
)
from tests.world import World, post

STRANGER = RSAKey.generate_key(2048, {"kid": "rsa-1"})
ROTATED = RSAKey.generate_key(2048, {"kid": "rsa-2"})


class Clock:
    """Seconds by which the service's copy of the keys ages."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def slug(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


def configured(**members: Any) -> Settings:
    return Settings(
        _env_file=None,
        **({"oidc_issuer": ISSUER, "oidc_audience": AUDIENCE} | members),
    )


@pytest.fixture
def fake() -> FakeProvider:
    return FakeProvider()


@pytest.fixture
def seconds() -> Clock:
    return Clock()


@pytest.fixture
async def signing_in(
    app: FastAPI, fake: FakeProvider, seconds: Clock
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, which believes the fake provider."""
    app.state.authenticator = Authenticator(Provider(configured(), fake.client, seconds))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
        fake.client,
    ):
        yield client


async def me(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})


async def accounts(session: AsyncSession) -> list[tuple[Any, ...]]:
    await session.rollback()
    statement = text("SELECT name, email, subject FROM accounts WHERE subject IS NOT NULL")
    return [tuple(row) for row in await session.execute(statement)]


async def test_a_good_token_signs_in_and_finds_its_account_again(
    signing_in: httpx.AsyncClient, session: AsyncSession
) -> None:
    first = (await me(signing_in, signed())).json()
    assert first == {
        "kind": "person",
        "name": "Amina Rossi",
        "account_id": first["account_id"],
        "email": None,
        "token_id": None,
        "scopes": ["read", "write"],
        "roles": [],
        "link": None,
    }
    assert (await me(signing_in, signed())).json() == first
    other = (await me(signing_in, signed(claims(sub="subject-2", name=None)))).json()
    assert (other["name"], other["account_id"] == first["account_id"]) == ("subject-2", False)
    assert len(await accounts(session)) == 2


def hs256_with_the_public_key() -> str:
    """The known forgery: the published key, taken for a shared secret."""
    head, _, _ = raw({"alg": "HS256", "typ": "at+jwt", "kid": "rsa-1"}, claims()).rpartition(".")
    digest = hmac.digest(RSA.as_pem(private=False), head.encode(), hashlib.sha256)
    return f"{head}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def tampered() -> str:
    head, _, signature = signed().split(".")
    payload = base64.urlsafe_b64encode(json.dumps(claims(sub="subject-9")).encode())
    return f"{head}.{payload.decode().rstrip('=')}.{signature}"


NOW = int(time.time())
BAD = {
    "wrong issuer": lambda: signed(claims(iss="https://evil.example.org")),
    "issuer with a slash more": lambda: signed(claims(iss=ISSUER + "/")),
    "issuer in a list": lambda: signed(claims(iss=[ISSUER])),
    "no issuer": lambda: signed(claims(iss=None)),
    "wrong audience": lambda: signed(claims(aud="https://other.example.org")),
    "audience of others": lambda: signed(claims(aud=["a", "b"])),
    "no audience": lambda: signed(claims(aud=None)),
    "expired": lambda: signed(claims(exp=NOW - 3600)),
    "no expiry": lambda: signed(claims(exp=None)),
    "expiry in words": lambda: signed(claims(exp="tomorrow")),
    "expiry of no number": lambda: signed(claims(exp=float("nan"))),
    "expiry without end": lambda: signed(claims(exp=float("inf"))),
    "not yet good": lambda: signed(claims(nbf=NOW + 3600)),
    "no subject": lambda: signed(claims(sub=None)),
    "empty subject": lambda: signed(claims(sub="")),
    "subject of another type": lambda: signed(claims(sub={"a": 1})),
    "subject with NUL": lambda: signed(claims(sub="a\0b")),
    "subject with a surrogate": lambda: raw_signed(b'{"sub": "\\ud800"'),
    "subject too long": lambda: signed(claims(sub="x" * 256)),
    "alg none": lambda: raw({"alg": "none", "typ": "at+jwt"}, claims()),
    "alg None": lambda: raw({"alg": "None", "typ": "at+jwt", "kid": "rsa-1"}, claims()),
    "alg null": lambda: raw({"alg": None, "kid": "rsa-1"}, claims(), b"x"),
    "alg in a list": lambda: raw({"alg": ["RS256"], "kid": "rsa-1"}, claims(), b"x"),
    "HS256 with the public key": hs256_with_the_public_key,
    "algorithm that is not accepted": lambda: signed(alg="RS512"),
    "key of somebody else": lambda: signed(key=STRANGER),
    "unknown key": lambda: signed(key=ROTATED),
    "key in the header": lambda: signed(
        key=STRANGER, kid="own", jwk=STRANGER.as_dict(private=False)
    ),
    "key address in the header": lambda: signed(
        key=STRANGER, kid="own", jku="https://evil.example.org/keys"
    ),
    "key of another kind": lambda: signed(key=EC, alg="ES256", kid="rsa-1"),
    "kid of another type": lambda: raw({"alg": "RS256", "kid": {"a": 1}}, claims(), b"x"),
    "tampered": tampered,
    "no signature": lambda: raw({"alg": "RS256", "kid": "rsa-1"}, claims()),
    "an identity token": lambda: signed(typ="id+jwt"),
    "type of another type": lambda: signed_raw_header({"typ": ["at+jwt"]}),
    "claims that are a list": lambda: raw({"alg": "RS256", "kid": "rsa-1"}, [1], b"x"),
    "header that is a list": lambda: raw([1], claims(), b"x"),
    "header nested deeply": lambda: raw(b"[" * 20_000, claims(), b"x"),
    "header that is no UTF-8": lambda: raw(b"\xff\xfe", claims(), b"x"),
    "critical extension": lambda: raw(
        {"alg": "RS256", "kid": "rsa-1", "crit": ["b64"], "b64": False}, claims(), b"x"
    ),
    "empty parts": lambda: "..",
    "no base64": lambda: "!.!.!",
    "words": lambda: "a.b.c",
}


def raw_signed(start: bytes) -> str:
    """Signed claims of which the beginning is given as bytes."""
    rest = {name: value for name, value in claims().items() if name != "sub"}
    payload = start + b", " + json.dumps(rest).encode()[1:]
    return _sign({"alg": "RS256", "kid": "rsa-1", "typ": "at+jwt"}, payload)


def signed_raw_header(header: dict[str, Any]) -> str:
    return _sign({"alg": "RS256", "kid": "rsa-1"} | header, json.dumps(claims()).encode())


def _sign(header: dict[str, Any], payload: bytes) -> str:
    head, _, _ = raw(header, payload).rpartition(".")
    assert RSA.private_key is not None
    signature = RSA.private_key.sign(head.encode(), PKCS1v15(), SHA256())
    return f"{head}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


@pytest.mark.parametrize("name", BAD)
async def test_every_bad_token_is_refused(name: str) -> None:
    with pytest.raises(NotAuthenticated):
        await Provider(configured(), FakeProvider().client).verify(BAD[name]())


async def test_every_bad_token_is_401_and_makes_no_account(
    signing_in: httpx.AsyncClient, session: AsyncSession
) -> None:
    answers = {name: slug(await me(signing_in, make())) for name, make in BAD.items()}
    assert answers == dict.fromkeys(BAD, (401, "not-authenticated"))
    assert await accounts(session) == []


def test_the_forgers_of_the_tests_can_sign_well() -> None:
    """So that the refusals above are of the fault and not of the tests' own clumsiness."""
    provider = Provider(configured(), FakeProvider().client)
    for token in (
        _sign({"alg": "RS256", "kid": "rsa-1", "typ": "at+jwt"}, json.dumps(claims()).encode()),
        signed(claims(aud=["other", AUDIENCE])),
        signed(typ="application/at+JWT"),
        signed(typ="JWT"),
        signed(kid=None),
        signed(claims(exp=NOW + 3600, nbf=NOW - 10, email="a@example.org")),
    ):
        assert asyncio.run(provider_of(provider).verify(token)).subject == "subject-1"


def provider_of(provider: Provider) -> Provider:
    """A fresh one: its lock and its client belong to the loop that it is first used in."""
    return Provider(provider._settings, FakeProvider().client)


@given(st.text(alphabet="abcXYZ019-_=.", max_size=60), st.binary(max_size=40))
@settings(max_examples=150, deadline=None)
def test_whatever_the_token_the_answer_is_a_refusal(words: str, content: bytes) -> None:
    async def refused(token: str) -> bool:
        try:
            await Provider(configured(), FakeProvider().client).verify(token)
        except NotAuthenticated:
            return True
        return False

    encoded = base64.urlsafe_b64encode(content).decode()
    head, body, signature = signed().split(".")
    for token in (words, f"{encoded}.{body}.{signature}", f"{head}.{encoded}.{signature}",
                  f"{head}.{body}.{encoded}"):  # fmt: skip
        assert asyncio.run(refused(token))


async def test_a_new_key_is_fetched_and_an_unknown_one_does_not_fetch_again_and_again(
    signing_in: httpx.AsyncClient, fake: FakeProvider, seconds: Clock
) -> None:
    assert (await me(signing_in, signed())).status_code == 200
    assert fake.key_sets == 1
    fake.keys = [ROTATED]
    seconds.now += KEYS_REFETCHED + 1
    assert (await me(signing_in, signed(key=ROTATED))).status_code == 200
    assert fake.key_sets == 2
    for _ in range(20):
        assert (await me(signing_in, signed())).status_code == 401, "the old key is no key any more"
    assert fake.key_sets == 2
    seconds.now += KEYS_REFETCHED + 1
    answers = await asyncio.gather(*(me(signing_in, signed()) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {401}
    assert fake.key_sets == 3


async def test_a_key_without_a_name_is_changed_too(
    signing_in: httpx.AsyncClient, fake: FakeProvider, seconds: Clock
) -> None:
    assert (await me(signing_in, signed(kid=None))).status_code == 200
    fake.keys = [ROTATED]
    seconds.now += KEYS_REFETCHED + 1
    assert (await me(signing_in, signed(key=ROTATED, kid=None))).status_code == 200


async def test_keys_are_fetched_anew_when_old_and_kept_while_the_provider_is_down(
    signing_in: httpx.AsyncClient, fake: FakeProvider, seconds: Clock
) -> None:
    assert (await me(signing_in, signed())).status_code == 200
    seconds.now += KEYS_KEPT + 1
    assert (await me(signing_in, signed())).status_code == 200
    assert fake.key_sets == 2
    fake.answer = lambda _: httpx.Response(503)
    seconds.now += KEYS_KEPT + 1
    answers = await asyncio.gather(*(me(signing_in, signed()) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(fake.asked) == 5, "one try, which failed at the discovery"


def _timeout(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("too slow", request=request)


def _down(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


def _discovery(**members: Any) -> Any:
    document = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"} | members
    return lambda _: httpx.Response(200, json=document)


@pytest.mark.parametrize(
    "answer",
    [
        _down,
        _timeout,
        lambda _: httpx.Response(500),
        lambda _: httpx.Response(302, headers={"Location": "https://evil.example.org"}),
        lambda _: httpx.Response(200, content=b"<html>"),
        lambda _: httpx.Response(200, content=b"\xff"),
        lambda _: httpx.Response(200, json=[]),
        lambda _: httpx.Response(200, json={}),
        lambda _: httpx.Response(200, content=b"[" * 20_000),
        _discovery(issuer="https://evil.example.org"),
        _discovery(jwks_uri="http://[bad"),
        _discovery(jwks_uri=None),
        _discovery(keys=[]),
        _discovery(keys=[{"kty": "unheard of"}]),
        _discovery(keys=[{"kty": "oct", "k": "c2VjcmV0"}]),
        _discovery(keys=[{"kty": "RSA"}]),
        _discovery(keys={"a": 1}),
        _discovery(keys=None),
    ],
)
async def test_without_the_providers_keys_nothing_is_believed_until_they_are_had(
    fake: FakeProvider, seconds: Clock, answer: Any
) -> None:
    provider = Provider(configured(), fake.client, seconds)
    fake.answer = answer
    for _ in range(5):
        with pytest.raises(Unavailable):
            await provider.verify(signed())
    assert len(fake.asked) <= 2, "a provider that is down is not asked by every request"
    fake.answer = None
    seconds.now += KEYS_REFETCHED + 1
    assert (await provider.verify(signed())).subject == "subject-1"


async def test_a_provider_that_is_down_is_503(
    signing_in: httpx.AsyncClient, fake: FakeProvider
) -> None:
    fake.answer = _down
    refused = await me(signing_in, signed())
    assert slug(refused) == (503, "unavailable")
    assert refused.headers["retry-after"] == "2"


async def test_keys_that_cannot_be_used_do_not_hide_the_others(
    signing_in: httpx.AsyncClient, fake: FakeProvider
) -> None:
    fake.keys = [RSA, EC]
    fake.extra = [{"kty": "ML-DSA", "kid": "x"}, {"kty": "RSA", "n": 5}, "words", None]
    assert (await me(signing_in, signed())).status_code == 200
    assert (await me(signing_in, signed(key=EC, alg="ES256"))).status_code == 200


async def test_a_key_for_encryption_signs_nothing(
    signing_in: httpx.AsyncClient, fake: FakeProvider
) -> None:
    fake.keys = [EC]
    fake.extra = [ROTATED.as_dict(private=False) | {"use": "enc"}]
    assert (await me(signing_in, signed(key=ROTATED))).status_code == 401
    assert (await me(signing_in, signed(key=EC, alg="ES256"))).status_code == 200


async def test_a_set_of_keys_may_have_its_own_address(app: FastAPI, world: World) -> None:
    fake = FakeProvider()
    provider = Provider(configured(oidc_jwks_url=f"{ISSUER}/keys"), fake.client)
    app.state.authenticator = Authenticator(provider)
    client = await world.client(signed())
    assert (await client.get("/v1/me")).status_code == 200
    assert fake.asked == ["/keys"]


async def test_a_verified_address_ties_the_subject_to_the_focal_points_account(
    world: World, signing_in: httpx.AsyncClient, session: AsyncSession
) -> None:
    entity = await world.entity()
    person = {"name": "Li Wei", "email": "li.wei@example.org"}
    path = f"/v1/entities/{entity['id']}/focal-points"
    await post(world.administrator, path, {"person": person})
    people = f"/v1/entities/{entity['id']}/people"
    for unverified in ({"email_verified": False}, {"email_verified": "true"}, {}):
        token = signed(claims(sub="impostor", email="li.wei@example.org", **unverified))
        assert (await me(signing_in, token)).json()["roles"] == []
        headers = {"Authorization": f"Bearer {token}"}
        assert (await signing_in.get(people, headers=headers)).status_code == 404
    token = signed(claims(sub="li", email="Li.Wei@example.org", email_verified=True))
    found = (await me(signing_in, token)).json()
    assert (found["name"], found["email"]) == ("Li Wei", "li.wei@example.org")
    assert found["roles"] == [
        {"role": "focal_point", "committee_id": None, "entity_id": entity["id"]}
    ]
    headers = {"Authorization": f"Bearer {token}"}
    assert (await signing_in.get(people, headers=headers)).json()["items"][0]["name"] == "Li Wei"
    without_mail = (await me(signing_in, signed(claims(sub="li")))).json()
    assert without_mail == found, "once tied, the subject decides"
    assert sorted(await accounts(session)) == [
        ("Amina Rossi", None, "impostor"),
        ("Li Wei", "li.wei@example.org", "li"),
    ]


async def test_an_address_that_is_tied_is_not_tied_to_another_subject(
    signing_in: httpx.AsyncClient,
) -> None:
    mail = {"email": "a@example.org", "email_verified": True}
    first = (await me(signing_in, signed(claims(sub="first", **mail)))).json()
    second = (await me(signing_in, signed(claims(sub="second", **mail)))).json()
    assert (first["email"], second["email"]) == ("a@example.org", None)
    assert first["account_id"] != second["account_id"]


async def test_a_disabled_account_is_401_also_by_the_provider(
    world: World, signing_in: httpx.AsyncClient, session: AsyncSession
) -> None:
    account = await post(
        world.administrator, "/v1/accounts", {"name": "Gone", "email": "gone@example.org"}
    )
    path = f"/v1/accounts/{account['id']}"
    await world.administrator.patch(path, json={"disabled": True})
    token = signed(claims(email="gone@example.org", email_verified=True))
    for _ in range(2):
        assert slug(await me(signing_in, token)) == (401, "not-authenticated")
    assert await accounts(session) == []
    await world.administrator.patch(path, json={"disabled": False})
    assert (await me(signing_in, token)).json()["account_id"] == account["id"]
    await world.administrator.patch(path, json={"disabled": True})
    assert (await me(signing_in, token)).status_code == 401


async def test_many_first_sign_ins_at_once_make_one_account(
    signing_in: httpx.AsyncClient, session: AsyncSession
) -> None:
    token = signed(claims(email="a@example.org", email_verified=True))
    answers = await asyncio.gather(*(me(signing_in, token) for _ in range(24)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["account_id"] for answer in answers}) == 1
    assert len(await accounts(session)) == 1


ODD: list[tuple[dict[str, Any], str, str | None]] = [
    ({"name": {"a": 1}}, "{'a': 1}", None),
    ({"name": "a\0b"}, "subject-1", None),
    ({"name": "two\nlines"}, "subject-1", None),
    ({"name": " "}, "subject-1", None),
    ({"name": "x" * 300}, "x" * 200, None),
    ({"email": "no address"}, "Amina Rossi", None),
    ({"email": ["a@example.org"]}, "Amina Rossi", None),
    ({"email": "a\0@example.org"}, "Amina Rossi", None),
    ({"email": "a@example.org\r\nBcc: b@example.org"}, "Amina Rossi", None),
    ({"email": f"{'x' * 300}@example.org"}, "Amina Rossi", None),
    ({"email": "A@Example.org"}, "Amina Rossi", "a@example.org"),
]


async def test_odd_names_and_addresses_do_no_harm(signing_in: httpx.AsyncClient) -> None:
    for number, (members, name, email) in enumerate(ODD):
        token = signed(claims(sub=f"subject-{number}", email_verified=True, **members))
        found = (await me(signing_in, token)).json()
        expected = name.replace("subject-1", f"subject-{number}")
        assert (found["name"], found["email"]) == (expected, email)


async def test_without_a_provider_its_tokens_are_401(world: World) -> None:
    client = await world.client(signed())
    assert slug(await client.get("/v1/me")) == (401, "not-authenticated")


async def test_tokens_of_the_service_work_beside_the_provider(
    world: World, signing_in: httpx.AsyncClient, fake: FakeProvider
) -> None:
    fake.answer = _down
    assert (await world.administrator.get("/v1/me")).status_code == 200
    assert fake.asked == []


def test_a_curve_key_that_is_no_key_of_ours_is_refused() -> None:
    other = ECKey.generate_key("P-256", {"kid": "ec-1"})
    fake = FakeProvider()
    fake.keys = [EC]
    with pytest.raises(NotAuthenticated):
        asyncio.run(Provider(configured(), fake.client).verify(signed(key=other, alg="ES256")))
