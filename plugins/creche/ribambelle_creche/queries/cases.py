"""Files shared with named people: who they are, what each said, and nobody else's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from piccolo.custom_types import Combinable

from ribambelle.database import locks, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person
from ribambelle.identity.tables import Account, Grant
from ribambelle.workflow import journal
from ribambelle_creche.domain.cases import MEMBERS, SPEAKERS
from ribambelle_creche.tables import Case, CaseMember, CaseNote

OFFICE = ("agent", "admin")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody a situation is shared with."""

    account: int
    name: str
    email: str
    may_say: bool
    """An opinion is expected of this person; a role that only reads gives none."""


async def possible() -> list[Member]:
    """Return the people a situation may be shared with, by name."""
    held = Grant.select(Grant.account).where(Grant.role.is_in(list(MEMBERS)))
    return await _people(Account.id.is_in(held) & Account.disabled_at.is_null())


async def _people(which: Combinable) -> list[Member]:
    rows = (
        await Account.select(Account.id, Account.name, Account.email)
        .where(which)
        .order_by(Account.name, Account.id)
    )
    grants = await Grant.select(Grant.account).where(Grant.role.is_in([*SPEAKERS, *OFFICE]))
    speak = {row["account"] for row in grants}
    return [
        Member(row["id"], row["name"] or row["email"], row["email"], row["id"] in speak)
        for row in rows
    ]


async def share(
    file: int,
    reason: str,
    answer_by: date,
    members: Sequence[int],
    account: int,
    now: datetime,
) -> int:
    """Share a file: a situation already open takes the new members and the new day."""
    async with transaction():
        await locks.advisory(f"creche.file:{file}")
        known = await open_of(file)
        if known is None:
            row = Case(
                application=file,
                reason=reason,
                answer_by=answer_by,
                opened_at=now,
                opened_by=account,
            )
            case = int((await Case.insert(row).returning(Case.id))[0]["id"])
        else:
            case = known.id
            await Case.update({Case.reason: reason, Case.answer_by: answer_by}).where(
                Case.id == case
            )
        for one in members:
            await CaseMember.insert(CaseMember(case=case, account=one)).on_conflict(
                target=(CaseMember.case, CaseMember.account), action="DO NOTHING"
            )
        await journal.record(
            "creche.case_shared",
            f"creche.application:{file}",
            account=account,
            side="office",
            reason=reason,
            members=sorted(members),
        )
    return case


async def open_of(file: int) -> Case | None:
    """Return the situation of a file that is still open."""
    return (
        await Case.objects()
        .where((Case.application == file) & Case.closed_at.is_null())
        .order_by(Case.id, ascending=False)
        .first()
    )


async def one_for(person: Person, case: int) -> Case:
    """Return a situation to the town hall or to a member of it, or behave as if it did not exist.

    Membership is what opens it, never a role alone; closed, it opens to members no more.
    """
    found = await Case.objects(Case.application).get(Case.id == case)
    if found is None:
        raise NotYours
    if person.holds(*OFFICE):
        return found
    is_member = await CaseMember.exists().where(
        (CaseMember.case == case) & (CaseMember.account == person.account)
    )
    if not is_member or found.closed_at is not None:
        raise NotYours
    return found


async def seen_by(person: Person) -> list[Case]:
    """Return the open situations somebody may read, the most urgent first."""
    question = Case.objects(Case.application).where(Case.closed_at.is_null())
    if not person.holds(*OFFICE):
        mine = CaseMember.select(CaseMember.case).where(CaseMember.account == person.account)
        question = question.where(Case.id.is_in(mine))
    return await question.order_by(Case.answer_by, Case.id)


async def members(case: int) -> list[Member]:
    """Return the people a situation is shared with."""
    mine = CaseMember.select(CaseMember.account).where(CaseMember.case == case)
    return await _people(Account.id.is_in(mine))


async def authors(case: int) -> list[Member]:
    """Return the people outside the town hall who gave an opinion, members still or not."""
    office = {
        row["account"]
        for row in await Grant.select(Grant.account).where(Grant.role.is_in(list(OFFICE)))
    }
    said = {note.account for note in await notes(case)} - office
    return await _people(Account.id.is_in(sorted(said))) if said else []


async def silent(case: int) -> list[Member]:
    """Return the people whose opinion on a situation is still expected."""
    said = {note.account for note in await notes(case)}
    return [one for one in await members(case) if one.may_say and one.account not in said]


async def notes(case: int) -> list[CaseNote]:
    """Return the opinions given on a situation, in order."""
    return await CaseNote.objects().where(CaseNote.case == case).order_by(CaseNote.id)


async def opener(case: Case) -> Account | None:
    """Return the agent who shared a situation, while the account is open."""
    return await Account.objects().get(
        (Account.id == case.opened_by) & Account.disabled_at.is_null()
    )


async def say(case: Case, account: int, opinion: str, text: str, side: str, now: datetime) -> None:
    """Keep an opinion; a closed situation has all of them.

    Raises Refused("case_closed").
    """
    if case.closed_at is not None:
        raise Refused("case_closed")
    async with transaction():
        await CaseNote.insert(
            CaseNote(case=case.id, account=account, at=now, opinion=opinion, text=text)
        )
        await journal.record(
            "creche.case_opinion",
            f"creche.application:{case.application.id}",
            account=account,
            side=side,
            case=case.id,
            opinion=opinion,
        )


async def take_back(case: Case, member: int, account: int) -> None:
    """Share a situation with one person no more; what that person said stays.

    Raises NotYours for somebody it is not shared with.
    """
    async with transaction():
        gone = (
            await CaseMember.delete()
            .where((CaseMember.case == case.id) & (CaseMember.account == member))
            .returning(CaseMember.id)
        )
        if not gone:
            raise NotYours
        await journal.record(
            "creche.case_taken_back",
            f"creche.application:{case.application.id}",
            account=account,
            side="office",
            case=case.id,
            member=member,
        )


async def close(case: Case, account: int, now: datetime) -> None:
    """Close a situation: its members read it no more."""
    async with transaction():
        await Case.update({Case.closed_at: now}).where(
            (Case.id == case.id) & Case.closed_at.is_null()
        )
        await journal.record(
            "creche.case_closed",
            f"creche.application:{case.application.id}",
            account=account,
            side="office",
            case=case.id,
        )


async def told_to_family(file: int) -> list[CaseNote]:
    """Return the sentences a family may read of what was said of its file."""
    return (
        await CaseNote.objects()
        .where((CaseNote.case.application == file) & (CaseNote.text != ""))
        .order_by(CaseNote.id)
    )
