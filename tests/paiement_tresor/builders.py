"""What tests of payments start from: adults, children, and days that were locked at a price."""

from datetime import date, timedelta
from typing import Any

from ribambelle.database import transaction
from ribambelle.identity.tables import Address, Adult, Child, Household
from ribambelle.search import fold
from ribambelle.tenants import current
from ribambelle.testing.communes import Town
from ribambelle_paiement_tresor import issuing, tables
from ribambelle_paiement_tresor.domain import accounts
from ribambelle_paiement_tresor.domain.accounts import Entry
from ribambelle_paiement_tresor.domain.drafting import Line
from ribambelle_paiement_tresor.queries import books, invoices
from ribambelle_paiement_tresor.settings import Settings
from ribambelle_periscolaire import tables as school

OCTOBER = date(2026, 10, 1), date(2026, 10, 31)
DUE = date(2026, 11, 30)


PAYFIP = """[paiement]
mode = "{mode}"
treasury = "{address}"
testers = ["camille@example.test"]
[[paiement.regies]]
code = "regie"
label = "Régie enfance"
payfip = "090909"
means = ["card", "cash", "cheque", "cesu"]
"""


def on_line(place: Town, address: str, mode: str = "demo") -> None:
    """Let the families of a commune pay on line, at this treasury."""
    settle(place, PAYFIP.format(mode=mode, address=address))


def settle(place: Town, text: str) -> None:
    """Give a commune its table ``[paiement]``."""
    file = place.app.platform.folder / f"{place.slug}.toml"
    written = file.read_text().split("[paiement]")[0]
    head, database, url = written.partition("[database]")
    file.write_text(f"{head}{database}{url}\n{text}")


async def insert(row: Any) -> int:
    """Write a row, and return its number."""
    kind = type(row)
    return int((await kind.insert(row).returning(kind.id))[0]["id"])


async def an_adult(
    name: str = "Anne Hoarau", account: int | None = None, *, lives: bool = True
) -> int:
    """Add an adult with a home of their own, and where it is."""
    home = await insert(Household(created_at=current().now()))
    if lives:
        await insert(
            Address(household=home, line="3 rue des Lilas", postcode="71880", city="Alpha")
        )
    given, _, family = name.partition(" ")
    return await insert(
        Adult(
            household=home, account=account, given_name=given, family_name=family, folded=fold(name)
        )
    )


async def a_child(adult: int, name: str = "Léa") -> int:
    """Add a child to an adult's home."""
    row = await Adult.objects().get(Adult.id == adult)
    assert row
    return await insert(
        Child(
            household=row.household,
            given_name=name,
            family_name=row.family_name,
            born_on=date(2021, 4, 2),
            folded=fold(name),
        )
    )


async def a_unit(
    code: str = "cantine", *, regie: str = "", is_meal: bool = True, **said: Any
) -> int:
    """Open an activity with one thing to book."""
    kind = "canteen" if is_meal else "evening"
    activity = await insert(
        school.Activity(
            code=code, name=code.capitalize(), kind=kind, cut_off="", regie=regie, **said
        )
    )
    return await insert(
        school.Unit(
            activity=activity,
            code=code,
            name=code.capitalize(),
            begins=700,
            ends=800,
            is_meal=is_meal,
        )
    )


async def a_due(
    payer: int | None, child: int, unit: int, day: date, cents: int = 310, quotient: str = "820 €"
) -> int:
    """Lock a day at a price."""
    name = f"{cents}:{quotient}"
    price = await school.Price.objects().get(school.Price.digest == name)
    number = (
        price.id
        if price
        else await insert(
            school.Price(
                digest=name,
                tariff="Repas",
                cents=cents,
                inputs=f'[["Quotient familial","{quotient}"]]',
                steps=f'["Tranche : {cents} centimes"]',
            )
        )
    )
    row = school.Due(
        child=child,
        day=day,
        unit=unit,
        nature="day",
        what="booked",
        payer=payer,
        price=number,
        written_at=current().now(),
    )
    return await insert(row)


async def a_period(first: date = OCTOBER[0], last: date = OCTOBER[1], regie: str = "regie") -> int:
    """Open the period of a month; its invoices are never late the day they leave."""
    now = current().now()
    due = max(DUE, now.date() + timedelta(days=5))
    return await insert(
        tables.Period(regie=regie, first=first, last=last, due_on=due, opened_at=now)
    )


async def an_invoice(adult: int, cents: int = 4820, first: date = OCTOBER[0]) -> int:
    """Bill an adult one day of canteen, and return the invoice."""
    child, unit = await a_child(adult), await a_unit(f"cantine-{first}-{adult}")
    await a_due(adult, child, unit, first, cents)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    known = await tables.Period.objects().get(tables.Period.first == first)
    if known is None:
        documents = await issued(await a_period(first, last))
        return int(documents[-1].id)
    await tables.Period.update({tables.Period.state: "issuing"}).where(tables.Period.id == known.id)
    await issuing.issue(known.id)
    row = await tables.Invoice.objects().order_by(tables.Invoice.id, ascending=False).first()
    assert row
    return int(row.id)


async def a_bill(
    payer: int, cents: int, label: str = "Repas", recipient: str = "[]", child: int = 0
) -> int:
    """Write an invoice of one line, outside any period, and what it changes in the books."""
    tenant = current()
    now, regie = tenant.now(), tenant.of(Settings).known[0]
    async with transaction():
        number = await invoices.next_number(regie.code, 2026)
        terms = await invoices.terms(issuing.told_of(tenant, regie))
        row = (
            *("invoice", regie.code, 2026, number, None, payer, None),
            *(now.date(), now.date(), cents, recipient, terms),
        )
        line = Line(
            f"bill:{number}", child, now.date(), label, "meal", 1, cents, cents, bool(child)
        )
        (invoice,) = await invoices.write([row], [[line]], {})
        key = f"invoice:{regie.code}:2026:{number}"
        postings = accounts.issued(invoice, payer, cents)
        await books.write([Entry(key, "issued", now.date(), postings, regie.code)], now)
    return invoice


async def issued(period: int) -> list[tables.Invoice]:
    """Issue a period as the job does, and return its documents in order."""
    await issuing.begin(current(), period, None)
    await issuing.issue(period)
    return (
        await tables.Invoice.objects()
        .where(tables.Invoice.period == period)
        .order_by(tables.Invoice.number)
    )
