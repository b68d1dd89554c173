"""The states of a file around a commission: what counts as demand, what may still be changed."""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from tests.creche.builders import a_dossier, a_facility, an_application
from tests.creche.test_commissions import a_commission, rows_of
from tests.creche.test_deciding import decided, states

from ribambelle import workflow
from ribambelle.errors import Refused
from ribambelle.identity import Grant, Person
from ribambelle.testing import Communes, FrozenClock
from ribambelle_creche import examining, filing, offering, renewing
from ribambelle_creche.domain.dossier import Address, Week, decode, encode
from ribambelle_creche.queries import applications, commissions, facilities, files, statistics
from ribambelle_creche.tables import Application, Evidence, Offer
from ribambelle_creche.workflow import WORKFLOW

AGENT = Person(1, 0, "", "", "staff", frozenset({Grant("agent")}), strong=True)


async def state_of(file: int) -> str:
    return (await applications.mine(AGENT, file)).state


async def test_a_file_in_session_counts_may_be_changed_and_is_seen_by_no_other_commission(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here() as tenant:
        lilas = await a_facility()
        file = await an_application(lilas, state="complete")
        first, second = await a_commission(town), await a_commission(town)
        clock.move(days=10)
        await examining.close(tenant, first, 1, clock())
        seen = await rows_of(town)

        changed = a_dossier(lilas, week=Week(wished=1))
        await Application.update({Application.answers: encode(changed)}).where(
            Application.id == file
        )
        await filing.send(tenant, AGENT, file, clock())

        assert await state_of(file) == "in_session"
        assert await rows_of(town) == seen
        assert (await statistics.demand())[0].children == 1
        row = await commissions.one(second)
        assert await commissions.in_window(row, tenant, set(await facilities.names())) == []


async def test_a_file_left_waiting_is_asked_to_confirm_waits_again_and_is_looked_at_next_time(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here() as tenant:
        file = await an_application(await a_facility(), state="complete")
        demande = (await applications.mine(AGENT, file)).application.demande.id
        for act in ("examine", "wait"):
            await workflow.fire(demande, act, side="office", account=1)
        row = await commissions.one(await a_commission(town))
        assert [why for _, why in await examining.seen(tenant, row)] == [""]

        clock.move(days=100)
        await renewing.ask_all(tenant)
        assert await state_of(file) == "to_confirm"
        await workflow.fire(
            demande, await renewing.confirming(demande), side="family", account=None
        )
        assert await state_of(file) == "waiting"
        assert (await applications.mine(AGENT, file)).application.confirmed_at == clock()
        assert clock() > row.created_at + timedelta(days=99)


def test_with_an_offer_a_family_answers_before_it_changes_anything() -> None:
    for state in ("offered", "accepted", "enrolled"):
        with pytest.raises(Refused):
            WORKFLOW.leading("edit", state, "family")


async def test_a_waiting_file_changed_then_found_complete_is_still_called_for_a_freed_place(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    await decided(town, clock, children=2)
    with town.here() as tenant:
        waiting = (await Application.objects().order_by(Application.id))[1]
        moved = a_dossier(
            (await facilities.every())[0].id, address=Address("3 rue", "97400", "Alpha")
        )
        await Application.update({Application.answers: encode(moved)}).where(
            Application.id == waiting.id
        )
        await filing.send(tenant, AGENT, waiting.id, clock())
        kinds = await applications.unseen_proofs(waiting.id)
        for kind in kinds:
            await files.turn_proof(waiting.id, kind, 1, clock())
    assert await states(town) == ["offered", "submitted"]

    agent = await town.staff()
    act = await agent.post(f"/bureau/creche/demandes/{waiting.id}/etat", data={"act": "complete"})
    assert act.status_code == 303
    assert await states(town) == ["offered", "waiting"]
    await town.work()
    assert any("est complète" in one.subject for one in await town.mail("anne@example.test"))

    with town.here() as tenant:
        await offering.decline(tenant, (await Offer.objects())[0], 1, "office", clock())
    await town.work()
    assert await states(town) == ["waiting", "offered"]


async def test_a_family_that_corrects_its_file_keeps_its_turn(
    communes: Communes, clock: FrozenClock
) -> None:
    """The place frees before anybody read the correction: it goes to who was next all the same."""
    town = communes.alpha
    number = await decided(town, clock, children=2)
    with town.here() as tenant:
        first = (await Offer.objects())[0]
        waiting = (await Application.objects().where(Application.id != first.application))[0]
        changed = decode(waiting.sent)
        changed = replace(changed, address=Address("9 rue Neuve", "97400", "Saint-Denis"))
        await Application.update({Application.answers: encode(changed)}).where(
            Application.id == waiting.id
        )
        await filing.send(tenant, AGENT, waiting.id, clock())
    assert await states(town) == ["offered", "submitted"]

    with town.here() as tenant:
        await offering.decline(tenant, first, 1, "office", clock())
        assert number
    await town.work()
    assert await states(town) == ["waiting", "offered"]


async def test_a_file_is_complete_since_its_family_s_last_gesture_and_not_its_check(
    communes: Communes, clock: FrozenClock
) -> None:
    """Sent whole on the last day, read the next morning: it is in time."""
    town = communes.alpha
    with town.here():
        number = await an_application(await a_facility("Les Lilas"))
        row = await Application.objects().get(Application.id == number)
        assert row and row.submitted_at == clock()
        sent = clock()
        clock.move(days=3)
        await files.completed(number, clock())
        row = await Application.objects().get(Application.id == number)
    assert row and row.complete_at == sent


async def test_a_proof_seen_of_an_answer_that_changed_is_to_be_seen_again(
    communes: Communes, clock: FrozenClock
) -> None:
    """The points of an address are those of a proof that was seen of this address."""
    town = communes.alpha
    with town.here() as tenant:
        lilas = await a_facility("Les Lilas")
        number = await an_application(lilas, state="complete")
        await Evidence.update({Evidence.seen_at: clock(), Evidence.seen_by: 1}, force=True)
        changed = a_dossier(lilas, address=Address("9 rue Neuve", "97400", "Saint-Denis"))
        await Application.update({Application.answers: encode(changed)}).where(
            Application.id == number
        )
        await filing.send(tenant, AGENT, number, clock())
        rows = await Evidence.select(Evidence.kind, Evidence.seen_at)

    seen = {row["kind"]: row["seen_at"] is not None for row in rows}
    assert not seen["address"]
    assert seen["birth"]
