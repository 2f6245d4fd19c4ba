"""State machines: one table says which verb leads where, and everything else is refused."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from app.core.problems import MoveForbidden

State = TypeVar("State", bound=StrEnum)
Verb = TypeVar("Verb", bound=StrEnum)


class Lifecycle(Generic[State, Verb]):
    """The life of one kind of thing."""

    def __init__(
        self,
        thing: str,
        transitions: Mapping[tuple[State, Verb], State],
        by_itself: Collection[Verb] = (),
    ) -> None:
        """What happens `by_itself` is never offered to a caller."""
        self.thing = thing
        self.transitions = transitions
        self.by_itself = frozenset(by_itself)

    def move(self, state: State, verb: Verb) -> State:
        """Where `verb` leads from `state`; raises `MoveForbidden` naming what is allowed."""
        try:
            return self.transitions[state, verb]
        except KeyError:
            allowed = self.allowed(state)
            options = f", only {', '.join(allowed)}" if allowed else ""
            raise MoveForbidden(
                f"This {self.thing} is {state.value}: it cannot {verb.value} now{options}.",
                state=state.value,
                allowed=allowed,
            ) from None

    def allowed(self, state: State) -> list[str]:
        """The verbs that a caller may ask for in the state, in the order of the table."""
        return [
            verb.value
            for (source, verb) in self.transitions
            if source is state and verb not in self.by_itself
        ]
