"""What representatives come as: rules of a meeting speak of it as well as registrations."""

from enum import StrEnum


class RegistrationRole(StrEnum):
    HEAD_OF_DELEGATION = "head_of_delegation"
    REPRESENTATIVE = "representative"
    ALTERNATE = "alternate"
    ADVISER = "adviser"
    OBSERVER = "observer"
    SUPPORT = "support"
    INTERPRETER = "interpreter"
