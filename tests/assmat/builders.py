"""What tests of the directory start from: a register, and what childminders say."""

from datetime import date
from typing import Any

from ribambelle import tenants
from ribambelle.identity import Person
from ribambelle_assmat import declaring, refreshing, registering, saving
from ribambelle_assmat.declaring import Availability, Profile
from ribambelle_assmat.domain.slots import days_mask
from ribambelle_assmat.queries import directory
from ribambelle_assmat.tables import Childminder, Place, SavedSearch

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
    profile = Profile(("listed", *consents), ("part_time",), **told)
    await declaring.profile(SOPHIE, number, profile, tenants.current().now())


async def offers(
    number: int, place: int, *days: str, state: str = "now", opens: date | None = None
) -> None:
    """Let her say that a place is free these days."""
    told = Availability(state, opens, days_mask(days), "")
    await declaring.availability(SOPHIE, number, place, told, tenants.current().now())


async def childminders_of() -> dict[str, Any]:
    """Bring a register in, let two of its childminders speak, and send another to look at."""
    who = await registered(NADIA, CLAIRE, MARIE)
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
    return {
        **{"childminder": who["Nadia"], "register": sent},
        "still_free": f"/assmat/confirmer/{place.id}/{code}",
        "alert": await an_alert(),
    }


async def an_alert(email: str = "anne@example.test", query: str = "jours=mon") -> str:
    """Leave a search with an e-mail, and return the page its message leads to."""
    tenant = tenants.current()
    await saving.begin(tenant, email, saving.read(query), tenant.now())
    row = await SavedSearch.objects().get(SavedSearch.email == email)
    assert row is not None
    return f"/assmat/alertes/{row.id}/{saving.seal(tenant, row)}"
