"""Two parents, whatever happens between them in whatever order, and all that each can open."""

import json
import random
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from zipfile import ZipFile

import httpx
from tests.core.documents.builders import a_document
from tests.core.documents.papers import a_pdf
from tests.creche.builders import BORN_ON, an_application
from tests.paiement_tresor.builders import a_bill, insert
from tests.periscolaire.builders import THURSDAY, Canteen, a_canteen, enrol, settle
from tests.proofs.probing import text_of

from ribambelle.documents.tables import Document
from ribambelle.identity import Person
from ribambelle.identity.tables import Account, Adult, Child, Custody, Responsibility
from ribambelle.messages.tables import Conversation
from ribambelle.privacy import exporting
from ribambelle.testing import Town
from ribambelle_creche.domain import dossier
from ribambelle_creche.tables import Application
from ribambelle_paiement_tresor import till
from ribambelle_paiement_tresor.tables import Invoice, Payer
from ribambelle_paiement_tresor.till import Taken
from ribambelle_periscolaire.queries import means
from ribambelle_periscolaire.tables import Claim, Enrolment, Situation

CASHIER = Person(1, 0, "", "Brigitte", "staff", strong=True)
MONTH = THURSDAY.strftime("%Y-%m")
PAGES = (
    *("/agenda", "/famille/actes", "/messages", "/messages/nouveau", "/paiement/prelevement"),
    *("/periscolaire", "/periscolaire/semaine", f"/periscolaire/semaine/{THURSDAY}"),
    *(f"/periscolaire/mois/{MONTH}", "/periscolaire/annee/2026", "/periscolaire/semaine-type"),
    *("/periscolaire/inscription", "/periscolaire/quotient", "/periscolaire/offres"),
    *("/periscolaire/absence", "/periscolaire/ouvertures"),
    *("/", "/famille", "/famille/moi", "/famille/adresse", "/famille/verifier", "/documents"),
    *("/compte", "/creche/demandes", "/creche/demandes/nouvelle"),
    *("/paiement/factures", "/paiement/compte", "/paiement/attestations"),
)
PAPERS = ("", "/pdf", "/avis")
"""What an invoice opens; its certificate is asked apart, as it is printed."""
OF_ENROLMENT = ("", "/etape/sante", "/etape/contacts", "/etape/ecole", "/verification")
OF_FILE = (
    "",
    "/recu",
    "/verification",
    "/etapes",
    "/etape/ressources",
    "/etape/adresse",
    "/retirer",
)


@dataclass
class Parent:
    """One of the two: a browser, and every word that only this parent ever typed."""

    name: str
    email: str
    browser: httpx.AsyncClient
    words: set[str] = field(default_factory=set)
    feed: str = ""
    """The secret address of this parent's calendar."""


@dataclass
class Couple:
    """Anne and Alex in one commune; `told` is the order of events, for whoever reads a failure."""

    town: Town
    draw: random.Random
    number: int
    anne: Parent
    alex: Parent
    canteen: Canteen
    told: list[str] = field(default_factory=list)

    @property
    def both(self) -> tuple[Parent, Parent]:
        """The two, in order."""
        return self.anne, self.alex

    def word(self, who: Parent) -> str:
        """Return a word that appears nowhere else, typed by this parent."""
        made = f"Zq{who.name}{self.number}x{len(who.words)}k"
        who.words.add(made)
        return made


async def a_couple(town: Town, number: int) -> Couple:
    """Return two adults who are nothing to each other yet; Anne has a child."""
    draw = random.Random(number)
    anne, alex = (
        Parent(name, f"{name}{number}@example.test".lower(), httpx.AsyncClient())
        for name in ("Anne", "Alex")
    )
    anne.browser, alex.browser = await town.family(anne.email), await town.family(alex.email)
    settle(town)
    with town.here():
        canteen = await a_canteen(code=f"cantine{number}")
    made = Couple(town, draw, number, anne, alex, canteen)
    for one in made.both:
        found = re.search(
            r"(/agenda/flux/[\w-]+\.ics)", (await one.browser.post("/agenda/flux")).text
        )
        assert found
        one.feed = found[1]
    await named(made, anne)
    await moved(made, anne)
    child = {"given_name": f"Lea{number}", "family_name": "P", "born_on": "2026-03-14"}
    await anne.browser.post("/famille/enfants/ajouter", data=child)
    with town.here():
        for one in await children_of(made):
            await enrol(int(one), canteen.activity)
    return made


