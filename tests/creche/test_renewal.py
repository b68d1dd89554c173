"""A family is asked whether it still looks for a place; silence ends the file, and only silence."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.core.documents.builders import OFFICE, a_document, again
from tests.core.test_channels import optional
from tests.creche.builders import a_facility, an_application

from ribambelle import workflow
from ribambelle.documents import checking, uses
from ribambelle.errors import Misconfigured
from ribambelle.identity.tables import Account
from ribambelle.jobs.tables import Job
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow.tables import Demande, HistoryStep
from ribambelle_creche import incomplete, jobs, telling
from ribambelle_creche.domain.dossier import Child, Entry, Family, Home
from ribambelle_creche.queries import applications, files, points
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Application

SILENT = Family("Anne", "Hoarau", "06 99 00 00 00", is_single=True)


async def account_of(town: Town, email: str = "anne@example.test") -> int:
    await town.family(email)
    with town.here():
        row = await Account.select(Account.id).where(Account.email == email).first()
    assert row is not None
    return int(row["id"])


async def state_of(town: Town, number: int) -> str:
    with town.here():
        row = (
            await Application.select(Application.demande.state.as_alias("state"))
            .where(Application.id == number)
            .first()
        )
    assert row is not None
    return str(row["state"])


async def file_of(town: Town, number: int) -> Application:
    with town.here():
        found = await Application.objects().get(Application.id == number)
    assert found is not None
    return found


async def subjects(town: Town, start: str) -> int:
    await town.work()
    return sum(one.subject.startswith(start) for one in await town.mail("anne@example.test"))


async def asked(town: Town, clock: FrozenClock) -> tuple[int, str]:
    """Return a file whose family was asked, and the path of the link it was sent."""
    with town.here():
        number = await an_application(account=await account_of(town), state="complete")
    await town.work()
    clock.move(days=93)
    await town.work()
    return number, await town.link("anne@example.test")


async def pressed(browser: httpx.AsyncClient, link: str, answer: str) -> httpx.Response:
    return await browser.post(link, data={"reponse": answer}, follow_redirects=True)


async def test_a_family_is_asked_after_three_months_and_not_before(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here():
        number = await an_application(state="complete")
    await town.work()

    clock.move(days=91)  # 24 February: three months less one day
    await town.work()
    early = await state_of(town, number)
    clock.move(days=1)
    await town.work()

    assert early == "complete"
    assert await state_of(town, number) == "to_confirm"
    assert (await file_of(town, number)).confirm_by == date(2027, 3, 27)
    mail = (await town.mail("anne@example.test"))[-1]
    assert mail.subject == "Cherchez-vous toujours une place ? Demande C-1001"
    assert "samedi 27 mars 2027" in mail.text.replace("\u00a0", " ")


async def test_one_click_confirms_without_an_account(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number, link = await asked(town, clock)
    visitor = town.visitor()

    question = await visitor.get(link)
    unchanged = await state_of(town, number)
    answer = await pressed(visitor, link, "oui")
    again = await pressed(visitor, link, "oui")

    assert "Cherchez-vous toujours" in question.text
    assert unchanged == "to_confirm"
    assert "reste active" in answer.text
    assert "reste active" in again.text
    file = await file_of(town, number)
    assert await state_of(town, number) == "complete"
    assert (file.confirmed_at, file.confirm_by) == (clock(), None)


async def test_a_family_that_no_longer_looks_says_so_in_two_clicks(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number, link = await asked(town, clock)
    visitor = town.visitor()

    warning = await visitor.get(f"{link}?reponse=non")
    unchanged = await state_of(town, number)
    answer = await pressed(visitor, link, "non")
    too_late = await pressed(visitor, link, "oui")

    assert "sa date sera perdue" in warning.text
    assert unchanged == "to_confirm"
    assert "a pris fin" in answer.text
    assert "a pris fin" in too_late.text
    assert await state_of(town, number) == "withdrawn"


async def test_the_last_day_still_counts_and_silence_ends_the_file(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number, _ = await asked(town, clock)

    clock.move(days=30)
    await town.work()
    last_day = await state_of(town, number)
    clock.move(days=1)
    await town.work()

    assert last_day == "to_confirm"
    assert await state_of(town, number) == "expired"
    assert await subjects(town, "Votre demande C-1001 a pris fin") == 1


async def test_a_silent_family_is_reminded_once(communes: Communes, clock: FrozenClock) -> None:
    town = communes.alpha
    await asked(town, clock)

    clock.move(days=22)
    before = await subjects(town, "Plus que quelques jours")
    clock.move(days=1)
    after = await subjects(town, "Plus que quelques jours")
    clock.move(days=3)

    assert (before, after, await subjects(town, "Plus que quelques jours")) == (0, 1, 1)


async def test_a_reminder_comes_as_the_family_chose_and_the_question_always_by_e_mail(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    browser = await town.family("anne@example.test")
    wished = dict.fromkeys(optional(town), "email")
    chosen = await browser.post("/compte/messages", data={**wished, "creche.remind": "portal"})
    await asked(town, clock)
    clock.move(days=23)
    await town.work()

    mails = {one.kind: one.channel for one in await town.mail("anne@example.test")}
    assert chosen.status_code == 303
    assert mails["creche/messages/ask_confirmation"] == "email"
    assert mails["creche/messages/remind"] == "portal"
    page = (await (await town.family("anne@example.test")).get("/messages")).text
    assert "Plus que quelques jours" in page


async def test_a_birth_that_is_past_is_asked_for_once_then_told_again_twice(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here() as tenant:
        account = await account_of(town)
        child = Child(is_expected=True, family_name="Payet", due_on=date(2026, 11, 27))
        wished: dict[str, Any] = {"child": child, "entry": Entry(start_on=date(2027, 3, 1))}
        number = await an_application(account=account, state="complete", **wished)
        clock.set(datetime(2027, 1, 7, 6, tzinfo=UTC))
        early = await incomplete.ask_births(tenant)
        clock.move(days=2)
        asked = [await incomplete.ask_births(tenant) for _ in range(2)]
    assert (early, asked, await state_of(town, number)) == (0, [1, 0], "dormant")
    assert await subjects(town, "Il manque une pièce") == 1
    told = []
    for days in (14, 2, 14, 10):
        clock.move(days=days)
        told.append(await subjects(town, "Il manque toujours une pièce"))
    assert told == [0, 1, 2, 2]
    page = (await (await town.family("anne@example.test")).get(f"/creche/demandes/{number}")).text
    assert "avant la fin du 6 mars 2027" in page


async def asleep(town: Town, clock: FrozenClock, **changed: Any) -> int:
    """Return a file that waits for a birth that is past, on 9 January 2027."""
    child = Child(is_expected=True, family_name="Payet", due_on=date(2026, 11, 27))
    clock.set(datetime(2026, 11, 25, 6, tzinfo=UTC))
    with town.here() as tenant:
        number = await an_application(
            state="complete", child=child, entry=Entry(start_on=date(2027, 3, 1)), **changed
        )
        clock.set(datetime(2027, 1, 9, 6, tzinfo=UTC))
        assert await incomplete.ask_births(tenant) == 1
    return number


async def test_a_file_that_sleeps_ends_after_its_last_day_and_its_family_is_told(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here():
        account = await account_of(town)
    number = await asleep(town, clock, account=account)
    silent = await asleep(communes.beta, clock, family=SILENT)

    clock.set(datetime(2027, 3, 6, 6, tzinfo=UTC))
    for each in (town, communes.beta):
        with each.here():
            await jobs.renew()
    before = await state_of(town, number)
    clock.move(days=1)
    for each in (town, communes.beta):
        with each.here():
            await jobs.renew()

    assert (before, await state_of(town, number)) == ("dormant", "expired")
    assert await state_of(communes.beta, silent) == "dormant"  # nobody could write to it
    await town.work()
    texts = [one.text for one in await town.mail("anne@example.test")]
    assert any("n’a pas été dite à temps" in text for text in texts)


async def test_a_birth_that_is_said_wakes_a_file_and_nothing_ends_it_any_more(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number = await asleep(town, clock)
    agent = await town.staff()

    seen = await agent.post(f"/bureau/creche/demandes/{number}/etat", data={"act": "complete"})
    file = await file_of(town, number)

    assert seen.status_code == 303
    assert (await state_of(town, number), file.confirm_by) == ("complete", None)


async def test_a_family_that_answered_is_not_reminded(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    _, link = await asked(town, clock)
    await pressed(town.visitor(), link, "oui")

    clock.move(days=29)

    assert await subjects(town, "Plus que quelques jours") == 0
    with town.here():
        assert await Job.count() == 0


async def test_a_family_that_cannot_be_written_to_is_never_ended_by_the_clock(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here():
        number = await an_application(state="complete", family=SILENT)

    for days in (93, 31, 60):
        clock.move(days=days)
        await town.work()

    assert await state_of(town, number) == "to_confirm"
    assert await town.mail() == []


async def test_an_account_is_written_to_when_the_file_gives_no_address(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here():
        await an_application(account=await account_of(town), state="complete", family=SILENT)
    clock.move(days=93)

    assert await subjects(town, "Cherchez-vous toujours") == 1


async def test_asking_twice_in_one_night_asks_once(communes: Communes, clock: FrozenClock) -> None:
    town = communes.alpha
    number, _ = await asked(town, clock)

    with town.here():
        await jobs.renew()
        await jobs.renew()

    assert await subjects(town, "Cherchez-vous toujours") == 1
    with town.here():
        steps = await HistoryStep.count().where(HistoryStep.transition == "ask_confirmation")
    assert steps == 1
    assert await state_of(town, number) == "to_confirm"


async def test_a_message_tried_twice_is_written_once(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here():
        number = await an_application(state="incomplete")
        file = await Application.objects().get(Application.id == number)
        assert file is not None
        last = (await workflow.history(file.demande))[-1]
        await telling.tell_family(last)
        await telling.tell_family(last)

    assert await subjects(town, "Il manque une pièce") == 1


async def test_a_file_confirmed_is_asked_again_three_months_later(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number, link = await asked(town, clock)
    await pressed(town.visitor(), link, "oui")

    clock.move(days=2)
    quiet = await subjects(town, "Cherchez-vous toujours")
    clock.move(days=91)

    assert quiet == 1
    assert await subjects(town, "Cherchez-vous toujours") == 2
    assert (await town.visitor().get(link)).status_code == 404, "the first question is over"
    assert await state_of(town, number) == "to_confirm"


async def test_a_link_serves_only_the_file_it_was_made_for(
    communes: Communes, clock: FrozenClock
) -> None:
    town, other = communes.both
    number, link = await asked(town, clock)
    with town.here():
        second = await an_application(state="to_confirm")
        third = await an_application(state="complete")
    with other.here():
        twin = await an_application(state="to_confirm")
    code = link.rsplit("/", 1)[1]

    refused = [
        await town.visitor().post(f"/creche/confirmer/{one}/{code}", data={"reponse": "non"})
        for one in (second, third, 9999)
    ]
    refused.append(await town.visitor().get(f"/creche/confirmer/{number}/{'0' * 64}"))
    refused.append(await other.visitor().post(link, data={"reponse": "non"}))

    assert [one.status_code for one in refused] == [404] * 5
    assert await state_of(other, twin) == "to_confirm"
    assert await state_of(town, second) == "to_confirm"


async def test_a_family_confirms_from_its_own_page(communes: Communes, clock: FrozenClock) -> None:
    town = communes.alpha
    number, _ = await asked(town, clock)
    browser, stranger = await town.family("anne@example.test"), await town.family("x@example.test")
    base = f"/creche/demandes/{number}"

    page = await browser.get(base)
    foreign = await stranger.post(f"{base}/confirmer")
    unchanged = await state_of(town, number)
    await browser.post(f"{base}/confirmer")
    await browser.post(f"{base}/confirmer")

    assert "Oui, je cherche toujours" in page.text
    assert foreign.status_code == 404
    assert unchanged == "to_confirm"
    assert await state_of(town, number) == "complete"
    assert "Oui, je cherche toujours" not in (await browser.get(base)).text


async def test_a_change_sent_while_asked_is_an_answer(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number, _ = await asked(town, clock)
    browser = await town.family("anne@example.test")
    base = f"/creche/demandes/{number}"

    await browser.post(f"{base}/etape/semaine", data={"souhait": ["mon-am"]})
    await browser.post(f"{base}/verification", data={"exact": "oui"})

    file = await file_of(town, number)
    assert await state_of(town, number) == "submitted"
    assert (file.confirm_by, file.confirmed_at) == (None, clock())


async def test_sending_again_without_a_change_is_an_answer_too(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number, _ = await asked(town, clock)
    browser = await town.family("anne@example.test")

    await browser.post(f"/creche/demandes/{number}/verification", data={"exact": "oui"})

    assert await state_of(town, number) == "complete"


async def test_a_commune_may_ask_nothing(
    communes: Communes, clock: FrozenClock, tmp_path: Path
) -> None:
    town = communes.alpha
    file = tmp_path / "alpha.toml"
    file.write_text(f"{file.read_text('utf-8')}[creche]\nconfirm_every_months = 0\n", "utf-8")
    with town.here():
        number = await an_application(state="complete")

    clock.move(days=400)
    await town.work()

    assert await state_of(town, number) == "complete"


# -- drafts ----------------------------------------------------------------------------------


async def test_a_draft_nobody_writes_in_goes_after_thirty_days(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here():
        await a_facility()
        account = await account_of(town)
        old = await an_application(account=account, state="draft")
        kept = await an_application(account=account, state="draft")
        sent = await an_application(account=account)
    clock.move(days=29)
    browser = await town.family("anne@example.test")
    await browser.post(f"/creche/demandes/{kept}/etape/situation", data={"work": "student"})
    clock.move(days=2)

    await town.work()
    with town.here():
        await jobs.sweep_drafts()
        left = [row["id"] for row in await Application.select(Application.id)]

    assert (await browser.get(f"/creche/demandes/{old}")).status_code == 404
    assert sorted(left) == [kept, sent]
    with town.here():
        assert await Demande.count() == 2


async def test_the_page_says_until_when_a_draft_is_kept(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here():
        number = await an_application(account=await account_of(town), state="draft")
    browser = await town.family("anne@example.test")

    page = (await browser.get(f"/creche/demandes/{number}/etapes")).text

    until = (clock() + timedelta(days=30)).date()
    assert until == date(2026, 12, 25)
    assert re.search("avant le\\s25\\sdécembre", page)


@pytest.mark.parametrize("state", ["withdrawn", "expired"])
async def test_a_file_that_ended_stays_readable(communes: Communes, state: str) -> None:
    town = communes.alpha
    with town.here():
        account = await account_of(town)
        number = await an_application(account=account, state=state)
        person_files = await Application.select(Application.demande.state.as_alias("state")).where(
            Application.account == account
        )
    browser = await town.family("anne@example.test")

    page = await browser.get(f"/creche/demandes/{number}")
    check = await browser.get(f"/creche/demandes/{number}/verification")
    withdraw = await browser.get(f"/creche/demandes/{number}/retirer")

    assert [row["state"] for row in person_files] == [state]
    assert "Faire une nouvelle demande" in page.text
    assert "Modifier ma demande" not in page.text
    assert check.status_code == withdraw.status_code == 303


async def test_a_file_not_checked_yet_is_asked_too_and_goes_back_to_be_checked(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here():
        number = await an_application(account=await account_of(town), state="submitted")
    await town.work()
    clock.move(days=93)
    await town.work()
    before = await state_of(town, number)

    await pressed(town.visitor(), await town.link("anne@example.test"), "oui")

    file = await file_of(town, number)
    assert before == "to_confirm"
    assert await state_of(town, number) == "submitted"
    assert (file.confirmed_at, file.confirm_by) == (clock(), None)


async def test_what_was_asked_for_survives_a_confirmation(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here():
        number = await an_application(account=await account_of(town), state="incomplete")
    await town.work()
    clock.move(days=93)
    await town.work()
    browser = await town.family("anne@example.test")
    before = await state_of(town, number)
    asked_twice = (await browser.get(f"/creche/demandes/{number}")).text

    await browser.post(f"/creche/demandes/{number}/confirmer")

    page = (await browser.get(f"/creche/demandes/{number}")).text
    file = await file_of(town, number)
    assert (before, await state_of(town, number)) == ("to_confirm", "incomplete")
    assert (file.confirmed_at, file.confirm_by) == (clock(), None)
    assert "Il manque l’acte." in asked_twice
    assert "Il manque l’acte." in page


async def proofs_of(town: Town, number: int, day: date) -> tuple[list[str], set[str]]:
    """Return the proofs a file has still to show, and those that count on a day."""
    with town.here():
        counts = await points.seen_proofs([number], day)
        return await applications.unseen_proofs(number), counts.get(number, set())


ADDRESS = "Justificatif de domicile"
MONTH = timedelta(days=30)


async def test_a_family_that_renews_shows_again_the_proofs_that_are_too_old(
    communes: Communes, clock: FrozenClock
) -> None:
    """Seen on 25 November for three months; confirmed on 26 February: another is due by 28 March."""
    town = communes.alpha
    number, link = await asked(town, clock)
    agent = await town.staff()
    path = f"/creche/demandes/{number}"

    answer = unescape((await pressed(town.visitor(), link, "oui")).text)
    owed, counts = await proofs_of(town, number, clock().date() + MONTH)
    _, later = await proofs_of(town, number, clock().date() + MONTH + timedelta(days=1))
    followed = unescape((await (await town.family("anne@example.test")).get(path)).text)
    read = unescape((await agent.get(f"/bureau/creche{path.removeprefix('/creche')}")).text)
    for kind in owed:
        await agent.post(f"/bureau/creche/demandes/{number}/pieces/{kind}")
    after, _ = await proofs_of(town, number, clock().date())
    last = clock().date() + timedelta(days=400)
    _, kept = await proofs_of(town, number, last)

    assert "devenues trop anciennes" in answer
    assert ADDRESS in answer
    assert "situation de chaque parent" in answer
    assert "Acte de naissance" not in answer  # true for ever
    assert "rien d’autre à faire" not in answer
    assert (owed, await state_of(town, number)) == (["address", "work"], "complete")
    for kind in owed:
        assert (kind in counts, kind in later) == (True, False)
    assert "Il compte encore jusqu’au 28 mars 2027." in followed.replace("\u00a0", " ")
    assert "Redemandée à la famille : trop ancienne." in read.replace("\u00a0", " ")
    assert (after, {"address", "work"} <= kept) == ([], True)


@pytest.mark.parametrize(
    ("said", "again"),
    [
        ("[creche]\nproofs_again = []\n", []),
        ('[creche]\nproofs_again = ["work"]\n', ["work"]),
        ("[documents]\nmonths = { work = 6 }\n", ["address"]),
    ],
)
async def test_a_commune_says_which_proofs_and_for_how_long(
    communes: Communes, clock: FrozenClock, said: str, again: list[str]
) -> None:
    town = communes.alpha
    settings = communes.app.platform.folder / "alpha.toml"
    settings.write_text(f"{settings.read_text('utf-8')}{said}", "utf-8")
    communes.app.platform.scan()
    number, link = await asked(town, clock)

    answer = unescape((await pressed(town.visitor(), link, "oui")).text)

    assert (await proofs_of(town, number, clock().date()))[0] == again
    assert ("rien d’autre à faire" in answer) is (again == [])
    assert ("devenue trop ancienne" in answer) is (len(again) == 1)


def test_a_proof_that_does_not_exist_is_told_with_its_key() -> None:
    with pytest.raises(Misconfigured) as told:
        Settings(proofs_again=("adress",))

    assert told.value.key == "proofs_again"
    assert "address" in str(told.value)


async def test_an_aeeh_notification_is_asked_again_after_its_year(
    communes: Communes, clock: FrozenClock
) -> None:
    """Seen on 25 November 2026 for twelve months; still good at the confirmation of February, and
    asked again at the one that follows 25 November 2027.
    """
    town = communes.alpha
    settings = communes.app.platform.folder / "alpha.toml"
    said = '[creche]\nproofs = ["aeeh"]\n[documents]\nmonths = { aeeh = 12 }\n'
    settings.write_text(f"{settings.read_text('utf-8')}{said}", "utf-8")
    communes.app.platform.scan()
    with town.here():
        number = await an_application(
            account=await account_of(town), state="complete", home=Home(has_aeeh=True)
        )
    await town.work()
    found = []

    for days in (93, 93, 93, 93):
        clock.move(days=days)
        await town.work()
        await pressed(town.visitor(), await town.link("anne@example.test"), "oui")
        found.append((await proofs_of(town, number, clock().date()))[0])

    assert found == [[], [], [], ["aeeh"]]


@pytest.mark.parametrize("is_over", [True, False])
async def test_the_last_day_an_agent_wrote_on_a_paper_is_the_one_that_counts(
    communes: Communes, clock: FrozenClock, is_over: bool
) -> None:
    town = communes.alpha
    with town.here():
        account = await account_of(town)
        number = await an_application(account=account)
        file = await Application.objects(Application.demande).get(Application.id == number)
        assert file
        paper = await a_document(account=account)
        await uses.attach(paper, file.demande.id, file.number, "/", OFFICE)
        last = clock().date() + timedelta(days=90 if is_over else 365)
        await checking.accept(await again(paper.id), last, OFFICE)
        for kind in await applications.unseen_proofs(number):
            await files.turn_proof(number, kind, 1, clock())
        await workflow.fire(file.demande.id, "complete", side="office", account=1)
    await town.work()
    clock.move(days=93)
    await town.work()
    await pressed(town.visitor(), await town.link("anne@example.test"), "oui")

    owed, _ = await proofs_of(town, number, clock().date())

    assert ("address" in owed) is is_over
