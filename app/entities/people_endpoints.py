"""HTTP for many people at once: tables of them, and who of a directory may be one."""

from fastapi import Request

from app.core.headings import ColumnsAsked
from app.core.imports import (
    GRIDS,
    DryRun,
    Elsewhere,
    ImportMode,
    ModeAsked,
    RowsRefused,
    import_body,
    rows_of,
    uploaded,
)
from app.core.openapi import raises
from app.core.pages import Page, Paging, page_of
from app.core.routes import Session, router_for
from app.entities.access import DirectoryDep
from app.entities.directory_rows import VOCABULARY, DirectoryRow, put_words
from app.entities.duplicates import Pair, pairs_of
from app.entities.people_imports import import_people as take_people
from app.entities.people_rows import (
    EXAMPLE,
    NEEDED,
    PeopleTable,
    read_people,
)
from app.entities.schemas import DuplicatePair, PeopleImported, PersonAlike

router = router_for("entities")


@router.post(
    "/entities/{e}/people/import",
    operation_id="importPeople",
    openapi_extra=import_body(NEEDED, "all other members of `PersonWrite`", **EXAMPLE),
    responses=raises(RowsRefused),
)
async def import_people(
    session: Session,
    directory: DirectoryDep,
    request: Request,
    columns: ColumnsAsked = None,
    mode: ModeAsked = ImportMode.ALL,
    *,
    dry_run: DryRun = False,
) -> PeopleImported:
    """Add many people to a directory from a table: CSV, XLSX, cells as pasted, YAML or JSON.

    Columns are recognized in the six languages: all members of a person. Several addresses or
    languages stand in one cell, with commas or semicolons between them. Whoever the directory has
    already, by address, stays as they are.
    """

    def read(content: bytes, media_type: str) -> PeopleTable[DirectoryRow]:
        rows = rows_of(content, media_type, "people", apart=True)
        grid = media_type in GRIDS
        return read_people(
            DirectoryRow, rows, columns, grid=grid, vocabulary=VOCABULARY, translate=put_words
        )

    table = await uploaded(request, read)
    alike = Elsewhere(request, "alike") if dry_run else None
    return await take_people(session, directory.entity, table, mode, preview=alike)


@router.get("/entities/{e}/people/duplicates", operation_id="listDuplicatePeople")
async def list_duplicate_people(
    session: Session, directory: DirectoryDep, request: Request, paging: Paging
) -> Page[DuplicatePair]:
    """List pairs of a directory that may be one person, the most alike first.

    Names are compared across the order of words, accents, scripts and spellings, addresses across
    tags and domains. Nothing is ever merged because of it.
    """
    found = await pairs_of(session, directory.entity.id, Elsewhere(request, "pairs"))
    return page_of(paging, found, _place, 3, _pair)


def _place(pair: Pair) -> tuple[object, ...]:
    return (-pair.alike.score, pair.first.id, pair.second.id)


def _pair(pair: Pair) -> DuplicatePair:
    return DuplicatePair(
        first=PersonAlike.of(pair.first),
        second=PersonAlike.of(pair.second),
        score=pair.alike.score,
        reasons=list(pair.alike.reasons),
    )
