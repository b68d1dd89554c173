"""A commune where every page has something to show, and a browser for each kind of person."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from tests.assmat.builders import childminders_of, with_a_relais
from tests.core.documents.builders import a_document
from tests.core.documents.papers import a_pdf
from tests.creche.builders import BORN_ON, a_facility, an_application
from tests.creche.decided import Asks, a_decided_commission
from tests.journeys.billed import invoices_of
from tests.periscolaire.builders import (
    FRIDAY,
    THURSDAY,
    TUESDAY,
    Canteen,
    a_canteen,
    a_child,
    a_person,
    settle,
)

from ribambelle import workflow
from ribambelle.appointments import booking
from ribambelle.appointments.tables import HelpSession
from ribambelle.campaigns import drafts, recipients, sending, text
from ribambelle.families import activation, lists
from ribambelle.identity import (
    Grant,
    Person,
    accounts,
    custodies,
    households,
    joining,
    links,
    newcomers,
    passwords,
    responsibilities,
    schools,
)
from ribambelle.identity.custody import Sharing
from ribambelle.identity.households import AdultEntry
from ribambelle.identity.pivot import Pivot
from ribambelle.identity.rights import FULL, Rights
from ribambelle.identity.sessions import OpenSession, person
from ribambelle.identity.sessions import opened as opened_session
from ribambelle.identity.state_identities import Who
from ribambelle.identity.tables import Account, Adult, School
from ribambelle.identity.tables import Child as RegisterChild
from ribambelle.information import pages
from ribambelle.messages import inbox
from ribambelle.privacy import asking
from ribambelle.sharing.tables import Share
from ribambelle.statistics import fleet
from ribambelle.takeover import Trace, keeping, undoing
from ribambelle.tenants import Tenant
from ribambelle.testing import Town
from ribambelle.testing.browser import Stage
from ribambelle.webhooks import declaring
from ribambelle.webhooks.tables import WebhookDelivery
from ribambelle_creche import deciding, demo, examining, offering, proposing, renewing
from ribambelle_creche.domain import desk, receipt
from ribambelle_creche.domain.capacity import PLACES
from ribambelle_creche.domain.commission import Calendar
from ribambelle_creche.domain.dossier import Child, Custody, Entry, Family, Week
from ribambelle_creche.domain.offers import LATE
from ribambelle_creche.domain.preparation import Changes, file_of
from ribambelle_creche.queries import (
    appeals,
    applications,
    cases,
    commissions,
    decisions,
    offers,
    proposals,
    supplies,
)
from ribambelle_creche.queries.commissions import Told
from ribambelle_creche.tables import Application, Contract, Offer
from ribambelle_periscolaire import (
    allocating,
    closing,
    enrolling,
    onde,
    opening_days,
    rooming,
    wishing,
)
from ribambelle_periscolaire.booking import save
from ribambelle_periscolaire.domain.sheet import Contact, Health
from ribambelle_periscolaire.domain.taking import Wanted
from ribambelle_periscolaire.queries import catalogue as opened_catalogue
from ribambelle_periscolaire.queries import enrolments, means, openings, sheets
from ribambelle_periscolaire.queries import rules as reglement
from ribambelle_periscolaire.queries.rules import Written as RulesWritten
from ribambelle_periscolaire.queries.wishes import Wished
from ribambelle_periscolaire.settings import Settings as PeriscolaireSettings
from ribambelle_periscolaire.tables import Claim, Closure

LIST = "Nom parent;Prénom parent;Prénom;Né le\nPayet;Anne;Zoé;14/03/2024\nPayet;;Léo;\n".encode()
OFFICE = Grant("agent"), Grant("admin"), Grant("pmi"), Grant("caf_operator")
GATHERED = fleet.Gathered(
    *("creche.demandes", "Enfants qui demandent une place en crèche", ["Bébés", "Total"]),
    *([fleet.Line("Alpha", [None, 25]), fleet.Line("Beta", [12, 40])], ["Gamma"]),
)


def reads_the_fleet(town: Town) -> None:
    """Let the commune read what the others published, of two months."""
    file = town.app.platform.folder / f"{town.slug}.toml"
    file.write_text(f"fleet_figures = true\n{file.read_text()}")
    for month in ("2026-09", "2026-10"):
        report = fleet.Report(month, town.tenant.now(), [GATHERED], ["delta"])
        fleet.keep(town.app.platform.data, report)


class World:
    """A commune where every page has something to show, and a browser for each kind of person."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.town = stage, stage.communes.alpha
        self.clients, self.names = stage.served.run(self.made(self.town))

    async def made(self, town: Town) -> tuple[dict[str, Any], dict[str, Any]]:
        settle(town)
        with_a_relais(town)
        reads_the_fleet(town)
        with town.here() as tenant:
            await demo.fill(7)
        family = await town.family("axe@example.test", "Anne Hoarau")
        director = Grant("creche_manager", "creche.facility:1")
        hers = Grant("childminder", "assmat.childminder:1")
        clients = {
            "visitor": town.visitor(),
            "family": family,
            "office": await town.staff(*OFFICE, hers, email="axe@mairie.test"),
            "facility": await town.staff(director, email="axe@creche.test"),
        }
        await half_signed_in(town, clients["visitor"])
        await code_typed(town, clients["visitor"])
        await come_from_france_connect(town, clients["visitor"])
        with town.here() as tenant:
            account = await accounts.by_email("axe@example.test")
            office = await accounts.by_email("axe@mairie.test")
            assert account and office
            names = await files_of(account)
            names |= await told_of(names["to_confirm"], tenant)
            names |= await answered_of(account, tenant)
            names |= await swapped_of(account, tenant)
            names["decided"] = await decided(town, names)
            names |= await a_family_apart(tenant, account)
            names |= await a_canteen_day(tenant, account)
            names |= await enrolments_of(tenant, account)
            names |= await invoices_of(town, tenant, account)
            names |= await childminders_of()
            names |= await written_of(account)
            names |= await campaigns_of(tenant, office.id)
            names |= await lists_of()
            names |= await links_of(tenant)
            told = pages.Written("Règlement", "## Accueil\n- [ici](/)\n\n**Oui**", 1, True)
            names |= {
                "oneself": office.id,
                "help": await sessions_of(tenant, account.id),
                "information": await pages.write(told, office.id, tenant.now()),
                "list": await lists.keep(LIST, tenant.now(), by=None),
                "takeover": await taken_over(tenant.now()),
            }
        names["empty"] = await opened(family)
        names["on_behalf"] = await opened(clients["office"])
        return clients, {
            name: urlsplit(one).path if str(one).startswith("http") else one
            for name, one in names.items()
        }

    def page(self, space: str) -> Any:
        """Open a page of this kind of person."""
        page = self.stage.visitor(width=1280)
        self.stage.sign_in(page, "alpha", self.clients[space])
        return page


