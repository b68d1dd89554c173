"""Conversations between a family and the town hall: whose they are, what waits, what was read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from piccolo.custom_types import Combinable

from ribambelle import tenants
from ribambelle.database import Prepared, locks, transaction
from ribambelle.documents.tables import Document
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person
from ribambelle.identity.tables import Account, Grant
from ribambelle.messages import catalogue, choices
from ribambelle.messages.choices import PORTAL
from ribambelle.messages.outbox import post
from ribambelle.messages.tables import Conversation, Letter, Message
from ribambelle.workflow import journal

OFFICE = ("agent", "admin")
TWICE = timedelta(minutes=1)
"""The same words again within this time are a button pressed twice."""


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody writes: words, and a paper already in the vault."""

    text: str
    document: int | None = None


class AlreadySaid(Exception):
    """The same words were written a moment ago: a button pressed twice, and nothing to keep."""

    def __init__(self, conversation: int) -> None:
        super().__init__(conversation)
        self.conversation = conversation


def side_of(person: Person) -> str:
    """Return the side a person writes from."""
    return "office" if person.is_staff else "family"


# -- whose -------------------------------------------------------------------------------------


async def of_person(person: Person, number: int) -> Conversation:
    """Return a conversation of this family, or any for who answers; none exists for others."""
    found = await Conversation.objects().get(Conversation.id == number)
    if found is None or not _may_read(person, found):
        raise NotYours
    return found


def _may_read(person: Person, conversation: Conversation) -> bool:
    if person.is_family:
        # an agent who acts for a family has the desk to read what it wrote
        return person.behalf is None and bool(conversation.account == person.account)
    return person.strong and person.holds(*OFFICE)


async def attached(person: Person, number: int, paper: int) -> Document:
    """Return a file joined to a conversation this person may read; one that is held opens to nobody."""
    conversation = await of_person(person, number)
    joined = await Letter.exists().where(
        (Letter.conversation == conversation.id) & (Letter.document == paper)
    )
    document = await Document.objects().get(Document.id == paper) if joined else None
    if document is None or document.is_held or document.state == "refused":
        raise NotYours
    return document


# -- what waits --------------------------------------------------------------------------------


async def waiting_for(person: Person) -> int:
    """Return how many conversations wait for this person, for the menu of every page."""
    if person.is_family:
        return int((await UNREAD.ask(account=person.account))[0]["waiting"])
    if not person.holds(*OFFICE):
        return 0
    return int((await UNANSWERED.ask())[0]["waiting"])


# Asked by every page: one question each.
UNREAD = Prepared(
    lambda given: Conversation.raw(
        "SELECT (SELECT count(*) FROM core_conversation"
        " WHERE account = {} AND unread_since IS NOT NULL)"
        " + (SELECT count(*) FROM core_message"
        " WHERE account = {} AND channel = {} AND read_at IS NULL) AS waiting",
        given.account,
        given.account,
        PORTAL,
    )
)
UNANSWERED = Prepared(
    lambda _: Conversation.raw(
        "SELECT count(*) AS waiting FROM core_conversation WHERE waiting_since IS NOT NULL"
    )
)


def _unread(account: int) -> Combinable:
    return (Conversation.account == account) & Conversation.unread_since.is_not_null()


def _unread_notice(account: int) -> Combinable:
    mine = (Message.account == account) & (Message.channel == PORTAL)
    return mine & Message.read_at.is_null()


async def oldest_for(person: Person) -> datetime | None:
    """Return since when the oldest of what waits does."""
    if person.is_family:
        rows = (
            await Conversation.select(Conversation.unread_since.as_alias("since"))
            .where(_unread(person.account))
            .order_by(Conversation.unread_since)
            .limit(1)
        )
        rows += (
            await Message.select(Message.created_at.as_alias("since"))
            .where(_unread_notice(person.account))
            .order_by(Message.created_at)
            .limit(1)
        )
    else:
        rows = (
            await Conversation.select(Conversation.waiting_since.as_alias("since"))
            .where(Conversation.waiting_since.is_not_null())
            .order_by(Conversation.waiting_since)
            .limit(1)
        )
    return min((row["since"] for row in rows), default=None)


