"""Refusals about entities and their people."""

from http import HTTPStatus
from typing import ClassVar

from app.core.problems import AlreadyExists, Problem
from app.core.routes import refuse_as


class PersonKnown(AlreadyExists):
    """The entity's directory has a person with this mail address already: name that person."""

    slug, title, status = "person-known", "The person is known already", HTTPStatus.CONFLICT


class PerhapsKnown(Problem):
    """The person looks like somebody of the directory under another address or spelling.

    `possible_duplicates` says who and why. Name that person by id, or ask again without
    `refuse_alike` if it is somebody else.
    """

    slug, title, status = "possible-duplicate", "Known, perhaps", HTTPStatus.CONFLICT
    extension: ClassVar = {
        "possible_duplicates": {
            "type": ["array", "null"],
            "maxItems": 5,
            "items": {"$ref": "#/components/schemas/PossibleDuplicate"},
            "description": "Of `possible-duplicate`: whom the new person looks like.",
        }
    }


class PersonLeft(Problem):
    """The person has left the entity, and is named for nothing any more: have them return first.

    Where somebody else has their address now, correct it.
    """

    slug, title, status = "person-left", "The person has left", HTTPStatus.CONFLICT


class PersonMerged(Problem):
    """The person was merged into another one of the directory: change that one, or take the merge
    back.
    """

    slug, title, status = "person-merged", "The person was merged", HTTPStatus.CONFLICT


class NotOfThisEntity(Problem):
    """The person is not in this entity's directory."""

    slug, title, status = (
        "not-of-this-entity",
        "Not of this entity",
        HTTPStatus.UNPROCESSABLE_ENTITY,
    )


for rule in ("uq_people_entity_id_email", "pk_person_addresses"):
    refuse_as(rule, lambda: PersonKnown("The directory has this address already."))
refuse_as("uq_entities_handle", lambda: AlreadyExists("An entity has this handle already."))
refuse_as(
    "uq_entities_abbreviation", lambda: AlreadyExists("An entity has this abbreviation already.")
)
refuse_as(
    "uq_focal_points_live", lambda: AlreadyExists("This person is a focal point there already.")
)