async def a_canteen_day(tenant: Tenant, account: Account) -> dict[str, int]:
    """Book a full canteen: somebody waits, and somebody is offered a place; a Friday is closed."""
    canteen = await a_canteen(room=1, place="Au groupe scolaire", regime="periscolaire")
    anne = await a_person(account)
    children = [await a_child(anne, canteen.activity, name=name) for name in ("Léa", "Noé")]
    first, last = (Wanted(child, canteen.unit, THURSDAY, "book") for child in children)
    for key, wanted in enumerate((first, last)):
        await save(tenant, anne, [wanted], str(key), tenant.now())
    day = replace(first, day=TUESDAY), replace(last, day=TUESDAY)
    await save(tenant, anne, day, "both", tenant.now())
    gone = replace(day[0], wish="cancel")
    await save(tenant, anne, [gone], "gone", tenant.now())
    names = await openings_of(canteen, anne, children, tenant)
    strike = Closure(first=FRIDAY, last=FRIDAY, reason="strike", declared_at=tenant.now())
    return {
        "pupil": children[0],
        "canteen_child": children[0],
        "shut": await closing.declare(tenant, strike, account.id, tenant.now()),
        **names,
    }


async def openings_of(
    canteen: Canteen, anne: Person, children: list[int], tenant: Tenant
) -> dict[str, int]:
    """Open a waiting room a family is in, and three wish windows: open, closed, answered."""
    now, found = tenant.now(), {}
    hours = {"room": (-1, 9), "wishes": (-9, 9), "to_allocate": (-9, -1), "answered": (-9, -1)}
    for week, (name, (begins, ends)) in enumerate(hours.items(), start=20):
        first = THURSDAY + timedelta(days=7 * week)
        found[name] = await opening_days.announce(
            {
                **{"activity": canteen.activity, "mode": "room" if week == 20 else "wishes"},
                **{
                    "name": f"Jours de fête, {name}",
                    "first": first,
                    "last": first + timedelta(days=5),
                },
                **{"begins_at": now + timedelta(hours=begins), "span": "day", "rate": 1},
                "ends_at": now + timedelta(hours=ends),
            },
            1,
            now,
        )
        row = await openings.one(found[name])
        if row.mode == "room":
            await rooming.come_in(tenant, openings.told(row), anne)
            continue
        days = tuple((first + timedelta(days=number)).isoformat() for number in (0, 5))
        wished = [Wished(rank, canteen.unit, (day,)) for rank, day in enumerate(days, 1)]
        within = replace(openings.told(row), ends_at=now + timedelta(days=1))
        await wishing.save(within, anne, children, [], wished, now)
    row = await openings.one(found["answered"])
    result = await allocating.result(tenant, row, now)
    await allocating.confirm(tenant, row.id, result.digest, 1, now)
    await allocating.place_wishes(row.id)
    return {f"opening_{name}": number for name, number in found.items()}


