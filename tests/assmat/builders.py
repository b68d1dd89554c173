"""What tests of the directory start from: a register, and what childminders say."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from ribambelle import tenants
from ribambelle.identity import Person
from ribambelle.testing import Town
from ribambelle_assmat import (
    activating,
    caring,
    declaring,
    meeting,
    refreshing,
    registering,
    saving,
)
from ribambelle_assmat.caring import Begun
from ribambelle_assmat.declaring import Availability, Profile
from ribambelle_assmat.domain.slots import days_mask
from ribambelle_assmat.queries import directory
from ribambelle_assmat.tables import Childminder, Event, Place, SavedSearch

HEAD = (
    "Numéro d'agrément;Nom;Prénom;Début;Fin;Statut;Adresse;CP;Commune;Quartier;Latitude;Longitude;"
    "Lieu;Nombre d'enfants;Âge minimum;Âge maximum\n"
)
NADIA = (
    "4401;Benali;Nadia;01/05/2024;30/04/2029;;3 rue du Lavoir;"
    "71880;Alpha;Centre;46.8021;4.8355;;4;0;72\n"
)
CLAIRE = (
    "4402;Robin;Claire;01/05/2024;30/04/2029;;9 rue Haute;"
    "71880;Alpha;Gare;46.8102;4.8410;MAM;2;0;36\n"
)
MARIE = (
    "4403;Payet;Marie-Lou;01/05/2024;30/04/2029;;1 quai Neuf;"
    "71880;Alpha;Centre;46.8030;4.8361;;3;0;72\n"
)
ELSEWHERE = MARIE.replace("4403;Payet;Marie-Lou", "4404;Ortega;Rosa").replace(
    "71880;Alpha", "44400;Rezé"
)
SOPHIE = Person(1, 0, "", "Sophie", "staff", strong=True)


async def registered(*lines: str) -> dict[str, int]:
    """Bring a register in, and return who it holds by given name."""
    now = tenants.current().now()
    content = (HEAD + "".join(lines)).encode()
    await registering.bring_in(await registering.keep(content, now, by=1), now, by=1)
    rows = await Childminder.select(Childminder.id, Childminder.given_name)
    return {row["given_name"]: row["id"] for row in rows}


async def says(number: int, *consents: str, **more: Any) -> None:
    """Let a childminder say who she is; she is listed, and shows what is named."""
    told = {
        **{"mobile": "06 99 00 00 01", "phone": "03 99 00 00 02", "email": "nadia@example.test"},
        **{"call_hours": "18 h", "only_when_free": False, "words": "Un jardin clos"},
    } | more
    cares = told.pop("cares", ("part_time",))
    profile = Profile(("listed", *consents), cares, **told)
    await declaring.profile(SOPHIE, number, profile, tenants.current().now())


async def offers(
    number: int,
    place: int,
    *days: str,
    state: str = "now",
    opens: date | None = None,
    takes_urgent: bool = False,
) -> None:
    """Let her say that a place is free these days."""
    told = Availability(state, opens, days_mask(days), "", takes_urgent)
    await declaring.availability(SOPHIE, number, place, told, tenants.current().now())


RELAIS = "".join(
    f'[[assmat.relais]]\ncode = {code}\nname = "Relais du {where}"\n'
    for code, where in ((1, "centre"), (2, "port"))
)


def with_a_relais(town: Town) -> None:
    """Give a commune a relais that has a space of its own."""
    file = town.app.platform.folder / f"{town.slug}.toml"
    file.write_text(file.read_text().replace("[contact]", f"{RELAIS}[contact]", 1))


async def a_care(number: int, rank: int = 0) -> int:
    """Declare a care that goes on, a Monday in two; return the number of its statement."""
    now = tenants.current().now()
    born, since = now.date() - timedelta(days=400), now.date() - timedelta(days=20)
    planning, moments = ("regular", days_mask(["mon"])) if rank % 2 else ("variable", 0)
    told = Begun(f"Zoé{rank}", born, "Anne Payet", since, planning, moments)
    return await caring.start(SOPHIE, number, told, now)


async def a_read_back(number: str) -> str:
    """Return the path where a childminder reads the register again, before her account is open."""
    told = activating.Wanted(number)
    link = await activating._link("claire@example.test", told, tenants.current().now())
    return urlsplit(link).path


async def a_meeting(places: int = 8) -> int:
    """Announce a meeting of the relais, in nine days."""
    now = tenants.current().now()
    told: dict[str, Any] = {
        "title": "Éveil musical",
        "place": "Salle des fêtes",
        "words": "Chants.",
    }
    hours = {"begins": 570, "ends": 660, "places": places}
    day = now.date() + timedelta(days=9)
    return await meeting.announce(Event(relais=1, day=day, created_at=now, **told, **hours), SOPHIE)


async def childminders_of() -> dict[str, Any]:
    """Bring a register in, let two of its childminders speak, and send another to look at."""
    who = await registered(NADIA, CLAIRE, MARIE, ELSEWHERE)
    await says(who["Nadia"], "mobile", "phone", "email", "address", "form", words="Un jardin clos.")
    await says(who["Claire"])
    for name, days in (("Nadia", ("mon", "tue", "sat")), ("Claire", ("mon",))):
        place = (await directory.one(who[name])).places[0].id
        await offers(who[name], place, *days)
    content = (HEAD + CLAIRE.replace("30/04/2029", "demain")).encode()
    sent = await registering.keep(content, tenants.current().now(), by=1)
    today = tenants.current().now().date()
    place = (await directory.one(who["Claire"])).places[0]
    await Place.update({Place.asked_on: today}).where(Place.id == place.id)
    code = refreshing.seal(tenants.current(), place, today)
    event, cares = await a_meeting(), [await a_care(who["Nadia"], rank) for rank in range(5)]
    await meeting.register(event, [1], who["Nadia"], SOPHIE)
    return {
        **{"childminder": who["Nadia"], "register": sent, "event": event},
        "statement": cares[0],
        "still_free": f"/assmat/confirmer/{place.id}/{code}",
        "alert": await an_alert(),
        "read_back": await a_read_back("4402"),
    }


async def an_alert(email: str = "anne@example.test", query: str = "jours=mon") -> str:
    """Leave a search with an e-mail, and return the page its message leads to."""
    tenant = tenants.current()
    await saving.begin(tenant, email, saving.read(query), tenant.now())
    row = await SavedSearch.objects().get(SavedSearch.email == email)
    assert row is not None
    return f"/assmat/alertes/{row.id}/{saving.seal(tenant, row)}"
