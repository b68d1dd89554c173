"""What one commission answered to one file, gathered from what was kept of it and of it alone."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import msgspec

from ribambelle import tenants
from ribambelle.tenants import Tenant
from ribambelle_creche import counting, nearby
from ribambelle_creche.domain import admission, anywhere
from ribambelle_creche.domain.admission import Application as Seen
from ribambelle_creche.domain.admission import Option, Snapshot
from ribambelle_creche.domain.admission.counterfactual import (
    LATER,
    Change,
    Variant,
    changes,
    fewer_days,
    later,
    one_more,
)
from ribambelle_creche.domain.admission.position import wanted
from ribambelle_creche.domain.grid import Line
from ribambelle_creche.domain.offers import since
from ribambelle_creche.domain.preparation import file_of
from ribambelle_creche.domain.resources import Asking
from ribambelle_creche.domain.waiting import among
from ribambelle_creche.domain.why import Blocked, blocked, older_starts
from ribambelle_creche.queries import answers, facilities, offers, proposals
from ribambelle_creche.queries.commissions import calendar_of
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import (
    Application,
    Commission,
    Decision,
    Examined,
    Grid,
    Offer,
    Pin,
    Standing,
)


@dataclass(frozen=True)
class Child:
    """One child of a file as the engine read it: what it holds, what stood in the way."""

    seen: Seen
    held: str | None
    blocked: list[Blocked]


@dataclass(frozen=True)
class Answer:
    """Everything one family may read of one commission: its own file, and nobody else's."""

    commission: Commission
    decision: Decision
    pin: Pin | None
    """What people decided for it, against the order of points."""
    examined: Examined | None
    trace: list[Line]
    grid: Grid | None
    offer: Offer | None
    seen: Seen | None
    """The file as the engine read it; of children placed apart, the one who has the least."""
    given: Snapshot | None
    found: admission.Proposal | None
    children: list[Child] = field(default_factory=list)
    """Children placed apart, each with its own reasons; one when the file is placed whole."""
    drawn: list[Standing] = field(default_factory=list)
    """Every chance that was drawn, those of crèches it did not ask for with them."""
    standings: list[Standing] = field(default_factory=list)
    is_drawn: bool = False
    """The chances are known, and not the places on the list alone."""
    since: Sequence[Offer] = ()
    """The place it has now, when that came after the commission; one a child."""

    @property
    def held(self) -> str | None:
        """The option the engine gave it."""
        return self.found.assignments.get(self.seen.id) if self.found and self.seen else None

    @property
    def asked(self) -> Asking:
        """What the commission kept of its wishes and weeks."""
        told = self.examined.asked if self.examined and not self.examined.refusal else ""
        return msgspec.json.decode(told, type=Asking) if told else Asking((), (), ())

    @property
    def tried(self) -> list[int]:
        """The crèches it did not name and was refused at, the nearest first."""
        if self.found is None or self.seen is None:
            return []
        return anywhere.tried(self.found.refusals.get(self.seen.id, ()), self.asked.wishes)

    @property
    def chance(self) -> str:
        """For a file that accepts any crèche, its chance of any place at all."""
        drawn = {one.option: one.chance for one in self.drawn}
        options = [option.id for option in self.seen.options] if self.seen else []
        known = [drawn[option] for option in options if drawn.get(option)]
        return known[-1] if known and self.asked.elsewhere else ""

    @property
    def blocked(self) -> list[Blocked]:
        """What stood in the way of the child who has the least."""
        return next((one.blocked for one in self.children if one.seen is self.seen), [])

    @property
    def is_pinned(self) -> bool:
        """Tell whether people decided for this file."""
        return self.pin is not None


async def answer_to(file: Application) -> Answer | None:
    """Return what the last decided commission answered to a file; None while none did."""
    decision = await answers.last(file.id)
    if decision is None:
        return None
    commission: Commission = decision.commission
    examined = await answers.examined(commission.id, file.id)
    row = (
        await answers.proposal(int(decision.proposal))
        if decision.proposal
        else await proposals.kept(commission.id)
    )
    given, found = await asyncio.to_thread(proposals.opened, row) if row else (None, None)
    wishes = _wishes(examined)
    children = _children(given, found, file.number, wishes)
    seen = children[0].seen if children else None
    own = {option.id for option in seen.options if named(option, wishes)} if seen else set()
    kept = await answers.standings(commission.id, file.id)
    offer = await answers.live_offer(file.id)
    return Answer(
        commission=commission,
        decision=decision,
        pin=await answers.pin(int(decision.pin)) if decision.pin else None,
        examined=examined,
        trace=msgspec.json.decode(examined.trace, type=list[Line]) if examined else [],
        grid=await answers.grid(int(commission.grid)) if commission.grid else None,
        offer=offer,
        seen=seen,
        given=given,
        found=found,
        children=sorted(children, key=lambda one: one.seen.id),
        drawn=kept,
        standings=[
            one
            for one in kept or await _standings(decision, given, found, file.number)
            if one.option in own and one.position
        ],
        is_drawn=bool(kept),
        since=since(await offers.of_file(file.id), decision.at, tenants.current().now().date()),
    )