async def enrolments_of(tenant: Tenant, account: Account) -> dict[str, int]:
    """Enrol a child in each state, publish a règlement, tell a quotient, send a list of pupils."""
    me, now = await a_person(account), tenant.now()
    rules = [
        await reglement.write(None, RulesWritten(name, "## Accueil\nÀ l’heure.", day), 1, now)
        for name, day in (("2026", now.date()), ("2027", now.date()))
    ]
    await reglement.publish(rules[0], 1, now)
    activity = next(iter((await opened_catalogue.current()).activities)).id
    names = {"rules": rules[0], "rules_draft": rules[1]}
    moves = {
        "draft": (),
        "submitted": ("submit",),
        "incomplete": ("submit", "ask_more"),
        "accepted": ("submit", "accept"),
        "refused": ("submit", "refuse"),
    }
    for state, fired in moves.items():
        number = await a_child(me, name=state.capitalize())
        child = await RegisterChild.objects().get(RegisterChild.id == number)
        assert child
        number = await enrolling.begin(me, child, 2026, now)
        now = tenant.now()
        await enrolments.set_school(number, None, "CE1")
        await enrolments.set_activities(number, [activity])
        one = await enrolments.one(number)
        await enrolments.set_rules(one, await reglement.one(rules[0]), account.id, now)
        await sheets.write(child.id, now, health=Health("", True, "Lait", True))
        await sheets.write(child.id, now, contacts=(Contact("Rose", "06", "Mamie", True),))
        words = tenant.of(PeriscolaireSettings).consents
        await sheets.consent(child.id, dict.fromkeys(words, True), words, account.id, now)
        demande = int(one.demande.id)
        for move in fired:
            side = "family" if move == "submit" else "office"
            await workflow.fire(demande, move, side=side, account=1, reason="Il manque une pièce.")
        names[f"enrolment_{state}"] = number
    await means.tell(
        Claim(household=me.household, account=account.id, quotient_familial=480, told_at=now)
    )
    pupils = (
        "Nom élève;Prénom élève;Date naissance;Libellé classe\n"
        "Hoarau;Draft;04/05/2018;CE1\nPayet;Zoé;;CE1\n"
    )
    names["onde"] = await onde.keep(pupils.encode(), "", 2026, now, by=1)
    return names


