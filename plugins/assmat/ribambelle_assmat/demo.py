"""A commune of demonstration: a register of invented childminders, most of whom keep their page."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from ribambelle import tenants
from ribambelle.database import many, transaction
from ribambelle.identity.tables import Quartier
from ribambelle_assmat import registering
from ribambelle_assmat.domain.home import Home
from ribambelle_assmat.domain.publication import CARES
from ribambelle_assmat.domain.slots import DAYS, mask_between
from ribambelle_assmat.tables import Childminder, Place

SMALL, LARGE = 60, 1_500
"""How many, in a commune of fewer than 200,000 people and in a larger one."""
KEPT = 72
"""Those who keep their page, out of a hundred."""
GIVEN = (
    *("Nadia", "Claire", "Marie-Lou", "Sylvie", "Hélène", "Fatou", "Agnès", "Lucie", "Karine"),
    *("Salima", "Odile", "Jeanne", "Mireille", "Aurélie", "Nathalie", "Rosa", "Inès", "Gaëlle"),
)
FAMILY = (
    *("Benali", "Robin", "Payet", "Ortega", "Fontaine", "Diallo", "Le Gall", "Moreau", "Petit"),
    *("Lefort", "Da Silva", "Marchand", "Roux", "Garnier", "Nguyen", "Perrin", "Colin", "Hubert"),
)
WORDS = (
    "Nous sortons tous les jours, au parc ou au relais. Les enfants cuisinent avec moi.",
    "Maison avec jardin clos et potager : chacun arrose son plant.",
    "Chacun dort à son rythme. Peinture, livres, et la ludothèque le jeudi.",
    "",
)
HEAD = (
    "Numéro d'agrément;Civilité;Nom;Prénom;Premier agrément;Début;Fin;Adresse;CP;"
    "Commune;Quartier;Micro-quartier;Latitude;Longitude;Lieu;Nombre d'enfants;Âge maximum\n"
)
OPENS, CLOSES = (time(7, 30), time(7, 30), time(8), None), (time(18), time(18), time(17), time(12))
CENTRE = 47.2184, -1.5536


@dataclass(frozen=True)
class Somewhere:
    """A quartier or a micro-quartier: its names, its middle, how far it goes, who lives there."""

    quartier: str
    micro_quartier: str
    middle: tuple[float, float]
    degrees: float
    people: int


async def fill(seed: int) -> None:
    """Bring a register in, and let most of its childminders speak."""
    tenant = tenants.current()
    draw = Random(f"{seed}:{tenant.slug}:assmat")  # noqa: S311 - invented people, not secrets
    rows = await Quartier.select().where(Quartier.parent.is_null()).order_by(Quartier.name)
    count = LARGE if tenant.settings.population >= 200_000 else SMALL
    await spread(_somewhere(rows), count, draw)


def _somewhere(rows: Sequence[dict[str, Any]]) -> list[Somewhere]:
    """Return the commune's quartiers; one without a middle is given one, two kilometres apart."""
    found = []
    for rank, row in enumerate(rows or [{"name": name} for name in ("Centre", "Gare", "Moulin")]):
        north, east = divmod(rank, 4)
        middle = CENTRE[0] + (north - 1) * 0.018, CENTRE[1] + (east - 1.5) * 0.026
        if row.get("latitude") is not None:
            middle = row["latitude"] / 1_000_000, row["longitude"] / 1_000_000
        found.append(Somewhere(row["name"], "", middle, 0.008, row.get("population") or 1))
    return found


