"""The page behind the links of mails about briefings, in a browser."""

from tests.briefings.conftest import Briefings
from tests.briefings.test_briefings import BRIEFER, CONTACT, by_link, token_of
from tests.briefings.test_reading import publish
from tests.pages.test_pages import address, visit

__all__ = ["address"]


async def test_a_group_names_and_sends_a_paper_and_the_briefer_confirms(
    briefings: Briefings,
    address: str,  # noqa: F811  # the fixture
) -> None:
    await briefings.ask(**CONTACT)
    ((_, _, text),) = await briefings.mails()
    group = token_of(text)
    page = await visit(
        "briefing",
        f"{address}/briefing#{group}",
        {"press": "open"},
        {"set": {"name": "Amina", "email": "amina@example.org"}, "submit": "briefer"},
        {"attach": {"file": "borders.pdf"}, "submit": "paper"},
        language="ar",
    )
    assert (page["lang"], page["dir"]) == ("ar", "rtl")
    assert "Border Management" in page["seen"][1]
    assert "سُمي ولم يؤكد" in page["seen"][2]
    assert "borders.pdf" in page["seen"][3]
    assert page["called"] == [
        "POST /v1/briefing-links/open",
        "GET /v1/briefing-links/documents",
        "POST /v1/briefing-links/name",
        "PUT /v1/briefing-links/papers/ar",
    ]
    assert (await by_link(briefings, "name", group, briefer=BRIEFER)).status_code == 200
    mails = [text for to, _, text in await briefings.mails() if "amina.rossi" in to]
    await publish(briefings.planning, "BORDERS", item_id=briefings.items[0], access="members")
    own = f"{address}/briefing#{token_of(mails[-1])}"
    keep = {"press": "BORDERS: French"}
    page = await visit("briefing", own, {"press": "open"}, keep, {"press": "confirm"})
    paper = {"name": "frontières.pdf", "type": "application/pdf", "start": "%PDF-"}
    assert page["files"] == [paper]
    assert "\u2068Borders\u2069 (\u2068BORDERS\u2069)" in page["seen"][1]
    assert "Who briefs?" not in page["seen"][1]
    assert "Confirmed" in page["seen"][3]
