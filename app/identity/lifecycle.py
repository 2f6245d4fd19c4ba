"""Roles, scopes and kinds of callers."""

from enum import StrEnum


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


class LinkPurpose(StrEnum):
    ANSWER_INVITATION = "answer_invitation"
    JOIN_MEETING = "join_meeting"
