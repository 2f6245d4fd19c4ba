"""JSON merge patch (RFC 7396) over a resource's writable members."""

import json
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from app.core.fields import json_names, place_of, words_of
from app.core.problems import FieldError, Invalid

MEDIA_TYPE = "application/merge-patch+json"
Model = TypeVar("Model", bound=BaseModel)


def merged(kind: type[Model], current: BaseModel, patch: BaseModel) -> Model:
    """The writable members after the patch, checked as a whole.

    `current` holds the present ones; `patch` is a model all of whose members may be left out, and
    only those that the caller sent count. Raises `Invalid` with every broken rule.
    """
    before = current.model_dump(mode="json")
    sent = patch.model_dump(mode="json", exclude_unset=True)
    return checked(kind, merge_patch(before, sent))


def checked(kind: type[Model], document: Any) -> Model:
    """A model from plain JSON; raises `Invalid` with pointers instead of pydantic's own error."""
    try:
        return kind.model_validate_json(json.dumps(document))
    except ValidationError as error:
        raise Invalid(
            "Some members are not valid.",
            errors=[
                FieldError(pointer=json_names(place_of(each)), detail=words_of(each))
                for each in error.errors(include_url=False, include_input=False)
            ],
        ) from None


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7396 section 2: null removes, objects merge, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge_patch(result.get(name), value)
    return result


def changes(before: BaseModel, after: BaseModel) -> dict[str, dict[str, Any]]:
    """`{member: {"before": ..., "after": ...}}` of the members that differ, for the log."""
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    return {
        name: {"before": old.get(name), "after": new.get(name)}
        for name in new
        if old.get(name) != new.get(name)
    }


def writable(kind: type[Model], row: object) -> Model:
    """The writable members of a row, as the model that a caller would send."""
    return kind.model_validate({name: getattr(row, name) for name in kind.model_fields})
