"""A commission that is prepared: its lot, its runs, its pins, and what is found again later."""

import re
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from tests.creche.builders import a_facility, an_application
from tests.creche.test_commissions import WINTER, a_commission

from ribambelle.errors import Refused
from ribambelle.identity import Grant
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow.tables import JournalLine
from ribambelle_creche import advisory, examining, preparing, proposing
from ribambelle_creche.commands_commission import code_of
from ribambelle_creche.domain import admission
from ribambelle_creche.domain.admission import VERSION, Snapshot, faults, propose, seal
from ribambelle_creche.domain.admission.reading import written
from ribambelle_creche.domain.capacity import PLACES
from ribambelle_creche.domain.dossier import Child, Entry, Home, Week, decode, encode
from ribambelle_creche.domain.preparation import Changes
from ribambelle_creche.pages import minutes
from ribambelle_creche.pages.commission_desk import opened
from ribambelle_creche.proposing import replayed
from ribambelle_creche.queries import commissions, facilities, grids, pins, proposals, supplies
from ribambelle_creche.tables import (
    Application,
    Commission,
    Evidence,
    Examined,
    Facility,
    Need,
    Proposal,
    Wish,
)

BORN = WINTER.first_start.replace(year=2026)
SAME_EVERYWHERE = "sha256:6f27e5d90175c4276e84ded140979556145c91911de31fe56b38f087ae251b18"
GRID = """
[creche.grid]
version = "2026-1"
valid_from = 2026-01-01
tie_break = ["complete_at", "draw"]

[[creche.grid.criterion]]
code = "resident"
label = "Vous habitez la commune"
type = "flag"
fact = "lives_in_town"
proof = "address"
points = 20
"""


async def prepared(town: Town, clock: FrozenClock, children: int = 3, places: int = 1) -> int:
    """Close a commission: one crèche with so many whole-week places, so many files that ask for it."""
    with town.here() as tenant:
        lilas = await a_facility("Les Lilas", places=10)
        for rank in range(children):
            await an_application(
                lilas,
                state="complete",
                child=Child(given_name=f"Enfant{rank}", family_name="Payet", born_on=BORN),
                entry=Entry(start_on=WINTER.first_start),
                week=Week(wished=1023),
            )
            clock.move(minutes=1)
        number = await a_commission(town)
        version, _ = await grids.keep(GRID, "2026-12", 1, tenant.now())
        await Commission.update({Commission.grid: version}, force=True)
        row = await commissions.one(number)
        cells = {place: places if place[0] == "babies" else 0 for place in PLACES}
        await supplies.declare(row, lilas, cells, 0, 1, "facility", tenant.now())
        clock.move(days=10)
        await examining.close(tenant, number, 1, clock())
    return number


OTHER_GRID = (
    GRID.replace("2026-1", "2026-2")
    .replace("lives_in_town", "aeeh")
    .replace('proof = "address"', 'proof = "aeeh"')
)


async def row_of(number: int) -> Commission:
    return await commissions.one(number)


async def test_a_proposal_is_kept_whole_and_holds(communes: Communes, clock: FrozenClock) -> None:
    town = communes.alpha
    number = await prepared(town, clock)

    with town.here() as tenant:
        run = await proposing.run(tenant, await row_of(number), Changes(), "", 1, clock())
        kept = await proposals.one(number, run)
        given, found = proposals.opened(kept)

    assert (run, found.served, len(given.applications)) == (1, 1, 3)
    assert faults(given, found) == []
    assert kept.digest == found.digest == propose(given).digest
    first = sorted(found.assignments)[0]
    assert found.assignments[first] is not None  # equal points: the earlier complete file passes