def _wishes(examined: Examined | None) -> Collection[int] | None:
    """Return the crèches a file named, as a commission kept them; None when any crèche is one."""
    if examined is None or examined.refusal:
        return None
    told = msgspec.json.decode(examined.asked, type=Asking)
    return told.wishes if told.elsewhere else None


def named(option: Option, wishes: Collection[int] | None) -> bool:
    """Tell whether a family named the crèche of an option."""
    return wishes is None or int(option.facility) in wishes


def _children(
    given: Snapshot | None,
    found: admission.Proposal | None,
    number: str,
    wishes: Collection[int] | None,
) -> list[Child]:
    """Return the children of a file in a lot, the one who has the least first."""
    if given is None or found is None:
        return []
    mine = sorted(
        (one for one in given.applications if file_of(one.id) == number), key=lambda one: one.id
    )
    told = [
        Child(
            one,
            found.assignments[one.id],
            [
                told
                for told in blocked(one, found.refusals.get(one.id, ()))
                if wishes is None or told.facility in wishes
            ],
        )
        for one in mine
    ]
    return sorted(told, key=lambda one: -len(wanted(one.seen, one.held)))


async def _standings(
    decision: Decision, given: Snapshot | None, found: admission.Proposal | None, number: str
) -> list[Standing]:
    """Return where a file stands, before the job that draws the chances has run."""
    if given is None or found is None:
        return []
    waiting = await answers.still_waiting(int(decision.commission.id))
    told = await asyncio.to_thread(among, given, found.assignments, waiting)
    now = tenants.current().now()
    return [
        Standing(
            commission=decision.commission,
            application=decision.application,
            option=one.option,
            ahead=one.ahead,
            position=one.position,
            chance="",
            draws=0,
            computed_at=now,
        )
        for (name, _), one in told.items()
        if name == number
    ]


@dataclass(frozen=True)
class Paths:
    """What would have changed the answer, and whether a later start was tried in vain."""

    changes: Sequence[Change]
    later_until: date | None
    """The last start that was tried, when none of them changed anything."""
    distances: Mapping[int, int]
    chances: Mapping[int, tuple[str, str]]
    """For crèches near the family: its chances without each of them, and with it."""


async def paths(tenant: Tenant, file: Application, answer: Answer) -> Paths | None:
    """Run the engine again with one change to the file, for each change worth telling.

    None when people decided, when the first choice was given, or when nothing is known of the run.
    """
    seen, given, found = answer.seen, answer.given, answer.found
    if seen is None or given is None or found is None or answer.is_pinned or not seen.options:
        return None
    if answer.held == seen.options[0].id:
        return None
    wishes = dict.fromkeys(int(option.facility) for option in seen.options)
    every, town = await facilities.every(), await counting.town_of(tenant)
    near, distances = nearby.near(town, every, file, wishes)
    own = seen
    if answer.asked.elsewhere:  # examined for any crèche already: there is none to add
        near, own = [], anywhere.named_only(seen, answer.asked.wishes)
    given = await nearby.wider(tenant, answer.commission, given, near)
    bonuses = nearby.bonuses(answer.trace)
    variants: list[Variant] = [
        *fewer_days(seen, found.refusals.get(seen.id, ())),
        *one_more(given, seen, [str(one) for one in near], bonuses),
        *(
            variant
            for day, groups in _older(tenant, file, answer)
            for variant in later(given, own, day.isoformat(), groups)
        ),
    ]
    done = await asyncio.to_thread(changes, given, seen.id, found.assignments, variants)
    in_vain = not any(one.kind == LATER for one in done)
    return Paths(
        done,
        answer.commission.last_start if in_vain else None,
        distances,
        nearby.bands(seen, {one.option: one.chance for one in answer.drawn}),
    )


def _older(
    tenant: Tenant, file: Application, answer: Answer
) -> list[tuple[date, tuple[str | None, ...]]]:
    if file.reference_on is None or file.start_on is None:
        return []
    days = calendar_of(answer.commission)
    ages = tenant.of(Settings).ages
    return older_starts(file.reference_on, file.start_on, days.last_start, days.periods, ages)