async def sessions_of(tenant: Tenant, account: int) -> int:
    """Open two help sessions, the first with an appointment."""
    opened = []
    for ahead in (7, 14):
        day = tenant.now().date() + timedelta(days=ahead)
        row = HelpSession(
            day=day, begins=540, ends=600, slot=20, seats=2, place="Mairie", about="Aide"
        )
        opened.append(await booking.open_one(row, account))
    await booking.book(opened[0], 540, account, tenant.now())
    return opened[0]


async def lists_of() -> dict[str, str]:
    """Return a section of the commission of demonstration, one with a place, and a file to pin."""
    rows = await proposals.every(2)
    given, found = proposals.opened(rows[0])
    sections = desk.sections(given, found, {})
    waiting = min(found.assignments, key=lambda name: found.assignments[name] is not None)
    facility, group = sections[0]
    listed = desk.lines(given, found, sections[0], {})
    gives, age = desk.section_of(next(one for one in found.assignments.values() if one))
    return {
        "section": f"{facility}/{group}",
        "own_list": f"{facility}/commissions/2/liste/{group}",
        "own_file": f"{facility}/commissions/2/liste/{group}/{file_of(listed[0].application.id)}",
        "pinned": file_of(waiting),
        "holding": f"facility={gives}&group={age}",
    }


async def taken_over(now: datetime) -> int:
    """Keep what a list of families made: an activity that goes, and one that stays."""
    left = [Trace("Activité « Essai »", None, 0, {}), Trace("École Nulle-Part", School, 9_999, {})]
    counts = {"created": 12, "updated": 3, "same": 0, "refused": 1}
    await keeping.note("Ancien logiciel, juin 2026", "families", left, counts, now, None)
    return int((await undoing.last())[0].id)


async def campaigns_of(tenant: Tenant, by: int) -> dict[str, int]:
    """Write a campaign, and have another leave."""
    draft, now = drafts.Draft(("tous",), "Fermeture", "{bonjour},\n\nÀ bientôt."), tenant.now()
    kept, leaving = [await drafts.write(draft, by, now) for _ in range(2)]
    aimed = await recipients.aimed(("tous",), text.frame(), is_short=True)
    row = await drafts.one(leaving)
    await sending.launch(row, row.version, aimed, "Toutes les familles", by, now)
    return {"campaign": kept, "leaving": leaving}


async def files_of(account: Account) -> dict[str, Any]:
    """Send a crèche file in each state, and begin one."""
    names: dict[str, Any] = {
        state: await an_application(1, 2, 3, account=account.id, state=state)
        for state in ("submitted", "incomplete", "complete", "to_confirm", "withdrawn")
    }
    names["dormant"] = await an_application(
        1,
        account=account.id,
        state="dormant",
        child=Child(family_name="Payet", is_expected=True, due_on=date(2026, 12, 10)),
        entry=Entry(start_on=date(2027, 6, 7)),
    )
    names["draft"] = await an_application(
        1,
        2,
        account=account.id,
        state="draft",
        child=Child(given_name="Ana", family_name="Payet", born_on=BORN_ON, together=2),
        family=Family("Anne", "Hoarau", other_given_name="Luc", is_separated=True),
        custody=Custody("shared"),
    )
    return names


