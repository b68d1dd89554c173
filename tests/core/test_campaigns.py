"""A campaign leaves once, reaches each adult once, and holds nothing else up."""

import asyncio
from datetime import date
from typing import Any

import httpx
import pytest
from tests.core.test_channels import with_sms
from tests.core.test_families import ALEX, APART, NANNY, a_family, joined

from ribambelle.campaigns import sending
from ribambelle.campaigns.tables import Campaign, CampaignRecipient
from ribambelle.families import groups
from ribambelle.identity import Grant, accounts, households
from ribambelle.identity.households import AddressEntry, AdultEntry
from ribambelle.identity.tables import Account, Adult, Quartier
from ribambelle.jobs import later, queue, worker
from ribambelle.jobs.tables import Job
from ribambelle.messages import delivery
from ribambelle.messages.choices import keep
from ribambelle.messages.tables import Message
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow.tables import JournalLine

DESK = "/bureau/campagnes"
TOLD = {"groups": "tous", "subject": "Fermeture le 14 mai", "body": "{bonjour},\n\nÀ bientôt !"}


async def known(town: Town, *adults: AdultEntry, born_on: date | None = None) -> int:
    """Write a household the town hall knows, with a child when it has one."""
    with town.here() as tenant:
        home = AddressEntry("2 rue des Lilas", "97400", "Alpha", None)
        household = await households.create(list(adults), home, tenant.now())
        if born_on:
            await households.add_child(household, "Zoé", "Payet", born_on=born_on)
    return household


async def many(town: Town, number: int) -> None:
    with town.here() as tenant:
        entries = [AdultEntry("A", f"Payet {n}", f"a{n}@example.test") for n in range(number)]
        for entry in entries:
            await households.create([entry], None, tenant.now())


async def drafted(agent: httpx.AsyncClient, **changed: Any) -> str:
    answer = await agent.post(DESK, data={**TOLD, **changed})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def sent(agent: httpx.AsyncClient, reached: int, **changed: Any) -> str:
    """Send a campaign to as many as it should reach."""
    page = await drafted(agent, **changed)
    form = {"version": "1", "reached": str(reached)}
    answer = await agent.post(f"{page}/envoi", data=form)
    assert answer.status_code == 303, answer.text
    return page


async def test_each_adult_gets_one_copy_whatever_the_groups_and_children(
    communes: Communes,
) -> None:
    town = communes.alpha
    anne, luc = AdultEntry("Anne", "Payet", "anne@a.test"), AdultEntry("Luc", "Payet", "luc@a.test")
    home = await known(town, anne, luc, born_on=date(2024, 3, 1))
    await known(town, AdultEntry("Anne", "Payet", "ANNE@a.test"), born_on=date(2019, 3, 1))
    with town.here():
        await households.add_child(home, "Tom", "Payet", born_on=date(2022, 3, 1))
        chosen = [one.key for one in await groups.groups()]
    assert chosen == ["tous", "age:0-2", "age:3-5", "age:6-10"]
    agent = await town.staff()

    page = await drafted(agent, groups=chosen)
    shown = (await agent.get(page)).text
    confirmed = (await agent.get(f"{page}/envoi")).text
    await agent.post(f"{page}/envoi", data={"version": "1", "reached": "2"})
    await town.work()

    assert "2 adultes" in shown.replace("\u00a0", " ")
    assert "Envoyer à 2 adultes" in confirmed.replace("\u00a0", " ")
    mails = await town.mail()
    assert [mail.recipient for mail in mails] == ["anne@a.test", "luc@a.test"]
    assert mails[0].subject == "Fermeture le 14 mai"
    assert mails[0].text.startswith("Bonjour Anne,\n\nÀ bientôt\u202f!")
    assert all(mail.sent_at for mail in mails)
    assert "Envoyée" in (await agent.get(DESK)).text


async def test_a_text_is_words_and_known_facts_only(communes: Communes) -> None:
    agent = await communes.alpha.staff()

    for body in ("{{ tenant }}", "{enfant}", "{", ""):
        answer = await agent.post(DESK, data={**TOLD, "body": body})
        assert answer.status_code == 422
        assert "Fermeture le 14 mai" in answer.text
    nobody = await agent.post(DESK, data={**TOLD, "groups": "quartier:9"})

    assert "au moins un groupe" in nobody.text
    with communes.alpha.here():
        assert await Campaign.count() == 0


async def test_an_essay_goes_to_the_agent_alone(communes: Communes) -> None:
    town = communes.alpha
    await many(town, 2)
    agent = await town.staff()
    page = await drafted(agent)

    await agent.post(page, data={**TOLD, "version": "1", "act": "test"})

    (mail,) = await town.mail()
    assert (mail.recipient, mail.subject) == ("agent@example.test", "[Essai] Fermeture le 14 mai")
    assert mail.text.startswith("Bonjour Sophie,")


