"""Tables of people as organizations keep them: whatever their columns are called."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from app.core.fields import Email, Language, Schema, ShortLine
from app.core.headings import (
    LEFT_OUT,
    TableColumn,
    asked_columns,
    check_columns,
    fold,
    understood,
    words_for,
)
from app.core.imports import row_model
from app.core.problems import FieldError
from app.core.sheets import DateText, Row
from app.entities.likeness import is_honorific
from app.entities.tables import Person

PEOPLE_WORDS: Mapping[str, Sequence[str]] = {
    "name": (
        *("full name", "complete name", "participant", "representative", "person", "nom complet"),
        *("nom et prénom", "nom et prénoms", "prénom et nom", "nombre completo"),
        *("nombre y apellidos", "apellidos y nombre", "участник", "имя и фамилия", "фио", "ф.и.о."),
        *("الاسم", "الاسم الكامل", "الاسم واللقب", "姓名", "名字", "全名"),
    ),
    "first_name": (
        *("first names", "given name", "given names", "forename", "prénom", "prénoms"),
        *("nombre", "nombres", "имя", "الاسم الأول", "الاسم الشخصي", "名"),
    ),
    "last_name": (
        *("surname", "family name", "last names", "nom de famille", "apellido", "apellidos"),
        *("фамилия", "اسم العائلة", "اللقب العائلي", "الاسم العائلي", "姓", "姓氏"),
    ),
    "nom": ("family name or name",),
    "honorific": (
        *("mr/ms", "ms/mr", "mr./ms.", "salutation", "prefix", "courtesy title", "form of address"),
        *("civilité", "tratamiento", "обращение", "اللقب", "称谓", "稱謂"),
    ),
    "title": ("titre", "título"),
    "job_title": (
        *("job", "function", "functional title", "position", "post", "designation", "fonction"),
        *("poste", "intitulé du poste", "cargo", "puesto", "función", "должность"),
        *("المنصب", "الوظيفة", "المسمى الوظيفي", "职务", "职位", "職務", "職位"),
    ),
    "email": (
        *("e-mail", "mail", "e-mail address", "mail address", "courriel", "mél"),
        *("adresse électronique", "adresse e-mail", "adresse email", "adresse courriel"),
        *("adresse de courriel", "correo", "correo electrónico", "dirección de correo electrónico"),
        *("эл. почта", "электронная почта", "почта", "адрес эл. почты"),
        *("адрес электронной почты", "البريد الإلكتروني", "البريد الالكتروني", "البريد"),
        *("电子邮件", "电邮", "邮箱", "电子邮箱", "電子郵件"),
    ),
    "language": ("languages", "langue", "idioma", "язык", "اللغة", "语言", "語言"),
}
"""In the six languages; `nom` and `title` mean one thing or another by what stands beside them."""
STANDING_WORDS: Mapping[str, Sequence[str]] = {
    "rank": ("grade", "rang", "rango", "categoría", "ранг", "الرتبة", "الدرجة", "级别", "职级"),
    "at_headquarters": (
        *("headquarters", "hq", "au siège", "siège", "en la sede", "sede"),
        *("штаб-квартира", "в штаб-квартире", "المقر", "في المقر", "总部", "在总部"),
    ),
}
"""What rules of delegations ask of people."""
_AMBIGUOUS = frozenset({"nom", "title"})
_NO_DATES = frozenset({*PEOPLE_WORDS, *STANDING_WORDS, "role", "entity"})
"""A spreadsheet makes a date of what looks like one, such as the abbreviation MAR-10."""
LANGUAGES = words_for(
    {
        "en": ("english", "anglais", "inglés", "английский", "الإنجليزية", "英文", "英语"),
        "fr": ("french", "français", "francés", "французский", "الفرنسية", "法文", "法语"),
        "es": ("spanish", "espagnol", "español", "испанский", "الإسبانية", "西班牙文", "西班牙语"),
        "ar": ("arabic", "arabe", "árabe", "арабский", "العربية", "阿拉伯文", "阿拉伯语"),
        "zh": ("chinese", "chinois", "chino", "китайский", "الصينية", "中文", "汉语"),
        "ru": ("russian", "russe", "ruso", "русский", "الروسية", "俄文", "俄语"),
    }
)
PEOPLE = words_for(PEOPLE_WORDS)
NEEDED = "`name`, or `first_name` and `last_name`, and `email`"
EXAMPLE = {"name": "Amina Rossi", "email": "a.rossi@example.org", "job_title": "Programme Officer"}
"""What the document says of such tables."""
Line = TypeVar("Line", bound="PersonRow")
Translate = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What headings mean."""

    known: Mapping[str, str] = field(default_factory=lambda: PEOPLE)
    """Members by folded words."""
    short: Mapping[str, str] = field(default_factory=dict)
    """Members by what callers may call them as well."""

    @property
    def members(self) -> set[str]:
        return set(self.known.values()) - _AMBIGUOUS


