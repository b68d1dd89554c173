"""What tests of the crèches start from; each builder sets only what its test does not care about."""

from datetime import date
from typing import Any

import msgspec

from ribambelle import tenants, workflow
from ribambelle.identity import Grant, Person
from ribambelle.identity.tables import Quartier
from ribambelle.search import fold
from ribambelle.workflow.declaration import Side
from ribambelle_creche import filing
from ribambelle_creche.domain.dossier import (
    Address,
    Care,
    Child,
    Dossier,
    Entry,
    Family,
    Home,
    Resources,
    Situation,
    Week,
    Wishes,
    encode,
)
from ribambelle_creche.queries import applications, files
from ribambelle_creche.tables import Application, Facility


async def a_quartier(name: str = "Centre") -> int:
    """Write a quartier, or return the one of this name."""
    row = Quartier(name=name, folded=fold(name))
    await Quartier.insert(row).on_conflict(target=Quartier.folded, action="DO NOTHING")
    found = await Quartier.select(Quartier.id).where(Quartier.folded == fold(name)).first()
    assert found is not None
    return int(found["id"])


async def a_facility(
    name: str = "Les Lilas",
    quartier: str = "Centre",
    places: int = 30,
    kind: str = "municipal",
    at: tuple[int, int] | None = (47_200_000, -1_550_000),
    is_open: bool = True,
) -> int:
    """Write a crèche in a quartier, and return its id."""
    latitude, longitude = at or (None, None)
    row = Facility(
        name=name,
        folded=fold(name),
        kind=kind,
        quartier=await a_quartier(quartier),
        places=places,
        latitude=latitude,
        longitude=longitude,
        is_open=is_open,
        import_key=fold(name),
    )
    return int((await Facility.insert(row).returning(Facility.id))[0]["id"])


BORN_ON = date(2026, 3, 14)


def a_dossier(*facilities: int, **changed: Any) -> Dossier:
    """Return a file ready to be sent."""
    whole = Dossier(
        child=Child(given_name="Zoé", family_name="Payet", born_on=BORN_ON),
        family=Family("Anne", "Hoarau", "06 99 00 00 00", "anne@example.test", is_single=True),
        address=Address("2 rue des Lilas", "97400", "Alpha"),
        situation=Situation(work="employed"),
        home=Home(),
        resources=Resources(),
        care=Care("regular"),
        entry=Entry(start_on=date(2027, 1, 4)),
        week=Week(wished=1023),
        wishes=Wishes(facilities),
    )
    return msgspec.structs.replace(whole, **changed)


async def an_application(
    *facilities: int, account: int | None = None, state: str = "submitted", **changed: Any
) -> int:
    """Send a file as a family does, or as an agent when no account is given; return its id.

    :param state: draft, submitted, incomplete, complete, dormant, to_confirm, withdrawn or expired.
    :param changed: blocks of the file that matter to the test.
    """
    tenant = tenants.current()
    filer = _family(account) if account else _agent()
    number = await applications.open_draft(filer, tenant.now())
    dossier = a_dossier(*(facilities or (await _some_facility(),)), **changed)
    await Application.update({Application.answers: encode(dossier)}).where(Application.id == number)
    if state == "draft":
        return number
    await filing.send(tenant, filer, number, tenant.now())
    file = await applications.mine(filer, number)
    for act, side in PATHS[state]:
        if act == "complete":
            for kind in await applications.unseen_proofs(number):
                await files.turn_proof(number, kind, 1, tenant.now())
        await workflow.fire(
            file.application.demande.id, act, side=side, account=None, reason="Il manque l’acte."
        )
        if act == "complete":
            await files.completed(number, tenant.now())
    return number


COMPLETE: tuple[tuple[str, Side], ...] = (("complete", "office"),)
TO_CONFIRM: tuple[tuple[str, Side], ...] = (*COMPLETE, ("ask_confirmation", "clock"))
PATHS: dict[str, tuple[tuple[str, Side], ...]] = {
    "submitted": (),
    "incomplete": (("ask_more", "office"),),
    "complete": COMPLETE,
    "dormant": (*COMPLETE, ("sleep", "clock")),
    "to_confirm": TO_CONFIRM,
    "withdrawn": (("withdraw", "office"),),
    "expired": (*TO_CONFIRM, ("expire", "clock")),
}


def _family(account: int) -> Person:
    return Person(account, 0, "", "", "family")


def _agent() -> Person:
    return Person(1, 0, "", "", "staff", frozenset({Grant("agent")}), strong=True)


async def _some_facility() -> int:
    found = await Facility.select(Facility.id).order_by(Facility.id).first()
    return int(found["id"]) if found else await a_facility()
