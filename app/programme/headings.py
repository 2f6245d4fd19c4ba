"""What stands above the columns of a paper, on a page and on paper."""

from app.programme.lifecycle import NUMBERED
from app.programme.papers import Paper
from app.programme.words import Words


def columns(paper: Paper) -> list[str]:
    """Names of the columns of the items: a numbered paper begins with the number."""
    numbered = paper.kind in NUMBERED
    names = ["number", "item", "time"] if numbered else ["time", "number", "item"]
    if paper.reader_timezone is not None:
        names.insert(names.index("time") + 1, "there")
    return names


def place_columns(paper: Paper, words: Words) -> list[str]:
    """Of the hours elsewhere: the days, where there are several."""
    days = [words.day(day.date) for day in paper.days][: len(paper.places[0].hours)]
    wanted = days if len(days) > 1 else [words.say("columns", "time")]
    return [words.say("columns", "place"), *wanted, words.say("columns", "zone")]