async def answered_of(account: Account, tenant: Tenant) -> dict[str, Any]:
    """Decide a commission of one file: it is offered a place, and its family contests."""
    day, now = date(2027, 6, 7), tenant.now()
    file = await an_application(
        1, account=account.id, state="complete", entry=Entry(start_on=day), week=Week(wished=1)
    )
    yesterday = now.date() - timedelta(days=1)
    days = Calendar(day, day, yesterday, now.date())
    number = await commissions.open_one(Told("Juin", days, 8), bytes(32), 1, now)
    row = await commissions.one(number)
    cells = dict.fromkeys(PLACES, 1)
    await supplies.declare(row, 1, cells, 0, 1, "facility", now)
    await Application.update({Application.complete_at: now - timedelta(days=2)}).where(
        Application.id == file
    )
    await examining.close(tenant, number, 1, now)
    row = await commissions.one(number)
    run = await proposing.run(tenant, row, Changes(), "", 1, now)
    await proposals.keep(number, run, 1, now)
    await deciding.decide(tenant, number, 1, now)
    offer, decision = await offers.live_of(file), await decisions.last_of(file)
    assert offer
    assert decision
    appeal = await appeals.contest(decision, file, "Un jour de trop.", account.id, "family", now)
    case = await cases.share(file, "C2", day, [1], 1, now)
    return {
        **{"answering": number, "answered": file, "offer": offer.id},
        **{"appeal": appeal, "case": case},
    }


async def swapped_of(account: Account, tenant: Tenant) -> dict[str, Any]:
    """Offer each other's place to children of two crèches: a yes is kept, another has not come, late."""
    day, now = date(2027, 6, 14), tenant.now()
    pins, hazel = await a_facility("Les Pins", places=10), await a_facility("Noisettes", places=10)
    mine = {}
    for name, lives, wants, slots in (
        *(("Ana", pins, hazel, 1), ("Bob", hazel, pins, 1)),
        *(("Dan", pins, hazel, 2), ("Eve", hazel, pins, 2)),
        *(("Fay", pins, hazel, 4), ("Guy", hazel, pins, 4)),
    ):
        child = Child(given_name=name, family_name="Payet", born_on=BORN_ON)
        before = await an_application(lives, account=account.id, state="withdrawn", child=child)
        stays = {"slots": slots, "first": now.date(), "born_on": BORN_ON, "source": "import"}
        await Contract.insert(Contract(facility=lives, application=before, **stays))
        asks = {"child": child, "entry": Entry(start_on=day), "week": Week(wished=slots)}
        mine[name] = await an_application(
            wants, lives, account=account.id, state="complete", **asks
        )
    await Application.update({Application.complete_at: now - timedelta(days=2)}).where(
        Application.id.is_in(list(mine.values()))
    )
    days = Calendar(day, day, now.date() - timedelta(days=1), now.date())
    number = await commissions.open_one(Told("Échanges", days, 8), bytes(32), 1, now)
    row = await commissions.one(number)
    for facility in (pins, hazel):
        await supplies.declare(row, facility, dict.fromkeys(PLACES, 0), 0, 1, "facility", now)
    await examining.close(tenant, number, 1, now)
    run = await proposing.run(tenant, await commissions.one(number), Changes(), "", 1, now)
    await proposals.keep(number, run, 1, now)
    await deciding.decide(tenant, number, 1, now)
    made = {name: await offers.live_of(file) for name, file in mine.items()}
    ana, dan, eve, *both = (
        one for name in ("Ana", "Dan", "Eve", "Fay", "Guy") if (one := made[name])
    )
    assert [await offering.accept(one, account.id, "family", now) for one in (ana, *both)] == [
        *(False, False, True)
    ]
    await Offer.update({Offer.reason: LATE}).where(Offer.id == eve.id)
    return {
        **{"kept_yes": mine["Ana"], "kept_offer": ana.id},
        **{"resting_offer": dan.id, "late_offer": eve.id, "moved_away": mine["Fay"]},
    }


async def decided(town: Town, names: dict[str, Any]) -> int:
    """Decide a commission: the first choice of one file is taken by others, its second is free."""
    others = ("submitted", "incomplete", "to_confirm", "withdrawn", "draft")
    files = [
        Asks(names["complete"], 70, (1, 2), (1023, 0b1111001111)),
        *(Asks(names[one], 80 - rank, (1,)) for rank, one in enumerate(others)),
    ]
    return await a_decided_commission(town, {1: 5, 2: 4}, files)


