"""Statistics as they cross the wire."""

from typing import Self
from uuid import UUID

from pydantic import Field

from app.core.fields import Handle, InstantField, LocalizedLine, Schema
from app.meetings.lifecycle import MeetingFormat, MeetingStatus
from app.statistics.lifecycle import Breakdown
from app.statistics.policy import SMALLEST_THRESHOLD, Counts, Table

MANY = 1_000_000


class CountsOut(Schema):
    """How many people; null is hidden."""

    registered: int | None = Field(
        ge=0, le=MANY, description="With a confirmed registration; null: hidden.", examples=[97]
    )
    present: int | None = Field(
        ge=0, le=MANY, description="Who came, each counted once; null: hidden.", examples=[95]
    )

    @classmethod
    def of_counts(cls, counts: Counts) -> Self:
        return cls.model_validate({"registered": counts.registered, "present": counts.present})


class FiguresCell(CountsOut):
    """The people of one kind."""

    key: str = Field(
        max_length=80,
        description="A value of the member that is told apart, or the handle of the entity.",
        examples=["representative"],
    )
    label: str = Field(
        max_length=200, description="The entity's abbreviation; else the key.", examples=["UNODC"]
    )


class FiguresOut(CountsOut):
    """A total, told apart in several ways; each of them adds up to the total."""

    by_entity: list[FiguresCell] = Field(
        max_length=10_000, description="Every entity that was asked."
    )
    by_role: list[FiguresCell] = Field(
        max_length=20, description="By values of `RegistrationRole`."
    )
    by_mode: list[FiguresCell] = Field(
        max_length=10,
        description="`virtual`, `in_person`, or `unknown`: at a hybrid meeting whoever did not "
        "come, or was checked in by an organizer.",
    )
    by_gender: list[FiguresCell] = Field(
        max_length=10,
        description="By values of `Gender`, as people said and agreed to be counted; "
        "`undisclosed` for the others.",
    )
    by_level: list[FiguresCell] = Field(
        max_length=20,
        description="By values of `Level`, as people said and agreed to be counted; "
        "`undisclosed` for the others.",
    )

    @classmethod
    def members_of(cls, table: Table, names: dict[str, tuple[str, str]]) -> dict[str, object]:
        """`names` are handle and abbreviation of entities by their key."""
        return {
            "registered": table.total.registered,
            "present": table.total.present,
            **{f"by_{kind}": _cells(table, kind, names) for kind in Breakdown},
        }


class CountedMeeting(Schema):
    """A meeting, as statistics name it."""

    id: UUID
    handle: Handle
    number: int = Field(ge=1, le=2_147_483_647, examples=[6])
    title: LocalizedLine
    status: MeetingStatus
    format: MeetingFormat
    starts_at: InstantField


class Disclosure(Schema):
    """Whether small cells are hidden."""

    suppressed: bool = Field(
        description="Whether cells of fewer people than `threshold` are hidden, and others beside "
        "them, so that no sum gives them away."
    )
    threshold: int = Field(
        ge=SMALLEST_THRESHOLD,
        le=100,
        description="Fewer people than these are hidden, where cells are hidden at all.",
        examples=[5],
    )


class FiguresBySteps(FiguresOut):
    """Figures that may be told by steps."""

    step: int = Field(
        ge=1,
        le=100,
        description="Figures are rounded down to multiples of this; 1: they are exact. Where small "
        "cells are hidden it is the `threshold`, and gender and level are hidden, until the record "
        "of the meeting is closed.",
        examples=[1],
    )


class MeetingStatisticsOut(FiguresBySteps, Disclosure):
    """The figures of one meeting."""

    meeting: CountedMeeting


class FiguresOfMeeting(FiguresBySteps):
    """The figures of one meeting beside the others."""

    meeting: CountedMeeting
    change: "FiguresChange | None" = Field(
        description="Against the meeting before it in this list; null for the first, and in it "
        "null where one of the two is hidden or told by steps."
    )


class FiguresChange(Schema):
    """More or fewer than before."""

    registered: int | None = Field(ge=-MANY, le=MANY, examples=[20])
    present: int | None = Field(ge=-MANY, le=MANY, examples=[22])


class CountedCommittee(Schema):
    id: UUID
    handle: Handle
    name: LocalizedLine


class CommitteeStatisticsOut(FiguresOut, Disclosure):
    """The figures of several meetings: summed up, and of each.

    Somebody who came to three of them counts three times. A sum is hidden where a part of it is,
    and leaves out meetings whose figures are told by steps.
    """

    committee: CountedCommittee
    meetings: list[FiguresOfMeeting] = Field(max_length=200, description="By their start.")


class StatisticsVerificationOut(Schema):
    """The figures twice: as counted, and recomputed from the log."""

    counted: FiguresOut
    recomputed: FiguresOut
    vouched: bool | None = Field(
        description="Whether gender and level are those that were written down when the meeting "
        "was over, by a digest in the log; null before."
    )
    equal: bool


def _cells(
    table: Table, kind: Breakdown, names: dict[str, tuple[str, str]]
) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for key, counts in table.by.get(kind, {}).items():
        handle, label = names.get(key, (key, key))
        rows.append(
            {
                "key": handle,
                "label": label,
                "registered": counts.registered,
                "present": counts.present,
            }
        )
    return sorted(rows, key=lambda row: str(row["label"])) if kind is Breakdown.ENTITY else rows