async def test_each_is_written_to_as_they_chose_and_who_cannot_be_is_listed(
    communes: Communes,
) -> None:
    town = communes.alpha
    with_sms(town)
    for name in ("portal", "sms", "email"):
        await (await town.family(f"{name}@a.test")).post(
            "/famille/moi", data={"given_name": name.capitalize(), "family_name": "Payet"}
        )
    await known(town, AdultEntry("Rose", "Hoarau", phone="0692 00 00 01"))
    with town.here() as tenant:
        for name, number in (("portal", ""), ("sms", "+262692123456")):
            account = await accounts.by_email(f"{name}@a.test")
            assert account
            await keep(account.id, {"campaign": name}, number)
        rose = await Adult.objects().get(Adult.given_name == "Rose")
        assert rose
        await accounts.open_without_address(rose, tenant.now())
    agent = await town.staff()

    page = await sent(agent, 3)
    await town.work()

    with town.here():
        rows = await Message.select(Message.channel, Message.recipient).order_by(Message.id)
    assert {(row["channel"], row["recipient"]) for row in rows} == {
        ("portal", "portal@a.test"),
        ("portal", "sms@a.test"),  # the SMS only says that it is there
        ("sms", "+262692123456"),
        ("email", "email@a.test"),
    }
    report = (await agent.get(page)).text
    assert "Rose Hoarau" in report
    assert 'href="tel:' in report
    assert (
        "Fermeture le 14 mai" in (await (await town.family("portal@a.test")).get("/messages")).text
    )
    listed = (await agent.get(f"{page}/export")).text
    assert "Rose Hoarau;0692 00 00 01;À prévenir autrement;À prévenir autrement" in listed

    with town.here():
        lost = {Message.receipt: "failed", Message.receipt_reason: "unreachable"}
        await Message.update(lost).where(Message.channel == "sms")
    after, told = (await agent.get(page)).text, (await agent.get(f"{page}/export")).text
    assert "SMS non reçus" in after and "SMS non reçus" not in report
    assert "Non reçu;Le téléphone est resté éteint ou hors réseau." in told.replace("\u00a0", " ")


async def test_parents_living_apart_each_get_their_own_and_a_relative_none(
    communes: Communes,
) -> None:
    town = communes.alpha
    anne = await a_family(town)
    await joined(town, anne, APART)
    await joined(town, anne, NANNY)
    before = len(await town.mail())
    agent = await town.staff()
    with town.here():
        every = await groups.groups()
    age = next(one for one in every if one.key.startswith("age:"))

    await sent(agent, 2, groups=age.key, body="{bonjour},\n\n{prenom} {service} {contact}")
    await town.work()

    mails = (await town.mail())[before:]
    assert {mail.recipient for mail in mails} == {"anne@example.test", ALEX}
    for mail in mails:
        other = "Alex" if mail.recipient.startswith("anne") else "Anne"
        assert other not in mail.text
        assert "Léa" not in mail.text


async def pressed_together(town: Town) -> tuple[list[Any], int, int]:
    """Have two agents press « Envoyer » at once; return answers, journal lines and e-mails."""
    first, second = await town.staff(), await town.staff(email="b@b.test")
    page = await drafted(first)
    form = {"version": "1", "reached": "3"}
    answers = await asyncio.gather(
        *(one.post(f"{page}/envoi", data=form) for one in (first, second, first))
    )
    await town.work()
    with town.here():
        launched = await JournalLine.count().where(JournalLine.act == "campaign.sent")
        return list(answers), int(launched), int(await Message.count())


async def test_two_agents_who_press_together_send_once(communes: Communes) -> None:
    await many(communes.alpha, 3)

    answers, launched, mails = await pressed_together(communes.alpha)

    assert [answer.status_code for answer in answers] == [303] * 3
    assert (launched, mails) == (1, 3)


