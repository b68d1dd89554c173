"""What a crèche signed for insertion: being AVIP, and places held with childminders."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from ribambelle import forms
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web.guards import Holding
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_creche.domain.insertion import Duty, duties
from ribambelle_creche.pages.facility_space import Space, calls_of, manager, to_call
from ribambelle_creche.queries import agreements, facilities, insertion
from ribambelle_creche.tables import Agreement, Facility

town_hall = Holding("agent", "admin")
ADDRESS = "/creche/direction/{facility:int}/insertion"


class AgreementForm(msgspec.Struct, frozen=True):
    """Places held with childminders, from when, until when."""

    partner: Annotated[str, Meta(min_length=1, max_length=200)]
    places: Annotated[int, Meta(ge=1, le=99)]
    first: date
    last: date | None = None


@dataclass(frozen=True)
class InsertionPage:
    """What one crèche signed, and what its manager owes and holds over all its crèches."""

    space: Space
    agreements: list[Agreement]
    duty: Duty | None
    today: date
    form: forms.Bound[AgreementForm] | None = None

    def stands(self, one: Agreement) -> bool:
        """Tell whether an agreement counts today."""
        return one.first <= self.today and (one.last is None or self.today <= one.last)


async def insertion_page(
    facility: Facility,
    tenant: Tenant,
    now: datetime,
    form: forms.Bound[AgreementForm] | None = None,
) -> Page:
    """Show what a crèche signed, as it is kept or with what was just typed."""
    today = now.date()
    known = duties(
        await insertion.creches(),
        await insertion.present(today, today),
        await agreements.standing(today, today),
    )
    page = InsertionPage(
        space=Space(facility, "/fiche", to_call(await calls_of(facility, tenant, today))),
        agreements=await agreements.of_facility(facility.id),
        duty=next((one for one in known if facility.id in one.facilities), None),
        today=today,
        form=form,
    )
    return Page("creche/facility/insertion.html", page, status=422 if form else 200)


@get(
    ADDRESS,
    name="creche.facility.agreements",
    told="Voir ce qu’une crèche a signé pour l’insertion",
    guards=[manager],
)
async def look(
    facility: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show what a crèche signed for insertion."""
    return await insertion_page(await facilities.managed(person, facility), tenant, now)


@post(
    ADDRESS,
    name="creche.facility.agree",
    told="Écrire une convention d’insertion d’une crèche",
    guards=[town_hall],
)
async def add(
    request: Request[Any, Any, Any],
    facility: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep an agreement with childminders."""
    one = await facilities.managed(person, facility)
    form = await forms.read(request, AgreementForm)
    told = form.struct
    if told is not None and told.last is not None and told.last < told.first:
        form = form.wrong(last="La convention finit après son début. Écrivez un jour plus tardif.")
    if told is None or form.errors:
        return await insertion_page(one, tenant, now, form)
    partner = told.partner.strip()
    await agreements.add(facility, partner, told.places, told.first, told.last, person.account, now)
    seen.tell("ok", "Convention enregistrée : la prochaine proposition en tient compte.")
    return Redirect(f"/creche/direction/{facility}/insertion", status_code=303)


@post(
    f"{ADDRESS}/{{agreement:int}}/retirer",
    name="creche.facility.disagree",
    told="Retirer une convention d’insertion d’une crèche",
    guards=[town_hall],
)
async def remove(
    facility: FromPath[int],
    agreement: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Forget an agreement."""
    await facilities.managed(person, facility)
    await agreements.remove(facility, agreement, person.account)
    seen.tell("ok", "Convention retirée.")
    return Redirect(f"/creche/direction/{facility}/insertion", status_code=303)


@post(
    f"{ADDRESS}/avip",
    name="creche.facility.avip",
    told="Dire si une crèche est à vocation d’insertion professionnelle",
    guards=[town_hall],
)
async def avip(
    request: Request[Any, Any, Any],
    facility: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Keep whether a crèche is AVIP: its share is in the figures of commissions."""
    await facilities.managed(person, facility)
    is_avip = "is_avip" in await request.form()
    await agreements.set_avip(facility, person.account, is_avip=is_avip)
    seen.tell("ok", "Enregistré. Sa part se lit dans les chiffres des commissions.")
    return Redirect(f"/creche/direction/{facility}/insertion", status_code=303)


ROUTES = [look, add, remove, avip]
