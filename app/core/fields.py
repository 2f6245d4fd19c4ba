"""Field types that cross the wire everywhere: bounded text, handles, languages, addresses."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal, Self
from uuid import UUID

import idna
from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    Field,
    PlainSerializer,
    StringConstraints,
    UrlConstraints,
    ValidationInfo,
    WithJsonSchema,
)

from app.core.languages import base, is_language, lookup, of_today
from app.core.zones import UnknownZone, canonical_zone

LINE = r"^[^\x00-\x1F\x7F]+$"
PARAGRAPHS = r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F]*$"
HANDLE = r"^[a-z0-9]+(-[a-z0-9]+)*$"
LANGUAGE = r"^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$"
CLOCK_TIME = r"^([01]\d|2[0-3]):[0-5]\d$"
WALL_TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$"
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN_NUMBER = re.compile("0|[1-9][0-9]*")
MAX_ADDRESS = 2000
CELLS = "cells"
"""Context of a validation: the values are cells of a table, where every number may be text."""
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | frozenset(
    chr(point) for point in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
)
"""Fillers and selectors of variants: letters and marks by their category, yet never seen."""
UN_LANGUAGES = ("en", "fr", "es", "ar", "zh", "ru")


class Schema(BaseModel):
    """What crosses the wire: unknown members are refused, never ignored."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    @classmethod
    def of(cls, thing: object) -> Self:
        """From a row or another object with the same attributes."""
        return cls.model_validate(thing)


def example(**members: Any) -> ConfigDict:
    """`model_config` of a body, with one that works as it is; ids in it are made up."""
    return ConfigDict(json_schema_extra={"examples": [members]})


def visible(text: str) -> str:
    """Spaces and what only steers how a text is set, such as U+202E or U+200B, say nothing."""
    if not any(unicodedata.category(sign) not in _UNSEEN and sign not in _BLANK for sign in text):
        raise ValueError("must have visible characters")
    return text


def _language(tag: str) -> str:
    """BCP 47 letter case: language lower, Script title, REGION upper; old codes are replaced."""
    parts = tag.split("-")
    rest = [part.title() if len(part) == 4 else part.upper() for part in parts[1:]]
    return "-".join([of_today(parts[0]), *rest])


def _tag(tag: str) -> str:
    if not is_language(tag):
        raise ValueError(f"'{base(tag)}' is no language: the tag begins with one of ISO 639")
    return _language(tag)


def _zone(name: str) -> str:
    try:
        return canonical_zone(name)
    except UnknownZone as error:
        raise ValueError(str(error)) from None


def _one_text_each(texts: Any) -> Any:
    """`en` and `EN` are one language: which of the two texts would it be?"""
    if isinstance(texts, dict):
        tags = [_language(tag) for tag in texts if isinstance(tag, str)]
        if len(set(tags)) < len(tags):
            raise ValueError("names a language twice")
    return texts


def _needs_text(texts: dict[str, str]) -> dict[str, str]:
    if not texts:
        raise ValueError("needs at least one language")
    return texts


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("is an instant: add the offset, or Z")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("is out of range") from None


def _written(value: Any) -> Any:
    """Numbers are no times here, not even as text, although pydantic would count them from 1970."""
    if not isinstance(value, datetime) and not (isinstance(value, str) and _DAY.match(value)):
        raise ValueError("is a text such as 2021-10-08T14:00:00Z")
    return value


