"""The states of a file around a commission: what counts as demand, what may still be changed."""

from datetime import timedelta

import pytest
from tests.creche.builders import a_dossier, a_facility, an_application
from tests.creche.test_commissions import a_commission, rows_of

from ribambelle import workflow
from ribambelle.errors import Refused
from ribambelle.identity import Grant, Person
from ribambelle.testing import Communes, FrozenClock
from ribambelle_creche import examining, filing, renewing
from ribambelle_creche.domain.dossier import Week, encode
from ribambelle_creche.queries import applications, commissions, facilities, statistics
from ribambelle_creche.tables import Application
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
