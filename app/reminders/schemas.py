"""Reminders and digests as they cross the wire."""

from collections.abc import Sequence
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.core.fields import ClockTime, Flag, InstantField, Paragraphs, Schema, WallTimeField, Whole
from app.reminders.lifecycle import (
    ANCHORS_OF_PANELS,
    OF_PANELS,
    About,
    Anchor,
    Outcome,
    RunOutcome,
    Source,
    To,
    Unit,
)
from app.reminders.policy import Step

Number = Annotated[int, Field(ge=0, le=365), Whole]
People = Annotated[int, Field(ge=0, le=1_000_000, examples=[12])]


class Before(Schema):
    """How long before the anchor: one of the three."""

    working_days: Number | None = Field(
        None, description="Working days of the committee; 0 is the last one up to the day."
    )
    days: Number | None = Field(None, description="Days of the calendar; 0 is the same day.")
    hours: Annotated[int, Field(ge=1, le=8760), Whole] | None = Field(
        None, description="Hours before the very instant of the anchor."
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(getattr(self, unit) is not None for unit in Unit) != 1:
            raise ValueError("give one of working_days, days and hours")
        return self


class ReminderStep(Schema):
    """One reminder: when it is due, what it is about, and which focal points get it."""

    before: Before = Field(examples=[{"working_days": 5}])
    anchor: Anchor = Anchor.DEADLINE
    time: ClockTime | None = Field(
        None,
        description="Of the day, in the meeting's zone; by default that of the anchor. Not for "
        "hours.",
    )
    about: About
    to: To = Field(
        To.ALL,
        description="`alternate`: the alternates, or the principals where there are none. "
        "Reminders of attendance go to those who have a seat.",
    )

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        if self.before.hours is not None and self.time is not None:
            raise ValueError("hours before have no time of the day")
        if self.about is About.ATTENDANCE and (self.anchor, self.to) != (Anchor.START, To.ALL):
            raise ValueError("reminders of attendance are anchored at start and go to all")
        if self.about in OF_PANELS:
            if self.anchor is Anchor.DEADLINE or self.to is not To.ALL:
                raise ValueError(
                    "reminders of panels are anchored at slot, rehearsal or start and go to all"
                )
        elif self.anchor in ANCHORS_OF_PANELS:
            raise ValueError("only reminders of panels are anchored at slot or rehearsal")
        briefer, due = self.about is About.BRIEFER, self.anchor is Anchor.BRIEFERS_DUE
        if briefer is not due or (briefer and self.to is not To.ALL):
            raise ValueError("reminders of briefers are anchored at briefers_due and go to all")
        return self

    def as_step(self) -> Step:
        unit = next(unit for unit in Unit if getattr(self.before, unit) is not None)
        return Step(
            number=getattr(self.before, unit),
            unit=unit,
            anchor=self.anchor,
            time=self.time,
            about=self.about,
            to=self.to,
        )

    @classmethod
    def of_step(cls, step: Step) -> Self:
        before = Before.model_validate({step.unit.value: step.number})
        return cls(before=before, anchor=step.anchor, time=step.time, about=step.about, to=step.to)


RECOMMENDED = [
    {"before": {"working_days": 5}, "time": "09:00", "about": "answer", "to": "alternate"},
    {"before": {"working_days": 2}, "time": "09:00", "about": "answer", "to": "principal"},
    {"before": {"working_days": 1}, "time": "09:00", "about": "delegation", "to": "all"},
    {"before": {"hours": 24}, "anchor": "start", "about": "attendance"},
]
Steps = Annotated[list[ReminderStep], Field(max_length=20, examples=[RECOMMENDED])]


def _each_once(steps: Sequence[ReminderStep] | None) -> None:
    keys = [step.as_step().key for step in steps or ()]
    if len(set(keys)) < len(keys):
        raise ValueError("has a step twice")


class CommitteeStepsWrite(Schema):
    """The steps for the meetings of a committee that have none of their own."""

    steps: Steps

    @model_validator(mode="after")
    def _check(self) -> Self:
        _each_once(self.steps)
        return self


class MeetingStepsWrite(Schema):
    """The steps of one meeting, in the place of its committee's; null for the committee's."""

    steps: Steps | None

    @model_validator(mode="after")
    def _check(self) -> Self:
        _each_once(self.steps)
        return self


class StepsOut(Schema):
    """The steps that count, and whose they are."""

    source: Source
    steps: Steps


class RemindersStep(ReminderStep):
    """A step with its time and what became of it."""

    due_at: InstantField | None = Field(description="Null where the meeting has no deadline.")
    due_local: WallTimeField | None = Field(
        description="The same on the clocks of the meeting's `timezone`."
    )
    ran_at: InstantField | None = Field(description="Null while it is still to come.")
    outcome: RunOutcome | None = Field(description="Null while it is still to come.")
    reason: str | None = Field(
        max_length=500, description="Why it was skipped, in English, for people."
    )
    told: People = Field(description="To how many people mails were planned, and not suppressed.")
    would_tell: People = Field(
        description="How many people it would tell if it ran now: whoever was invited or reminded "
        "within 24 hours is left alone."
    )


class RemindersOut(Schema):
    """All reminders of a meeting: what ran, what is to come, and whom it would tell now."""

    source: Source
    steps: list[RemindersStep] = Field(max_length=20)


class RemindRequest(Schema):
    """Which invitations to remind of: the ones named, or all that are not answered."""

    all_unanswered: Flag = Field(False, description="All that are sent and not answered.")
    invitations: list[UUID] = Field(
        default_factory=list, max_length=1000, description="Their ids, instead of all."
    )
    to: To = To.ALL
    force: Flag = Field(
        default=False, description="Also those that were reminded of within 24 hours."
    )
    note: Paragraphs | None = Field(
        None, description="Stands in the mail.", examples=["The list of speakers closes on Friday."]
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.all_unanswered is bool(self.invitations):
            raise ValueError("give either all_unanswered or invitations")
        return self


class RemindOneRequest(Schema):
    """How to remind of one invitation; may be left out altogether."""

    to: To = To.ALL
    force: Flag = Field(default=False, description="Also if it was reminded of within 24 hours.")
    note: Paragraphs | None = Field(None, description="Stands in the mail.")


class RemindResult(Schema):
    invitation_id: UUID
    outcome: Outcome
    reminded_at: InstantField | None = Field(description="When it was last reminded of.")


class RemindResults(Schema):
    """A result for each invitation; the mails follow by the worker."""

    dry_run: bool
    reminded: int = Field(ge=0, le=100_000, description="How many have the outcome `reminded`.")
    results: list[RemindResult] = Field(max_length=10_000)


class DigestOut(Schema):
    """Whether you get the morning digest of a committee's meetings."""

    committee_id: UUID
    wanted: bool = Field(
        description="True until it is declined. Only organizers of the committee get one, on "
        "mornings on which answers are open."
    )