async def named(couple: Couple, who: Parent) -> None:
    """Say one's name: the phone number is a secret of its own."""
    own = 2 * len(who.words) + (who is couple.alex)
    digits = f"06{couple.number:04d}{own:04d}"
    form = {"given_name": who.name, "family_name": f"P{couple.number}", "phone": digits}
    if (await who.browser.post("/famille/moi", data=form)).status_code == 303:
        who.words.add(" ".join(digits[at : at + 2] for at in range(0, 10, 2)))


async def moved(couple: Couple, who: Parent) -> None:
    """Give a new address."""
    form = {"line": couple.word(who), "postcode": "97400", "city": "Alpha"}
    await who.browser.post("/famille/adresse", data=form)


async def invited(couple: Couple, who: Parent, here: str = "") -> None:
    """Add the other parent, here or elsewhere, and have them follow the link."""
    other = couple.alex if who is couple.anne else couple.anne
    form = {
        **{"kind": "parent", "given_name": other.name, "family_name": f"P{couple.number}"},
        **{"email": other.email, "has_authority": "oui"},
        "lives_here": here or couple.draw.choice(("oui", "oui", "non")),
    }
    children = await children_of(couple)
    sent = await who.browser.post("/famille/adultes/ajouter", data={**form, "children": children})
    if sent.status_code == 303 and sent.headers["location"] == "/famille":
        link = await couple.town.link(other.email)
        if "/famille/invitation/" in link:
            await other.browser.post(link)


async def entrusted(couple: Couple, who: Parent) -> None:
    """Add a relative."""
    form = {"kind": "relative", "given_name": "Rose", "family_name": "G", "rights": "collect"}
    await who.browser.post("/famille/adultes/ajouter", data=form)


async def filed(couple: Couple, who: Parent) -> None:
    """Send a crèche file: an address, an income, a telephone."""
    with couple.town.here():
        account = await Account.objects().get(Account.email == who.email)
        assert account
        cents = 1_000_000 + couple.draw.randrange(1_000, 980_000) * 100
        euros = f"{cents // 100:,}".replace(",", " ")
        who.words |= {euros, euros.replace(" ", " "), euros.replace(" ", "")}
        separated = couple.draw.random() < 0.5
        await an_application(
            account=account.id,
            custody=dossier.Custody("here") if separated else None,
            situation=dossier.Situation("employed", other_work="employed"),
            child=dossier.Child(given_name=f"Lea{couple.number}", family_name="P", born_on=BORN_ON),
            family=dossier.Family(
                who.name,
                f"P{couple.number}",
                "0692000000",
                who.email,
                other_given_name="X",
                other_family_name="Y",
                is_separated=separated,
            ),
            address=dossier.Address(couple.word(who), "97400", "Alpha"),
            resources=dossier.Resources(annual_resources_cents=cents),
        )


async def gave(couple: Couple, who: Parent) -> None:
    """Give a paper."""
    with couple.town.here():
        account = await Account.objects().get(Account.email == who.email)
        assert account
        await a_document(a_pdf(), account=account.id)


async def parted(couple: Couple, who: Parent, gone: Parent | None = None) -> None:
    """Say that one of the two no longer lives here."""
    gone = gone or couple.draw.choice(couple.both)
    if adult := await adult_of(couple, gone):
        await who.browser.post(f"/famille/adultes/{adult.id}/depart")


async def shared(couple: Couple, who: Parent) -> None:
    """Propose to share the weeks; the other answers, or a judgment does."""
    other = couple.alex if who is couple.anne else couple.anne
    weeks = {
        **{"even": couple.draw.choice(("me", "other")), "changes_on": "4", "changes": "evening"},
        "starts_on": "2026-11-25",
    }
    for child in await children_of(couple):
        sent = await who.browser.post(f"/famille/enfants/{child}/garde", data=weeks)
        if sent.status_code == 303:
            act = couple.draw.choice(("accepter", "refuser", "jugement", ""))
            page = sent.headers["location"]
            if act == "jugement":
                paper = {"file": ("j.pdf", a_pdf(), "application/pdf")}
                await who.browser.post(f"{page}/jugement", files=paper)
            elif act:
                await other.browser.post(f"{page}/{act}")


