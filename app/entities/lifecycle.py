"""Kinds of entities' officers, and what statistics tell people by."""

from enum import StrEnum


class FocalPointKind(StrEnum):
    PRINCIPAL = "principal"
    ALTERNATE = "alternate"


class Level(StrEnum):
    """How senior somebody is, from the top, in steps that every organization has.

    In the United Nations' common system: executive heads; under-secretaries-general, assistant
    secretaries-general and deputies (ungraded); D-1 and D-2; P-5; P-1 to P-4; general service;
    everybody else, such as consultants and interns.
    """

    HEAD = "head"
    SENIOR_LEADERSHIP = "senior_leadership"
    DIRECTOR = "director"
    SENIOR_OFFICER = "senior_officer"
    OFFICER = "officer"
    SUPPORT = "support"
    OTHER = "other"


class Gender(StrEnum):
    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
