"""Refusals about panels and the people on them."""

from http import HTTPStatus

from app.core.problems import AlreadyExists, Problem, StillInUse
from app.core.routes import refuse_as


class NotAPanelItem(Problem):
    """A panel hangs on an agenda item of the kind `panel`, of the same meeting."""

    slug, title, status = "not-a-panel-item", "Not a panel item", HTTPStatus.UNPROCESSABLE_ENTITY


class PanelExists(AlreadyExists):
    """The agenda item has its panel already: change that one."""

    slug, title, status = "panel-exists", "The item has a panel", HTTPStatus.CONFLICT


class ModeratorTaken(AlreadyExists):
    """A panel has one moderator, who has neither declined nor withdrawn."""

    slug, title, status = "moderator-taken", "The panel has a moderator", HTTPStatus.CONFLICT


class PanelFull(Problem):
    """A panel has at most 50 people, counting those who declined or withdrew."""

    slug, title, status = "panel-full", "The panel is full", HTTPStatus.CONFLICT


class PanellistAsked(StillInUse):
    """Somebody has been invited already, so that deleting would rewrite history.

    Let them withdraw instead: `POST .../withdraw`.
    """

    slug, title, status = "panellist-asked", "A panellist was asked already", HTTPStatus.CONFLICT


class PanellistReplacedAlready(Problem):
    """Somebody has this place already: replace that one."""

    slug, title, status = "panellist-replaced", "The panellist was replaced", HTTPStatus.CONFLICT


class NobodyToAsk(Problem):
    """Only somebody who was asked, has not gone and has a mail address is written to again."""

    slug, title, status = "nobody-to-ask", "There is nobody to write to", HTTPStatus.CONFLICT


refuse_as(
    "uq_panels_item_id", lambda: PanelExists.at("/item_id", "The item has its panel already.")
)
refuse_as(
    "uq_panellists_moderator",
    lambda: ModeratorTaken.at("/role", "The panel has a moderator already."),
)
