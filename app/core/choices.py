"""Named values that the API's document explains: what stands below a value is what it means."""

import ast
import inspect
import textwrap
from enum import StrEnum
from itertools import pairwise
from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema


class Choice(StrEnum):
    """One of some values; their docstrings are the schema's, a line for each."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        found = handler(schema)
        target = handler.resolve_ref_schema(found)
        said = inspect.cleandoc(cls.__doc__ or "")
        lines = [f"- `{value}`: {meaning}" for value, meaning in meanings(cls).items()]
        if lines:
            target["description"] = "\n\n".join(filter(None, [said, "\n".join(lines)]))
        return found


def meanings(choices: type[StrEnum]) -> dict[str, str]:
    """By value, the docstrings below the values; none where the source is not at hand."""
    try:
        source = textwrap.dedent(inspect.getsource(choices))
    except OSError:
        return {}
    (definition,) = ast.parse(source).body
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    found = {}
    for above, below in pairwise(body):
        match above, below:
            case (
                ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(meaning))),
            ):
                found[choices[name].value] = " ".join(meaning.split())
    return found