def shared(count: int, people: Sequence[int]) -> list[int]:
    """Share a number by how many people live in each place, the largest remainders first.

    >>> shared(10, [500, 300, 250]), shared(3, [1, 1]), sum(shared(60, [7, 11, 13]))
    ([5, 3, 2], [2, 1], 60)
    """
    everybody = sum(people)
    shares = [count * one // everybody for one in people]
    left = sorted(range(len(people)), key=lambda rank: -(count * people[rank] % everybody))
    for rank in left[: count - sum(shares)]:
        shares[rank] += 1
    return shares


async def spread(places: Sequence[Somewhere], count: int, draw: Random) -> None:
    """Bring in a register of that many, each quartier by the people who live there."""
    tenant = tenants.current()
    now = tenant.now()
    shares = shared(count, [one.people for one in places])
    chosen = [one for one, many_here in zip(places, shares, strict=True) for _ in range(many_here)]
    draw.shuffle(chosen)
    lines = "".join(_line(draw, rank, one, now.date()) for rank, one in enumerate(chosen))
    sent = await registering.keep((HEAD + lines).encode(), now, by=1)
    await registering.bring_in(sent, now, by=1)
    people = await Childminder.select(Childminder.id).order_by(Childminder.id)
    rows = [_said(draw, one["id"], now) for one in people if draw.randrange(100) < KEPT]
    offered = await Place.select(Place.id, Place.childminder).order_by(Place.id)
    speaks = {row[0] for row in rows}
    async with transaction():
        await many.write("assmat_declared", DECLARED, rows)
        for place in offered:
            if place["childminder"] in speaks:
                await Place.update(_offer(draw, now.date())).where(Place.id == place["id"])


def _line(draw: Random, rank: int, where: Somewhere, today: date) -> str:
    began = today - timedelta(days=draw.randrange(60, 1700))
    latitude = where.middle[0] + draw.uniform(-where.degrees, where.degrees)
    longitude = where.middle[1] + draw.uniform(-where.degrees, where.degrees) * 1.4
    settings = tenants.current().settings
    cells = [
        f"44{rank:05}",
        *("Mme", draw.choice(FAMILY), draw.choice(GIVEN)),
        f"{began - timedelta(days=1826 * draw.randrange(5)):%d/%m/%Y}",
        *(f"{began:%d/%m/%Y}", f"{began + timedelta(days=1826):%d/%m/%Y}"),
        f"{draw.randint(1, 60)} rue {draw.choice(FAMILY)}",
        *(next(iter(settings.postcodes), "00000"), settings.name),
        *(where.quartier, where.micro_quartier),
        *(f"{latitude:.5f}", f"{longitude:.5f}"),
        "MAM" if draw.random() < 0.15 else "",
        *(str(draw.randint(2, 4)), str(draw.choice((36, 72)))),
    ]
    return ";".join(cells) + "\n"


DECLARED = (
    *("childminder", "is_listed", "consents", "cares", "mobile", "call_hours", "words"),
    *("pets", "pets_words", "smoke", "languages", "urgent_words", "changed_at"),
)
PETS = (("none", ""), ("none", ""), ("some", "Un chat"), ("some", "Deux lapins"), ("", ""))
LANGUAGES: tuple[list[str], ...] = (
    ["fr"],
    ["fr", "ar"],
    ["fr", "pt"],
    ["fr", "en"],
    ["fr", "br"],
    ["fr", "tr"],
    [],
)
URGENT = "Une semaine au plus, prévenue la veille."


def home_of(draw: Random) -> tuple[Home, list[str]]:
    """Return the home of somebody invented, and what she agrees to show of it."""
    pets, which = draw.choice(PETS)
    home = Home(pets, which, draw.choice(("free", "free", "")), tuple(draw.choice(LANGUAGES)))
    said = {"pets": home.pets, "smoke": home.smoke, "languages": home.languages}
    return home, [code for code, value in said.items() if value and draw.random() < 0.8]


def _said(draw: Random, number: int, now: datetime) -> tuple[Any, ...]:
    cares = [code for code in CARES if draw.random() < 0.3]
    home, shown = home_of(draw)
    consents = ["listed", "form", *(["mobile"] if draw.random() < 0.6 else []), "since", *shown]
    mobile = f"06 99 {draw.randrange(100):02} {draw.randrange(100):02} {draw.randrange(100):02}"
    told = (json.dumps(consents), json.dumps(cares), mobile, "13 h à 14 h 30", draw.choice(WORDS))
    lives = (home.pets, home.pets_words, home.smoke, json.dumps(home.languages))
    return number, True, *told, *lives, URGENT if "urgent" in cares else "", now


def _offer(draw: Random, today: date) -> dict[Any, Any]:
    state = draw.choices(("now", "later", "none"), (3, 2, 4))[0]
    opens = today + timedelta(days=draw.randrange(20, 200))
    days = [code for code, _, _ in DAYS[:5] if draw.random() < 0.8]
    return {
        Place.state: state,
        Place.opens: opens if state == "later" else None,
        Place.moments: mask_between(days, draw.choice(OPENS), draw.choice(CLOSES)),
        Place.confirmed_on: today - timedelta(days=draw.randrange(60)),
        Place.takes_urgent: draw.random() < 0.15,
    }
