"""What is billed: locked days alone, at the price of that day, and the same cents for ever."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from tests.periscolaire.builders import (
    THURSDAY,
    a_child,
    a_family,
    a_group,
    a_unit,
    an_activity,
    enrol,
    insert,
    settle,
)

from ribambelle import billing
from ribambelle.billing import BillableItem, Period
from ribambelle.identity import Person
from ribambelle.identity.tables import Child, School
from ribambelle.testing import FrozenClock
from ribambelle.testing.communes import Communes, Town
from ribambelle_periscolaire import attending, booking, repricing, tables
from ribambelle_periscolaire.attending import Correction, Marker, Sent
from ribambelle_periscolaire.domain.taking import Wanted
from ribambelle_periscolaire.queries import attendance, catalogue

MONTH = Period(date(2026, 12, 1), date(2026, 12, 31))
RULES = """
[periscolaire]
[[periscolaire.cut_offs]]
name = "veille"
[periscolaire.cut_offs.add]
days = 1
at = "10:00"
[[periscolaire.tariffs]]
name = "Soir"
activity = ["soir"]
unit = ["soir"]
first = 2026-09-01
bands = [{first = 0, last = 500, cents = 100}, {first = 501, cents = 300}]
unbooked = {add_cents = 150}
absence = {justified_percent = 0, unjustified_percent = 100}
late = {cents = 500, per_minutes = 15}
"""


@dataclass
class Evening:
    """An evening that four children lived differently."""

    town: Town
    anne: Person
    activity: int
    unit: int
    group: int
    children: dict[str, int]

    def mark(self, name: str, act: str, at: str) -> Sent:
        """Return a mark made that evening."""
        moment = datetime.fromisoformat(f"{THURSDAY}T{at}:00+01:00")
        child = self.children[name]
        return Sent(f"{name}-{act}", self.group, THURSDAY, child, self.unit, act, moment)

    async def close(self) -> None:
        """Lock the evening."""
        known = await catalogue.current()
        now = self.town.tenant.now()
        await attending.close(self.town.tenant, known.by_id[self.activity], THURSDAY, 1, now)

    async def billed(self) -> dict[str, list[int]]:
        """Return what is billed for each child, in cents."""
        names = {number: name for name, number in self.children.items()}
        found: dict[str, list[int]] = {}
        for one in await billing.items(MONTH):
            found.setdefault(names[one.child], []).append(one.amount_cents)
        return found


@pytest.fixture
async def evening(communes: Communes, clock: FrozenClock) -> AsyncIterator[Evening]:
    """Léa comes and leaves late, Noé is absent, Zoé comes unbooked, Tom is not marked."""
    town = communes.alpha
    settle(town, RULES)
    with town.here() as tenant:
        activity = await an_activity("soir", "Accueil du soir", kind="evening", regie="enfance")
        unit = await a_unit(activity, "soir", "Soir", begins=990, ends=1110)
        group = await a_group(activity)
        anne = await a_family()
        situation = {"household": anne.household, "first": date(2026, 9, 1), "source": "proof"}
        await insert(tables.Situation(**situation, quotient_familial=400, written_at=tenant.now()))
        children = {
            name: await a_child(anne, activity, name=name) for name in ("Léa", "Noé", "Tom", "Zoé")
        }
        wanted = [Wanted(children[name], unit, THURSDAY, "book") for name in ("Léa", "Noé", "Tom")]
        await booking.save(tenant, anne, wanted, "key", tenant.now())
        one = Evening(town, anne, activity, unit, group, children)
        clock.set(datetime(2026, 12, 3, 19, tzinfo=UTC))
        marks = [
            *(one.mark("Léa", "present", "16:35"), one.mark("Léa", "left", "18:40")),
            *(one.mark("Noé", "absent", "16:40"), one.mark("Zoé", "present", "16:45")),
        ]
        await attending.take(tenant, Marker(account=1), marks, tenant.now())
        yield one


async def test_a_locked_evening_is_billed_as_it_was_lived(evening: Evening) -> None:
    assert await evening.billed() == {}
    await evening.close()
    assert await evening.billed() == {"Léa": [100, 500], "Noé": [100], "Tom": [100], "Zoé": [250]}
    found: list[BillableItem] = await billing.items(MONTH)
    assert {(one.kind, one.regie) for one in found} == {("care", "enfance"), ("other", "enfance")}
    assert all(one.payer == evening.anne.adult and one.steps for one in found)


async def test_a_locked_month_keeps_its_cents_whatever_changes_after(evening: Evening) -> None:
    await evening.close()
    before = await billing.items(MONTH)
    tenant = evening.town.tenant
    household = evening.anne.household
    told = {"source": "proof", "account": 1, "side": "office"}
    await repricing.record(tenant, household, 900, date(2026, 10, 1), tenant.now(), **told)
    await tables.Booking.update({tables.Booking.state: "cancelled"}, force=True)
    await evening.close()
    assert await billing.items(MONTH) == before


async def test_a_reasoned_correction_alone_changes_a_locked_day(evening: Evening) -> None:
    await evening.close()
    tenant, known = evening.town.tenant, await catalogue.current()
    sheet = await attending.sheet(known, Marker(), evening.group, THURSDAY)
    told = Correction("absent", "certificate", None, None, "Certificat reçu")
    noe = evening.children["Noé"]
    await attending.correct(tenant, sheet, noe, evening.unit, told, "e", 1, tenant.now())
    assert (await evening.billed())["Noé"] == [0]
    assert await attendance.locked(THURSDAY)


async def test_an_absence_costs_the_same_in_whatever_order_its_days_are_closed(
    evening: Evening, clock: FrozenClock
) -> None:
    """Three days due, nothing after: Tom misses five evenings, closed as the weeks allow."""
    rule = "{unjustified_percent = 100, free_after_days = 3}"
    settle(evening.town, RULES.replace("{justified_percent = 0, unjustified_percent = 100}", rule))
    tenant, tom = evening.town.tenant, evening.children["Tom"]
    clock.set(datetime(2026, 12, 4, 9, tzinfo=UTC))
    days = [date(2026, 12, day) for day in (7, 8, 10, 11, 14)]
    wanted = [Wanted(tom, evening.unit, day, "book") for day in days]
    await booking.save(tenant, evening.anne, wanted, "weeks", tenant.now())
    known, costs = await catalogue.current(), []
    for day in (days[3], days[0], days[4], days[2], days[1]):
        clock.set(datetime(2026, 12, 14, 20, tzinfo=UTC))
        mark = Correction("absent", "unjustified", None, None, "Oubli")
        sheet = await attending.sheet(known, Marker(), evening.group, day)
        await attending.correct(tenant, sheet, tom, evening.unit, mark, f"a-{day}", 1, tenant.now())
        await attending.close(tenant, known.by_id[evening.activity], day, 1, tenant.now())
        found = await billing.items(Period(days[0], days[-1]))
        costs.append({one.day.day: one.amount_cents for one in found})
    sheet = await attending.sheet(known, Marker(), evening.group, days[1])
    came = Correction("present", "", None, None, "Tom était là")
    await attending.correct(tenant, sheet, tom, evening.unit, came, "late", 1, tenant.now())
    after = await billing.items(Period(days[0], days[-1]))

    assert costs[3] == {7: 100, 10: 100, 11: 100, 14: 0}
    assert costs[4] == {7: 100, 8: 100, 10: 100, 11: 0, 14: 0}
    assert sorted((one.day.day, one.amount_cents) for one in after) == [
        *((7, 100), (8, 100), (10, 100), (11, 100), (14, 100))
    ]


async def test_a_closed_school_is_that_of_the_day_once_the_child_has_left_it(
    evening: Evening,
) -> None:
    """Léa went to Lilas that evening, closed; the next September the register says Tilleuls."""
    lilas, tilleuls = [
        await insert(School(name=name, folded=name.lower())) for name in ("Lilas", "Tilleuls")
    ]
    lea = evening.children["Léa"]
    await Child.update({Child.school: tilleuls}).where(Child.id == lea)
    next_year = await enrol(lea, evening.activity, year=2027)
    mine = (tables.Enrolment.child == lea) & (tables.Enrolment.year == 2026)
    await tables.Enrolment.update({tables.Enrolment.school: lilas}).where(mine)
    placed = {tables.Enrolment.school: tilleuls, tables.Enrolment.is_placed: True}
    await tables.Enrolment.update(placed).where(tables.Enrolment.id == next_year)
    days = {"first": THURSDAY, "last": THURSDAY, "reason": "strike", "note": ""}
    await insert(tables.Closure(**days, school=lilas, declared_at=evening.town.tenant.now()))
    await catalogue.touch()

    await evening.close()

    assert set(await evening.billed()) == {"Noé", "Tom", "Zoé"}


async def test_a_closed_day_is_never_billed(evening: Evening) -> None:
    now = evening.town.tenant.now()
    days = {"first": THURSDAY, "last": THURSDAY, "reason": "strike", "note": ""}
    await insert(tables.Closure(**days, declared_at=now))
    await catalogue.touch()
    await evening.close()
    assert await evening.billed() == {}


FEE = RULES.replace(
    "bands = [{first = 0, last = 500, cents = 100}, {first = 501, cents = 300}]\n",
    'every = "month"\nbands = [{first = 0, last = 500, cents = 1500}, {first = 501, cents = 3000}]\n',
).replace(
    "unbooked = {add_cents = 150}\nabsence = {justified_percent = 0, unjustified_percent = 100}\n",
    "",
)


async def test_a_fee_is_due_once_a_month_whoever_comes_and_however_often(
    evening: Evening, clock: FrozenClock
) -> None:
    """Each evening costs nothing, the month 15 €: once, at the means of its first locked day."""
    settle(evening.town, FEE)
    await evening.close()
    tenant, first = evening.town.tenant, await billing.items(MONTH)
    months = [one for one in first if one.label == "Soir, forfait"]

    assert sorted(one.amount_cents for one in months) == [1500] * 4
    assert {(one.day, one.kind, one.regie) for one in months} == {
        (date(2026, 12, 1), "care", "enfance")
    }
    assert [one.amount_cents for one in first if one.label.endswith("réservé")] == [0, 0]

    means = {"household": evening.anne.household, "first": date(2026, 12, 7), "source": "proof"}
    await insert(tables.Situation(**means, quotient_familial=900, written_at=tenant.now()))
    friday = date(2026, 12, 11)
    wanted = [Wanted(evening.children["Léa"], evening.unit, friday, "book")]
    await booking.save(tenant, evening.anne, wanted, "friday", tenant.now())
    clock.set(datetime(2026, 12, 11, 19, tzinfo=UTC))
    known = await catalogue.current()
    await attending.close(tenant, known.by_id[evening.activity], friday, 1, tenant.now())
    # the day a fee bears is no day of its own: correcting a lived day leaves it as it was
    sheet = await attending.sheet(known, Marker(), evening.group, friday)
    told = Correction("absent", "certificate", None, None, "Certificat reçu")
    where = (sheet, evening.children["Léa"], evening.unit)
    await attending.correct(tenant, *where, told, "e", 1, tenant.now())
    again = [one for one in await billing.items(MONTH) if one.label == "Soir, forfait"]
    assert [(one.key, one.amount_cents) for one in again] == [
        (one.key, one.amount_cents) for one in months
    ]


async def test_a_fee_goes_with_the_last_day_an_agent_corrects_away(evening: Evening) -> None:
    """Zoé never came: neither her evening nor her month is due any more."""
    settle(evening.town, FEE)
    await evening.close()
    zoe = evening.children["Zoé"]
    told = Correction("absent", "", None, None, "Erreur de pointage")
    tenant, known = evening.town.tenant, await catalogue.current()
    sheet = await attending.sheet(known, Marker(), evening.group, THURSDAY)

    await attending.correct(tenant, sheet, zoe, evening.unit, told, "e", 1, tenant.now())

    found = [one for one in await billing.items(MONTH) if one.child == zoe]
    assert found == []


async def test_the_first_days_of_an_absence_stay_due_when_the_certificate_is_late(
    evening: Evening, clock: FrozenClock
) -> None:
    """72 hours for the certificate, two days due past them: the third is not, whatever was said."""
    rule = "{certificate_hours = 72, charged_days = 2, no_certificate_after_days = 10}"
    settle(evening.town, RULES.replace("{justified_percent = 0, unjustified_percent = 100}", rule))
    tenant, lea = evening.town.tenant, evening.children["Tom"]
    clock.set(datetime(2026, 12, 1, 9, tzinfo=UTC))
    days = [date(2026, 12, day) for day in (7, 8, 10)]
    wanted = [Wanted(lea, evening.unit, day, "book") for day in days]
    await booking.save(tenant, evening.anne, wanted, "week", tenant.now())
    clock.set(datetime(2026, 12, 10, 20, tzinfo=UTC))
    known = await catalogue.current()
    for day in days:
        sent = Sent(f"tom-{day}", evening.group, day, lea, evening.unit, "absent", tenant.now())
        await attending.take(tenant, Marker(account=1), [sent], tenant.now())
        await attending.close(tenant, known.by_id[evening.activity], day, 1, tenant.now())

    async def dues() -> list[int]:
        found = await billing.items(Period(days[0], days[-1]))
        return [one.amount_cents for one in sorted(found, key=lambda one: one.day)]

    before = await dues()
    clock.set(datetime(2026, 12, 11, 9, tzinfo=UTC))  # more than 72 hours after Monday
    for day in days:
        sheet = await attending.sheet(known, Marker(), evening.group, day)
        told = Correction("absent", "certificate", None, None, "Certificat reçu")
        where = (sheet, lea, evening.unit)
        await attending.correct(tenant, *where, told, f"c-{day}", 1, tenant.now())

    assert before == [100, 100, 100]
    assert await dues() == [100, 100, 0]
