"""Which papers are whose, which wait for an agent, and who opened them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from piccolo.custom_types import Combinable

from ribambelle.documents.tables import Document
from ribambelle.documents.types import ATTACHED
from ribambelle.documents.uses import Actor
from ribambelle.errors import NotYours
from ribambelle.identity import Person
from ribambelle.identity.tables import Account, Adult
from ribambelle.workflow import journal
from ribambelle.workflow.tables import JournalLine

OFFICE = ("agent", "admin")
OPENED = "document.opened"
PAPERS = Document.kind != ATTACHED
"""What a conversation carries is nobody's to check: its own pages show it."""
ONCE_PER = timedelta(minutes=10)
"""Pages of one paper looked at one after the other are one opening."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Somebody opened a paper."""

    account: int
    name: str
    is_staff: bool
    at: datetime


def actor(person: Person) -> Actor:
    """Return who acts, on which side."""
    if person.behalf is not None:
        return Actor(person.behalf.staff, "family" if person.behalf.by_mandate else "office")
    return Actor(person.account, "office" if person.is_staff else "family")


async def mine(account: int) -> list[Document]:
    """Return the papers of a family, the latest first."""
    return (
        await Document.objects()
        .where((Document.account == account) & PAPERS)
        .order_by(Document.id, ascending=False)
    )


async def of_person(person: Person, number: int) -> Document:
    """Return a paper of this family, or any for who checks them; it does not exist for others."""
    found = await Document.objects().get(Document.id == number)
    if found is None or found.kind == ATTACHED or not _may_see(person, found):
        raise NotYours
    return found


def _may_see(person: Person, document: Document) -> bool:
    if person.is_family:
        return document.account == person.account
    return person.strong and person.holds(*OFFICE)


async def in_state(state: str, *, held: bool = False, limit: int = 200) -> list[Document]:
    """Return the papers in a state, who waits for longest first; the others, the latest first."""
    waits = state == "to_check"
    return (
        await Document.objects()
        .where((Document.state == state) & (Document.is_held == held) & PAPERS)
        .order_by(Document.given_at, ascending=waits)
        .order_by(Document.id, ascending=waits)
        .limit(limit)
    )


async def to_check() -> int:
    """Return how many papers wait for an agent."""
    return int(await Document.count().where(_waits()))


async def next_to_check(after: int = 0) -> Document | None:
    """Return the paper that has waited for longest, or the one that follows another in turn.

    After the last comes the first again: who leaves a paper for later will meet it again.
    """
    waiting = Document.objects().where(_waits()).order_by(Document.given_at, Document.id)
    left = await Document.objects().get(Document.id == after) if after else None
    if left is not None:
        is_later = (Document.given_at > left.given_at) | (
            (Document.given_at == left.given_at) & (Document.id > left.id)
        )
        if found := await waiting.where(is_later).first():
            return found
    return await Document.objects().where(_waits()).order_by(Document.given_at, Document.id).first()


def _waits() -> Combinable:
    return (Document.state == "to_check") & Document.is_held.eq(False) & PAPERS


async def refused(account: int) -> list[Document]:
    """Return the papers a family has to send again."""
    return await Document.objects().where(
        (Document.account == account) & (Document.state == "refused") & PAPERS
    )


async def whose(documents: list[Document]) -> dict[int, str]:
    """Return the name of the family each paper belongs to."""
    accounts = {one.account for one in documents if one.account is not None}
    named = await Account.select(Account.id, Account.name, Account.email).where(
        Account.id.is_in(list(accounts) or [0])
    )
    of_account = {row["id"]: row["name"] or row["email"] for row in named}
    households = {one.household for one in documents if one.household is not None}
    adults = (
        await Adult.select(Adult.household, Adult.given_name, Adult.family_name)
        .where(Adult.household.is_in(list(households) or [0]))
        .order_by(Adult.rank, ascending=False)
    )
    at_home = {row["household"]: f"{row['given_name']} {row['family_name']}" for row in adults}
    return {
        one.id: of_account.get(one.account) or at_home.get(one.household) or "Famille sans compte"
        for one in documents
    }


async def open_by(document: Document, person: Person, now: datetime) -> None:
    """Write in the journal that somebody opened a paper; the family will read it."""
    about, who = f"document:{document.id}", actor(person)
    recent = (JournalLine.object == about) & (JournalLine.act == OPENED)
    if await JournalLine.exists().where(
        recent & (JournalLine.account == who.account) & (JournalLine.at > now - ONCE_PER)
    ):
        return
    await journal.record(
        OPENED,
        about,
        account=person.account,
        side=who.side,
        read_only=True,
        version=document.version,
    )


async def openings(document: int) -> list[Opening]:
    """Return who opened a paper, the latest first."""
    lines = (
        await JournalLine.select(JournalLine.account, JournalLine.side, JournalLine.at)
        .where((JournalLine.object == f"document:{document}") & (JournalLine.act == OPENED))
        .order_by(JournalLine.number, ascending=False)
    )
    numbers = {line["account"] for line in lines}
    rows = await Account.select(Account.id, Account.name).where(
        Account.id.is_in(list(numbers) or [0])
    )
    names = {row["id"]: row["name"] for row in rows}
    return [
        Opening(
            line["account"], names.get(line["account"], ""), line["side"] == "office", line["at"]
        )
        for line in lines
    ]
