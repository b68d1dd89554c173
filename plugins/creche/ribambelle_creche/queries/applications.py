"""The families' files: whose they are, what they say, what became of them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from piccolo.custom_types import Combinable

from ribambelle import tenants, workflow
from ribambelle.database import locks, transaction
from ribambelle.errors import NotYours
from ribambelle.identity import Person, households, responsibilities
from ribambelle.identity.households import MovedOut
from ribambelle.identity.tables import Account, Adult
from ribambelle.workflow import journal
from ribambelle.workflow.declaration import Side
from ribambelle.workflow.followed import Followed
from ribambelle.workflow.tables import Demande
from ribambelle_creche.domain.dossier import (
    Address,
    Dossier,
    Family,
    Wishes,
    decode,
    digest,
    encode,
)
from ribambelle_creche.domain.facility import standing
from ribambelle_creche.queries import desks
from ribambelle_creche.tables import Application, Evidence, Receipt, Wish
from ribambelle_creche.workflow import CHANGEABLE, CODE, LIVING

OWED = Evidence.seen_at.is_null() | Evidence.again_by.is_not_null()
"""A proof to be shown: nobody saw it, or the one that was seen is too old."""
FILERS = ("agent", "admin", "creche_desk", "creche_manager")


@dataclass(frozen=True)
class Mine:
    """A file, for somebody who may fill it in: the family, or staff on its behalf."""

    application: Application
    dossier: Dossier
    state: str
    side: Side

    @property
    def id(self) -> int:
        """The id of the file."""
        return self.application.id

    @property
    def is_draft(self) -> bool:
        """Tell whether the file was never sent."""
        return self.state == "draft"

    @property
    def lives(self) -> bool:
        """Tell whether the file was sent and still counts."""
        return self.state in LIVING

    @property
    def may_change(self) -> bool:
        """Tell whether what the file asks may still be changed."""
        return self.is_draft or self.state in CHANGEABLE

    @property
    def for_whom(self) -> str:
        """The family staff types for; empty when the family types itself."""
        if self.side == "family":
            return ""
        return called(self.dossier)


def side_of(person: Person) -> Side:
    """Return on which side of the counter somebody fills a file in."""
    if person.is_family:
        return "family"
    return "facility" if not person.holds("agent", "admin", "creche_desk") else "office"


async def open_draft(person: Person, now: datetime, facility: int = 0, desk: int = 0) -> int:
    """Open a file for a family, or for staff on a family's behalf; raises NotYours for others.

    :param facility: the crèche whose director types: the first wish, until it is changed.
    :param desk: the counter that receives the file; 0 for the first of this person's.
    """
    if person.is_staff and not (person.strong and person.holds(*FILERS)):
        raise NotYours
    if facility and facility not in person.numbers("creche_manager", "creche.facility"):
        raise NotYours
    if desk and desk not in await desks_open_to(person):
        raise NotYours
    dossier = await known_answers(person)
    if facility:
        dossier = msgspec.structs.replace(dossier, wishes=Wishes((facility,)))
    side = side_of(person)
    async with transaction():
        demande = await workflow.start(CODE, side=side, account=person.account)
        row = Application(
            number=f"C-{1000 + demande}",
            demande=demande,
            account=person.account if person.is_family else None,
            entered_by=person.account if person.is_staff else None,
            desk=desk or next(iter(person.numbers("creche_desk", "creche.desk")), None),
            channel="office" if person.behalf else side,
            answers=encode(dossier),
            created_at=now,
        )
        return int((await Application.insert(row).returning(Application.id))[0]["id"])


async def desks_open_to(person: Person) -> dict[int, str]:
    """Return the counters at which this person may receive a file, by number."""
    if not person.holds("agent", "admin", "creche_desk"):
        return {}
    every = await desks.names()
    if person.holds("agent", "admin"):
        return every
    own = person.numbers("creche_desk", "creche.desk")
    return {number: name for number, name in every.items() if number in own}


async def known_answers(person: Person) -> Dossier:
    """Return what a family already told: in its last file, and of itself in the register since.

    Brothers and sisters reuse the file; what the register says now comes first.
    """
    if person.is_staff:
        return Dossier()
    last = (
        await Application.select(Application.answers)
        .where((Application.account == person.account) & Application.submitted_at.is_not_null())
        .order_by(Application.id, ascending=False)
        .first()
    )
    told = decode(last["answers"]) if last else Dossier()
    return Dossier(
        family=await _registered(person, told.family),
        custody=told.custody,
        address=await _living_at(person, told.address),
        situation=told.situation,
        home=told.home,
        resources=told.resources,
    )


async def _registered(person: Person, told: Family | None) -> Family | None:
    adult = await Adult.objects().get(Adult.id == person.adult) if person.adult else None
    if adult is None:
        return told
    return msgspec.structs.replace(
        told or Family(),
        given_name=adult.given_name,
        family_name=adult.family_name,
        phone=adult.phone or (told or Family()).phone,
        email=(told.email if told else "") or person.email,
    )


async def _living_at(person: Person, told: Address | None) -> Address | None:
    home = await households.address_of(person.household) if person.household else None
    if home is None:
        return told
    quartier = home.quartier.id if home.quartier else None
    return Address(home.line, home.postcode, home.city, quartier)


async def mine(person: Person, number: int) -> Mine:
    """Return a file this person may fill in, or behave as if it did not exist."""
    found = await Application.objects(Application.demande).get(Application.id == number)
    if found is None or not (_may_fill(person, found) or await _told_to(person, found)):
        raise NotYours
    state: str = found.demande.state
    return Mine(found, decode(found.answers), state, side_of(person))


def _may_fill(person: Person, file: Application) -> bool:
    if person.is_family:
        return file.account is not None and file.account == person.account
    if not person.strong:
        return False
    if file.account is not None and file.submitted_at is None:
        return False  # a family's draft is its own until it is sent
    if person.holds("agent", "admin"):
        return True
    if person.holds("creche_desk") and file.submitted_at is not None:
        desks = person.numbers("creche_desk", "creche.desk")
        if file.desk is None or file.desk in desks:
            return True
    return person.holds(*FILERS) and file.entered_by == person.account


async def _of_family(person: Person) -> Combinable:
    """Return the files of a family: those it sent, and those a counter typed for its address.

    The second kind follows the address: a counter that mistyped it takes the file back by
    correcting it. Reading a mailbox is what signs a family in, so its address is proved.

    Parents who live together share what was sent for their child; who lives elsewhere never reads
    an address, an income or a wish of the other's household.
    """
    mine: Combinable = Application.account == person.account
    if person.email:  # whoever the counter acts for without an address claims no other's file
        told = Adult.select(Adult.household).where(
            (Adult.rank == 1) & (Adult.email == person.email)
        )
        typed = Application.account.is_null() & Application.submitted_at.is_not_null()
        mine |= typed & Application.household.is_in(told)
    if not person.household:
        return mine
    day = tenants.current().now().date()
    held = await responsibilities.of_adult(person.adult, day)
    children = [one.child for one in held if one.rights.has_authority]
    together = Application.submitted_at.is_not_null() & (Application.household == person.household)
    return mine | (together & Application.child.is_in(children or [0]))


async def _told_to(person: Person, file: Application) -> bool:
    if not person.is_family:
        return False
    return bool(
        await Application.exists().where((Application.id == file.id) & await _of_family(person))
    )


async def of_the_other_parent(person: Person) -> list[dict[str, Any]]:
    """Return where the files stand that another household sent for this parent's children.

    Parental authority gives a right to follow, and no more: no number, wish, address or income.
    """
    if not person.adult:
        return []
    day = tenants.current().now().date()
    held = await responsibilities.of_adult(person.adult, day)
    children = [one.child for one in held if one.rights.has_authority]
    mine = {row["id"] for row in await of_family(person)}
    rows = (
        await Application.select(
            Application.id,
            Application.child_name,
            Application.demande.state.as_alias("state"),
        )
        .where(Application.child.is_in(children or [0]), Application.submitted_at.is_not_null())
        .where(Application.demande.state.is_in(list(LIVING)))
        .order_by(Application.id, ascending=False)
    )
    return [row for row in rows if row["id"] not in mine]


async def follow(told: MovedOut) -> None:
    """Take the files of an adult who moves out along: the one who stays no longer reads them."""
    if told.account is not None:
        await Application.update({Application.household: told.target}).where(
            Application.account == told.account
        )
    if told.was_first:  # the one the counter typed for, whether they gave an address or not
        await Application.update({Application.household: told.target}).where(
            Application.account.is_null() & (Application.household == told.source)
        )


async def save(number: int, block: str, answer: msgspec.Struct, now: datetime) -> Dossier:
    """Keep the answer to one step, and return the file; what another window kept stays."""
    async with transaction():
        await locks.advisory(f"creche.file:{number}")
        found = await Application.objects(Application.demande).get(Application.id == number)
        if found is None:
            raise NotYours
        dossier = msgspec.structs.replace(decode(found.answers), **{block: answer})
        await Application.update({Application.answers: encode(dossier)}).where(
            Application.id == number
        )
        await Demande.update({Demande.changed_at: now}).where(
            (Demande.id == found.demande.id) & (Demande.state == "draft")
        )
    return dossier


async def of_family(person: Person) -> list[dict[str, Any]]:
    """Return the files of a family, the latest first, with where each stands."""
    return (
        await Application.select(
            Application.id,
            Application.number,
            Application.child_name,
            Application.submitted_at,
            Application.created_at,
            Application.confirm_by,
            Application.demande.state.as_alias("state"),
        )
        .where(await _of_family(person))
        .order_by(Application.id, ascending=False)
    )


async def followed(person: Person) -> list[Followed]:
    """Return the files a family sent, as a message may speak of them."""
    rows = (
        await Application.select(Application.id, Application.number, Application.demande)
        .where(await _of_family(person), Application.submitted_at.is_not_null())
        .order_by(Application.id, ascending=False)
    )
    return [
        Followed(
            demande=row["demande"],
            label=f"Demande de crèche {row['number']}",
            href=f"/creche/demandes/{row['id']}",
            office_href=f"/bureau/creche/demandes/{row['id']}",
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Entered:
    """A file somebody of the staff typed for a family, and where it stands."""

    id: int
    number: str
    state: str
    created_at: datetime
    child_name: str
    for_whom: str


async def entered_by(account: int, *states: str) -> list[Entered]:
    """Return the files a member of staff typed, in these states or in all, the latest first."""
    question = (
        Application.select(
            Application.id,
            Application.number,
            Application.child_name,
            Application.created_at,
            Application.answers,
            Application.demande.state.as_alias("state"),
        )
        .where(Application.entered_by == account)
        .order_by(Application.id, ascending=False)
        .limit(200)
    )
    if states:
        question = question.where(Application.demande.state.is_in(list(states)))
    rows = await question
    return [
        Entered(
            id=row["id"],
            number=row["number"],
            state=row["state"],
            created_at=row["created_at"],
            child_name=row["child_name"],
            for_whom=called(decode(row["answers"])),
        )
        for row in rows
    ]


def called(dossier: Dossier) -> str:
    """Return how staff speak of the family they type for.

    >>> called(Dossier(family=Family("Anne", "Hoarau"))), called(Dossier())
    ('la famille Hoarau', 'une famille')
    """
    name = (dossier.family or Family()).family_name
    return f"la famille {name}" if name else "une famille"


async def attach(number: int, household: int | None, account: int) -> None:
    """Say which household a draft typed at the counter is for; None for one not known yet."""
    async with transaction():
        await Application.update({Application.household: household}).where(
            (Application.id == number) & Application.submitted_at.is_null()
        )
        await journal.record(
            "creche.family_attached",
            f"creche.application:{number}",
            account=account,
            side="office",
            household=household or 0,
        )


async def child_of(file: Mine, person: Person) -> int | None:
    """Return the child of the register a file is about; before it is sent, the one it names."""
    if file.application.child is not None:
        return int(file.application.child)
    named = file.dossier.child
    if named is None or named.is_expected or not person.household:
        return None
    names = named.given_name, named.family_name
    return await households.same_child(person.household, *names, named.born_on, None)


async def wishes(number: int) -> list[dict[str, Any]]:
    """Return the crèches a sent file names, in order; one that closed since says so."""
    rows = (
        await Wish.select(
            *(Wish.rank, Wish.facility, Wish.facility.name.as_alias("name")),
            Wish.facility.is_open.as_alias("is_open"),
        )
        .where(Wish.application == number)
        .order_by(Wish.rank)
    )
    return [row | {"name": standing(row["name"], is_open=row["is_open"])} for row in rows]


async def unseen_proofs(number: int) -> list[str]:
    """Return the codes of the proofs to be shown, once or again, in the commune's order."""
    rows = (
        await Evidence.select(Evidence.kind)
        .where((Evidence.application == number) & OWED)
        .order_by(Evidence.id)
    )
    return [row["kind"] for row in rows]


