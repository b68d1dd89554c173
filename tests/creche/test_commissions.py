"""A commission: which files it looks at, once and for all; what families are told; its draw."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.creche.builders import a_facility, an_application

from ribambelle import workflow
from ribambelle.commands import inside
from ribambelle.identity import Grant
from ribambelle.tenants import Tenant
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow.tables import JournalLine
from ribambelle_cli.main import run
from ribambelle_creche import deciding, examining, noticing, proposing
from ribambelle_creche.domain import draw
from ribambelle_creche.domain.capacity import PLACES
from ribambelle_creche.domain.commission import Calendar
from ribambelle_creche.domain.dossier import Child, Entry, Family, Situation, Week
from ribambelle_creche.domain.preparation import Changes
from ribambelle_creche.domain.resources import Asking
from ribambelle_creche.pages import commissions as office_pages
from ribambelle_creche.pages import commissions_public as public_pages
from ribambelle_creche.queries import commissions, files, proposals, supplies
from ribambelle_creche.queries.commissions import Told
from ribambelle_creche.tables import Application, Commission, Examined, Need, Notice, Offer, Wish

WINTER = Calendar(date(2027, 1, 4), date(2027, 3, 31), date(2026, 12, 4), date(2026, 12, 10))
SEED = bytes(range(32))
FORM = {
    **{"label": "Entrées d’hiver", "answer_days": "10"},
    **{"first_start": "2027-01-04", "last_start": "2027-03-31"},
    **{"closes_on": "2026-12-04", "held_on": "2026-12-10"},
}
COMMISSIONS = "/bureau/creche/commissions"


async def a_commission(town: Town, days: Calendar = WINTER, seed: bytes = SEED) -> int:
    """Open a commission, from inside the commune."""
    told = Told("Entrées d’hiver", days, 8)
    return await commissions.open_one(told, seed, 1, town.tenant.now())


async def rows_of(town: Town) -> list[dict[str, Any]]:
    with town.here():
        return await Examined.select().order_by(Examined.id)


async def test_closing_keeps_each_file_of_the_window_and_why_it_is_left_out(
    communes: Communes, clock: FrozenClock
) -> None:
    """A15: complete, confirmed, in the window and of age by the due date."""
    town = communes.alpha
    with town.here() as tenant:
        lilas = await a_facility()
        whole = await an_application(lilas, state="complete")
        lacking = await an_application(lilas, state="incomplete")
        unsure = await an_application(lilas, state="to_confirm")
        young = await an_application(
            lilas,
            state="complete",
            child=Child(True, "", "Payet", due_on=date(2027, 1, 20)),
            entry=Entry(start_on=date(2027, 4, 1)),
        )
        await an_application(lilas, state="complete", entry=Entry(start_on=date(2027, 9, 6)))
        await an_application(lilas, state="withdrawn")
        # the birth came later than the file said: the child would be eight weeks old
        await Application.update({Application.start_on: date(2027, 3, 17)}).where(
            Application.id == young
        )
        number = await a_commission(town)
        clock.move(days=10)

        done = await examining.close(tenant, number, 1, clock())

    reasons = {row["application"]: row["refusal"] for row in await rows_of(town)}
    assert reasons == {
        **{whole: "", lacking: "incomplete", unsure: "to_confirm"},
        young: "not_of_age",
    }
    assert (done.examined, sum(done.left_out.values())) == (1, 3)


async def test_a_file_left_waiting_is_looked_at_by_the_next_commission_for_its_first_entry(
    communes: Communes, clock: FrozenClock
) -> None:
    """« La suivante la réexamine »: whatever the day wished, which is past by then."""
    town = communes.alpha
    with town.here() as tenant:
        born = Child(given_name="Zoé", family_name="Payet", born_on=date(2026, 3, 14))
        waits = await an_application(state="complete", child=born)
        await an_application(state="complete", child=born)  # no commission saw it: its day is past
        file = await Application.objects(Application.demande).get(Application.id == waits)
        assert file
        await workflow.fire(file.demande.id, "examine", side="clock", account=None)
        await workflow.fire(file.demande.id, "wait", side="clock", account=None)
        clock.move(days=40)
        autumn = Calendar(date(2027, 9, 1), date(2027, 12, 31), date(2027, 4, 2), date(2027, 4, 20))
        row = await commissions.one(await a_commission(town, autumn))

        (seen,) = await examining.examine(tenant, row)

    assert (seen.application, seen.refusal) == (waits, "")
    assert examining.of_json(seen.asked).groups == ("middle",)


SPRING = Calendar(date(2027, 4, 5), date(2027, 6, 30), date(2027, 3, 5), date(2027, 3, 11))


@pytest.mark.parametrize("looks", [True, False])
async def test_a_file_left_out_then_completed_is_looked_at_by_the_next_commission(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, looks: bool
) -> None:
    """Both wished January, and winter left them out; one is complete since, one is to be confirmed.

    The twin looks at where they stand and not at what became of them: spring sees neither.
    """
    town = communes.alpha
    with town.here() as tenant:
        lilas = await a_facility()
        completed = await an_application(lilas, state="incomplete")
        asked = await an_application(lilas, state="to_confirm")
        winter = await a_commission(town)
        clock.move(days=10)
        await examining.close(tenant, winter, 1, clock())
        file = await Application.objects().get(Application.id == completed)
        assert file
        await workflow.fire(file.demande, "complete", side="office", account=1)
        await files.completed(completed, clock())
        spring = await commissions.one(await a_commission(town, SPRING))
        if not looks:

            async def forgotten(*_: object) -> set[int]:
                return set()

            monkeypatch.setattr(commissions, "_seen_before", forgotten)

        found = await examining.seen(tenant, spring)

    told = {one.id: (why, one.candidate.start_on) for one, why in found}
    first = SPRING.first_start
    assert told == ({completed: ("", first), asked: ("to_confirm", first)} if looks else {})


async def test_nothing_that_happens_to_a_file_afterwards_changes_what_was_seen(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here() as tenant:
        lilas, roses = await a_facility("Les Lilas"), await a_facility("Les Roses")
        file = await an_application(roses, lilas, state="complete", week=Week(wished=0b1111))
        number = await a_commission(town)
        clock.move(days=10)
        await examining.close(tenant, number, 1, clock())
    seen = await rows_of(town)

    with town.here() as tenant:
        await Wish.delete().where(Wish.application == file)
        await Need.update({Need.slots: 1}, force=True)
        await Application.update(
            {Application.complete_at: clock(), Application.start_on: date(2027, 9, 1)}
        ).where(Application.id == file)
        with pytest.raises(Exception, match="commission_not_open"):
            await examining.close(tenant, number, 1, clock())

    assert await rows_of(town) == seen
    asked = json.loads(seen[0]["asked"])
    assert (asked["needs"], asked["wishes"]) == ([15], [roses, lilas])
    assert asked["groups"] == ["babies"]
    assert set(asked) == set(Asking.__dataclass_fields__)


async def test_files_are_not_closed_while_a_family_may_still_complete_its_own(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here():
        number = await a_commission(town)

    clock.move(days=9)  # 4 December, the last day
    agent = await town.staff()
    early = await agent.post(f"{COMMISSIONS}/{number}/clore")
    clock.move(days=1)
    agent = await town.staff(email="other@example.test")
    done = await agent.post(f"{COMMISSIONS}/{number}/clore")
    again = await agent.post(f"{COMMISSIONS}/{number}/clore")

    assert early.status_code == 422
    assert "jusqu’au vendredi 4 décembre" in early.text
    assert (done.status_code, again.status_code) == (303, 422)
    with town.here():
        assert (await commissions.one(number)).state == "closed"


async def test_the_seed_is_read_once_files_are_closed_and_never_before(
    communes: Communes, clock: FrozenClock, capsys: pytest.CaptureFixture[str]
) -> None:
    town = communes.alpha
    agent, visitor = await town.staff(), town.visitor()
    opened = await agent.post(COMMISSIONS, data=FORM)
    where = opened.headers["location"]
    with town.here():
        row = (await commissions.every())[0]
        file = await an_application(state="complete")
        told = [line.facts for line in await JournalLine.objects()]
    seed = bytes.fromhex(row.seed)
    pages = (where, f"{where}/modifier", COMMISSIONS, "/creche/commissions", "/creche")

    before = [(await agent.get(page)).text for page in pages]
    logged = capsys.readouterr().out
    clock.move(days=10)
    agent = await town.staff(email="other@example.test")
    await agent.post(f"{where}/clore")
    after = [(await agent.get(where)).text, (await visitor.get("/creche/commissions")).text]

    assert len(seed) == 32
    assert row.commitment == hashlib.sha256(seed).hexdigest()
    assert row.seed not in "".join([*before, *told, logged])
    assert row.commitment in before[0]
    assert row.commitment in before[3]
    assert all(row.seed in page for page in after)
    (seen,) = await rows_of(town)
    with town.here():
        found = await Application.objects().get(Application.id == file)
    assert found
    assert seen["draw"] == draw.number(seed, found.number)
    assert seen["draw"] > 0


async def test_without_the_rule_that_hides_it_the_seed_would_be_read(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the two pages that may show a seed show whatever they are given."""
    for page in (office_pages, public_pages):
        monkeypatch.setattr(page, "published_seed", lambda row: row.seed)
    with communes.alpha.here():
        number = await a_commission(communes.alpha)
    agent = await communes.alpha.staff()

    for path in (f"{COMMISSIONS}/{number}", "/creche/commissions"):
        assert SEED.hex() in (await agent.get(path)).text


