"""Kinds of questions, when they are asked, and who sees the answers."""

from enum import StrEnum

from app.core.choices import Choice


class QuestionKind(StrEnum):
    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    ONE_CHOICE = "one_choice"
    MANY_CHOICES = "many_choices"
    DATE = "date"
    NUMBER = "number"
    YES_NO = "yes_no"
    FILE = "file"
    CONSENT = "consent"


class Need(Choice):
    """By when a question must be answered."""

    AT_REGISTRATION = "at_registration"
    """Nobody is registered without an answer."""
    BEFORE_DEADLINE = "before_deadline"
    """It may follow; until then the registration says that it is missing."""


class VisibleTo(Choice):
    ORGANIZERS = "organizers"
    """Asked and answered by organizers alone; the entity does not see the question."""
    ENTITY = "entity"
    """Seen and answered by the person's entity and by organizers."""


class Operator(Choice):
    IS = "is"
    """Answered with exactly this."""
    IS_NOT = "is_not"
    """Answered, and with something else."""
    IS_ONE_OF = "is_one_of"
    """Of one choice: answered with one of these options."""
    CONTAINS = "contains"
    """Of many choices this one was made, perhaps among others."""
    AT_LEAST = "at_least"
    """This number or more, this day or later."""
    AT_MOST = "at_most"
    """This number or less, this day or earlier."""
    IS_ANSWERED = "is_answered"
    IS_NOT_ANSWERED = "is_not_answered"


K = QuestionKind
TEXTS = frozenset({K.SHORT_TEXT, K.LONG_TEXT})
CHOICES = frozenset({K.ONE_CHOICE, K.MANY_CHOICES})
ALONE = frozenset({Operator.IS_ANSWERED, Operator.IS_NOT_ANSWERED})
"""Operators that compare with nothing."""
COMPARED: dict[Operator, frozenset[QuestionKind]] = {
    Operator.IS: frozenset({K.SHORT_TEXT, K.ONE_CHOICE, K.DATE, K.NUMBER, K.YES_NO, K.CONSENT}),
    Operator.IS_NOT: frozenset({K.SHORT_TEXT, K.ONE_CHOICE, K.DATE, K.NUMBER, K.YES_NO, K.CONSENT}),
    Operator.IS_ONE_OF: frozenset({K.ONE_CHOICE}),
    Operator.CONTAINS: frozenset({K.MANY_CHOICES}),
    Operator.AT_LEAST: frozenset({K.DATE, K.NUMBER}),
    Operator.AT_MOST: frozenset({K.DATE, K.NUMBER}),
    Operator.IS_ANSWERED: frozenset(QuestionKind),
    Operator.IS_NOT_ANSWERED: frozenset(QuestionKind),
}
"""Which answers an operator can look at."""
LONGEST = {K.SHORT_TEXT: 500, K.LONG_TEXT: 5000}
"""Characters of an answer, where the question does not say fewer."""