async def told_of(number: int, tenant: Tenant) -> dict[str, Any]:
    """Return what is written about a file to confirm: its link, its number, its receipt."""
    file = await applications.Application.objects().get(applications.Application.id == number)
    assert file
    asked = await renewing.last_asked(file.demande)
    assert asked
    proof = await applications.last_receipt(file.id)
    return {
        "confirmation": renewing.link_of(tenant, file, asked),
        "other": file.number,
        "receipt": f"/creche/recu?numero={file.number}&code={receipt.code(proof.code)}",
    }


async def written_of(account: Account) -> dict[str, Any]:
    """Give a paper, and write to the town hall with another."""
    paper = (await a_document(a_pdf(), account=account.id)).id
    joined = (await a_document(a_pdf(), account=account.id, kind="message")).id
    who = await inbox.family_of(account.id)
    told = inbox.Written("Bonjour,\n\nJe déménage.", joined)
    conversation = await inbox.open_with(who.account, "Adresse", None, told, who)
    return {"paper": paper, "conversation": conversation}


async def links_of(tenant: Tenant) -> dict[str, Any]:
    """Make a link of each kind that opens a page, and invite somebody to the team."""
    now = tenant.now()
    invited = await accounts.create_staff("new@mairie.test", "", [Grant("agent")], now)
    club = await accounts.create_staff("club@example.test", "Le club", [Grant("partner")], now)
    row = Share(
        account=club.id,
        kind="periscolaire.children",
        thing=1,
        label="Enfants inscrits : Cantine",
        shared_at=now,
        until=now.date() + timedelta(days=99),
    )
    return {
        "webhook": await told_program(tenant),
        "share": (await Share.insert(row).returning(Share.id))[0]["id"],
        "invited": invited.id,
        "sign_in": await links.make("sign_in", "axe@example.test", now),
        "new_email": await links.make("new_email", "n@example.test", now, "1"),
        "invitation": await links.make("invitation", invited.email, now),
        "activation": await links.make("invitation", "", now),
        "new_identity": await links.make("identity", "i@example.test", now, "t"),
        "letter": await links.make("activation", "l@example.test", now, "1"),
    }


async def told_program(tenant: Tenant) -> int:
    """Tell a program of what moves: one event taken, one given up, one that waits."""
    now = tenant.now()
    row, _ = await declaring.declare(
        "Portes", "https://logiciel.example.test/avis", ["creche.application.*"], now
    )
    for step, state in enumerate(("delivered", "given_up", "waiting"), start=1):
        kind = "creche.application.submit"
        sent = WebhookDelivery(webhook=row.id, step=step, event=f"evt_{step}", kind=kind, body="{}")
        sent.at = sent.since = sent.next_at = now
        sent.state, sent.answered = state, 204 if state == "delivered" else None
        sent.trouble = "too_slow" if state == "given_up" else ""
        await WebhookDelivery.insert(sent)
    return row.id


async def a_family_apart(tenant: Tenant, account: Account) -> dict[str, Any]:
    """Give a family a second parent elsewhere, a relative, a housemate and weeks to share."""
    me = await opened_as(account, tenant)
    day, now = tenant.now().date(), tenant.now()
    shared, other_child = [
        await households.add_child(me.household, name, "Payet", born_on=BORN_ON)
        for name in ("Léa", "Tom")
    ]
    housemate = await joining.invite(
        me, AdultEntry("Luc", "Hoarau"), FULL, [other_child], now, lives_here=True
    )
    parent = await joining.invite(
        me,
        AdultEntry("Alex", "Payet", "alex@example.test"),
        FULL,
        [shared],
        now,
        lives_here=False,
    )
    relative = Rights("relative", may_collect=True, until=day)
    await joining.invite(me, AdultEntry("Rose", "Payet"), relative, [shared], now, lives_here=False)
    held = await responsibilities.of_children([shared], day)
    school = await schools.write(None, "École des Palmes", None, is_open=True, by=account.id)
    await schools.send(shared, school, "CP B", by=account.id)
    known = (await households.adults_of(me.household))[0]
    again = AdultEntry(known.given_name, known.family_name, "", known.phone or "0699000000")
    await Adult.update({Adult.phone: again.phone}).where(Adult.id == known.id)
    twin = await households.create([again], None, now)
    sharing = Sharing(me.adult, parent, holidays="halves", first_half=parent)
    await asking.ask(me.household, account.id, "Nous déménageons.")
    custody = await custodies.propose(me, shared, sharing, day, now)
    await custodies.fire(custody, "accept", None)
    waiting = await custodies.propose(me, shared, sharing, day, now)
    return {
        **{"shared": shared, "other_child": other_child, "housemate": housemate},
        "custody": waiting.id,
        **{"household": me.household, "twin": twin, "school": school, "forgetting": 1},
        "held_parent": next(one.id for one in held if one.adult == parent),
        "held_relative": next(one.id for one in held if one.rights.kind == "relative"),
        "join": await links.make("join", "alex@example.test", now, str(parent)),
    }


