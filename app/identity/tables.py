"""Accounts, grants, tokens and links."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field

from app.core.tables import Instant, Row, TextList, one_of, values
from app.identity.lifecycle import AccountKind, LinkPurpose, Role
from app.identity.policy import CODE_TRIES, CODES


class Account(Row, table=True):
    """Somebody or something that calls; `email` is compared in lower case."""

    __tablename__ = "accounts"
    __table_args__ = (
        one_of("kind", AccountKind),
        UniqueConstraint("issuer", "subject", name="uq_accounts_subject"),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )

    kind: AccountKind = Field(sa_type=values(AccountKind))
    name: str = Field(sa_type=Text)
    email: str | None = Field(default=None, sa_type=Text, unique=True)
    issuer: str | None = Field(default=None, sa_type=Text)
    subject: str | None = Field(default=None, sa_type=Text)
    disabled_at: datetime | None = Field(default=None, sa_type=Instant)


class Grant(Row, table=True):
    """A role with its scope, from `created_at` until `revoked_at`.

    Administrators and mail gateways have none; organizers one committee (with its working
    groups); observers one committee or none, which is all; focal points an entity, and one
    committee or all.
    """

    __tablename__ = "grants"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint(
            "CASE role WHEN 'administrator' THEN committee_id IS NULL AND entity_id IS NULL"
            " WHEN 'organizer' THEN committee_id IS NOT NULL AND entity_id IS NULL"
            " WHEN 'focal_point' THEN entity_id IS NOT NULL"
            " WHEN 'mail_gateway' THEN committee_id IS NULL AND entity_id IS NULL"
            " ELSE entity_id IS NULL END",
            name="scope",
        ),
        Index(
            "uq_grants_live",
            "account_id",
            "role",
            "committee_id",
            "entity_id",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    account_id: UUID = Field(foreign_key="accounts.id")
    role: Role = Field(sa_type=values(Role))
    committee_id: UUID | None = Field(default=None, foreign_key="committees.id", index=True)
    entity_id: UUID | None = Field(default=None, foreign_key="entities.id", index=True)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class Link(Row, table=True):
    """A secret address in a mail.

    The token is the id with a keyed signature, so nothing that opens it is stored. The link of
    an invitation or of a panellist is exchanged once for a session; a join link works until it
    expires.
    """

    __tablename__ = "links"
    __table_args__ = (
        one_of("purpose", LinkPurpose),
        CheckConstraint("(purpose = 'speak_on_panel') = (person_id IS NULL)", name="reader"),
        CheckConstraint(f"code_tries BETWEEN 0 AND {CODE_TRIES}", name="code_tries"),
        CheckConstraint(f"codes_asked BETWEEN 0 AND {CODES}", name="codes_asked"),
    )

    purpose: LinkPurpose = Field(sa_type=values(LinkPurpose))
    resource_id: UUID = Field(index=True)
    """The invitation, the registration or the panellist."""
    person_id: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    """Null for a panellist, who is their own resource."""
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
    code_asked_at: datetime | None = Field(default=None, sa_type=Instant)
    """Of the present code, which follows from it and the service's key."""
    code_tries: int = 0
    """Wrong ones, of the present code."""
    codes_asked: int = 0


class Token(Row, table=True):
    """A bearer token, of an account or of an exchanged link; only its hash is kept."""

    __tablename__ = "tokens"
    __table_args__ = (
        CheckConstraint("(account_id IS NULL) <> (link_id IS NULL)", name="holder"),
        CheckConstraint("scopes <@ ARRAY['read','write'] AND scopes <> '{}'", name="scopes"),
    )

    account_id: UUID | None = Field(default=None, foreign_key="accounts.id", index=True)
    link_id: UUID | None = Field(default=None, foreign_key="links.id", unique=True)
    name: str = Field(sa_type=Text)
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    hint: str = Field(sa_type=Text)
    """Its first characters, to recognize it in a list."""
    scopes: list[str] = Field(sa_type=TextList)
    expires_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
    created_by: UUID | None = None