class PersonRow(Schema):
    """Somebody of a table."""

    compared: ClassVar[Sequence[str]] = ("name", "honorific", "job_title", "language")
    """Members that may say otherwise than the directory does."""
    name: ShortLine
    honorific: ShortLine | None = None
    job_title: ShortLine | None = None
    email: Email
    language: Language | None = None


@dataclass(slots=True)
class ReadRow(Generic[Line]):
    """A row that says who is meant, or what is wrong with it."""

    number: int
    parsed: Line | None
    detail: str = ""
    errors: list[FieldError] = field(default_factory=list)


@dataclass(slots=True)
class PeopleTable(Generic[Line]):
    """A table as it was understood."""

    columns: list[TableColumn]
    rows: list[ReadRow[Line]]


def differing(row: PersonRow, told: Person | PersonRow) -> list[str]:
    """What the row says otherwise; what it leaves out says nothing. Whoever has left is told by
    `left_on`.
    """
    found = [
        name
        for name in row.compared
        if getattr(row, name) not in (None, []) and getattr(row, name) != getattr(told, name)
    ]
    left = isinstance(told, Person) and told.left_on is not None
    return [*found, "left_on"] if left else found


def read_people(
    kind: type[Line],
    rows: Sequence[Row],
    columns: str | None,
    *,
    grid: bool,
    vocabulary: Vocabulary | None = None,
    translate: Translate | None = None,
) -> PeopleTable[Line]:
    """The people of a table; `translate` puts words of a row into values, in place.

    In a `grid` every column has to be understood, else `Invalid` says which are not; in a list of
    mappings a row with a member that nobody knows is refused by itself.
    """
    words = vocabulary or Vocabulary()
    asked = asked_columns(columns, {*words.members, *words.short})
    asked = {heading: words.short.get(member, member) for heading, member in asked.items()}
    headings = list(dict.fromkeys(name for row in rows for name in (*row.values, *row.faults)))
    meaning = understood(headings, words.known, asked)
    _decide_ambiguous(meaning, rows)
    if grid:
        filled = {name for row in rows for name, value in row.values.items() if value}
        filled |= {name for row in rows for name in row.faults}
        empty = [name for name, member in meaning.items() if not member and name not in filled]
        meaning |= dict.fromkeys(empty, LEFT_OUT)
        check_columns(meaning, 1)
    reader = _Reader(kind, meaning, translate)
    shown = [TableColumn(heading=n, member=_shown(member)) for n, member in meaning.items()]
    return PeopleTable(shown[:1000], [reader.read(row) for row in rows])


def _shown(member: str | None) -> str | None:
    return None if member == LEFT_OUT else member