async def test_the_desk_shows_lists_variants_pins_and_minutes(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number = await prepared(town, clock)
    agent, here = await town.staff(), f"/bureau/creche/commissions/{number}"
    desk = f"{here}/proposition"

    before = (await agent.get(desk)).text
    assert (await agent.post(desk)).status_code == 303
    after = (await agent.get(desk)).text
    other = (await agent.get(f"{desk}?nom=roses")).text
    with town.here():
        kept = await proposals.one(number, 1)
    given, found = proposals.opened(kept)
    last = max(one.id for one in given.applications)
    option = given.applications[0].options[0].id
    facility = option.split("/")[0]
    listed = (await agent.get(f"{here}/listes/{facility}/babies")).text
    named = (await agent.get(f"{here}/listes/{facility}/babies?noms=oui")).text
    tried = await agent.post(
        f"{here}/variantes",
        data={"kind": "places", "facility": facility, "group": "babies", "places": "1"},
    )
    seen = (await agent.get(f"{here}/epingles/{last}", params={"option": option})).text
    bare = await agent.post(f"{here}/epingles/{last}", data={"option": option, "reason": ""})
    pinned = await agent.post(f"{here}/epingles/{last}", data={"option": option, "reason": "S2"})
    assert (await agent.get(f"{here}/proces-verbal.pdf")).status_code == 404
    chosen = await agent.post(f"{here}/variantes/3/retenir")
    minutes = await agent.get(f"{here}/proces-verbal.pdf")

    assert "Aucune proposition" in before
    assert "/babies" in after
    assert "Aucune liste ici" in other
    assert "/babies" not in other
    assert kept.digest in after
    assert "Payet" not in listed
    assert "complet du lundi au vendredi" in listed
    assert "Payet" in named
    assert "perd la place proposée" in seen
    assert bare.status_code == 422
    assert tried.status_code == pinned.status_code == chosen.status_code == 303
    assert minutes.content.startswith(b"%PDF")
    with town.here():
        (standing,) = await pins.standing(number)
        runs = await proposals.every(number)
    assert (standing.number, standing.reason) == (last, "S2")
    assert set(standing.impact) == {one.id for one in given.applications} - {last}
    assert [(run.number, run.is_kept) for run in runs] == [(1, False), (2, False), (3, True)]
    assert proposals.opened(runs[1])[1].served == 2
    assert proposals.opened(runs[2])[1].assignments[last] == option
    assert found.assignments[last] is None


async def test_a_creche_that_closes_keeps_its_name_in_the_minutes_and_its_lists(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number = await prepared(town, clock)
    agent = await town.staff()
    with town.here() as tenant:
        file = await Application.objects().first()
        (lilas,) = await facilities.names()
        assert file
        await pins.pin(number, file.id, f"{lilas}/babies/0", "S2", "", (), 1, clock())
        row = await commissions.one(number)
        run = await proposing.run(tenant, row, Changes(), "", 1, clock())
        await proposals.keep(number, run, 1, clock())
        await Facility.update({Facility.is_open: False}, force=True)
        _, kept = await opened(row)
        assert kept
        told = await minutes.data(row, kept, tenant)
    here = f"/bureau/creche/commissions/{number}"

    desk = (await agent.get(f"{here}/proposition")).text
    listed = await agent.get(f"{here}/listes/{lilas}/babies")

    assert [one["given"] for one in told["pins"]] == ["Les Lilas, bébés"]
    assert [one["name"] for one in told["lists"]] == ["Les Lilas, bébés"]
    assert f"{here}/listes/{lilas}/babies" in desk
    assert listed.status_code == 200
    assert "Les Lilas, bébés" in listed.text


async def test_a_pin_that_was_lifted_stays_in_the_minutes(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number = await prepared(town, clock)
    with town.here() as tenant:
        file = await Application.objects().first()
        assert file
        await pins.pin(number, file.id, None, "S2", "", (), 1, clock())
        await pins.lift(number, file.id, 1, clock())
        row = await commissions.one(number)
        run = await proposing.run(tenant, row, Changes(), "", 1, clock())
        await proposals.keep(number, run, 1, clock())
        _, kept = await opened(row)
        assert kept
        told = await minutes.data(row, kept, tenant)
        assert await pins.standing(number) == []

    assert [one["given"] for one in told["pins"]] == ["Aucune place (épingle levée)"]


async def test_the_minutes_say_whom_a_pin_passes_over_in_what_is_kept(
    communes: Communes, clock: FrozenClock
) -> None:
    """What was shown as it was made may hold no more: the one passed over was given a place since."""
    town = communes.alpha
    number = await prepared(town, clock)
    with town.here() as tenant:
        row = await commissions.one(number)
        await proposing.run(tenant, row, Changes(), "", 1, clock())
        given, found = proposals.opened(await proposals.one(number, 1))
        last = next(one for one in given.applications if found.assignments[one.id] is None)
        file = await Application.objects().get(Application.number == last.id)
        assert file
        option = last.options[0].id
        await pins.pin(number, file.id, option, "S2", "", ("C-9999",), 1, clock())
        run = await proposing.run(tenant, row, Changes(), "", 1, clock())
        await proposals.keep(number, run, 1, clock())
        (standing,) = await pins.standing(number)
        _, kept = proposals.opened(await proposals.one(number, run))
    (told,) = kept.certificate.pins
    assert told.passed_over
    assert standing.impact == tuple(sorted(told.passed_over))


async def test_a_creche_reads_its_own_list_without_names_and_no_other(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number = await prepared(town, clock)
    with town.here() as tenant:
        await proposing.run(tenant, await commissions.one(number), Changes(), "", 1, clock())
        roses = await a_facility("Les Roses")
        (lilas,) = [one.id for one in await facilities.every() if one.id != roses]
    own = await town.staff(Grant("creche_manager", f"creche.facility:{lilas}"), email="a@e.test")
    other = await town.staff(Grant("creche_manager", f"creche.facility:{roses}"), email="b@e.test")
    where = f"/creche/direction/{lilas}/commissions/{number}/liste/babies"

    read = await own.get(where)

    assert read.status_code == 200
    assert "Payet" not in read.text
    assert "Épingler" not in read.text
    assert (await other.get(where)).status_code == 404


async def test_a_creche_says_whom_it_can_welcome_and_the_commission_alone_reads_it(
    communes: Communes, clock: FrozenClock
) -> None:
    """On the list and beside the pin; the last answer stands; the order does not move."""
    town = communes.alpha
    family = await town.family("family@e.test")
    number = await prepared(town, clock)
    with town.here() as tenant:
        await proposing.run(tenant, await commissions.one(number), Changes(), "", 1, clock())
        (lilas,) = [one.id for one in await facilities.every()]
        roses = await a_facility("Les Roses")
    own = await town.staff(Grant("creche_manager", f"creche.facility:{lilas}"), email="a@e.test")
    other = await town.staff(Grant("creche_manager", f"creche.facility:{roses}"), email="b@e.test")
    agent = await town.staff()
    where = f"/creche/direction/{lilas}/commissions/{number}/liste/babies"
    file = re.findall(rf"{where}/(C-\d+)", (await own.get(where)).text)[0]
    told = {"answer": "no", "reason": "A2", "words": "Pas d’ascenseur"}

    mute = await own.post(f"{where}/{file}", data={"answer": "no"})
    for answer in ({"answer": "yes"}, told):
        await own.post(f"{where}/{file}", data=answer)

    assert (mute.status_code, "Choisissez le motif" in mute.text) == (422, True)
    office = f"/bureau/creche/commissions/{number}"
    pages = [
        (await browser.get(path)).text
        for browser, path in (
            (own, where),
            (agent, f"{office}/listes/{lilas}/babies"),
            (agent, f"{office}/epingles/{file}"),
        )
    ]
    assert all("Pas d’ascenseur" in page and "Locaux ou accès" in page for page in pages)
    assert "Payet" not in (await own.get(f"{where}/{file}")).text
    assert (await other.post(f"{where}/{file}", data=told)).status_code == 404
    assert (await own.get(f"{where}/C-99999")).status_code == 404
    with town.here():
        lines = await JournalLine.select(JournalLine.facts).where(
            JournalLine.act == "creche.feasibility_said"
        )
    assert len(lines) == 2 and "ascenseur" not in f"{lines}"
    with town.here():
        row = await Application.objects().get(Application.number == file)
        assert row is not None
        await Application.update({Application.account: 1}).where(Application.id == row.id)
    seen = await family.get(f"/creche/demandes/{row.id}")
    assert (seen.status_code, "ascenseur" in seen.text, "Locaux" in seen.text) == (
        200,
        False,
        False,
    )
    await agent.post(f"{office}/proposition")
    with town.here():
        await Commission.update({Commission.state: "decided"}).where(Commission.id == number)
    late = await own.post(f"{where}/{file}", data=told)
    assert (late.status_code, "entre la clôture" in late.text) == (422, True)


async def test_names_shown_are_written_in_the_journal(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number = await prepared(town, clock)
    with town.here() as tenant:
        await proposing.run(tenant, await commissions.one(number), Changes(), "", 1, clock())
        (lilas,) = [one.id for one in await facilities.every()]
    agent = await town.staff()
    where = f"/bureau/creche/commissions/{number}/listes/{lilas}/babies"

    await agent.get(where)
    await agent.get(f"{where}?noms=oui")

    with town.here():
        lines = await JournalLine.count().where(JournalLine.act == "creche.identities_shown")
    assert lines == 1


async def test_a17_no_pin_without_a_reason_and_none_once_decided(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number = await prepared(town, clock)
    with town.here():
        file = await Application.objects().first()
        assert file is not None

        with pytest.raises(Refused, match="pin_without_reason"):
            await pins.pin(number, file.id, None, "Z9", "", (), 1, clock())
        await Commission.update({Commission.state: "decided"}, force=True)
        with pytest.raises(Refused, match="commission_not_closed"):
            await pins.pin(number, file.id, None, "S2", "", (), 1, clock())
        assert await pins.standing(number) == []


async def test_a7_a_commission_runs_again_the_same_and_one_byte_changed_shows(
    communes: Communes, clock: FrozenClock, capsys: pytest.CaptureFixture[str]
) -> None:
    town = communes.alpha
    number = await prepared(town, clock)
    with town.here() as tenant:
        row = await commissions.one(number)
        await proposing.run(tenant, row, Changes(), "", 1, clock())
        same = await replayed(row.id)
        kept = await proposals.one(number, 1)
        changed = kept.inputs.replace('"points": 20', '"points": 21', 1)
        assert changed != kept.inputs
        await Proposal.update({Proposal.inputs: changed}, force=True)
        other = await replayed(row.id)

    assert [(one["same_inputs"], one["same"]) for one in same] == [(True, True)]
    assert [(one["same_inputs"], one["same"]) for one in other] == [(False, False)]


async def test_a_commission_run_by_another_engine_says_so_and_is_not_called_forged(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = communes.alpha
    number = await prepared(town, clock)

    def of_another_engine(given: Snapshot) -> admission.Proposal:
        found = propose(given)
        return seal.sealed(given, msgspec.structs.replace(found, served=found.served + 1))

    with town.here() as tenant:
        row = await commissions.one(number)
        await proposing.run(tenant, row, Changes(), "", 1, clock())
        today = await replayed(row.id)
        await Proposal.update({Proposal.engine: "0.9"}, force=True)
        agrees = await replayed(row.id)
        with monkeypatch.context() as other:
            other.setattr(proposing, "propose", of_another_engine)
            await proposing.run(tenant, row, Changes(), "", 1, clock())
        await Proposal.update({Proposal.engine: "0.9"}).where(Proposal.number == 2)
        differs = await replayed(row.id)
        await Proposal.update({Proposal.engine: VERSION}, force=True)
        same_engine = await replayed(row.id)

    assert [one["same_engine"] for one in (*today, *agrees)] == [True, False]
    assert [code_of(one) for one in (today, agrees, differs, same_engine)] == [0, 0, 3, 1]


async def test_an_answer_rewritten_with_its_seal_and_its_engine_is_not_the_one_of_the_journal(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number = await prepared(town, clock)
    with town.here() as tenant:
        row = await commissions.one(number)
        await proposing.run(tenant, row, Changes(), "", 1, clock())
        given, found = proposals.opened(await proposals.one(number, 1))
        forged = seal.sealed(given, msgspec.structs.replace(found, served=found.served + 1))
        rewritten = {Proposal.outputs: written(forged).decode(), Proposal.digest: forged.digest}
        await Proposal.update(rewritten | {Proposal.engine: "0.9"}, force=True)
        told = await replayed(row.id)
        await Proposal.update({Proposal.number: 9}, force=True)
        renumbered = await replayed(row.id)

    assert [(one["same_outputs"], one["same_journal"]) for one in told] == [(True, False)]
    assert [code_of(one) for one in (told, renumbered)] == [1, 1]
    # the twin: without the journal, the engine would be blamed
    assert code_of([one | {"same_journal": True} for one in told]) == 3


async def test_an_answer_edited_since_is_told_whatever_the_engine_that_gave_it(
    communes: Communes, clock: FrozenClock
) -> None:
    """Writing the name of another engine beside an edited answer does not excuse it."""
    town = communes.alpha
    number = await prepared(town, clock)
    with town.here() as tenant:
        row = await commissions.one(number)
        await proposing.run(tenant, row, Changes(), "", 1, clock())
        kept = await proposals.one(number, 1)
        edited = kept.outputs.replace('"served": ', '"served": 1', 1)
        assert edited != kept.outputs
        await Proposal.update({Proposal.outputs: edited, Proposal.engine: "0.9"}, force=True)
        other_engine = await replayed(row.id)
        await Proposal.update({Proposal.engine: VERSION}, force=True)
        same_engine = await replayed(row.id)

    assert [one["same_inputs"] for one in (*other_engine, *same_engine)] == [True, True]
    assert [code_of(one) for one in (other_engine, same_engine)] == [1, 1]
    # the twin: without looking at the answer that was kept, the engine would be blamed
    assert code_of([one | {"same_outputs": True} for one in other_engine]) == 3


async def test_a6_both_databases_prepare_the_very_same_lot(
    communes: Communes, clock: FrozenClock
) -> None:
    """The digest written here is the one of the other database too: the test runs on each."""
    town = communes.alpha
    number = await prepared(town, clock)
    with town.here() as tenant:
        given, found = await proposing.tried(tenant, await commissions.one(number), Changes())

    assert found.digest == SAME_EVERYWHERE
    assert given.applications[0].complete_at.endswith("+00:00")


async def test_another_version_of_the_points_counts_what_families_had_told_at_closing(
    communes: Communes, clock: FrozenClock
) -> None:
    """A19: what is edited after the closing changes nothing, not even in a trial."""
    town = communes.alpha
    number = await prepared(town, clock)
    with town.here() as tenant:
        row, (version, _) = await row_of(number), await grids.keep(OTHER_GRID, "", 1, tenant.now())
        file = await Application.objects().first().order_by(Application.id)
        assert file
        told = msgspec.structs.replace(decode(file.sent or ""), home=Home(has_aeeh=True))
        await Application.update({Application.sent: encode(told)}).where(Application.id == file.id)
        seen = Evidence(application=file.id, kind="aeeh", seen_at=tenant.now())
        await Evidence.insert(seen)
        lot = await preparing.lot_of(tenant, row, Changes(grid=version))
        frozen = [one.points for one in lot.files]
        # the twin: without what was frozen, the edited answers count
        await Examined.update({Examined.facts: ""}, force=True)
        edited = await preparing.lot_of(tenant, row, Changes(grid=version))

    assert frozen == [0, 0, 0]
    assert sorted(one.points for one in edited.files) == [0, 0, 20]


async def test_a19_nothing_edited_after_the_closing_changes_what_a_commission_reads(
    communes: Communes, clock: FrozenClock
) -> None:
    """A19: the file, its wishes, its weeks, its proofs, the version in force: the digest stays.

    The twin: what was frozen itself changes it.
    """
    town = communes.alpha
    number = await prepared(town, clock)

    async def digest() -> str:
        with town.here() as tenant:
            _, found = await proposing.tried(tenant, await row_of(number), Changes())
            return found.digest

    before = await digest()
    with town.here() as tenant:
        roses = await a_facility("Les Roses")
        file = await Application.objects().first().order_by(Application.id)
        assert file
        told = decode(file.sent or "")
        other = msgspec.structs.replace(told, home=Home(has_aeeh=True), week=Week(wished=1))
        await Application.update(
            {
                Application.sent: encode(other),
                Application.answers: encode(other),
                Application.complete_at: clock() - timedelta(days=99),
                Application.reference_on: BORN - timedelta(days=500),
                Application.children: 3,
            }
        ).where(Application.id == file.id)
        await Wish.update({Wish.facility: roses}).where(Wish.application == file.id)
        await Need.update({Need.slots: 1}).where(Need.application == file.id)
        await Evidence.update({Evidence.seen_at: None}, force=True)
        newer = OTHER_GRID.replace("lives_in_town", "is_single").replace("20", "90")
        await grids.keep(newer, "2027-1", 1, tenant.now())
    after = await digest()
    with town.here():
        await Examined.update({Examined.points: 90}).where(Examined.application != file.id)
    unfrozen = await digest()

    assert after == before
    assert unfrozen != before


async def test_who_gains_and_loses_by_another_version_is_told_by_profile_and_few_are_hidden(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number = await prepared(town, clock, children=12, places=6)
    with town.here() as tenant:
        row = await row_of(number)
        version, _ = await grids.keep(OTHER_GRID, "", 1, tenant.now())
        run = await proposing.run(tenant, row, Changes(), "", 1, clock())
        await proposals.keep(number, run, 1, clock())
        found = proposals.opened(await proposals.one(number, run))[1]
        served = {one for one, option in found.assignments.items() if option}
        rows = await Examined.objects(Examined.application)
        for rank, one in enumerate(sorted(rows, key=lambda one: one.application.number)):
            facts = examining.facts_of_json(one.facts)
            poor = one.application.number not in served
            told = {**facts.told, "aeeh": poor, "single_parent": rank < 2}
            told["quotient_familial"] = 500 if poor else 900
            changed = replace(facts, told=told, proofs=facts.proofs | {"aeeh"})
            await Examined.update({Examined.facts: examining.facts_as_json(changed)}).where(
                Examined.id == one.id
            )
        await proposing.run(tenant, row, Changes(grid=version), "Essai", 1, clock())
        await Commission.update({Commission.state: "decided"}, force=True)
    agent, url = await town.staff(), "/bureau/creche/statistiques/admissions"

    page = (await agent.get(url)).text
    table = (await agent.get(f"{url}/export/csv?table=equite-grille-{version}")).text

    assert "Qui gagne et qui perd une place avec les critères 2026-2" in page
    assert "Tous les dossiers complets;6;0;6;12" in table
    assert "Quotient familial : QF jusqu’à 700;6;0;0;6" in table
    (alone,) = [line for line in table.splitlines() if line.startswith("Foyer : Parent seul")]
    assert "2" not in alone
    assert alone.endswith(";masqué"), alone


async def test_the_theoretical_maximum_is_told_beside_and_its_absence_in_one_sentence(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = communes.alpha
    number = await prepared(town, clock)
    agent, desk = await town.staff(), f"/bureau/creche/commissions/{number}/proposition"

    monkeypatch.setattr(advisory, "is_installed", lambda: False)
    await agent.post(desk)
    absent = (await agent.get(desk)).text
    monkeypatch.setattr(advisory, "is_installed", lambda: True)
    monkeypatch.setattr(advisory, "most_served", lambda given: len(given.applications) - 1)
    await agent.post(desk)
    pending = (await agent.get(desk)).text
    await town.work()
    told = (await agent.get(desk)).text

    assert "Le maximum théorique n’est pas calculé" in absent
    assert "Le maximum théorique est en cours de calcul" in pending
    assert "Maximum théorique, sans aucun ordre de passage : 2 enfants." in told
    assert "ne se décide pas" in told