def _wall_time(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not re.fullmatch(WALL_TIME, value):
        raise ValueError("is a wall time such as 2021-10-08T10:00:00, without an offset")
    return value


def _plain_number(value: object) -> object:
    if isinstance(value, str) and not _PLAIN_NUMBER.fullmatch(value):
        raise ValueError("is a whole number without a sign or a zero before it")
    return value


def _number(value: Any, info: ValidationInfo) -> Any:
    """Only the cells of a table may hold a number as text."""
    if isinstance(value, bool) or (isinstance(value, str) and not info.context):
        raise ValueError("is a whole number")  # pydantic wants it
    return value


def _flag(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, bool) and not info.context:
        raise ValueError("is true or false")  # pydantic wants it
    return value


def _no_id(handle: str) -> str:
    """Paths take an id or a handle: nobody could be sure which of the two was meant."""
    try:
        UUID(handle)
    except ValueError:
        return handle
    raise ValueError("looks like an id")


def _each_once(handles: list[str]) -> list[str]:
    if len(set(handles)) < len(handles):
        raise ValueError("names an entity twice")
    return handles


def _short(address: AnyHttpUrl) -> AnyHttpUrl:
    """Writing an address out may lengthen it, by percent-encoding."""
    if len(str(address)) > MAX_ADDRESS:
        raise ValueError(f"has more than {MAX_ADDRESS} characters")
    return address


def _without_user(address: AnyHttpUrl) -> AnyHttpUrl:
    """Everybody who comes sees the address, and programs warn of such ones or cut them."""
    if address.username is not None or address.password is not None:
        raise ValueError("must not hold a user name or a password")
    return address


def _bare(value: Any) -> Any:
    """`Name <address>` holds an address, and pydantic would forget the name."""
    if isinstance(value, str) and "<" in value:
        raise ValueError("is an address alone, such as a.b@example.org")
    return value


def _encodable(address: str) -> str:
    """What pydantic reads can still be no domain once it is in lower case."""
    try:
        ascii_domain(address)
    except idna.IDNAError:
        raise ValueError("has a domain that cannot be asked for in the DNS") from None
    return address


def _rfc3339(instant: datetime) -> str:
    """As `clock.written`, which pure rules are to do without."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _day(value: Any) -> Any:
    """Numbers are no days, whatever they count (pydantic would take them for Unix time)."""
    if not isinstance(value, date) and not (isinstance(value, str) and _DAY.fullmatch(value)):
        raise ValueError("must be a day such as 2021-10-08")
    return value


def _of_this_age(day: date) -> date:
    if not 1900 <= day.year <= 2199:
        raise ValueError("must lie between 1900 and 2199")
    return day


def _clock_time(value: Any) -> Any:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch(CLOCK_TIME, value):
        raise ValueError("is a time of the day such as 18:00")
    return value


def _year(instant: datetime) -> datetime:
    if not 1970 <= instant.year <= 2199:
        raise ValueError("must lie between 1970 and 2199")
    return instant


Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500, pattern=LINE),
    AfterValidator(visible),
]
"""One line of text, at most 500 characters, no control characters."""

ShortLine = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=LINE),
    AfterValidator(visible),
]
Paragraphs = Annotated[str, StringConstraints(max_length=10_000, pattern=PARAGRAPHS)]
"""Text of several lines, at most 10,000 characters."""

Handle = Annotated[
    str,
    StringConstraints(min_length=2, max_length=80, pattern=HANDLE),
    AfterValidator(_no_id),
    Field(description="Readable name in addresses; never changes.", examples=["unodc"]),
]
EntityOrder = Annotated[
    list[Handle],
    AfterValidator(_each_once),
    Field(
        max_length=500,
        description="Handles of entities, in the order in which lists by protocol have them. Those "
        "not named follow: the chair's, members by their names, then the others.",
        examples=[["undp", "unodc"]],
    ),
]
Language = Annotated[
    str,
    StringConstraints(min_length=2, max_length=11, pattern=LANGUAGE),
    AfterValidator(_tag),
    Field(
        description="BCP 47 tag of a language: `uk`, `zh-Hans`; not `ua` or `cn`.",
        examples=["en"],
    ),
]
LocalizedLine = Annotated[
    dict[Language, Line],
    Field(
        min_length=1,
        max_length=20,
        description="Text by BCP 47 tag.",
        examples=[{"en": "Coordination Committee", "fr": "Comité de coordination"}],
    ),
    BeforeValidator(_one_text_each),
    AfterValidator(_needs_text),
]
LocalizedText = Annotated[
    dict[Language, Paragraphs],
    Field(
        max_length=20,
        description="Paragraphs by BCP 47 tag.",
        examples=[{"en": "The panel looks at recent developments."}],
    ),
    BeforeValidator(_one_text_each),
]
Email = Annotated[
    EmailStr,
    BeforeValidator(_bare),
    StringConstraints(max_length=254),
    AfterValidator(_encodable),
    Field(examples=["a.b@example.org"]),
]
ZoneName = Annotated[
    str,
    StringConstraints(min_length=3, max_length=60),
    AfterValidator(_zone),
    Field(description="IANA time zone.", examples=["America/New_York"]),
]
WebAddress = Annotated[
    AnyHttpUrl,
    UrlConstraints(max_length=MAX_ADDRESS),
    AfterValidator(_short),
    AfterValidator(_without_user),
    PlainSerializer(str, return_type=str),
    Field(examples=["https://conference.example.org/j/6"]),
]
InstantField = Annotated[
    datetime,
    BeforeValidator(_written),
    AfterValidator(_utc),
    AfterValidator(_year),
    PlainSerializer(_rfc3339, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2021-10-08T14:00:00Z"]}),
]
"""An instant; comes in with any offset, goes out in UTC."""

WallTimeField = Annotated[
    datetime,
    BeforeValidator(_wall_time),
    AfterValidator(_year),
    PlainSerializer(lambda local: local.isoformat(), return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": WALL_TIME,
            "description": "Wall time in the meeting's zone, without an offset.",
            "examples": ["2021-10-08T10:00:00"],
        }
    ),
]
Day = Annotated[
    date,
    BeforeValidator(_day),
    AfterValidator(_of_this_age),
    Field(examples=["2018-02-23"]),
]
ClockTime = Annotated[
    time,
    BeforeValidator(_clock_time),
    PlainSerializer(lambda at: f"{at:%H:%M}", return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": CLOCK_TIME,
            "maxLength": 5,
            "description": "Time of the day on the clocks of the meeting's zone.",
            "examples": ["18:00"],
        }
    ),
]
Whole = BeforeValidator(_number)
"""No truth values and, but for the cells of a table, no text for a number."""
PlainNumber = Annotated[int, Field(ge=1, le=1_000_000), BeforeValidator(_plain_number)]
"""In an address: neither `01` nor `1.0` is another name of what `1` names."""
Flag = Annotated[bool, BeforeValidator(_flag)]
RetentionDays = Annotated[
    int,
    Field(
        ge=1,
        le=36_500,
        description="Days after the end of a meeting for which personal data is kept.",
        examples=[730],
    ),
    Whole,
]
Minutes = Annotated[int, Field(ge=0, le=1440, description="Minutes.", examples=[30]), Whole]
LongestStretch = Annotated[
    int,
    Field(
        ge=15,
        le=1440,
        description="Minutes that interpreters work without a pause.",
        examples=[180],
    ),
    Whole,
]
Seats = Annotated[int, Field(ge=0, le=100_000, description="Seats.", examples=[5]), Whole]
MoveToWaiting = Annotated[
    Literal["latest"] | Annotated[list[UUID], Field(min_length=1, max_length=1000)],
    Field(
        description="Who goes back to the waiting list where fewer seats remain than are taken: "
        "the registrations with these ids, as many as there are seats too few, or `latest`, those "
        "who came last. They keep their place in the order and are told. This is no member of the "
        "resource.",
    ),
]


def in_language(text: dict[str, str], wanted: Iterable[str]) -> str:
    """The words for a reader: RFC 4647 lookup, then English, then whatever there is."""
    for tag in lookup(wanted):
        if (found := text.get(tag)) is not None:
            return found
    return text.get("en") or next(iter(text.values()), "")


def accepted_languages(header: str | None) -> list[str]:
    """The tags of an `Accept-Language` header (RFC 9110 section 12.5.4), best first."""
    if not header:
        return []
    weighted: list[tuple[float, int, str]] = []
    for place, part in enumerate(header[:500].split(",")):
        tag, _, parameter = (piece.strip() for piece in part.partition(";"))
        quality = re.fullmatch(r"[qQ]=([01](?:\.\d{0,3})?)", parameter)
        weight = float(quality[1]) if quality else 1.0
        if re.fullmatch(LANGUAGE, tag) and weight > 0:
            weighted.append((-weight, place, _language(tag)))
    return [tag for _, _, tag in sorted(weighted)]


def normalised_email(address: str) -> str:
    """The form in which addresses are compared: letter case does not tell people apart."""
    return address.strip().lower()


def ascii_domain(address: str) -> str:
    """The address with its domain as it is asked for in the DNS (IDNA 2008, RFC 5891).

    Raises `idna.IDNAError`.
    """
    local, _, domain = normalised_email(address).rpartition("@")
    return f"{local}@{domain if domain.isascii() else idna.encode(domain).decode()}"


def json_names(errors: Iterable[Any]) -> str:
    """An RFC 6901 pointer of a path of member names and positions."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in errors)


class WrongMember(ValueError):
    """A rule about several members is broken; `member` is the one to show it at."""

    def __init__(self, member: str, words: str) -> None:
        self.member = member
        super().__init__(words)


def place_of(error: Mapping[str, Any]) -> Sequence[Any]:
    """Where the member stands that is wrong.

    Of a member whose name is the error pydantic adds a word that is in no body; of a rule about
    several it names none.
    """
    path: Sequence[Any] = error["loc"]
    reason = error.get("ctx", {}).get("error")
    if isinstance(reason, WrongMember):
        return [*path, reason.member]
    return path[:-1] if path and path[-1] == "[key]" else path


def words_of(error: Mapping[str, Any]) -> str:
    """What is wrong, in the words of the rule that was broken, without pydantic's own in front."""
    reason = error.get("ctx", {}).get("error")
    return str(reason if error["type"] == "value_error" and reason is not None else error["msg"])
