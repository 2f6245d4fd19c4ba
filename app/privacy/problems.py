"""Why personal data is not erased, or not named again."""

from http import HTTPStatus

from app.core.problems import Problem
from app.core.routes import refuse_as


class AnonymizationPrevented(Problem):
    """Something stands in the way: the pointers of `errors` name it, as in `obstacles/registered`.

    A rehearsal (`dry_run=true`) says the same without refusing.
    """

    slug, title, status = (
        "anonymization-prevented",
        "Anonymization prevented",
        HTTPStatus.CONFLICT,
    )


class PersonIsAnonymous(Problem):
    """The person was anonymized: nothing names or changes them any more.

    Somebody who is to come again is added to the directory as somebody new.
    """

    slug, title, status = "person-anonymized", "Person anonymized", HTTPStatus.CONFLICT


refuse_as(
    "person_anonymized", lambda: PersonIsAnonymous("The person was anonymized in the meantime.")
)