async def billed(couple: Couple, who: Parent) -> None:
    """Have a month billed to one of the two, and paid by them or not: all in it is theirs alone."""
    adult = await adult_of(couple, who)
    if adult is None:
        return
    (child, *_) = [int(one) for one in await children_of(couple)]
    with couple.town.here() as tenant:
        found = await Payer.objects().get(Payer.adult == adult.id)
        payer = int(found.id) if found else await insert(Payer(adult=adult.id))
        recipient = json.dumps([who.name, couple.word(who), "97400", "Alpha"])
        cents = 1_000 + couple.draw.randrange(9_000)
        bill = await a_bill(payer, cents, couple.word(who), recipient, child)
        if couple.draw.random() < 0.5:
            cash = Taken(payer, "regie", "cash", cents, (bill,), couple.word(who))
            await till.take(tenant, CASHIER, cash)


async def counted(couple: Couple, who: Parent) -> None:
    """Give a quotient familial with its proof; the town hall keeps it, or has not looked yet."""
    number = 10_000 + len(who.words) % 100 + 100 * couple.draw.randrange(100)
    proof = {"file": ("caf.pdf", a_pdf(), "application/pdf")}
    sent = await who.browser.post(
        "/periscolaire/quotient", data={"quotient_familial": str(number)}, files=proof
    )
    if sent.status_code != 303:
        return
    who.words |= quotient(number)
    adult = await adult_of(couple, who)
    assert adult
    with couple.town.here() as tenant:
        day, household = tenant.now().date(), int(adult.household)
        if couple.draw.random() < 0.5 and await means.on(household, day) is None:
            situation = Situation(
                household=household,
                first=day,
                quotient_familial=number,
                source="proof",
                written_at=tenant.now(),
            )
            await means.write(situation)


def quotient(number: int) -> set[str]:
    """Return a quotient as a page writes it."""
    return {f"{number:,}".replace(",", " "), f'value="{number}"'}


async def booked(couple: Couple, who: Parent) -> None:
    """Book, or give back, a day of canteen for the child."""
    for child in await children_of(couple):
        unit = f"{child}.{couple.canteen.unit}.{THURSDAY}"
        form = {"jour": unit, "avant": "", "cle": couple.word(who)}
        await who.browser.post(f"/periscolaire/semaine/{THURSDAY}", data=form)


async def wrote(couple: Couple, who: Parent) -> None:
    """Write to the town hall."""
    form = {"subject": couple.word(who), "text": couple.word(who)}
    await who.browser.post("/messages", files={key: (None, form[key]) for key in form})


Event = Callable[[Couple, Parent], Awaitable[None]]
"""Something one of the two does."""
EVENTS: tuple[Event, ...] = (
    *(invited, invited, parted, parted, moved, named, filed, filed, gave, shared, entrusted),
    *(billed, counted, counted, booked, wrote),
)


async def children_of(couple: Couple) -> list[str]:
    """Return the numbers of the couple's children."""
    with couple.town.here():
        rows = await Child.select(Child.id).where(Child.given_name == f"Lea{couple.number}")
    return [str(row["id"]) for row in rows]


async def adult_of(couple: Couple, who: Parent) -> Adult | None:
    """Return a parent in the register, once they are in it."""
    with couple.town.here():
        account = await Account.objects().get(Account.email == who.email)
        assert account
        return await Adult.objects().get(Adult.account == account.id)


async def are_apart(couple: Couple) -> bool:
    """Tell whether the two have different households, or none."""
    one, two = await adult_of(couple, couple.anne), await adult_of(couple, couple.alex)
    return one is None or two is None or one.household != two.household


async def paths_of(couple: Couple) -> list[str]:
    """Return the pages of all that the two have between them: children, weeks, papers, files."""
    children = [int(number) for number in await children_of(couple)]
    with couple.town.here():
        rows = await Account.select(Account.id).where(
            Account.email.is_in([one.email for one in couple.both])
        )
        accounts = [row["id"] for row in rows]
        custodies = await Custody.select(Custody.id).where(Custody.child.is_in(children))
        held = await Responsibility.select(Responsibility.id).where(
            Responsibility.child.is_in(children)
        )
        papers = await Document.select(Document.id).where(Document.account.is_in(accounts))
        bills = await Invoice.select(Invoice.id).where(Invoice.payer.adult.account.is_in(accounts))
        files = await Application.select(Application.id).where(Application.account.is_in(accounts))
        asked = await Enrolment.select(Enrolment.id).where(Enrolment.child.is_in(children))
        letters = await Conversation.select(Conversation.id).where(
            Conversation.account.is_in(accounts)
        )
    return [
        *(f"/famille/enfants/{number}/garde" for number in children),
        *(f"/famille/garde/{row['id']}" for row in custodies),
        *(f"/famille/liens/{row['id']}" for row in held),
        *(f"/documents/{row['id']}" for row in papers),
        *(f"/messages/{row['id']}" for row in letters),
        *(f"/periscolaire/inscription/{row['id']}{part}" for row in asked for part in OF_ENROLMENT),
        *(f"/paiement/factures/{row['id']}{part}" for row in bills for part in PAPERS),
        *(f"/creche/demandes/{row['id']}{part}" for row in files for part in OF_FILE),
    ]


