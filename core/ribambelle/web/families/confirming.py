"""Once a year: is what the register says of us still right?"""

from datetime import datetime

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.errors import NotYours
from ribambelle.identity import Person, confirmation, households
from ribambelle.identity.tables import Household
from ribambelle.web import guards
from ribambelle.web.families.mine import PAGE, family_page
from ribambelle.web.home import ToDo
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal


async def to_confirm(person: Person) -> list[ToDo]:
    """Return the question, once what is known is old enough."""
    if not person.is_family or not person.household:
        return []
    tenant = tenants.current()
    row = await Household.objects().get(Household.id == person.household)
    months = tenant.settings.families.confirm_months
    if row is None or await households.address_of(person.household) is None:
        return []
    due = confirmation.due_on(
        (row.confirmed_at or row.created_at).astimezone(tenant.zone).date(), months
    )
    if due is None or tenant.now().date() < due:
        return []
    return [
        ToDo(
            title="Vos informations sont-elles toujours justes ?",
            detail="Adresse, téléphone, personnes autorisées : une minute suffit.",
            action="Vérifier",
            href=f"{PAGE}/verifier",
            icon="gens",
            count=1,
            since=datetime.combine(due, datetime.min.time(), tenant.zone),
        )
    ]


@get(
    f"{PAGE}/verifier",
    name="family.confirm_page",
    told="Relire ses informations",
    guards=[guards.family],
)
async def confirm_page(person: NamedDependency[Person], now: NamedDependency[datetime]) -> Page:
    """Show all that the register says of us, to be confirmed."""
    if not person.household:
        raise NotYours
    return Page("family/confirm.html", await family_page(person, now))


@post(
    f"{PAGE}/verifier",
    name="family.confirm",
    told="Confirmer ses informations",
    guards=[guards.family],
)
async def confirm(
    person: NamedDependency[Person], seen: NamedDependency[Visit], now: NamedDependency[datetime]
) -> Redirect:
    """Note that all is right."""
    if not person.household:
        raise NotYours
    async with transaction():
        await Household.update({Household.confirmed_at: now}).where(
            Household.id == person.household
        )
        await journal.record(
            "family.confirmed",
            f"household:{person.household}",
            account=person.account,
            side="family",
        )
    seen.tell("ok", "Merci. Nous vous reposerons la question dans un an.")
    return Redirect("/", status_code=303)


ROUTES = [confirm_page, confirm]