async def of_family(account: int) -> list[Conversation]:
    """Return the conversations of a family, the latest first."""
    return (
        await Conversation.objects()
        .where(Conversation.account == account)
        .order_by(Conversation.last_at, ascending=False)
        .order_by(Conversation.id, ascending=False)
        .limit(100)
    )


async def for_office(view: str, account: int) -> list[Conversation]:
    """Return the conversations of a view: to answer the oldest first, the others the latest first."""
    question = Conversation.objects(Conversation.account).limit(200)
    if view == "a-repondre":
        question = question.where(Conversation.waiting_since.is_not_null())
        return await question.order_by(Conversation.waiting_since).order_by(Conversation.id)
    if view == "les-miennes":
        question = question.where(Conversation.assigned_to == account)
    return await question.order_by(Conversation.last_at, ascending=False).order_by(
        Conversation.id, ascending=False
    )


async def next_to_answer(after: int = 0) -> int | None:
    """Return the conversation that has waited for longest, or the one that follows another."""
    rows = (
        await Conversation.select(Conversation.id)
        .where(Conversation.waiting_since.is_not_null())
        .order_by(Conversation.waiting_since)
        .order_by(Conversation.id)
    )
    numbers = [int(row["id"]) for row in rows]
    if after in numbers:
        numbers = numbers[numbers.index(after) + 1 :] + numbers[: numbers.index(after)]
    return numbers[0] if numbers else None


async def letters(conversation: int) -> list[Letter]:
    """Return what was written, in order."""
    return (
        await Letter.objects(Letter.document)
        .where(Letter.conversation == conversation)
        .order_by(Letter.id)
    )


async def notices(account: int, limit: int = 30) -> list[Message]:
    """Return the messages a family chose to read on the portal, the latest first."""
    return (
        await Message.objects()
        .where((Message.account == account) & (Message.channel == PORTAL))
        .order_by(Message.id, ascending=False)
        .limit(limit)
    )


async def agents() -> list[tuple[int, str]]:
    """Return who may answer: number and name."""
    rows = (
        await Account.select(Account.id, Account.name, Account.email)
        .where(
            Account.id.is_in(Grant.select(Grant.account).where(Grant.role.is_in(list(OFFICE))))
            & Account.disabled_at.is_null()
        )
        .order_by(Account.name)
    )
    return [(row["id"], row["name"] or row["email"]) for row in rows]


async def family_of(account: int) -> Person:
    """Return the family a conversation is with, as its plugins know it."""
    row = await Account.objects().get((Account.id == account) & (Account.kind == "family"))
    if row is None:
        raise NotYours
    return Person(account=row.id, session=0, email=row.email, name=row.name, kind="family")


# -- what is written ---------------------------------------------------------------------------


async def open_with(
    account: int, subject: str, demande: int | None, written: Written, person: Person
) -> int:
    """Begin a conversation, and return its number; raises AlreadySaid for a button pressed twice."""
    now = tenants.current().now()
    async with transaction():
        await locks.advisory(f"conversations:{account}")
        same = (
            await Letter.select(Letter.conversation)
            .where(
                (Letter.author == person.account)
                & (Letter.text == written.text)
                & (Letter.at > now - TWICE)
                & (Letter.conversation.account == account)
                & (Letter.conversation.subject == subject)
            )
            .first()
        )
        if same:
            raise AlreadySaid(int(same["conversation"]))
        row = Conversation(account=account, subject=subject, demande=demande, last_at=now)
        rows = await Conversation.insert(row).returning(Conversation.id)
        number = int(rows[0]["id"])
        await _say(number, account, written, person, now)
    return number


async def answer(conversation: Conversation, written: Written, person: Person, seen: int) -> None:
    """Add a message to a conversation, unless something was written since it was looked at.

    Raises AlreadySaid for a button pressed twice.

    :param seen: number of the last message on the page that was answered from.
    """
    now = tenants.current().now()
    async with transaction():
        await locks.advisory(f"conversation:{conversation.id}")
        last = (
            await Letter.objects()
            .where(Letter.conversation == conversation.id)
            .order_by(Letter.id, ascending=False)
            .first()
        )
        if last is not None and last.id != seen:
            mine = last.author == person.account and last.text == written.text
            if mine and last.at > now - TWICE:
                raise AlreadySaid(conversation.id)
            raise Refused("conversation_moved")
        await _say(conversation.id, conversation.account, written, person, now)


