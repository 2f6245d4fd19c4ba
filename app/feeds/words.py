"""The few words that feeds add to what meetings say, in the six languages of the mails."""

from collections.abc import Iterable, Mapping, Sequence

from app.core.fields import in_language
from app.feeds.policy import MOST_NAMES

MEETINGS: Mapping[str, str] = {
    "en": "Meetings: {name}",
    "fr": "Réunions : {name}",
    "es": "Reuniones: {name}",
    "ar": "الاجتماعات: {name}",
    "zh": "会议：{name}",
    "ru": "Заседания: {name}",
}
REGISTERED: Mapping[str, str] = {
    "en": "Registered: {names}",
    "fr": "Inscrits : {names}",
    "es": "Inscritos: {names}",
    "ar": "المسجلون: {names}",
    "zh": "已登记：{names}",
    "ru": "Зарегистрированы: {names}",
}
WAITING: Mapping[str, str] = {
    "en": "On the waiting list: {names}",
    "fr": "Sur la liste d'attente : {names}",
    "es": "En lista de espera: {names}",
    "ar": "في قائمة الانتظار: {names}",
    "zh": "候补名单：{names}",
    "ru": "В списке ожидания: {names}",
}


def feed_name(name: str, languages: Iterable[str]) -> str:
    return in_language(dict(MEETINGS), languages).format(name=name)


def delegation_lines(
    registered: Sequence[str], waiting: Sequence[str], languages: Sequence[str]
) -> str:
    """Who comes, and who would like to: names only."""
    lines = [
        in_language(dict(words), languages).format(names=_listed(names))
        for words, names in ((REGISTERED, registered), (WAITING, waiting))
        if names
    ]
    return "\n".join(lines)


def _listed(names: Sequence[str]) -> str:
    more = ["..."] if len(names) > MOST_NAMES else []
    return "; ".join([*names[:MOST_NAMES], *more])
