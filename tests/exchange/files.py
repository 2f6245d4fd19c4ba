"""Sending and fetching files of agendas."""

from typing import Any

import httpx

from tests.agenda.planning import Planning

TYPES = {
    "json": "application/json",
    "yaml": "application/yaml",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/vnd.c3voc.schedule+xml",
}
FORMS = ("export.json", "export.yaml", "export.csv", "schedule.json", "schedule.xml")


async def fetched(planning: Planning, form: str, **query: str) -> bytes:
    answer = await planning.organizer.get(f"{planning.agenda}/{form}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.content


async def sent(
    planning: Planning, content: bytes | str, suffix: str, **query: str
) -> httpx.Response:
    data = content.encode() if isinstance(content, str) else content
    return await planning.organizer.post(
        f"{planning.agenda}/import",
        content=data,
        headers={"Content-Type": TYPES[suffix]},
        params={"mode": "replace"} | query,
    )


async def taken(planning: Planning, content: bytes | str, suffix: str, **query: str) -> Any:
    answer = await sent(planning, content, suffix, **query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == (await planning.read())[1]["If-Match"]
    return answer.json()


async def refused(planning: Planning, content: bytes | str, suffix: str) -> list[tuple[str, str]]:
    """Places and reasons of a refusal; the agenda stays what it was."""
    before = (await planning.read())[0]
    answer = await sent(planning, content, suffix)
    assert answer.status_code == 422, answer.text
    assert (await planning.read())[0] == before
    return [(each["pointer"], each["detail"]) for each in answer.json()["errors"]]