async def test_without_the_state_in_the_statement_the_check_turns_red(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    await many(communes.alpha, 3)
    monkeypatch.setattr(sending, "waits", lambda number, version: Campaign.id == number)

    answers, _, _ = await pressed_together(communes.alpha)

    assert [answer.status_code for answer in answers] != [303] * 3


async def ran_one_by_one(town: Town, most: int = 500) -> list[str]:
    """Run what is due, one job after the other; return their names."""
    ran = []
    with town.here() as tenant:
        while len(ran) < most and (job := await queue.take(tenant.now())):
            ran.append(job.name)
            await worker.run(tenant, job)
    return ran


async def test_what_comes_after_waits_behind_one_batch_at_most(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    await many(town, 3 * sending.BATCH + 5)
    agent = await town.staff()
    await sent(agent, 3 * sending.BATCH + 5)

    with town.here():
        assert await Job.count() == 1, "the request that sends writes one job, not thousands"
    first = await ran_one_by_one(town, 1)
    with town.here():
        queued = await Job.count()
        await later("core", "sweep")
    ran = await ran_one_by_one(town)

    assert first == ["send_campaign"]
    assert queued == sending.BATCH + 1
    assert ran.index("sweep") <= sending.BATCH + 1
    assert ran.count("send_campaign_mail") == 3 * sending.BATCH + 5
    assert ran.count("send_campaign") == 3


async def test_a_batch_run_twice_writes_to_nobody_twice(communes: Communes) -> None:
    town = communes.alpha
    await many(town, 5)
    page = await sent(await town.staff(), 5)
    number = int(page.rsplit("/", 1)[1])

    with town.here():
        await asyncio.gather(sending.send_batch(number), sending.send_batch(number))
    await town.work()

    assert len(await town.mail()) == 5


async def test_a_mail_server_away_holds_the_campaign_back_and_it_can_be_stopped(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, total = communes.alpha, 2 * sending.BATCH
    await many(town, total)
    agent = await town.staff()
    page = await sent(agent, total)

    async def away(*_: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(delivery, "_mail", away)
    for _ in range(3):
        await town.work()
        clock.move(minutes=2)
    report = (await agent.get(page)).text
    await agent.post(f"{page}/arret")
    monkeypatch.undo()
    clock.move(hours=2)
    await town.work()
    agent = await town.staff()

    assert "En cours d’envoi" in report
    assert len(await town.mail()) == sending.BATCH, "nothing piles up behind a silent server"
    stopped = (await agent.get(page)).text
    assert "Arrêtée" in stopped
    assert "Non envoyés" in stopped
    with town.here():
        line = await JournalLine.objects().get(JournalLine.act == "campaign.stopped")
    assert line
    assert f'"kept_back":{sending.BATCH}' in line.facts


async def test_the_journal_says_who_wrote_to_which_groups_and_never_what(
    communes: Communes,
) -> None:
    town = communes.alpha
    await many(town, 2)

    await sent(await town.staff(), 2, body="Un secret de mairie")

    with town.here():
        lines = (
            await JournalLine.select()
            .where(JournalLine.act.like("campaign.%"))
            .order_by(JournalLine.number)
        )
    assert [line["act"] for line in lines] == ["campaign.written", "campaign.sent"]
    assert '"groups":["tous"]' in lines[1]["facts"]
    assert '"reached":2' in lines[1]["facts"]
    assert "secret" not in str(lines)
    assert "Fermeture" not in str(lines)


async def test_a_number_that_moved_is_confirmed_again(communes: Communes) -> None:
    town = communes.alpha
    await many(town, 2)
    agent = await town.staff()
    page = await drafted(agent)
    await known(town, AdultEntry("Anne", "Payet", "anne@a.test"))

    answer = await agent.post(f"{page}/envoi", data={"version": "1", "reached": "2"})

    assert answer.status_code == 409
    assert "Envoyer à 3 adultes" in answer.text.replace("\u00a0", " ")
    with town.here():
        assert await CampaignRecipient.count() == 0


async def test_two_agents_who_write_the_same_draft_see_each_other(communes: Communes) -> None:
    town = communes.alpha
    first, second = await town.staff(), await town.staff(email="b@b.test")
    page = await drafted(first)

    await first.post(page, data={**TOLD, "version": "1", "subject": "Premier"})
    late = await second.post(page, data={**TOLD, "version": "1", "subject": "Second"})
    gone = await second.post(page, data={"act": "drop"})

    assert late.status_code == 409
    assert "Premier" in late.text
    assert "Second" in late.text
    assert gone.headers["location"] == DESK
    with town.here():
        assert await Campaign.count() == 0


async def test_only_agents_of_the_town_hall_write_campaigns(communes: Communes) -> None:
    town = communes.alpha
    page = await drafted(await town.staff())
    manager = await town.staff(
        Grant("creche_manager", "creche.facility:1"), email="direction@a.test"
    )
    family = await town.family()

    for browser in (manager, family):
        for path in (DESK, page, f"{page}/envoi", f"{page}/export"):
            assert (await browser.get(path)).status_code == 403
        assert (await browser.post(f"{page}/envoi", data={})).status_code == 403
    assert (await (await communes.beta.staff()).get(page)).status_code == 404


async def test_a_quartier_is_a_group_and_a_closed_account_is_told_otherwise(
    communes: Communes,
) -> None:
    town = communes.alpha
    with town.here() as tenant:
        rows = await Quartier.insert(Quartier(name="Bas", folded="bas")).returning(Quartier.id)
        home = AddressEntry("1 rue", "97400", "Alpha", int(rows[0]["id"]))
        account = await accounts.open_family("c@a.test", tenant.now())
        await Account.update({Account.disabled_at: tenant.now()}).where(Account.id == account.id)
        closed = AdultEntry("Clo", "Payet", "c@a.test", account=account.id)
        await households.create([closed, AdultEntry("Luc", "P", "l@a.test")], home, tenant.now())
    await many(town, 2)

    page = await sent(await town.staff(), 1, groups=f"quartier:{rows[0]['id']}")
    await town.work()

    assert [mail.recipient for mail in await town.mail()] == ["l@a.test"]
    assert "Clo Payet" in (await (await town.staff()).get(page)).text