async def proofs_again(number: int) -> dict[str, date]:
    """Return the proofs asked for again, each with the last day the one that was seen counts."""
    rows = (
        await Evidence.select(Evidence.kind, Evidence.again_by)
        .where((Evidence.application == number) & Evidence.again_by.is_not_null())
        .order_by(Evidence.id)
    )
    return {row["kind"]: row["again_by"] for row in rows}


async def receipts(number: int) -> list[Receipt]:
    """Return the receipts of a file, the last one first."""
    return (
        await Receipt.objects()
        .where(Receipt.application == number)
        .order_by(Receipt.version, ascending=False)
    )


async def receipt(number: int) -> Receipt:
    """Return one receipt by its id."""
    found = await Receipt.objects().get(Receipt.id == number)
    if found is None:
        raise NotYours
    return found


async def last_receipt(number: int) -> Receipt:
    """Return the receipt of what was last sent, or NotYours when nothing was."""
    found = await receipts(number)
    if not found:
        raise NotYours
    return found[0]


async def is_changed(number: int, dossier: Dossier) -> bool:
    """Tell whether a sent file was written in since, down to a telephone number."""
    found = await receipts(number)
    if not found:
        return False
    told: dict[str, object] = msgspec.json.decode(found[0].content)
    return told.get("answers") != digest(dossier)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads what is written about a file."""

    name: str
    email: str
    account: int | None


async def reader(file: Application) -> Reader | None:
    """Return to whom one may write about a file: the adult who filed, else the account's address.

    None when the family gave no address at all: somebody has to call.
    """
    first = (Adult.household == (file.household or 0)) & (Adult.rank == 1)
    adult = await Adult.objects().get(
        Adult.account == file.account if file.account else first
    ) or await Adult.objects().get(first)
    email, name = (adult.email, adult.given_name) if adult else ("", "")
    if not email and file.account:
        account = await Account.select(Account.email).where(Account.id == file.account).first()
        email = account["email"] if account else ""
    return Reader(name, email, file.account) if email else None


async def receipts_of(number: str) -> list[Receipt]:
    """Return every receipt of a file known by the number said on the phone."""
    return await Receipt.objects().where(Receipt.application.number == number)
