"""A place offered to a family: what it says, how long it stands, and who is next when it falls."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar

import msgspec

from ribambelle_creche.domain.admission import Application, Snapshot

STATES = {
    "live": "Réponse attendue",
    "accepted": "Acceptée",
    "declined": "Refusée",
    "lapsed": "Sans réponse à temps",
    "withdrawn": "Reprise",
}
ORIGINS = {
    "session": "Commission",
    "rolling": "Place libérée",
    "emergency": "Urgence",
    "transfer": "Changement de crèche",
    "elsewhere": "Autre crèche acceptée",
}
ELSEWHERE = "elsewhere"
"""The place is in a crèche the family did not name, and said it would accept."""
NOT_FREED = "not_freed"
"""Why an offer was taken back: the child who held the place stays."""
LATE = "late_entry"
"""What is said of an offer that begins after the last day its family said."""
OUTCOMES = {
    "offered": "Place proposée",
    "waiting": "En attente",
    "refused": "Sans place, par décision motivée",
    "not_examined": "Pas examinée",
}
"""What a commission answers to a file."""


def stands(state: str, reason: str, *, is_agreed: bool) -> str:
    """Say where an offer stands, and why, for the town hall.

    >>> stands("live", "", is_agreed=True), stands("live", "", is_agreed=False)
    ('Oui gardé, attend une autre famille', 'Réponse attendue')
    >>> stands("withdrawn", NOT_FREED, is_agreed=False)
    'Reprise, la place reste occupée'
    """
    if state == "live" and is_agreed:
        return "Oui gardé, attend une autre famille"
    if state == "withdrawn" and reason == NOT_FREED:
        return "Reprise, la place reste occupée"
    return STATES[state]


@dataclass(frozen=True, slots=True)
class Place:
    """What an option of the engine names: a crèche, a section, one of the weeks asked."""

    facility: int
    age_group: str
    need: int
    from_september: bool = False


def place_of(option: str) -> Place:
    """Return what an option names.

    >>> place_of("12/babies/1")
    Place(facility=12, age_group='babies', need=1, from_september=False)
    >>> place_of("12/middle/0@2").from_september
    True
    """
    facility, group, need = option.split("/")
    rank, later, _ = need.partition("@")
    return Place(int(facility), group, int(rank), bool(later))


def application_of(number: str, child: int) -> str:
    """Return the engine's name of one child of a file; 0 is the whole file.

    >>> application_of("C-2041", 0), application_of("C-2041", 2)
    ('C-2041', 'C-2041.2')
    """
    return f"{number}.{child}" if child else number


def child_of(application: str) -> int:
    """Return which child of its file an application is for; 0 for the whole file.

    >>> child_of("C-2041"), child_of("C-2041.2")
    (0, 2)
    """
    return int(application.partition(".")[2] or 0)


def outcome(refusal: str, *, in_session: bool, has_place: bool, pinned_to_none: bool) -> str:
    """Return what a commission answers to a file, as a code of OUTCOMES.

    A file left out at closing, or that left the session since, is not examined.

    >>> outcome("", in_session=True, has_place=True, pinned_to_none=False)
    'offered'
    >>> outcome("", in_session=False, has_place=True, pinned_to_none=False)
    'not_examined'
    >>> outcome("", in_session=True, has_place=False, pinned_to_none=True)
    'refused'
    """
    if refusal or not in_session:
        return "not_examined"
    if has_place:
        return "offered"
    return "refused" if pinned_to_none else "waiting"


class Named(Protocol):
    """An offer, as far as where it comes from and what is said of it."""

    origin: str
    reason: str


def costs_nothing(offers: Collection[Named]) -> bool:
    """Tell whether a family may decline and go on waiting at its rank, for its other wishes.

    It named none of these crèches, or cannot enter before the last day it said.

    >>> from types import SimpleNamespace
    >>> late = SimpleNamespace(origin="session", reason=LATE)
    >>> costs_nothing([late]), costs_nothing([SimpleNamespace(origin="session", reason="")])
    (True, False)
    """
    return is_elsewhere(offers) or is_late(offers)


def is_late(offers: Collection[Named]) -> bool:
    """Tell whether an offer begins after the last day its family said: somebody leaves it then."""
    return any(one.reason == LATE for one in offers)


def is_elsewhere(offers: Collection[Named]) -> bool:
    """Tell whether a family may decline and lose nothing: it named none of these crèches."""
    return bool(offers) and all(one.origin == ELSEWHERE for one in offers)


class Given(Named, Protocol):
    """An offer, as far as when it was made and whether it still stands."""

    state: str
    sent_at: datetime

    @property
    def until(self) -> date | None:
        """The last day of a place given for some time."""
        ...


Row = TypeVar("Row", bound=Given)


def since(offers: Sequence[Row], decided_at: datetime, today: date) -> list[Row]:
    """Return the place a file has now, when it came after the commission decided; one a child.

    What may still be answered goes before what was accepted, and the last made before the others.

    >>> from types import SimpleNamespace
    >>> noon, later = datetime(2026, 11, 26, 12), datetime(2026, 11, 28)
    >>> def made(origin, state, at, until=None):
    ...     return SimpleNamespace(origin=origin, state=state, sent_at=at, until=until)
    >>> first, called = made("session", "declined", noon), made("rolling", "live", later)
    >>> since([first, called], noon, date(2026, 11, 29)) == [called]
    True
    >>> urgent = made("emergency", "accepted", later, date(2026, 12, 31))
    >>> len(since([urgent], noon, date(2026, 12, 31))), since([urgent], noon, date(2027, 1, 1))
    (1, [])
    >>> since([urgent, made("session", "live", noon)], noon, date(2026, 11, 29))
    []
    """
    standing = [
        one
        for one in offers
        if one.state in ("live", "accepted") and (one.until is None or one.until >= today)
    ]
    now = ([one for one in standing if one.state == "live"] or standing)[-1:]
    if not now or not _is_later(now[0], decided_at):
        return []
    made = (now[0].state, now[0].sent_at, now[0].until)
    return [one for one in standing if (one.state, one.sent_at, one.until) == made]


def _is_later(one: Given, decided_at: datetime) -> bool:
    return one.sent_at > decided_at or (one.sent_at == decided_at and one.origin == "rolling")


def is_over(answer_by: date, today: date) -> bool:
    """Tell whether an offer may no longer be answered: its last day counts whole.

    >>> is_over(date(2026, 12, 18), date(2026, 12, 18)), is_over(date(2026, 12, 18), date(2026, 12, 19))
    (False, True)
    """
    return today > answer_by


def rolling(
    given: Snapshot,
    held: Mapping[str, str],
    waiting: Collection[str],
    taken: Mapping[str, int] | None = None,
    left: Collection[str] = (),
) -> Snapshot:
    """Return what is left to decide after a commission: freed places, and who still waits.

    Whoever holds a place (offered, accepted, or occupied already) keeps it, neither less nor more.
    Whoever declined, let the day pass or withdrew is out. So the engine gives only what was freed,
    and to the first in rank it fits.

    One place on Monday morning. A had it and declined; B and C wait, B with more points.

    >>> from ribambelle_creche.domain.admission import Application, Option, propose
    >>> monday = (Option("12/babies/0", "12", {"12/babies/mon-am": 1}),)
    >>> files = [Application(name, points, "2026-03-01", 0, monday)
    ...          for name, points in (("A", 9), ("B", 7), ("C", 5))]
    >>> left = rolling(Snapshot({"12/babies/mon-am": 1}, tuple(files)), {}, {"B", "C"})
    >>> propose(left).assignments
    {'B': '12/babies/0', 'C': None}

    While B has its offer, nothing is free for C.

    >>> after = rolling(Snapshot({"12/babies/mon-am": 1}, tuple(files)), {"B": "12/babies/0"}, {"C"})
    >>> propose(after).assignments
    {'B': '12/babies/0', 'C': None}

    A had a place in another crèche, went to this one, then gave it up: it has neither any more.

    >>> given = Snapshot({"12/babies/mon-am": 1},
    ...                  (msgspec.structs.replace(files[0], current="12/babies/0"), *files[1:]))
    >>> propose(rolling(given, {}, {"B", "C"})).assignments["B"]
    >>> propose(rolling(given, {}, {"B", "C"}, left={"A"})).assignments
    {'B': '12/babies/0', 'C': None}

    :param taken: places taken meanwhile by others; below zero, left by who changed crèche.
    :param left: children who left the crèche they were in, and gave up the place they left it for.
    """
    files = [
        _as_it_stands(one, held, waiting)
        for one in given.applications
        if one.id not in left or one.id in held or one.id in waiting
    ]
    kept = tuple(one for one in files if one is not None)
    named = {one.id for one in kept}
    owned = _owned(kept)
    return msgspec.structs.replace(
        given,
        resources={
            name: max(owned.get(name, 0), places - (taken or {}).get(name, 0))
            for name, places in given.resources.items()
        },
        applications=kept,
        pins=tuple(
            pin
            for pin in given.pins
            if pin.option is None and pin.application in named and pin.application in waiting
        ),
    )


def _as_it_stands(
    one: Application, held: Mapping[str, str], waiting: Collection[str]
) -> Application | None:
    if one.id in waiting and one.id not in held:
        return one
    mine = one.option(held.get(one.id, one.current))
    if mine is None:
        return None
    return msgspec.structs.replace(
        one, options=(mine,), current=mine.id, group=None, group_mode=None
    )


def _owned(files: Collection[Application]) -> dict[str, int]:
    owned: dict[str, int] = {}
    for one in files:
        mine = one.option(one.current)
        for name, places in (mine.demand if mine else {}).items():
            owned[name] = owned.get(name, 0) + places * one.count
    return owned
