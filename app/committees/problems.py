"""Refusals about committees and their members."""

from http import HTTPStatus

from app.core.problems import AlreadyExists, Problem
from app.core.routes import refuse_as


class MembershipOverlaps(Problem):
    """The entity is in the committee already on some day of that period.

    End the earlier membership on the day when the new one begins, or change it.
    """

    slug, title, status = "membership-overlaps", "The membership overlaps", HTTPStatus.CONFLICT


class MembershipCounted(Problem):
    """A closed meeting of the committee counted its members as they stood on its day.

    The record of a closed meeting never changes: let the membership begin, end or take another
    standing after that day.
    """

    slug, title, status = "membership-counted", "A closed meeting counted it", HTTPStatus.CONFLICT


class ParentIsWorkingGroup(Problem):
    """A working group belongs to a committee, and has no working groups of its own."""

    slug, title, status = (
        "parent-is-working-group",
        "The parent is a working group",
        HTTPStatus.CONFLICT,
    )


refuse_as(
    "ex_memberships_period",
    lambda: MembershipOverlaps("The entity is in the committee already in that period."),
)
refuse_as("uq_committees_handle", lambda: AlreadyExists("A committee has this handle already."))
refuse_as("uq_committees_number", lambda: AlreadyExists("A working group has this number already."))