async def all_that(couple: Couple, who: Parent) -> dict[str, str]:
    """Return every page this parent may open, by path, and every message they received."""
    found = {}
    for path in [who.feed, *PAGES, *await paths_of(couple)]:
        answer = await who.browser.get(path)
        if answer.status_code == 200:
            found[path] = plain(text_of(answer))
    await couple.town.work()
    for mail in await couple.town.mail(who.email):
        found[f"mail {mail.id}"] = mail.subject + mail.text
    return found


async def printed(couple: Couple, who: Parent) -> dict[str, str]:
    """Return the certificates a parent may print, by path: they take time, and are read at the end."""
    bills = [
        path for path in await paths_of(couple) if re.fullmatch(r"/paiement/factures/\d+", path)
    ]
    found = {}
    for path in ["/paiement/attestations/2026", *(f"{path}/attestation" for path in bills)]:
        answer = await who.browser.post(path)
        if answer.status_code == 200:
            found[path] = plain(text_of(answer))
    return found


def plain(text: str) -> str:
    """Return a text with the spaces of a keyboard."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


async def leaks(couple: Couple, *, copies: bool = False) -> list[str]:
    """Return what one parent can read of the other while they live apart; nothing, if all is well.

    `copies` also reads what each would take away of all its data.
    """
    if not await are_apart(couple):
        return []
    found = []
    for reader, other in (couple.both, couple.both[::-1]):
        pages = await all_that(couple, reader) | await printed(couple, reader)
        pages |= await taken_away(couple, reader) if copies else {}
        own = await papers_of(couple, reader)
        # an address and a quotient the two shared are still the reader's own
        shown_to_all = {await address_of(couple, reader), *await quotients_of(couple, reader)}
        for path, text in pages.items():
            words = {word for word in other.words if word in text} - shown_to_all
            if words:
                found.append(f"{reader.name} reads {words} on {path}")
            if path.startswith("/documents/") and path not in own:
                found.append(f"{reader.name} opens {path}")
    return found


async def taken_away(couple: Couple, who: Parent) -> dict[str, str]:
    """Return what a parent's copy of all its data says."""
    adult = await adult_of(couple, who)
    if adult is None:
        return {}
    with couple.town.here() as tenant:
        file = tenant.folder / "copie.zip"
        await exporting.household(int(adult.household), file)
    with ZipFile(file) as out:
        told = out.read("donnees.json").decode()
    file.unlink()
    return {"la copie de ses données": told}


async def papers_of(couple: Couple, who: Parent) -> set[str]:
    """Return the paths of the papers this parent gave."""
    with couple.town.here():
        account = await Account.objects().get(Account.email == who.email)
        assert account
        rows = await Document.select(Document.id).where(Document.account == account.id)
    return {f"/documents/{row['id']}" for row in rows}


async def address_of(couple: Couple, who: Parent) -> str:
    """Return the line of a parent's present address."""
    from ribambelle.identity import households

    adult = await adult_of(couple, who)
    with couple.town.here():
        found = await households.address_of(int(adult.household)) if adult else None
    return found.line if found else ""


async def quotients_of(couple: Couple, who: Parent) -> Iterable[str]:
    """Return the quotients of a parent's present home, as pages write them."""
    adult = await adult_of(couple, who)
    home = int(adult.household) if adult and adult.household else 0
    with couple.town.here():
        told = await Claim.select(Claim.quotient_familial).where(Claim.household == home)
        kept = await Situation.select(Situation.quotient_familial).where(
            Situation.household == home
        )
    return {word for row in (*told, *kept) for word in quotient(row["quotient_familial"])}
