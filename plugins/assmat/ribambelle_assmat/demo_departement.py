"""A département of demonstration: one register over several of its communes, and who speaks in it."""

from datetime import date, datetime, timedelta
from random import Random

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.identity import Person
from ribambelle.tenants import communes
from ribambelle_assmat import caring, declaring, demo, meeting, registering, validating
from ribambelle_assmat.caring import Begun
from ribambelle_assmat.declaring import Availability, Profile
from ribambelle_assmat.domain.publication import CARES
from ribambelle_assmat.domain.slots import DAYS, days_mask
from ribambelle_assmat.queries import directory
from ribambelle_assmat.queries.directory import One
from ribambelle_assmat.settings import Settings
from ribambelle_assmat.tables import Event

TOWNS = (
    *(("44109", 47.2184, -1.5536, 24), ("44162", 47.2117, -1.6503, 14)),
    *(("44143", 47.1903, -1.5694, 13), ("44114", 47.2708, -1.6236, 9)),
)
"""INSEE code, middle, and how many childminders of the demonstration work there."""
GIVEN = (
    *("Nadia", "Claire", "Sylvie", "Hélène", "Fatou", "Agnès", "Lucie", "Karine", "Salima"),
    *("Odile", "Jeanne", "Mireille", "Aurélie", "Nathalie", "Rosa", "Inès", "Gaëlle", "Maud"),
)
FAMILY = (
    *("Benali", "Robin", "Ortega", "Fontaine", "Diallo", "Le Gall", "Moreau", "Petit", "Lefort"),
    *("Da Silva", "Marchand", "Roux", "Garnier", "Nguyen", "Perrin", "Colin", "Hubert", "Guérin"),
)
STREETS = ("du Lavoir", "des Tilleuls", "du Moulin", "de la Mairie", "des Lilas", "du Port")
CHILDREN = ("Zoé", "Malo", "Inaya", "Gabin", "Lison", "Sacha", "Noor")
HEAD = (
    "Numéro d'agrément;Civilité;Nom;Prénom;Premier agrément;Début;Fin;Statut;Adresse;CP;"
    "Commune;Code INSEE;Latitude;Longitude;Lieu;Nombre d'enfants;Âge maximum\n"
)
SOMEBODY = Person(1, 0, "", "Démonstration", "staff", strong=True)


async def fill(seed: int) -> None:
    """Fill a département over its communes; a commune is filled as before."""
    tenant = tenants.current()
    if not tenant.settings.is_departement:
        await demo.fill(seed)
        return
    draw = Random(f"{seed}:{tenant.slug}:assmat")  # noqa: S311 - invented people, not secrets
    now = tenant.now()
    ranks = iter(range(1, 1000))
    lines = "".join(
        _line(draw, next(ranks), town, now.date()) for town in TOWNS for _ in range(town[3])
    )
    sent = await registering.keep((HEAD + lines).encode(), now, by=1)
    await registering.bring_in(sent, now, by=1)
    spoken = [one for one in await directory.every("", 0, 100) if draw.randrange(100) < 75]
    async with transaction():
        for one in spoken:
            await _speak(draw, one)
    for one in spoken[3:]:  # three new pages wait for the PMI to read them
        await validating.validate(SOMEBODY, one.id, now)
    await _declare(now)
    await _announce(now)


async def _declare(now: datetime) -> None:
    """Let the first childminder declare more children than her accreditation, and a move."""
    one = min(await directory.every("", 0, 100), key=lambda each: each.id)
    room = sum(place.children for place in one.places)
    for rank, name in enumerate(CHILDREN[: room + 1]):
        born = now.date() - timedelta(days=300 + 130 * rank)
        told = Begun(name, born, "Camille Hoarau", born + timedelta(days=200), "variable", 0)
        await caring.start(SOMEBODY, one.id, told, now - timedelta(days=3))
    move = "Nous déménageons dans la même commune, au 4 rue des Lilas."
    await caring.tell(SOMEBODY, one.id, "move", now.date() + timedelta(days=40), move, now)


async def _announce(now: datetime) -> None:
    """Let each relais announce a meeting."""
    soon = now.date() + timedelta(days=9)
    thursday = soon + timedelta(days=(3 - soon.weekday()) % 7)
    for relais in tenants.current().of(Settings).relais:
        event = Event(
            relais=relais.code,
            title="Éveil musical",
            place=relais.address or "Au relais",
            day=thursday,
            begins=570,
            ends=660,
            places=8,
            words="Comptines et petites percussions, avec les enfants.",
            created_at=now,
        )
        await meeting.announce(event, SOMEBODY)


def _line(draw: Random, rank: int, town: tuple[str, float, float, int], today: date) -> str:
    insee, latitude, longitude, _ = town
    facts = communes.find(insee)
    ends = today + timedelta(days=draw.choice((40, 140, *range(200, 1700, 50))))
    first, last = draw.choice(GIVEN), draw.choice(FAMILY)
    cells = [
        *(f"44{rank:05}", "Mme", last, first),
        f"{ends - timedelta(days=1826 * draw.randint(1, 5)):%d/%m/%Y}",
        *(f"{ends - timedelta(days=1826):%d/%m/%Y}", f"{ends:%d/%m/%Y}"),
        "suspendu" if rank % 29 == 0 else "",
        f"{draw.randint(1, 60)} rue {draw.choice(STREETS)}",
        *(facts.postcodes[0], facts.name, insee),
        f"{latitude + draw.uniform(-0.018, 0.018):.5f}",
        f"{longitude + draw.uniform(-0.024, 0.024):.5f}",
        "MAM" if draw.random() < 0.15 else "",
        *(str(draw.randint(2, 4)), str(draw.choice((36, 72)))),
    ]
    return ";".join(cells) + "\n"


async def _speak(draw: Random, one: One) -> None:
    now = tenants.current().now()
    cares = tuple(code for code in CARES if draw.random() < 0.3)
    chosen = (("mobile", 0.6), ("form", 0.7), ("relais", 0.7), ("caf", 0.5))
    home, seen = demo.home_of(draw)
    agreed = (code for code, share in chosen if draw.random() < share)
    consents = ("listed", *agreed, "since", *seen)
    number = f"06 99 {draw.randrange(100):02} {draw.randrange(100):02} {draw.randrange(100):02}"
    profile = Profile(consents, cares, number, "", "", "13 h à 14 h 30", False, "", home)
    await declaring.profile(SOMEBODY, one.id, profile, now)
    for place in one.places:
        state = draw.choices(("now", "later", "none"), (3, 2, 4))[0]
        opens = now.date() + timedelta(days=draw.randrange(20, 200))
        days = [code for code, _, _ in DAYS[:5] if draw.random() < 0.8]
        told = Availability(state, opens, days_mask(days), "", draw.random() < 0.15)
        said = now - timedelta(days=draw.randrange(60))
        await declaring.availability(SOMEBODY, one.id, place.id, told, said)
