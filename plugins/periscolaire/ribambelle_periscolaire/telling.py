"""Writing to families what happened to their bookings: once, to whoever may book for the child."""

from datetime import UTC, date, datetime

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.identity import custodies, limits, responsibilities
from ribambelle.identity.tables import Adult, Child
from ribambelle.jobs import later
from ribambelle.messages import post
from ribambelle.web.formats import jour
from ribambelle_periscolaire import tables
from ribambelle_periscolaire.domain.bookings import Key
from ribambelle_periscolaire.domain.catalogue import Catalogue
from ribambelle_periscolaire.domain.closures import REASONS
from ribambelle_periscolaire.queries import catalogue, closures
from ribambelle_periscolaire.tables import Closure

NEVER_AGAIN = datetime(2026, 1, 1, tzinfo=UTC)
"""One window for ever: what is counted in it happens once."""


async def tell_offer(child: int, day: str, unit: int, line: int) -> None:
    """Tell the adults who may book for a child that a place is theirs to take; a job."""
    tenant, on = tenants.current(), date.fromisoformat(day)
    now = tenant.now()
    row = await tables.Booking.objects().get(
        (tables.Booking.child == child)
        & (tables.Booking.day == on)
        & (tables.Booking.unit == unit)
        & (tables.Booking.line == line)
        & (tables.Booking.state == "offered")
    )
    known = await catalogue.current()
    if row is None or row.offered_until is None or unit not in known.units:
        return
    async with transaction():
        if await limits.count(f"periscolaire.offer:{row.id}:{line}", now) > 1:
            return
        await _write(child, row.offered_until.astimezone(tenant.zone), on, unit)


async def _write(child: int, until: datetime, day: date, unit: int) -> None:
    tenant, known = tenants.current(), await catalogue.current()
    whole = await Child.objects().get(Child.id == child)
    activity = known.activity_of(unit)
    place = (
        activity.name if len(activity.units) == 1 else f"{activity.name}, {known.units[unit].name}"
    )
    for held in await responsibilities.of_children([child], tenant.now().date()):
        if held.rights.may_book and held.account:
            away = await custodies.elsewhere([child], held.household, day, day)
            if away.get(child):
                continue  # the other parent books, pays and answers for that day
            await post(
                "periscolaire/messages/offer",
                held.email,
                account=held.account,
                name=held.name.split(" ")[0],
                child=whole.given_name if whole else "",
                place=f"{place}, {jour(day)}",
                until=until,
                link=tenant.url("/periscolaire/offres"),
            )


async def tell_closure(closure: int, what: str) -> None:
    """Have each family told, once, of the days a closure closed or gave back; a job."""
    row = await closures.one(closure)
    children = sorted({child for child, _, _ in await _touched(row, what)})
    for held in await responsibilities.of_children(children, tenants.current().now().date()):
        if held.rights.may_book and held.account:
            once = f"periscolaire.closure:{closure}:{what}:{held.account}"
            await later(
                "periscolaire",
                "tell_closed",
                once=once,
                closure=closure,
                what=what,
                account=held.account,
            )


async def tell_closed(closure: int, what: str, account: int) -> None:
    """Tell one adult of all the days of their children that a closure closed or gave back; a job."""
    tenant, row = tenants.current(), await closures.one(closure)
    now, known = tenant.now(), await catalogue.current()
    at = row.declared_at if what == "closed" else row.lifted_at
    adult = await Adult.objects().get(Adult.account == account)
    if at is None or adult is None:
        return
    mine = await responsibilities.children_of(adult.id, "book", now.date())
    lines = await _lines(row, what, mine, known)
    if not lines:
        return
    async with transaction():
        if await limits.count(f"periscolaire.closure:{closure}:{what}:{account}", at) > 1:
            return
        activity = known.by_id.get(row.activity) if row.activity else None
        await post(
            f"periscolaire/messages/{'closed' if what == 'closed' else 'reopened'}",
            adult.email,
            account=account,
            name=adult.given_name,
            what=activity.name if activity else "",
            first=row.first,
            reason=row.note or REASONS[row.reason],
            lines=lines,
            link=tenant.url(f"/periscolaire/semaine/{row.first}"),
        )


BACK = {
    "close": "fermé",
    "reopen": "réservé de nouveau",
    "wait": "de nouveau sur liste d’attente",
    "left": "la place n’est plus libre",
}


async def _touched(row: Closure, what: str, children: list[int] | None = None) -> dict[Key, str]:
    """Return what a closure closed, or what became of it when it was lifted."""
    mine = await closures.closed(row, children)
    if what == "closed":
        return dict.fromkeys(mine, "close")
    # those whose place was gone are still closed
    return dict.fromkeys(mine, "left") | await closures.given_back(row, children)


async def _lines(row: Closure, what: str, mine: list[int], known: Catalogue) -> list[str]:
    touched = await _touched(row, what, mine)
    rows = await Child.select(Child.id, Child.given_name).where(Child.id.is_in(mine or [0]))
    names = {one["id"]: one["given_name"] for one in rows}
    found = []
    for (child, day, unit), act in sorted(touched.items(), key=lambda one: (one[0][1], one[0])):
        if child in names and unit in known.units:
            service = known.activity_of(unit).name
            told = f" : {BACK[act]}" if what == "lifted" else ""
            found.append(f"{names[child]}, {service}, {jour(day)}{told}")
    return found


async def tell_unplanned(child: int, day: str, unit: int) -> None:
    """Tell the adults who may book for a child that it came without a booking, once; a job."""
    tenant, on = tenants.current(), date.fromisoformat(day)
    now = tenant.now()
    stands = tables.Attendance
    standing = (stands.child == child) & (stands.day == on) & (stands.unit == unit)
    there = await stands.exists().where(
        standing & stands.is_unplanned.eq(True) & (stands.state == "present")
    )
    known = await catalogue.current()
    if not there or unit not in known.units:
        return
    whole = await Child.objects().get(Child.id == child)
    async with transaction():
        if await limits.count(f"periscolaire.unplanned:{child}:{day}:{unit}", NEVER_AGAIN) > 1:
            return
        for held in await responsibilities.of_children([child], now.date()):
            if held.rights.may_book and held.account:
                await post(
                    "periscolaire/messages/unplanned",
                    held.email,
                    account=held.account,
                    name=held.name.split(" ")[0],
                    child=whole.given_name if whole else "",
                    place=f"{known.activity_of(unit).name}, {jour(on)}",
                    link=tenant.url("/messages"),
                )