async def opened_as(account: Account, tenant: Tenant) -> Person:
    """Return who an account is, in a session of their own."""
    session = OpenSession()
    await session.sign_in(account, tenant.now())
    assert session.row
    return await person(account, session.row.id, strong=False)


async def half_signed_in(town: Town, browser: Any) -> None:
    """Give the password of a member of staff, and not yet the code: whoever this is, is nobody."""
    kept = await passwords.hashed("un mot de passe assez long")
    with town.here() as tenant:
        one = await accounts.create_staff("b@mairie.test", "B", [Grant("agent")], tenant.now())
        await Account.update({Account.password: kept, Account.totp: "A" * 32}).where(
            Account.id == one.id
        )
    typed = {"email": "b@mairie.test", "password": "un mot de passe assez long"}
    answer = await browser.post("/connexion/mot-de-passe", data=typed)
    assert answer.headers["location"] == "/connexion/code"


async def code_typed(town: Town, browser: Any) -> None:
    """Type the code of a letter, in the same browser: its owner has now to give an address."""
    with town.here() as tenant:
        home = households.AddressEntry("2 rue des Lilas", "97400", "Alpha", None)
        entry = households.AdultEntry("Luc", "Payet")
        household = await households.create([entry], home, tenant.now())
        await households.add_child(household, "Zoé", "Payet", born_on=BORN_ON)
        (adult,) = await households.adults_of(household)
        (letter,) = await activation.write_letters([adult.id], "Tous", tenant.now())
    typed = {"code": letter.code, "born_on": BORN_ON.isoformat()}
    answer = await browser.post("/activation", data=typed)
    assert answer.headers["location"] == "/activation/adresse"


async def come_from_france_connect(town: Town, browser: Any) -> None:
    """Turn what the State offers on, and let a newcomer come back from FranceConnect."""
    file = town.app.platform.folder / "alpha.toml"
    told = 'on = true\nclient = "c"\nsecret = "s"\nissuer = "http://127.0.0.1:9"\n'
    more = 'sirets = ["21440109300015"]\n'
    state = (
        'on = true\ntoken = "t"\nrecipient = "22222222222222"\nfranceconnect = true\n'
        'asks = ["quotient", "resources", "schooling"]\n'
    )
    file.write_text(
        f"{file.read_text()}\n[franceconnect]\n{told}\n[proconnect]\n{told}{more}"
        f"\n[particulier]\n{state}"
    )
    with town.here() as tenant:
        now = tenant.now()
        session, _ = await opened_session(browser.cookies["session"], now)
        who = Who("franceconnect", "c", "1" * 64)
        until = (now + newcomers.LIFE).isoformat()
        pivot = Pivot("Angela", "DUBOIS", born="1962-08-24")
        newcomers.keep(session, newcomers.Newcomer(who, pivot, "t", until))
        await session.save(now)


async def opened(browser: Any) -> str:
    """Open a file, and return its number."""
    answer = await browser.post("/creche/demandes/nouvelle")
    return str(answer.headers["location"].split("/")[3])
