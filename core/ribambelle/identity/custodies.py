"""Whose week is it? The custody two parents agreed on, or a judge wrote, for one child.

A plugin asks ``whose`` before it lets somebody book or shares an invoice. The request that one
parent makes and the other answers is a workflow like any other.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from ribambelle import tenants, workflow
from ribambelle.calendar import holidays
from ribambelle.database import transaction
from ribambelle.documents.uses import Checked
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import limits, responsibilities
from ribambelle.identity.custody import Sharing, Stay, stays
from ribambelle.identity.person import Person
from ribambelle.identity.responsibilities import Held
from ribambelle.identity.tables import Account, Adult, Child, Custody
from ribambelle.messages import post
from ribambelle.workflow import State, Step, Transition, Workflow
from ribambelle.workflow.declaration import Side
from ribambelle.workflow.tables import Demande

CODE = "core.custody"
PROOF = "custody"
ONE_DAY = timedelta(days=1)
FAMILY: Final = "family"
OFFICE: Final = "office"
WORKFLOW = Workflow(
    CODE,
    label="Garde d’un enfant",
    states=(
        State("proposed", "Proposée", "L’autre parent l’accepte ou la refuse."),
        State("in_force", "En vigueur", "Le portail sait chez qui est l’enfant.", final=True),
        State("refused", "Refusée", "Proposez-en une autre, ou donnez le jugement.", final=True),
        State("withdrawn", "Retirée", "Vous pouvez en proposer une autre.", final=True),
    ),
    transitions=(
        Transition(
            "accept", "Garde acceptée", ("proposed",), "in_force", frozenset({FAMILY, OFFICE})
        ),
        Transition("refuse", "Garde refusée", ("proposed",), "refused", frozenset({FAMILY})),
        Transition(
            "withdraw", "Garde retirée", ("proposed",), "withdrawn", frozenset({FAMILY, OFFICE})
        ),
    ),
)


def sharing_of(custody: Custody) -> Sharing:
    """Return the rule a custody follows."""
    return Sharing(
        even=int(custody.even),
        odd=int(custody.odd),
        changes_on=custody.changes_on,
        changes_after_school=bool(custody.changes_after_school),
        holidays=custody.holidays,
        first_half=custody.first_half,
    )


async def parents_of(child: int, day: date) -> list[Held]:
    """Return the parents with authority over a child."""
    held = await responsibilities.of_children([child], day)
    return [one for one in held if one.rights.kind == "parent" and one.rights.has_authority]


async def propose(
    person: Person, child: int, sharing: Sharing, starts_on: date, now: datetime
) -> Custody:
    """Write a custody one parent proposes, and tell the other; one that waits is taken back.

    Raises Refused when the two parents are not those of the child, or live together.
    """
    parents = {one.adult: one for one in await parents_of(child, now.date())}
    if person.adult not in parents:
        raise NotYours
    other = parents.get(sharing.odd if sharing.even == person.adult else sharing.even)
    if other is None or person.adult not in (sharing.even, sharing.odd):
        raise Refused("other_parent_needed")
    if other.household == person.household:
        raise Refused("parents_live_together")
    async with transaction():
        for waiting in await _of_child(child, "proposed"):
            if waiting.proposed_by != person.adult:
                raise Refused("custody_waits")
            await fire(waiting, "withdraw", person.account)
        demande = await workflow.start(CODE, side=FAMILY, account=person.account)
        row = Custody(
            demande=demande,
            child=child,
            proposed_by=person.adult,
            even=sharing.even,
            odd=sharing.odd,
            changes_on=sharing.changes_on,
            changes_after_school=sharing.changes_after_school,
            holidays=sharing.holidays,
            first_half=sharing.first_half,
            starts_on=starts_on,
        )
        row.id = int((await Custody.insert(row).returning(Custody.id))[0]["id"])
        await _write(row, "proposed", but=person.adult)
    return row


async def fire(custody: Custody, transition: str, account: int | None, side: Side = FAMILY) -> None:
    """Move a custody on."""
    await workflow.fire(int(custody.demande), transition, side=side, account=account)


async def of_parent(person: Person, number: int) -> Custody:
    """Return a custody of which this person is one of the two parents; for others there is none."""
    found = await Custody.objects().get(Custody.id == number)
    if found is None or not person.adult or person.adult not in (found.even, found.odd):
        raise NotYours
    if not await _has_authority(person.adult, int(found.child)):
        raise NotYours
    return found


async def _has_authority(adult: int, child: int) -> bool:
    day = tenants.current().now().date()
    rights = await responsibilities.rights_on(adult, child, day)
    return rights is not None and rights.has_authority


async def drop(child: int, adult: int, account: int) -> None:
    """Take back what waits between this adult and the other parent: they no longer answer for it."""
    for one in await _of_child(child, "proposed"):
        if adult in (one.even, one.odd):
            await fire(one, "withdraw", account, OFFICE)


async def waiting_for(adult: int) -> list[Custody]:
    """Return the custodies this parent has to answer."""
    found = await Custody.objects().where(
        (Custody.demande.state == "proposed")
        & ((Custody.even == adult) | (Custody.odd == adult))
        & (Custody.proposed_by != adult)
    )
    return [one for one in found if await _has_authority(adult, int(one.child))]


async def proposed(child: int) -> Custody | None:
    """Return the custody that waits for an answer, if there is one."""
    found = await _of_child(child, "proposed")
    return found[0] if found else None


async def is_waiting(custody: Custody) -> bool:
    """Tell whether a custody still waits for an answer."""
    row = await Demande.select(Demande.state).where(Demande.id == int(custody.demande)).first()
    return row is not None and row["state"] == "proposed"


async def in_force(child: int, day: date) -> Custody | None:
    """Return the custody that counts on a day, if there is one."""
    begun = [one for one in await _of_child(child, "in_force") if one.starts_on <= day]
    return max(begun, key=lambda one: (one.starts_on, one.id)) if begun else None


async def _of_child(child: int, state: str) -> list[Custody]:
    return (
        await Custody.objects()
        .where((Custody.child == child) & (Custody.demande.state == state))
        .order_by(Custody.id)
    )


async def whose(child: int, first: date, last: date) -> list[Stay]:
    """Return with which adult a child is, from one day to another, both included.

    Days before the first custody in force are left out: nobody is said to have the child then.
    So are those from which one of the two parents no longer answers for the child.
    """
    answering = await responsibilities.lasting([child])
    return _stays(await _of_child(child, "in_force"), first, last, answering)


async def elsewhere(
    children: list[int], household: int, first: date, last: date
) -> dict[int, frozenset[date]]:
    """Return, of these children, the days each is with an adult of another household.

    A child nobody shares is not there: no day of theirs is elsewhere. Nor is one of whom neither
    parent lives in this household: a grandparent may book the days of both. Once one of the two
    no longer answers for the child, no day is elsewhere for the other.
    """
    rows = (
        await Custody.objects()
        .where(Custody.child.is_in(children or [0]) & (Custody.demande.state == "in_force"))
        .order_by(Custody.id)
    )
    if not rows:
        return {}
    parents = {int(number) for row in rows for number in (row.even, row.odd)}
    homes = await Adult.select(Adult.id, Adult.household).where(Adult.id.is_in(sorted(parents)))
    theirs = {row["id"] for row in homes if row["household"] != household}
    answering = await responsibilities.lasting(children)
    found: dict[int, frozenset[date]] = {}
    for child in {int(row.child) for row in rows}:
        sharing = {int(n) for row in rows if int(row.child) == child for n in (row.even, row.odd)}
        if sharing <= theirs:
            continue
        mine = [row for row in rows if int(row.child) == child]
        shared = _stays(mine, first, last, answering)
        found[child] = frozenset(
            date.fromordinal(day)
            for stay in shared
            if stay.parent in theirs
            for day in range(stay.first.toordinal(), stay.last.toordinal() + 1)
        )
    return found


def _stays(
    known: list[Custody], first: date, last: date, answering: Mapping[tuple[int, int], date]
) -> list[Stay]:
    found: list[Stay] = []
    settings = tenants.current().settings
    free = holidays.between(settings.school_zone, settings.school_holidays, first, last)
    starts = sorted({max(first, one.starts_on) for one in known if one.starts_on <= last})
    for start, following in pairwise([*starts, last + ONE_DAY]):
        until = following - ONE_DAY
        counts = max(
            (one for one in known if one.starts_on <= start),
            key=lambda one: (one.starts_on, one.id),
        )
        # a custody left by one of its parents is over; an older one does not count again
        both = [answering.get((int(counts.child), int(n))) for n in (counts.even, counts.odd)]
        until = min(until, *(day or date.min for day in both))
        if start <= until:
            found += stays(sharing_of(counts), start, until, free)
    return _joined(found)


def _joined(found: list[Stay]) -> list[Stay]:
    joined: list[Stay] = []
    for one in found:
        last = joined[-1] if joined else None
        if last and last.parent == one.parent and last.last + ONE_DAY == one.first:
            joined[-1] = Stay(one.parent, last.first, one.last)
        else:
            joined.append(one)
    return joined


async def checked(told: Checked) -> None:
    """A judgment an agent accepted puts the custody it proves in force, whatever the other says."""
    if told.workflow != CODE or told.state != "accepted":
        return
    row = await Custody.objects(Custody.demande).get(Custody.demande == told.demande)
    if row is not None and row.demande.state == "proposed":
        row.demande = row.demande.id
        await fire(row, "accept", told.account, OFFICE)


TOLD = {"accept": "accepted", "refuse": "refused", "withdraw": "withdrawn"}


async def tell(step: Step) -> None:
    """Write to both parents what became of a custody; run as a job, after commit."""
    row = await Custody.objects().get(Custody.demande == step.request)
    if row is None or step.transition not in TOLD:
        return
    async with transaction():
        if await limits.count(f"custody.told:{row.id}:{step.transition}", step.at) > 1:
            return
        actor = await Adult.select(Adult.id).where(Adult.account == (step.account or 0)).first()
        await _write(row, TOLD[step.transition], but=actor["id"] if actor else 0)


async def _write(custody: Custody, what: str, *, but: int) -> None:
    """Write one message to the parents of a custody who did not act themselves."""
    child = await Child.objects().get(Child.id == int(custody.child))
    for number in (custody.even, custody.odd):
        adult = await Adult.objects(Adult.account).get(Adult.id == int(number))
        if adult is None or adult.id == but or adult.account is None or adult.account.id is None:
            continue
        owner: Account = adult.account
        link = tenants.current().url(f"/famille/garde/{custody.id}")
        await post(
            f"messages/custody_{what}",
            owner.email,
            account=owner.id,
            name=adult.given_name,
            child=child.given_name if child else "",
            link=link,
        )
