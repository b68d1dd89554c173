"""What commissions wait for: places to declare by a crèche, to check and close by the town hall."""

from datetime import date, datetime, time

from ribambelle import tenants
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.web.home import ToDo
from ribambelle_creche.domain.supply import is_late
from ribambelle_creche.queries import commissions, facilities, supplies
from ribambelle_creche.queries.commissions import calendar_of
from ribambelle_creche.tables import Commission


async def waiting(person: Person) -> list[ToDo]:
    """Return what the commissions at work wait for from this person."""
    is_office = person.holds("agent", "admin")
    if not is_office and not person.holds("creche_manager"):
        return []
    tenant, found = tenants.current(), list[ToDo]()
    for row in await commissions.at_work():
        if is_office:
            found += await _of_office(row, tenant)
        else:
            found += await _of_creche(row, person, tenant)
    return found


async def _of_office(row: Commission, tenant: Tenant) -> list[ToDo]:
    where, today = f"/bureau/creche/commissions/{row.id}", tenant.now().date()
    found = []
    if row.state == "open" and calendar_of(row).may_close(today):
        detail = f"Les familles avaient jusqu’au {formats.jour(row.closes_on)}."
        title, since = f"Dossiers à clore : {row.label}", _since(row.closes_on, tenant)
        found.append(ToDo(title, detail, "Clore", where, "agenda", 1, since, overdue=True))
    declared = sum(one.state == "declared" for one in (await supplies.states(row.id)).values())
    if declared:
        title = f"Places à vérifier : {formats.pluriel(declared, 'crèche')}"
        found.append(ToDo(title, row.label, "Vérifier", where, "bebe", declared))
    return found


async def _of_creche(row: Commission, person: Person, tenant: Tenant) -> list[ToDo]:
    states = {number: one.state for number, one in (await supplies.states(row.id)).items()}
    today = tenant.now().date()
    return [
        ToDo(
            title=f"Places à déclarer : {one.name}",
            detail=f"{row.label}, avant le {formats.jour(row.closes_on)}.",
            action="Déclarer",
            href=f"/creche/direction/{one.id}/commissions/{row.id}",
            icon="agenda",
            count=1,
            since=row.created_at,
            overdue=is_late("expected", row.closes_on, today),
        )
        for one in await facilities.managed_by(person)
        if states.get(one.id, "expected") == "expected"
    ]


def _since(day: date, tenant: Tenant) -> datetime:
    return datetime.combine(day, time(), tzinfo=tenant.zone)
