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


def person(number: int, abbreviation: str) -> dict[str, str]:
    """Somebody whose name and address follow from a number."""
    given = GIVEN[number % len(GIVEN)]
    family = FAMILY[(number * 7 + number // len(GIVEN)) % len(FAMILY)]
    box = f"{given}.{family}.{number}".lower()
    language = "fr" if abbreviation in FRENCH else "en"
    return {
        "name": f"{given} {family}",
        "job_title": TITLES[number % len(TITLES)],
        "email": f"{box}@{abbreviation.lower()}.example.org",
        "language": language,
    }


def focal_point(place: int, abbreviation: str) -> dict[str, str]:
    return person(1000 + place, abbreviation) | {"job_title": "Focal point"}


def delegation(place: int, abbreviation: str) -> list[dict[str, Any]]:
    """Five people of the first three delegations, and a sixth of the first; four of the others."""
    size = 6 if place == 0 else 5 if place < 3 else 4
    roles = ["head_of_delegation", "alternate", *["representative"] * size]
    return [{"person": person(place * 10 + n, abbreviation), "role": roles[n]} for n in range(size)]


def panel(speakers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The moderator, then the four speakers as the public record has them, addresses made up."""
    moderator = {
        "role": "moderator",
        "name": "Helen Marsh",
        "honorific": "Ms.",
        "job_title": "Moderator",
        "affiliation": "UNOCT",
        "email": "helen.marsh@example.org",
        "timezone": "America/New_York",
        "minutes": 8,
    }
    return [
        moderator,
        *(
            {
                "role": "panellist",
                "name": each["name"],
                "honorific": each["honorific"],
                "job_title": each["title"],
                "affiliation": each["affiliation"],
                "city": each["city"],
                "timezone": each["timezone"],
                "email": f"panellist{each['order']}@example.org",
                "minutes": 13,
            }
            for each in speakers
        ),
    ]