async def test_two_commissions_are_not_drawn_alike(communes: Communes) -> None:
    agent = await communes.alpha.staff()

    for _ in range(2):
        assert (await agent.post(COMMISSIONS, data=FORM)).status_code == 303

    with communes.alpha.here():
        assert len({row.seed for row in await commissions.every()}) == 2


async def test_a_family_is_told_once_that_files_close_and_once_that_its_own_was_left_out(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    silent = Family("Rose", "Payet", "06 99 00 00 01", is_single=True)
    with town.here() as tenant:
        await an_application(state="incomplete")
        await an_application(state="incomplete", family=silent)
        await an_application(state="complete", situation=Situation(work="student"))
        number = await a_commission(
            town,
            Calendar(
                *[date(2027, 1, 4), date(2027, 3, 31)], date(2026, 12, 12), date(2026, 12, 20)
            ),
        )

        early = await noticing.warn_all(tenant)
        clock.move(days=2)  # 27 November: fifteen days before
        first, again = await noticing.warn_all(tenant), await noticing.warn_all(tenant)
        clock.move(days=16)
        await examining.close(tenant, number, 1, clock())
    await town.work()
    with town.here() as tenant:
        await noticing.tell_left_out(tenant, number)
        kinds = [row["kind"] for row in await Notice.select().order_by(Notice.id)]

    page = (await (await town.staff()).get(f"{COMMISSIONS}/{number}/laissees")).text

    assert (early, first, again) == (0, 1, 0)
    assert (page.count("Prévenue le"), page.count("Pas prévenue")) == (1, 1)
    assert kinds == ["closing", "left_out"]
    subjects = [one.subject for one in await town.mail("anne@example.test")]
    assert sum("clôt le samedi 12 décembre" in one for one in subjects) == 1
    assert sum("n’est pas examinée" in one for one in subjects) == 1


async def test_without_the_note_kept_a_family_would_be_told_twice(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: nothing says that the family was told."""

    async def always(*_: Any) -> bool:
        return True

    with communes.alpha.here() as tenant:
        await an_application(state="incomplete")
        await a_commission(communes.alpha)
        monkeypatch.setattr(noticing, "_first_time", always)

        assert [await noticing.warn_all(tenant) for _ in range(2)] == [1, 1]


async def test_days_that_cannot_be_are_said_and_nothing_typed_is_lost(communes: Communes) -> None:
    agent = await communes.alpha.staff()

    answer = await agent.post(COMMISSIONS, data={**FORM, "held_on": "2026-12-01"})

    assert answer.status_code == 422
    assert "se tient après la clôture" in answer.text
    assert 'value="Entrées d’hiver"' in answer.text
    with communes.alpha.here():
        assert await Commission.count() == 0


async def test_a_year_typed_wrong_is_said(communes: Communes) -> None:
    agent = await communes.alpha.staff()
    told = {
        **{"label": "Rentrée", "first_start": "9999-01-01", "last_start": "9999-12-31"},
        **{"closes_on": "2026-12-01", "held_on": "2026-12-10", "answer_days": "8"},
    }

    for days in ({}, {"closes_on": "9998-12-01", "held_on": "9998-12-10"}):
        answer = await agent.post(COMMISSIONS, data=told | days)
        assert answer.status_code == 422
        assert "vérifiez l’année" in answer.text


async def test_a_commission_is_changed_while_it_takes_files_and_keeps_its_draw(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here():
        number = await a_commission(town)
    agent, where = await town.staff(), f"{COMMISSIONS}/{number}/modifier"

    changed = await agent.post(where, data={**FORM, "label": "Entrées de janvier"})
    clock.move(days=10)
    agent = await town.staff(email="other@example.test")
    await agent.post(f"{COMMISSIONS}/{number}/clore")
    late = await agent.post(where, data={**FORM, "label": "Trop tard"})

    assert (changed.status_code, late.status_code) == (303, 422)
    with town.here():
        row = await commissions.one(number)
    assert (row.label, row.answer_days, row.seed) == ("Entrées de janvier", 10, SEED.hex())


async def test_families_read_the_commission_that_decides_of_their_entry(
    communes: Communes,
) -> None:
    town = communes.alpha
    file = town.app.platform.folder / "alpha.toml"
    file.write_text(file.read_text() + "[creche]\nnext_commission = 2027-05-12\n")
    town.app.platform.scan()
    written = (await town.visitor().get("/creche")).text
    with town.here() as tenant:
        await a_commission(town)
        other = await commissions.next_one(tenant, date(2027, 9, 6))

    opened = (await town.visitor().get("/creche")).text

    assert "le mercredi 12 mai" in written
    assert "le jeudi 10 décembre" in opened
    assert "le vendredi 4 décembre au plus tard" in opened
    assert other
    assert other.held_on == date(2027, 5, 12)


def test_the_command_closes_a_commission_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "data"))
    assert run(["tenant", "create", "ville", "--insee", "44109", "--plugin", "creche"]) == 0
    past = Calendar(date(2020, 5, 4), date(2020, 8, 31), date(2020, 4, 2), date(2020, 4, 9))

    async def opened(tenant: Tenant) -> int:
        return await commissions.open_one(Told("Été 2020", past, 8), SEED, 1, tenant.now())

    number = str(inside("ville", "creche", opened))
    close = ["creche", "commission", "close", number, "--tenant", "ville"]
    capsys.readouterr()

    codes = [run(words) for words in ([*close, "--dry-run", "--json"], [*close], [*close])]
    told = capsys.readouterr()

    assert codes == [0, 0, 1]
    assert '"dry_run": true' in told.out
    assert "Demandes examinées : 0" in told.out
    assert "déjà clos" in told.err
    assert run(["creche", "commission", "decide", number, "--tenant", "ville"]) == 1
    assert "Aucune proposition n’est retenue" in capsys.readouterr().err
    assert run(["creche", "commission", "close", "7", "--tenant", "ville"]) == 1
    assert "Aucune commission 7" in capsys.readouterr().err
    assert run(["creche", "commission", "list", "--tenant", "ville", "--json"]) == 0
    assert '"state": "closed"' in capsys.readouterr().out


async def test_an_entry_that_may_move_by_some_weeks_is_examined_at_the_nearest_day(
    communes: Communes, clock: FrozenClock
) -> None:
    """The window ends on 31 March: the wish is 12 April, and two weeks would do."""
    town, wished = communes.alpha, date(2027, 4, 12)
    with town.here() as tenant:
        lilas = await a_facility()
        supple = await an_application(lilas, state="complete", entry=Entry(wished, 2))
        await an_application(lilas, state="complete", entry=Entry(wished, 1))
        await an_application(lilas, state="incomplete", entry=Entry(wished, 2))
        number = await a_commission(town)
        clock.move(days=10)
        await examining.close(tenant, number, 1, clock())

    (row,) = await rows_of(town)
    assert (row["application"], row["refusal"]) == (supple, "")
    assert examining.of_json(row["asked"]).start_on == WINTER.last_start


async def test_a_place_free_from_september_is_for_a_family_that_may_wait(
    communes: Communes, clock: FrozenClock
) -> None:
    across = Calendar(date(2027, 5, 3), date(2027, 10, 29), date(2026, 12, 4), date(2026, 12, 10))
    town = communes.alpha
    with town.here() as tenant:
        lilas = await a_facility(places=10)
        for name, weeks in (("Presse", 0), ("Attend", 4)):
            await an_application(
                lilas,
                state="complete",
                child=Child(given_name=name, family_name="Payet", born_on=date(2026, 5, 28)),
                entry=Entry(date(2027, 8, 23), weeks),
                week=Week(wished=1023),
            )
            clock.move(minutes=1)
        number = await a_commission(town, across)
        row = await commissions.one(number)
        cells = {place: 2 if place[0] == "middle" else 0 for place in PLACES}
        await supplies.declare(row, lilas, cells, 0, 1, "facility", tenant.now())
        clock.move(days=10)
        await examining.close(tenant, number, 1, clock())
    with town.here() as tenant:
        row = await commissions.one(number)
        run = await proposing.run(tenant, row, Changes(), "", 1, clock())
        await proposals.keep(number, run, 1, clock())
    with town.here() as tenant:
        done = await deciding.decide(tenant, number, 1, clock())
        (offer,) = await Offer.objects(Offer.application)

    assert (done.offered, done.waiting) == (1, 1)
    assert offer.application.child_name == "Attend Payet"
    assert (offer.age_group, offer.start_on) == ("middle", date(2027, 9, 1))


async def test_a_member_reads_the_order_of_the_day_and_changes_nothing(communes: Communes) -> None:
    town = communes.alpha
    agent = await town.staff()
    made = await agent.post(COMMISSIONS, data=FORM)
    here = made.headers["location"]
    member = await town.staff(Grant("commission_member"), email="elu@example.test")
    with town.here():
        await a_facility("Les Lilas")
    for query, is_shown in (("", True), ("?vue=attendues&nom=lilas", True), ("?vue=validees", False),
                            ("?nom=roses", False), ("?age=older", True)):  # fmt: skip
        seen = (await member.get(here + query)).text
        assert ("Les Lilas" in seen, "Aucune crèche ici" in seen) == (is_shown, not is_shown), query

    listed, page = [(await member.get(path)).text for path in (COMMISSIONS, here)]

    assert here in listed
    assert "Ouvrir une commission" not in listed
    assert "Les places des crèches" in page
    assert "/modifier" not in page
    assert "/clore" not in page
    for path in (COMMISSIONS, f"{here}/modifier", f"{here}/clore"):
        assert (await member.post(path, data=FORM)).status_code == 403
    assert (await member.get(f"{here}/laissees")).status_code == 403
