"""A family that accepts any crèche is served where it did not ask, and nobody ranked ahead pays."""

import io
from html import unescape

import pypdf
from tests.creche.builders import a_dossier, a_facility, an_application
from tests.creche.test_commissions import WINTER, a_commission
from tests.creche.test_proposing import BORN

from ribambelle.identity.tables import Account
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle_creche import (
    deciding,
    examining,
    letters,
    nearby,
    offering,
    preparing,
    proposing,
    standing,
)
from ribambelle_creche.domain.admission import faults
from ribambelle_creche.domain.capacity import PLACES
from ribambelle_creche.domain.dossier import Address, Child, Entry, Wishes
from ribambelle_creche.domain.preparation import Changes
from ribambelle_creche.pages.commission_lists import list_page
from ribambelle_creche.queries import (
    answers,
    commissions,
    decisions,
    offers,
    points,
    proposals,
    supplies,
)
from ribambelle_creche.tables import Application


async def a_file(
    clock: FrozenClock, name: str, *wishes: int, account: int | None = None, anywhere: bool = False
) -> int:
    clock.move(minutes=1)
    return await an_application(
        *wishes,
        account=account,
        state="complete",
        child=Child(given_name=name, family_name="Payet", born_on=BORN),
        entry=Entry(start_on=WINTER.first_start),
        wishes=Wishes(wishes, accepts_any=anywhere),
        address=Address("2 rue des Lilas", "97400", "Alpha"),
    )


async def full_lilas(town: Town, clock: FrozenClock) -> tuple[int, dict[str, int], dict[str, int]]:
    """Close: one place at Les Lilas, one at Les Roses, none at Les Mimosas; five families.

    Anne has Les Lilas. Boris, next, named it alone; Chloé too, and accepts any other. Denis, last,
    named Les Roses; Éva, after him, accepts any.
    """
    email = await Account.select(Account.id).where(Account.email == "camille@example.test").first()
    assert email
    creches = {name: await a_facility(name, places=10) for name in ("Lilas", "Mimosas", "Roses")}
    lilas, roses = creches["Lilas"], creches["Roses"]
    files = {
        "Anne": await a_file(clock, "Anne", lilas),
        "Boris": await a_file(clock, "Boris", lilas),
        "Chloé": await a_file(clock, "Chloé", lilas, account=email["id"], anywhere=True),
        "Denis": await a_file(clock, "Denis", roses),
        "Éva": await a_file(clock, "Éva", lilas, account=email["id"], anywhere=True),
    }
    number = await a_commission(town)
    row = await commissions.one(number)
    for name, facility in creches.items():
        free = 0 if name == "Mimosas" else 1
        cells = {place: free if place[0] == "babies" else 0 for place in PLACES}
        await supplies.declare(row, facility, cells, 0, 1, "facility", clock())
    clock.move(days=10)
    await examining.close(town.tenant, number, 1, clock())
    clock.move(minutes=1)
    run = await proposing.run(town.tenant, await commissions.one(number), Changes(), "", 1, clock())
    await proposals.keep(number, run, 1, clock())
    return number, creches, files


async def test_who_accepts_any_creche_is_served_elsewhere_in_the_same_order_and_loses_nothing(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    browser = await town.family()
    with town.here() as tenant:
        number, creches, files = await full_lilas(town, clock)
        row = await commissions.one(number)
        kept = await proposals.kept(number)
        assert kept
        given, found = proposals.opened(kept)
        names = {
            one["id"]: one["number"]
            for one in await Application.select(Application.id, Application.number)
        }
        held = {name: found.assignments[names[file]] for name, file in files.items()}
        # Chloé before Denis, as her points and date say; Boris did not tick: he waits
        assert held["Anne"] == f"{creches['Lilas']}/babies/0"
        assert held["Chloé"] == f"{creches['Roses']}/babies/0"
        assert (held["Boris"], held["Denis"], held["Éva"]) == (None, None, None)
        assert faults(given, found) == []
        assert found.certificate.slot_stable
        assert not found.certificate.claims
        # on the list of her wish and where she is proposed, never on that of Les Mimosas
        page = await list_page(number, creches["Roses"], "babies", is_office=True)
        assert [(one.application.id, one.wish) for one in page.lines] == [
            (names[files["Chloé"]], 0),
            (names[files["Denis"]], 1),
        ]
        clock.move(minutes=1)
        await deciding.decide(tenant, number, 1, clock())
        (chloe,) = await offers.of_file(files["Chloé"])
        await standing.stand(number)
        answers_of = {one.application.id: one for one in await decisions.of_commission(number)}
        sent = [answers_of[files[name]] for name in ("Chloé", "Éva")]
        paper = pypdf.PdfReader(io.BytesIO(await letters.paper(tenant, row, sent)))
        letter = [" ".join(page.extract_text().split()) for page in paper.pages]
        assert chloe.origin == "elsewhere"
        assert "vous acceptiez une autre crèche de la ville" in letter[0]
        assert "Une autre crèche a été étudiée (Roses)" in " ".join(letter[1:])

    told = unescape((await browser.get(f"/creche/offres/{chloe.id}")).text)
    assert "vous acceptiez une autre crèche de la ville" in told
    why = unescape((await browser.get(f"/creche/demandes/{files['Chloé']}/pourquoi")).text)
    assert "une crèche que vous n’avez pas nommée" in why
    waits = unescape((await browser.get(f"/creche/demandes/{files['Éva']}/pourquoi")).text)
    assert "Vous acceptiez une autre crèche. Une autre crèche a été étudiée (Roses)" in waits
    assert waits.count("Ce qui a bloqué") == 1
    assert "Avec Roses dans vos vœux" not in waits
    assert "N’importe quelle crèche</b>, vos vœux compris" in waits

    with town.here() as tenant:
        await offering.decline(tenant, chloe, 1, "family", clock())
        clock.move(minutes=1)
        await offering.call_next(tenant, number, 1, clock())
        # the place goes to Denis; she is not called for it again, and has refused nothing she asked
        (denis,) = await offers.of_file(files["Denis"])
        assert denis.state == "live"
        assert await points.refused([files["Chloé"]]) == {}
        (anne,) = await offers.of_file(files["Anne"])
        for name in ("Anne", "Boris"):
            (one,) = await offers.of_file(files[name])
            await offering.decline(tenant, one, 1, "office", clock())
            clock.move(minutes=1)
            await offering.call_next(tenant, number, 1, clock())
        assert anne.origin == "session"
        _, again = await offers.of_file(files["Chloé"])
        assert (int(again.facility.id), again.origin) == (creches["Lilas"], "rolling")


async def test_a_commune_may_close_it_and_what_was_frozen_stays(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    await town.family()
    with town.here() as tenant:
        number, _, _ = await full_lilas(town, clock)
        asked = await answers.asked(number)
        assert sum(bool(one.elsewhere) for one in asked.values()) == 2
        # Les Mimosas gives nothing: it is not even an option
        given = await preparing.snapshot_of(tenant, await commissions.one(number))
        assert sorted(len(one.options) for one in given.applications) == [1, 1, 1, 2, 2]
    file = town.app.platform.folder / "alpha.toml"
    file.write_text(file.read_text() + "[creche]\nmost_elsewhere = 0\n")
    town.app.platform.scan()
    with town.here() as tenant:
        row = await commissions.one(number)
        assert await preparing.snapshot_of(tenant, row) == given
        seen = await nearby.anywhere(tenant)
        assert (
            seen.of(a_dossier(wishes=Wishes((), accepts_any=True)), BORN, row.first_start, ()) == ()
        )
