"""Tables of delegations: people, and as what they come for whom, in the words that are used."""

from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import Field

from app.core.fields import Flag, ShortLine
from app.core.headings import flag_of, fold, words_for
from app.entities.people_rows import PEOPLE_WORDS, STANDING_WORDS, PersonRow
from app.registrations.lifecycle import Listed, RegistrationRole

DELEGATE_WORDS = {
    **PEOPLE_WORDS,
    **STANDING_WORDS,
    "role": (
        *("capacity", "role in delegation", "delegation role", "status", "type", "rôle", "qualité"),
        *("rol", "calidad", "función en la delegación", "роль", "статус", "качество"),
        *("الصفة", "الدور", "角色", "身份"),
    ),
    "entity": (
        *("organization", "organisation", "organization name", "agency", "office", "delegation"),
        *("abbreviation", "acronym", "entité", "organisme", "délégation", "entidad"),
        *("organización", "organismo", "delegación", "организация", "учреждение", "делегация"),
        *("الكيان", "المنظمة", "الوفد", "实体", "机构", "组织", "代表团"),
    ),
    "listed": (
        *("list of participants", "in list of participants", "in the list of participants"),
        *("may be listed", "liste des participants", "lista de participantes"),
        *("список участников", "قائمة المشاركين", "与会者名单", "参会人员名单"),
    ),
}
DELEGATES = words_for(DELEGATE_WORDS)
_ROLES = words_for(
    {
        "head_of_delegation": (
            *("head", "hod", "head of the delegation", "delegation head", "leader"),
            *("chef de délégation", "cheffe de délégation", "chef de la délégation"),
            *("jefe de delegación", "jefa de delegación", "jefe de la delegación"),
            *("глава делегации", "руководитель делегации", "رئيس الوفد", "رئيسة الوفد", "团长"),
            "代表团团长",
        ),
        "representative": (
            *("delegate", "participant", "member", "représentant", "représentante", "délégué"),
            *("déléguée", "representante", "delegado", "delegada", "представитель", "делегат"),
            *("ممثل", "ممثلة", "مندوب", "代表"),
        ),
        "alternate": (
            *("alternate representative", "deputy", "suppléant", "suppléante", "suplente"),
            *(
                "заместитель",
                "заместитель представителя",
                "مناوب",
                "ممثل مناوب",
                "副代表",
                "候补代表",
            ),
        ),
        "adviser": (
            *("advisor", "counsellor", "expert", "conseiller", "conseillère", "asesor", "asesora"),
            *("советник", "эксперт", "مستشار", "مستشارة", "顾问"),
        ),
        "observer": (
            *("observateur", "observatrice", "observador", "observadora", "наблюдатель"),
            *("مراقب", "مراقبة", "观察员"),
        ),
        "support": (
            *("support staff", "staff", "assistant", "technical support", "appui", "soutien"),
            *("assistante", "apoyo", "asistente", "помощник", "технический персонал"),
            *("دعم", "مساعد", "工作人员", "助理", "支持人员"),
        ),
        "interpreter": (
            *("interprète", "intérprete", "переводчик", "переводчица", "مترجم", "مترجمة"),
            *("مترجم شفوي", "口译", "口译员"),
        ),
    }
)


class DelegateRow(PersonRow):
    """Somebody to register."""

    compared: ClassVar[Sequence[str]] = (*PersonRow.compared, "rank", "at_headquarters")
    rank: ShortLine | None = None
    at_headquarters: Flag | None = None
    role: RegistrationRole = RegistrationRole.REPRESENTATIVE
    entity: str | None = Field(None, min_length=1, max_length=200)
    listed: Listed = Listed.NOT_ASKED
    answers: dict[str, Any] = Field(default_factory=dict)
    """As a form of the meeting may take them."""


NO_MEMBERS_OF_PERSON = {"role", "entity", "listed", "answers"}


def put_words(found: dict[str, Any]) -> None:
    """Put what words mean in their place; what means nothing is left to be refused."""
    if isinstance(found.get("role"), str):
        found["role"] = _ROLES.get(fold(found["role"]), found["role"])
    at_headquarters = flag_of(found.get("at_headquarters"))
    if at_headquarters is not None:
        found["at_headquarters"] = at_headquarters
    agreed = flag_of(found.get("listed"))
    if agreed is not None:
        found["listed"] = Listed.YES if agreed else Listed.NO
