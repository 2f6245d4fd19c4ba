"""A contract of import-linter for what the house calls rooms."""

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class OwnRooms(Contract):
    """Some rooms of a domain, such as `app.meetings.schemas`, are imported by that domain alone."""

    rooms = fields.ListField(subfield=fields.StringField())
    root = fields.StringField()
    besides = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    """Modules outside that may import them, such as the table of contents."""

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        strangers = sorted(
            f"{importer} imports {room}"
            for room in graph.modules
            if self._is_room(room)
            for importer in graph.find_modules_that_directly_import(room)
            if not self._may(importer, room)
        )
        return ContractCheck(kept=not strangers, metadata={"strangers": strangers})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for line in check.metadata["strangers"]:
            output.print_error(line)

    def _is_room(self, module: str) -> bool:
        root, *rest = module.split(".")
        house: Any = self.root  # import-linter's fields give values other than their own type
        rooms: Any = self.rooms
        return root == house and len(rest) == 2 and rest[1] in rooms

    def _may(self, importer: str, room: str) -> bool:
        besides: Any = self.besides
        return importer in besides or importer.split(".")[:2] == room.split(".")[:2]
