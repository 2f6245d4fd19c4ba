"""Roles, scopes and kinds of callers."""

from enum import StrEnum

from app.core.choices import Choice


class AccountKind(StrEnum):
    PERSON = "person"
    SERVICE = "service"


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    ORGANIZER = "organizer"
    FOCAL_POINT = "focal_point"
    OBSERVER = "observer"
    MAIL_GATEWAY = "mail_gateway"
    """A program that hands over mails, and does nothing else."""


class Scope(StrEnum):
    """What a token may be used for, at most; its account's roles limit it further."""

    READ = "read"
    WRITE = "write"


class LinkPurpose(Choice):
    ANSWER_INVITATION = "answer_invitation"
    """The session may answer the invitation and register the delegation."""
    JOIN_MEETING = "join_meeting"
    """The personal link of somebody registered; there is no session for it."""
    SPEAK_ON_PANEL = "speak_on_panel"
    """The session answers for a panellist, who need be in no directory."""


EXCHANGED = frozenset({LinkPurpose.ANSWER_INVITATION, LinkPurpose.SPEAK_ON_PANEL})
"""Links that are used once, for a session."""
