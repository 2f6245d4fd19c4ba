"""Rules that a meeting sets for its delegations, as they cross the wire."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from app.committees.roles import RegistrationRole
from app.committees.rules import Consent, EntityStanding
from app.core.fields import Flag, Schema, ShortLine, Whole

Hours = Annotated[
    int, Field(ge=0, le=8784, description="Hours before the start.", examples=[24]), Whole
]
AtMost = Annotated[int, Field(ge=0, le=1000, description="Of each entity.", examples=[3]), Whole]
OfferWindow = Annotated[
    int, Field(ge=5, le=43_200, description="Minutes, up to 30 days.", examples=[1440]), Whole
]
Freeze = Annotated[
    int,
    Field(ge=1, le=43_200, description="Minutes before the start, up to 30 days.", examples=[120]),
    Whole,
]


def _each_once(values: list[str]) -> list[str]:
    if len(set(values)) < len(values):
        raise ValueError("names something twice")
    return values


Roles = Annotated[list[RegistrationRole], Field(max_length=20), AfterValidator(_each_once)]
Standings = Annotated[list[EntityStanding], Field(max_length=3), AfterValidator(_each_once)]
Ranks = Annotated[list[ShortLine], Field(max_length=50), AfterValidator(_each_once)]


class ApprovalRule(Schema):
    """Which registrations an organizer decides about; those of organizers never need it."""

    all: Flag = Field(False, description="Every one.")
    roles: Roles = Field(default_factory=list, description="Those in these roles.")
    late: Flag = Field(False, description="Those that come after the registration deadline.")
    standings: Standings = Field(
        default_factory=list,
        description="Those of entities that stand so in the committee on the meeting's day.",
        examples=[["observer", "none"]],
    )
    substitutes: Flag = Field(
        False,
        description="Whether only an organizer names somebody else where approval is needed; else "
        "the substitute has the approval of the one replaced.",
    )


class ApprovalRulePatch(Schema):
    """Of a rule that there is, any member; null goes back to the default."""

    all: Flag | None = None
    roles: Roles | None = None
    late: Flag | None = None
    standings: Standings | None = None
    substitutes: Flag | None = None


class RequirementRule(Schema):
    """So many who are all of what is named; too few is a warning and refuses nobody."""

    number: Annotated[int, Field(ge=1, le=100), Whole] = 1
    roles: Roles = Field(default_factory=list, description="In one of these roles.")
    ranks: Ranks = Field(default_factory=list, description="Of one of these ranks.")
    at_headquarters: Flag = Field(False, description="Whose duty station is headquarters.")

    @model_validator(mode="after")
    def _of_something(self) -> Self:
        if not (self.roles or self.ranks or self.at_headquarters):
            raise ValueError("names no role, no rank and not headquarters")
        return self


class ClosingRule(Schema):
    """When a kind of change closes for focal points, and whose word is enough from then on."""

    hours_before: Hours | None = Field(None, description="Null: with the registration deadline.")
    afterwards: Consent


class AddingRule(Schema):
    """Adding people closes with the registration deadline."""

    afterwards: Consent


class ChangeRules(Schema):
    """Of what is left out: adding needs an organizer after the deadline, the rest never closes."""

    add: AddingRule | None = None
    change_role: ClosingRule | None = None
    withdraw: ClosingRule | None = None
    substitute: ClosingRule | None = None


Requirements = Annotated[
    list[RequirementRule],
    Field(
        max_length=20,
        description="Whom a delegation should have; it counts as incomplete without.",
        examples=[[{"number": 1, "at_headquarters": True}]],
    ),
]


class RegistrationRules(Schema):
    """Who may be named, how many of each, who at least, and until when what may change."""

    roles: Roles | None = Field(None, description="That may be named; null for all.")
    at_most: dict[RegistrationRole, AtMost] = Field(
        default_factory=dict,
        max_length=20,
        description="How many an entity may name in a role.",
        examples=[{"adviser": 3}],
    )
    at_least: Requirements = Field(default_factory=list)
    changes: ChangeRules = Field(default_factory=ChangeRules)


class RegistrationRulesPatch(Schema):
    """Of rules that there are, any member; null goes back to the default."""

    roles: Roles | None = None
    at_most: dict[RegistrationRole, AtMost | None] | None = Field(None, max_length=20)
    at_least: Requirements | None = None
    changes: ChangeRules | None = None
