"""Tables of a directory: all that it keeps of people, in the words that are used."""

import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from app.core.fields import Flag, ShortLine, normalised_email
from app.core.headings import flag_of, fold, words_for
from app.entities.lifecycle import Gender, Level
from app.entities.people_rows import LANGUAGES, PEOPLE_WORDS, STANDING_WORDS, PersonRow, Vocabulary
from app.entities.schemas import Addresses, Languages

_PARTS: Final = re.compile("[,;\\s\u060c\u061b\u3001\uff0c\uff1b]+")
"""Between several addresses, or languages, in one cell."""
DIRECTORY = words_for(
    {
        **PEOPLE_WORDS,
        **STANDING_WORDS,
        "addresses": (
            *("other addresses", "other e-mails", "other emails", "other e-mail addresses"),
            *("autres adresses", "autres courriels", "otras direcciones", "otros correos"),
            *("другие адреса", "عناوين أخرى", "其他地址", "其他电子邮件"),
        ),
        "languages": (
            *("languages spoken", "spoken languages", "working languages", "langues"),
            *("langues parlées", "idiomas", "idiomas hablados", "языки", "владение языками"),
            *("اللغات", "语言能力", "通晓语言"),
        ),
        "level": (
            *("seniority", "niveau", "niveau hiérarchique", "nivel", "nivel jerárquico"),
            *("уровень", "уровень должности", "المستوى", "المستوى الوظيفي", "层级", "职等"),
        ),
        "duty_station": (
            *("station", "place of work", "lieu d'affectation", "lugar de destino"),
            *("место службы", "مقر العمل", "مركز العمل", "工作地点"),
        ),
        "gender": ("sex", "genre", "sexe", "género", "sexo", "пол", "الجنس", "النوع", "性别"),
        "statistics_consent": (
            *("consent to statistics", "agrees to statistics", "consentement statistiques"),
            *("consentement aux statistiques", "consentimiento para estadísticas"),
            *("consentimiento estadístico", "согласие на статистику"),
            *("الموافقة على الإحصاءات", "同意统计"),
        ),
    }
)
VOCABULARY = Vocabulary(DIRECTORY)
_LEVELS = words_for(
    {
        "head": (
            *("executive head", "chef de secrétariat", "jefe ejecutivo", "руководитель"),
            *("رئيس تنفيذي", "行政首长"),
        ),
        "senior_leadership": (
            *("usg", "asg", "haute direction", "alta dirección", "высшее руководство"),
            *("القيادة العليا", "高级领导"),
        ),
        "director": ("d-1", "d-2", "directeur", "directrice", "директор", "مدير", "مديرة", "司长"),
        "senior_officer": (
            *("p-5", "fonctionnaire principal", "oficial superior", "старший сотрудник"),
            *("موظف أقدم", "高级干事"),
        ),
        "officer": (
            *("p-1", "p-2", "p-3", "p-4", "fonctionnaire", "oficial", "сотрудник"),
            *("موظف", "干事"),
        ),
        "support": ("gs", "general service", "appui", "apoyo", "вспомогательный", "دعم", "支助"),
        "other": ("autre", "otro", "другое", "آخر", "其他"),
    }
)
_GENDERS = words_for(
    {
        "female": (
            *("f", "woman", "femme", "féminin", "mujer", "femenino", "женский", "женщина"),
            *("أنثى", "امرأة", "女", "女性"),
        ),
        "male": (
            *("m", "man", "homme", "masculin", "hombre", "masculino", "мужской", "мужчина"),
            *("ذكر", "رجل", "男", "男性"),
        ),
        "other": ("o", "x", "autre", "otro", "другое", "آخر", "其他"),
    }
)


class DirectoryRow(PersonRow):
    """Somebody with all that the directory keeps; as `PersonWrite`, but that faults have places."""

    compared: ClassVar[Sequence[str]] = (
        *PersonRow.compared,
        *("languages", "rank", "at_headquarters", "duty_station", "level", "gender"),
    )
    addresses: Addresses = Field(default_factory=list)
    languages: Languages = Field(default_factory=list)
    rank: ShortLine | None = None
    at_headquarters: Flag | None = None
    duty_station: ShortLine | None = None
    statistics_consent: Flag = False
    level: Level | None = None
    gender: Gender | None = None

    @field_validator("level", "gender")
    @classmethod
    def _only_with_consent(cls, value: Any, info: ValidationInfo) -> Any:
        if value is not None and info.data.get("statistics_consent") is False:
            raise ValueError("is kept with statistics_consent only")
        return value

    @model_validator(mode="after")
    def _others_only(self) -> Self:
        self.addresses = [each for each in self.addresses if each != normalised_email(self.email)]
        return self


def put_words(found: dict[str, Any]) -> None:
    """Put values in place of words; what is no value is left to be refused."""
    for member in found.keys() & _READ.keys():
        found[member] = _READ[member](found[member])


def _parts(cell: Any) -> Any:
    return [part for part in _PARTS.split(cell) if part] if isinstance(cell, str) else cell


def _languages(cell: Any) -> Any:
    parts = _parts(cell)
    if not isinstance(parts, list):
        return parts
    return [LANGUAGES.get(fold(each), each) if isinstance(each, str) else each for each in parts]


def _flag(cell: Any) -> Any:
    flag = flag_of(cell)
    return cell if flag is None else flag


def _level(cell: Any) -> Any:
    return _LEVELS.get(fold(cell), cell) if isinstance(cell, str) else cell


def _gender(cell: Any) -> Any:
    return _GENDERS.get(fold(cell), cell) if isinstance(cell, str) else cell


_READ: dict[str, Callable[[Any], Any]] = {
    "addresses": _parts,
    "languages": _languages,
    "at_headquarters": _flag,
    "statistics_consent": _flag,
    "level": _level,
    "gender": _gender,
}
