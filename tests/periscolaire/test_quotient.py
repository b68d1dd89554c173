"""What a household pays by: told, proved, kept from a day on; what is booked is priced again."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
from tests.core.documents import papers
from tests.core.documents.builders import a_document
from tests.periscolaire.builders import (
    FRIDAY,
    MONDAY,
    SETTINGS,
    THURSDAY,
    a_canteen,
    a_child,
    a_family,
    settle,
)

from ribambelle.identity import Person, responsibilities
from ribambelle.identity.rights import FULL
from ribambelle.identity.tables import Child
from ribambelle.testing.communes import Communes, Town
from ribambelle.workflow import fire
from ribambelle_periscolaire import booking, enrolling, leaving, tables
from ribambelle_periscolaire.domain.taking import Wanted
from ribambelle_periscolaire.queries import enrolments

HERE = "/periscolaire/quotient"
DESK = "/bureau/periscolaire/quotients"
BANDS = SETTINGS.replace(
    "flat = 310",
    "bands = [{ first = 0, last = 499, cents = 120 }, { first = 500, cents = 310 }]",
)
FIRST = {"first": "2026-12-04", "source": "proof"}


@pytest.fixture
async def town(communes: Communes) -> AsyncIterator[Town]:
    """The commune `alpha`, whose canteen costs by quotient."""
    settle(communes.alpha, BANDS)
    yield communes.alpha


async def a_booked_family(town: Town, email: str = "anne@example.test") -> tuple[Person, int]:
    with town.here() as tenant:
        known = await tables.Unit.objects().first()
        if known is None:
            canteen = await a_canteen()
            activity, unit = canteen.activity, canteen.unit
        else:
            activity, unit = int(known.activity), int(known.id)
        person = await a_family(email)
        child = await a_child(person, activity)
        wanted = [Wanted(child, unit, day, "book") for day in (THURSDAY, FRIDAY)]
        await booking.save(tenant, person, wanted, "k", tenant.now())
    return person, child


async def costs(child: int) -> dict[date, int]:
    rows = await tables.Booking.select(
        tables.Booking.day, tables.Booking.price.cents.as_alias("cents")
    ).where(tables.Booking.child == child)
    return {row["day"]: row["cents"] for row in rows}


async def test_a_quotient_recorded_prices_again_the_days_from_its_first_and_no_other(
    town: Town,
) -> None:
    anne, lea = await a_booked_family(town)
    _, tom = await a_booked_family(town, "paul@example.test")
    agent = await town.staff()
    with town.here() as tenant:
        other = await a_family("luc@example.test", "Luc Payet")
        await responsibilities.write(lea, other.adult, FULL, tenant.now())
        unit = (await tables.Unit.select(tables.Unit.id).first())["id"]
        monday = [Wanted(lea, unit, date(2026, 12, 7), "book")]
        await booking.save(tenant, other, monday, "k", tenant.now())
        before = await costs(lea)

    done = await agent.post(
        f"{DESK}/{anne.household}", data=FIRST | {"quotient_familial": "480,90"}
    )
    again = await agent.post(f"{DESK}/{anne.household}", data=FIRST | {"quotient_familial": "480"})
    shown = await agent.get(done.headers["location"])

    assert done.status_code == again.status_code == 303
    assert "1\u00a0réservation change de prix" in shown.text.replace("changent", "change")
    theirs = {date(2026, 12, 7): 310}  # what the other parent pays is priced by their own home
    assert before == {THURSDAY: 310, FRIDAY: 310} | theirs
    with town.here():
        assert await costs(lea) == {THURSDAY: 310, FRIDAY: 120} | theirs
        assert await costs(tom) == {THURSDAY: 310, FRIDAY: 310}
        acts = await tables.BookingEvent.select(
            tables.BookingEvent.act, tables.BookingEvent.day, tables.BookingEvent.side
        ).where((tables.BookingEvent.child == lea) & (tables.BookingEvent.act == "price"))
        loads = await tables.Load.select(tables.Load.taken).where(tables.Load.day == FRIDAY)
        assert await tables.Situation.count() == 1
    assert acts == [{"act": "price", "day": FRIDAY, "side": "office"}]
    assert [row["taken"] for row in loads] == [2]


async def test_a_quotient_told_counts_once_an_agent_saw_its_proof(town: Town) -> None:
    anne, lea = await a_booked_family(town)
    browser, agent = await town.family("anne@example.test"), await town.staff()

    week = await browser.get(f"/periscolaire/semaine/{MONDAY}")
    words = await browser.post(HERE, data={"quotient_familial": "x"}, files={"file": ("", b"")})
    bare = await browser.post(HERE, data={"quotient_familial": "480"}, files={"file": ("", b"")})
    told = await browser.post(
        HERE,
        data={"quotient_familial": "480"},
        files={"file": ("a.pdf", papers.a_pdf(), "application/pdf")},
    )
    waits = await browser.get(HERE)
    with town.here():
        first = await costs(lea)
        claim = (await tables.Claim.select(tables.Claim.id).first())["id"]
    listed = await agent.get(DESK)
    page = await agent.get(f"{DESK}/{anne.household}")
    silent = await agent.post(f"{DESK}/{anne.household}/refuser/{claim}", data={"why": ""})
    elsewhere = await agent.post(f"{DESK}/{anne.household + 1}/refuser/{claim}", data={"why": "x"})
    kept = await agent.post(
        f"{DESK}/{anne.household}",
        data={
            "claim": str(claim),
            "quotient_familial": "480",
            "first": "2026-11-25",
            "source": "proof",
        },
    )
    await town.work()
    after = await browser.get(HERE)
    calm = await browser.get(f"/periscolaire/semaine/{MONDAY}")

    assert "Donner mon quotient" in week.text
    assert (words.status_code, bare.status_code, told.status_code) == (422, 422, 303)
    assert 'value="480"' in bare.text
    assert "En cours de vérification" in waits.text
    assert "3,10" in waits.text
    assert first == {THURSDAY: 310, FRIDAY: 310}
    assert "Anne Hoarau" in listed.text
    assert "Ouvrir l’attestation" in page.text
    assert (silent.status_code, elsewhere.status_code, kept.status_code) == (422, 404, 303)
    assert "1,20" in after.text
    assert "depuis le 25\u00a0novembre 2026" in after.text.replace(
        "25 novembre", "25\u00a0novembre"
    )
    assert "Donner mon quotient" not in calm.text
    with town.here():
        assert await costs(lea) == {THURSDAY: 120, FRIDAY: 120}
    assert any("480" in one.text for one in await town.mail("anne@example.test"))


async def test_a_refused_quotient_changes_nothing_and_says_why(town: Town) -> None:
    anne, lea = await a_booked_family(town)
    with town.here():
        known = await a_document(kind="caf", account=anne.account)
        theirs = await a_document(kind="caf", account=anne.account + 50)
    browser, agent = await town.family("anne@example.test"), await town.staff()
    stolen = await browser.post(
        HERE,
        data={"quotient_familial": "1", "paper": str(theirs.id)},
        files={"file": ("", b"")},
    )
    await browser.post(
        HERE,
        data={"quotient_familial": "200", "paper": str(known.id)},
        files={"file": ("", b"")},
    )
    with town.here():
        claim = await tables.Claim.objects().first()
    refused = [
        await agent.post(
            f"{DESK}/{anne.household}/refuser/{claim.id}",
            data={"why": "L’attestation est vieille."},
        )
        for _ in range(2)
    ]
    await town.work()
    shown = await browser.get(HERE)

    assert stolen.status_code == 422
    assert claim.document == known.id
    assert [one.status_code for one in refused] == [303, 303]
    assert "L’attestation est vieille." in shown.text
    told = [one for one in await town.mail("anne@example.test") if "vieille" in one.text]
    assert len(told) == 1
    with town.here():
        assert await costs(lea) == {THURSDAY: 310, FRIDAY: 310}
        assert await tables.Situation.count() == 0


async def test_a_declared_quotient_counts_at_once_where_the_commune_says_so(town: Town) -> None:
    settle(town, BANDS.replace("[periscolaire]\n", '[periscolaire]\nquotient = "declared"\n'))
    anne, lea = await a_booked_family(town)
    browser = await town.family("anne@example.test")

    for _ in range(2):
        sent = await browser.post(
            HERE, data={"quotient_familial": "300"}, files={"file": ("", b"")}
        )
        assert sent.status_code == 303

    with town.here():
        assert await costs(lea) == {THURSDAY: 120, FRIDAY: 120}
        row = await tables.Situation.objects().first()
        assert await tables.Situation.count() == 1
    assert (row.household, row.source, row.first) == (
        anne.household,
        "declared",
        date(2026, 11, 25),
    )


async def test_a_quotient_declared_leaves_the_family_where_it_lives(town: Town) -> None:
    settle(town, BANDS.replace("[periscolaire]\n", '[periscolaire]\nquotient = "declared"\n'))
    anne, _ = await a_booked_family(town)
    agent = await town.staff()
    said = {"first": "2026-09-01", "source": "proof", "quotient_familial": "700"}
    page = f"{DESK}/{anne.household}"
    assert (await agent.post(page, data=said | {"resident": "non"})).status_code == 303
    assert '<option value="non" selected>' in (await agent.get(page)).text
    browser = await town.family("anne@example.test")

    for number in ("300", "310"):
        told = {"quotient_familial": number}
        assert (await browser.post(HERE, data=told, files={"file": ("", b"")})).status_code == 303

    with town.here():
        rows = await tables.Situation.select().order_by(tables.Situation.first)
    assert [(row["quotient_familial"], row["is_resident"]) for row in rows] == [
        (700, False),
        (310, False),
    ]


async def test_wrong_figures_are_told_and_nothing_is_kept(town: Town) -> None:
    anne, _ = await a_booked_family(town)
    agent = await town.staff()

    wrong = await agent.post(
        f"{DESK}/{anne.household}", data={"quotient_familial": "-5", "source": "x"}
    )
    nowhere = await agent.get(f"{DESK}/999999")
    found = await agent.get(DESK, params={"q": "hoarau"})

    assert wrong.status_code == 422
    assert "Écrivez depuis quel jour il compte." in wrong.text
    assert 'value="-5"' in wrong.text
    assert nowhere.status_code == 404
    assert f"{DESK}/{anne.household}" in found.text
    with town.here():
        assert await tables.Situation.count() == 0


async def test_one_more_child_enrolled_prices_again_what_the_family_booked(town: Town) -> None:
    settle(town, SETTINGS.replace("flat = 310", 'flat = [320, 280]\ncount = "enrolled"'))
    anne, lea = await a_booked_family(town)
    with town.here() as tenant:
        alone = await costs(lea)
        noe = await a_child(anne, name="Noé", born_on=date(2020, 2, 1))
        kept = await Child.objects().get(Child.id == noe)
        number = await enrolling.begin(anne, kept, 2026, tenant.now())
        one = await enrolments.one(number)
        await fire(int(one.demande.id), "submit", side="family", account=anne.account)
        await enrolling.accept(await enrolments.one(number), 1, "office", tenant.now())
        both = await costs(lea)
        await leaving.end(
            tenant, await enrolments.one(number), tenant.now().date(), 1, "office", tenant.now()
        )

        assert alone == {THURSDAY: 320, FRIDAY: 320}
        assert both == {THURSDAY: 280, FRIDAY: 280}
        assert await costs(lea) == alone
