"""A commune of demonstration: a register of invented childminders, most of whom keep their page."""

from datetime import date, timedelta
from random import Random

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.identity import Person
from ribambelle.identity.tables import Quartier
from ribambelle_assmat import declaring, registering
from ribambelle_assmat.declaring import Availability, Profile
from ribambelle_assmat.domain.publication import CARES
from ribambelle_assmat.domain.slots import DAYS, days_mask
from ribambelle_assmat.queries import directory
from ribambelle_assmat.queries.directory import One

COUNT = 60
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
    "Maison avec jardin clos, un chat, non-fumeur.",
    "Je parle français et arabe. Chacun dort à son rythme.",
    "",
)
HEAD = (
    "Numéro d'agrément;Nom;Prénom;Début;Fin;Adresse;CP;Commune;Quartier;Latitude;Longitude;Lieu;"
    "Nombre d'enfants;Âge maximum\n"
)
CENTRE = 47.2184, -1.5536
SOMEBODY = Person(1, 0, "", "Démonstration", "staff", strong=True)


async def fill(seed: int) -> None:
    """Bring a register in, and let most of its childminders speak."""
    tenant = tenants.current()
    draw = Random(f"{seed}:{tenant.slug}:assmat")  # noqa: S311 - invented people, not secrets
    now = tenant.now()
    rows = await Quartier.select(Quartier.name).where(Quartier.parent.is_null())
    quartiers = sorted(row["name"] for row in rows) or ["Centre", "Gare", "Moulin"]
    lines = "".join(_line(draw, rank, quartiers, now.date()) for rank in range(COUNT))
    sent = await registering.keep((HEAD + lines).encode(), now, by=1)
    await registering.bring_in(sent, now, by=1)
    async with transaction():
        for one in await directory.every("", 0, COUNT):
            if draw.randrange(100) < KEPT:
                await _speak(draw, one)


def _line(draw: Random, rank: int, quartiers: list[str], today: date) -> str:
    began = today - timedelta(days=draw.randrange(60, 1700))
    quartier = draw.randrange(len(quartiers))
    # each quartier around a middle of its own, some two kilometres from the next
    north, east = divmod(quartier, 4)
    latitude = CENTRE[0] + (north - 1) * 0.018 + draw.uniform(-0.007, 0.007)
    longitude = CENTRE[1] + (east - 1.5) * 0.026 + draw.uniform(-0.01, 0.01)
    cells = [
        f"44{rank:05}",
        *(draw.choice(FAMILY), draw.choice(GIVEN)),
        *(f"{began:%d/%m/%Y}", f"{began + timedelta(days=1826):%d/%m/%Y}"),
        f"{draw.randint(1, 60)} rue {draw.choice(FAMILY)}",
        *("00000", tenants.current().settings.name, quartiers[quartier]),
        *(f"{latitude:.5f}", f"{longitude:.5f}"),
        "MAM" if draw.random() < 0.15 else "",
        *(str(draw.randint(2, 4)), str(draw.choice((36, 72)))),
    ]
    return ";".join(cells) + "\n"


async def _speak(draw: Random, one: One) -> None:
    now = tenants.current().now()
    cares = tuple(code for code in CARES if draw.random() < 0.3)
    consents = ("listed", *(("mobile",) if draw.random() < 0.6 else ()))
    number = f"06 99 {draw.randrange(100):02} {draw.randrange(100):02} {draw.randrange(100):02}"
    profile = Profile(consents, cares, number, "", "", "13 h à 14 h 30", False, draw.choice(WORDS))
    await declaring.profile(SOMEBODY, one.id, profile, now)
    for place in one.places:
        state = draw.choices(("now", "later", "none"), (3, 2, 4))[0]
        opens = now.date() + timedelta(days=draw.randrange(20, 200))
        days = [code for code, _, _ in DAYS[:5] if draw.random() < 0.8]
        told = Availability(state, opens, days_mask(days), "")
        said = now - timedelta(days=draw.randrange(60))
        await declaring.availability(SOMEBODY, one.id, place.id, told, said)
