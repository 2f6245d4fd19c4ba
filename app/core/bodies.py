"""Reading JSON strictly (RFC 8259, I-JSON RFC 7493): what cannot be kept exactly is refused."""

import json
import math
import re
from typing import Any

from app.core.fields import json_names
from app.core.problems import FieldError, Invalid

MAX_DEPTH = 32
_BAD = re.compile("[\x00\ud800-\udfff]")


class _Refused(ValueError):
    pass


def strict_json(content: bytes) -> Any:
    """The value of a JSON text.

    Raises `Invalid` for anything that is not UTF-8 or JSON, `NaN` and infinities, repeated member
    names, nesting deeper than `MAX_DEPTH`, and for NUL or lone surrogates, which no PostgreSQL text
    can hold.
    """
    try:
        value = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_float,
        )
    except UnicodeDecodeError as error:
        raise Invalid.at("", f"The body is not UTF-8: byte {error.start}.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Invalid.at("", f"The body is not JSON: {error.msg} at {where}.") from None
    except RecursionError:
        raise Invalid.at("", "The body is nested too deeply.") from None
    except ValueError as error:
        words = str(error) if isinstance(error, _Refused) else "a number is too large"
        raise Invalid.at("", f"The body is refused: {words}.") from None
    errors: list[FieldError] = []
    _walk(value, (), errors)
    if errors:
        raise Invalid(errors[0].detail, errors=errors[:100])
    return value


def has_bad_text(text: str) -> bool:
    """Whether a text has characters that PostgreSQL cannot hold."""
    return _BAD.search(text) is not None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Refused("a member name is repeated")
    return found


def _constant(name: str) -> Any:
    raise _Refused(f"{name} is not JSON")


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise _Refused("a number is too large")
    return value


def _walk(value: Any, path: tuple[str | int, ...], errors: list[FieldError]) -> None:
    if len(path) > MAX_DEPTH:
        raise Invalid.at("", f"The body is nested deeper than {MAX_DEPTH} levels.")
    if isinstance(value, str):
        if has_bad_text(value):
            detail = "NUL and lone surrogates are refused."
            errors.append(FieldError(pointer=json_names(path), detail=detail))
    elif isinstance(value, dict):
        for name, member in value.items():
            if has_bad_text(name):
                raise Invalid.at(json_names(path), "A member name has NUL or a lone surrogate.")
            _walk(member, (*path, name), errors)
    elif isinstance(value, list):
        for place, member in enumerate(value):
            _walk(member, (*path, place), errors)