async def _say(number: int, account: int, written: Written, person: Person, now: datetime) -> None:
    """Write one message, its line in the journal and its notice."""
    side = side_of(person)
    row = Letter(
        conversation=number,
        side=side,
        author=person.account,
        text=written.text,
        document=written.document,
        at=now,
    )
    letter = int((await Letter.insert(row).returning(Letter.id))[0]["id"])
    moved: dict[Any, Any]
    first: dict[Any, Any]
    if side == "office":
        moved = {Conversation.last_at: now, Conversation.waiting_since: None}
        first = {Conversation.unread_since: now}
        unheard = Conversation.unread_since.is_null()
    else:
        moved = {Conversation.last_at: now}
        first = {Conversation.waiting_since: now}
        unheard = Conversation.waiting_since.is_null()
    await Conversation.update(moved).where(Conversation.id == number)
    await Conversation.update(first).where((Conversation.id == number) & unheard)
    await journal.record(
        "letter.written", f"conversation:{number}", account=person.account, side=side, letter=letter
    )
    if side == "office":
        await _tell(account, number)


async def _tell(account: int, number: int) -> None:
    """Tell a family that a message waits, without what it says; the portal itself needs no notice."""
    template = catalogue.named("new_letter")
    if (await choices.way(template, account)).channel != PORTAL:
        family = await family_of(account)
        link = tenants.current().url(f"/messages/{number}")
        await post(template.path, family.email, account=account, link=link)


async def read(conversation: Conversation, person: Person) -> None:
    """Note that one side has read what the other wrote."""
    now, mine = tenants.current().now(), side_of(person)
    unread = (Letter.conversation == conversation.id) & (Letter.side != mine)
    if not await Letter.exists().where(unread & Letter.read_at.is_null()):
        return
    async with transaction():
        # an answer written at this moment stays unread
        await locks.advisory(f"conversation:{conversation.id}")
        await Letter.update({Letter.read_at: now}).where(unread & Letter.read_at.is_null())
        if person.is_family:
            await Conversation.update({Conversation.unread_since: None}).where(
                Conversation.id == conversation.id
            )


async def read_notices(account: int) -> None:
    """Note that a family has seen what it chose to read on the portal."""
    if await Message.exists().where(_unread_notice(account)):
        now = tenants.current().now()
        await Message.update({Message.read_at: now}).where(_unread_notice(account))


# -- what becomes of it ------------------------------------------------------------------------


async def assign(conversation: Conversation, to: int | None, person: Person) -> None:
    """Say who answers a conversation; nobody is an answer too."""
    if to is not None and to not in dict(await agents()):
        raise NotYours
    await _change(conversation, {Conversation.assigned_to: to}, "conversation.assigned", person)


async def close(conversation: Conversation, person: Person, seen: int) -> None:
    """Say that no answer is needed, unless the family wrote since."""
    async with transaction():
        await locks.advisory(f"conversation:{conversation.id}")
        if await Letter.exists().where(
            (Letter.conversation == conversation.id) & (Letter.id > seen)
        ):
            raise Refused("conversation_moved")
        await _change(
            conversation, {Conversation.waiting_since: None}, "conversation.closed", person
        )


async def speak_of(conversation: Conversation, demande: int | None, person: Person) -> None:
    """Say which demande a conversation speaks of."""
    await _change(conversation, {Conversation.demande: demande}, "conversation.linked", person)


async def _change(
    conversation: Conversation, values: dict[Any, Any], act: str, person: Person
) -> None:
    about = f"conversation:{conversation.id}"
    told = next(iter(values.values()))
    async with transaction():
        await Conversation.update(values).where(Conversation.id == conversation.id)
        await journal.record(act, about, account=person.account, side="office", value=told)
