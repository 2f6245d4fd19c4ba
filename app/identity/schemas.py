"""Accounts, roles, tokens and links as they cross the wire."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.core.fields import Email, Flag, InstantField, Schema, ShortLine
from app.identity.lifecycle import AccountKind, LinkPurpose, Role, Scope

Scopes = Annotated[
    list[Scope],
    Field(
        min_length=1,
        max_length=2,
        description="What the token may be used for, at most; `write` has `read` in it.",
        examples=[["read"]],
    ),
]


class CallerKind(StrEnum):
    PERSON = "person"
    SERVICE = "service"
    LINK = "link"


class RoleOut(Schema):
    """A role with its scope; a committee left out stands for all of them."""

    role: Role
    committee_id: UUID | None
    entity_id: UUID | None


class LinkUseOut(Schema):
    """What the session of an exchanged link is for."""

    purpose: LinkPurpose
    meeting_id: UUID | None = Field(
        description="Where the invitation or the panel is; null if it is gone."
    )
    invitation_id: UUID | None = Field(
        description="The one invitation that the session may act on; null for a panellist's link."
    )
    entity_id: UUID | None = Field(
        description="For whom it acts; null for a panellist, who acts for themselves."
    )
    person_id: UUID | None = Field(
        description="Whose link it was, and in whose name the log has its acts; null for a "
        "panellist, who is in no directory."
    )
    panellist_id: UUID | None = Field(
        None, description="Of a panellist's link: whose it was. `GET /v1/panellists` goes on."
    )


class MeOut(Schema):
    kind: CallerKind
    name: ShortLine
    account_id: UUID | None
    email: Email | None
    token_id: UUID | None = Field(description="None for a token of the OpenID provider.")
    scopes: Scopes
    roles: list[RoleOut] = Field(max_length=10_000)
    link: LinkUseOut | None


class AccountCreate(Schema):
    kind: AccountKind = AccountKind.PERSON
    name: ShortLine = Field(examples=["Amina Rossi"])
    email: Email | None = Field(
        None, description="Ties the account to the provider's subject with this verified address."
    )


class AccountWrite(Schema):
    name: ShortLine = Field(examples=["Amina Rossi"])
    disabled: bool = Field(description="Whether every token of the account is refused.")


class AccountPatch(Schema):
    name: ShortLine | None = None
    disabled: Flag | None = None


class AccountOut(AccountWrite):
    id: UUID
    kind: AccountKind
    email: Email | None
    disabled_at: InstantField | None
    created_at: InstantField


class AccountSort(StrEnum):
    NAME = "name"
    NAME_DOWN = "-name"


class GrantCreate(Schema):
    """An administrator or a mail gateway has no committee, an organizer one, an observer one or
    none, which is all.

    The role of a focal point comes with being named one: `POST /v1/entities/{e}/focal-points`.
    """

    role: Role = Field(examples=["organizer"])
    committee: str | None = Field(
        None,
        min_length=1,
        max_length=80,
        description="Id or handle.",
        examples=["coordination-committee"],
    )


class GrantOut(RoleOut):
    id: UUID
    account_id: UUID
    created_at: InstantField
    revoked_at: InstantField | None


class TokenCreate(Schema):
    name: ShortLine = Field(description="To recognize it by.", examples=["my laptop"])
    scopes: Scopes
    expires_at: InstantField = Field(description="At most 400 days ahead.")
    account: UUID | None = Field(
        None, description="Administrators may make a token for another account."
    )


class TokenOut(Schema):
    id: UUID
    account_id: UUID
    name: ShortLine
    hint: str = Field(max_length=20, description="How the token begins.", examples=["sec_x7Qp"])
    scopes: Scopes
    created_at: InstantField
    created_by: UUID | None = Field(description="The account that made it.")
    expires_at: InstantField
    revoked_at: InstantField | None


class TokenMade(TokenOut):
    token: str = Field(
        max_length=100, description="The secret: shown now and never again.", examples=["sec_..."]
    )


class LinkToken(Schema):
    token: str = Field(
        min_length=1,
        max_length=200,
        description="What follows the # in the address of a mail's link.",
        examples=["AZ1vL5kAcAC5rG3sZ7m0nHk2uJ8yT6wQ4eR1xV9bN3cM5dF7"],
    )


class LinkExchange(LinkToken):
    code: str | None = Field(
        None,
        min_length=6,
        max_length=6,
        pattern="^[0-9]{6}$",
        description="From the mail that follows upon the refusal `link-code-needed`.",
        examples=["462913"],
    )


class LinkSession(LinkUseOut):
    """A short session for what the link is for, and nothing else."""

    token: str = Field(max_length=100, description="A bearer token.", examples=["sec_..."])
    expires_at: InstantField


class RenewalAnswer(Schema):
    """The same whether the link is known or not."""

    detail: str = Field(
        max_length=200,
        examples=["If the link is known, a fresh one is on its way to the same address."],
    )