def _decide_ambiguous(meaning: dict[str, str | None], rows: Sequence[Row]) -> None:
    """`Nom` beside a first name is the last name; a `Title` such as Ms. is an honorific."""
    members = set(meaning.values())
    parted = "first_name" in members and "last_name" not in members
    free, taken = "honorific" not in members, "job_title" in members
    titles = {heading for heading, member in meaning.items() if member == "title"}
    other = _with_other_words(titles, rows)
    for heading, member in meaning.items():
        if member == "nom" or (member == "name" and parted):
            meaning[heading] = "last_name" if parted else "name"
        elif member == "title":
            courteous = taken or heading not in other
            meaning[heading] = "honorific" if free and courteous else "job_title"


def _with_other_words(titles: Collection[str], rows: Sequence[Row]) -> set[str]:
    """Those of the columns that hold more than forms of address."""
    return {
        heading
        for row in rows
        for heading, value in row.values.items()
        if heading in titles and value and not (isinstance(value, str) and is_honorific(value))
    }


class _Reader(Generic[Line]):
    """Reads rows under headings whose meaning is known."""

    def __init__(
        self, kind: type[Line], meaning: Mapping[str, str | None], translate: Translate | None
    ) -> None:
        self.kind, self.meaning, self.translate = kind, meaning, translate

    def read(self, row: Row) -> ReadRow[Line]:
        if row.refusal is not None:
            column = row.refusal.column
            pointer = "" if column is None else f"/{column}"
            error = FieldError(pointer=pointer, detail=row.refusal.detail)
            return ReadRow(row.number, None, row.refusal.detail, [error])
        found, errors = self._values(row)
        parsed = row_model(self.kind, Row(row.number, found))
        if isinstance(parsed, list):
            placed = [self._placed(error, row) for error in parsed]
            told = {error.pointer for error in errors}
            errors += [error for error in placed if error.pointer not in told]
        if errors or isinstance(parsed, list):
            return ReadRow(row.number, None, errors[0].detail, errors[:100])
        return ReadRow(row.number, parsed)

    def _values(self, row: Row) -> tuple[dict[str, Any], list[FieldError]]:
        found: dict[str, Any] = {}
        errors = [
            FieldError(pointer=f"/{heading}", detail=detail)
            for heading, detail in row.faults.items()
            if self.meaning[heading] != LEFT_OUT
        ]
        for heading, value in row.values.items():
            member = self.meaning[heading]
            if isinstance(value, DateText) and member in _NO_DATES:
                errors.append(FieldError(pointer=f"/{heading}", detail="is a date"))
                continue
            if isinstance(value, str):
                value = value.strip()  # noqa: PLW2901  # cells come with blanks around them
            if value in (None, "") or member == LEFT_OUT:
                continue
            if member is None:
                errors.append(FieldError(pointer=f"/{heading}", detail="is not recognized"))
            elif member in found:
                detail = f"is a second column for {member}"
                errors.append(FieldError(pointer=f"/{heading}", detail=detail))
            else:
                found[member] = value
        _join_names(found)
        if isinstance(found.get("language"), str):
            found["language"] = LANGUAGES.get(fold(found["language"]), found["language"])
        if self.translate is not None:
            self.translate(found)
        return found, errors

    def _placed(self, error: FieldError, row: Row) -> FieldError:
        """By the column of the table rather than by the member, where there is one."""
        _, member, *rest = error.pointer.split("/")
        columns = {self.meaning[heading]: heading for heading in (*row.values, *row.faults)}
        heading = columns.get(member)
        if heading is None and member == "name":
            heading = columns.get("last_name") or columns.get("first_name")
        pointer = "/".join(("", heading or member, *rest))
        return FieldError(pointer=pointer, detail=error.detail)


def _join_names(found: dict[str, Any]) -> None:
    """A name of its parts; what is no text is left to be refused."""
    parts = [found.pop(part, None) for part in ("first_name", "last_name")]
    given = [part for part in parts if part is not None]
    if given and "name" not in found:
        texts = [part for part in given if isinstance(part, str)]
        found["name"] = " ".join(texts) if len(texts) == len(given) else given
