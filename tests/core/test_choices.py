"""What the docstrings of values mean for the document."""

from pydantic import TypeAdapter

from app.core.choices import Choice, meanings
from app.inbox.lifecycle import IncomingState, Reason
from app.mail.lifecycle import MessageState


class Colour(Choice):
    """What a wall is painted in."""

    RED = "red"
    """As roses
    are.
    """
    BLUE = "blue"
    NONE = "none"
    """It is bare."""


class Bare(Choice):
    ONE = "one"


def test_the_schema_says_what_each_value_means() -> None:
    assert TypeAdapter(Colour).json_schema() == {
        "title": "Colour",
        "type": "string",
        "enum": ["red", "blue", "none"],
        "description": "What a wall is painted in.\n\n"
        "- `red`: As roses are.\n- `none`: It is bare.",
    }
    bare = TypeAdapter(Bare).json_schema()
    assert (bare["enum"], bare.get("description")) == (["one"], None)


def test_states_and_reasons_of_mails_all_have_a_meaning() -> None:
    for choices in (MessageState, IncomingState, Reason):
        assert meanings(choices).keys() == {each.value for each in choices}
