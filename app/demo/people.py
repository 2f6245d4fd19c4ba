"""Made-up people for the reference meeting; every address ends in example.org."""

from typing import Any

GIVEN = (
    "Amina", "Bruno", "Chidi", "Dilnoza", "Elena", "Farid", "Grace", "Hamid", "Ines", "Jonas",
    "Keiko", "Luis", "Mariam", "Nadir", "Olga", "Priya", "Quentin", "Rana", "Samir", "Tomas",
    "Ulrike", "Victor", "Wanjiru", "Xin", "Yusuf", "Zahra",
)  # fmt: skip
FAMILY = (
    "Abdi", "Berger", "Costa", "Diallo", "Eriksson", "Fischer", "Garcia", "Haddad", "Ivanova",
    "Jensen", "Karimov", "Lopez", "Mbeki", "Novak", "Okafor", "Petrov", "Quispe", "Rossi",
    "Silva", "Tanaka", "Umarov", "Varga", "Weber", "Xu", "Yilmaz", "Zeller",
)  # fmt: skip
TITLES = ("Director", "Chief of Section", "Programme Officer", "Legal Adviser", "Policy Officer")
FRENCH = frozenset({"UNESCO", "INTERPOL", "UPU"})
COMING = (
    "1267-MT", "1540-GOE", "CTED", "DESA", "DPO", "DPPA", "ICAO", "IMO", "INTERPOL", "IOM", "IPU",
    "ODA", "OHCHR", "OPCW", "OSAA", "UN-Women", "UNDP", "UNESCO", "UNICRI", "UNOCT", "UNODC",
    "UNRCCA", "WCO",
)  # fmt: skip
"""The record says how many came, not who: those that lead or brief, and others."""


def person(number: int, abbreviation: str) -> dict[str, str]:
    """Somebody whose name and address follow from a number."""
    given = GIVEN[number % len(GIVEN)]
    family = FAMILY[(number * 7 + number // len(GIVEN)) % len(FAMILY)]
    box = f"{given}.{family}.{number}".lower()
    return {
        "name": f"{given} {family}",
        "job_title": TITLES[number % len(TITLES)],
        "email": f"{box}@{abbreviation.lower()}.example.org",
        "language": language(abbreviation),
    }


def language(abbreviation: str) -> str:
    return "fr" if abbreviation in FRENCH else "en"


def focal_point(place: int, abbreviation: str) -> dict[str, str]:
    return person(1000 + place, abbreviation) | {"job_title": "Focal point"}


def delegate(abbreviation: str, number: int) -> dict[str, str]:
    """One of those whom an entity sends, from 0."""
    return person(COMING.index(abbreviation) * 10 + number, abbreviation)


def delegation(abbreviation: str) -> list[dict[str, Any]]:
    """Five people of the first three delegations, and a sixth of the first; four of the others."""
    place = COMING.index(abbreviation)
    size = 6 if place == 0 else 5 if place < 3 else 4
    roles = ["head_of_delegation", "alternate", *["representative"] * size]
    return [{"person": delegate(abbreviation, n), "role": roles[n]} for n in range(size)]


def speakers(record: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The four speakers as the public record has them, addresses made up."""
    return [
        {
            "role": "panellist",
            "name": each["name"],
            "honorific": each["honorific"],
            "job_title": each["title"],
            "affiliation": each["affiliation"],
            "city": each["city"],
            "timezone": each["timezone"],
            "email": f"panellist{each['order']}@example.org",
            "minutes": 10,
        }
        for each in record
    ]
