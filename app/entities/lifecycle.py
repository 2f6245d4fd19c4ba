"""Kinds of entities' officers."""

from enum import StrEnum


class FocalPointKind(StrEnum):
    PRINCIPAL = "principal"
    ALTERNATE = "alternate"
