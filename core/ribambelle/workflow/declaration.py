"""What a plugin declares of the life of its requests."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ribambelle.errors import Refused

Side = Literal["family", "office", "facility", "clock"]
SIDES = {
    "family": "la famille",
    "office": "la mairie",
    "facility": "la crèche",
    "clock": "un automate",
}


@dataclass(frozen=True, slots=True)
class State:
    """Where a request may stand; `next` tells the family what happens from there."""

    code: str
    label: str
    next: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """A way from some states to another, who may take it, and what the timeline says of it."""

    code: str
    label: str
    sources: tuple[str, ...]
    target: str
    by: frozenset[Side]
    needs_reason: bool = False
    shown_to_family: bool = True


@dataclass(frozen=True)
class Workflow:
    """States and transitions of one kind of request, and what the town hall calls it.

    >>> walk = Workflow(
    ...     "door",
    ...     (State("closed", "Fermée", "Poussez."), State("open", "Ouverte", "Entrez.")),
    ...     (Transition("push", "Poussée", ("closed",), "open", frozenset({"family"})),),
    ... )
    >>> walk.leading("push", "closed", "family").target
    'open'
    >>> walk.leading("push", "open", "family")
    Traceback (most recent call last):
    ...
    ribambelle.errors.Refused: wrong_state (state=open, transition=push)
    """

    code: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    label: str = ""

    @property
    def called(self) -> str:
        """What it is called on a page: its label, its code while it has none."""
        return self.label or self.code

    def __post_init__(self) -> None:
        known = {state.code for state in self.states}
        for transition in self.transitions:
            strangers = {*transition.sources, transition.target} - known
            if strangers:
                raise ValueError(f"{self.code}.{transition.code}: unknown states {strangers}")

    def state(self, code: str) -> State:
        """Return a declared state."""
        return next(state for state in self.states if state.code == code)

    def transition(self, code: str) -> Transition:
        """Return a declared transition."""
        return next(transition for transition in self.transitions if transition.code == code)

    def leading(self, code: str, state: str, side: Side) -> Transition:
        """Return the transition if it leaves from this state for this side; refuse otherwise."""
        transition = self.transition(code)
        if state not in transition.sources:
            raise Refused("wrong_state", state=state, transition=code)
        if side not in transition.by:
            raise Refused("not_for_you", transition=code)
        return transition

    def open_to(self, state: str, side: Side) -> list[Transition]:
        """Return what this side may do now, in order of declaration."""
        return [t for t in self.transitions if state in t.sources and side in t.by]

    def living(self) -> list[str]:
        """Return the codes of the states that are not final."""
        return [state.code for state in self.states if not state.final]


@dataclass(frozen=True, slots=True)
class Step:
    """One transition that happens, or happened, to one request."""

    request: int
    workflow: str
    transition: str
    label: str
    source: str
    target: str
    at: datetime
    side: Side
    account: int | None
    reason: str = ""
    shown_to_family: bool = True

    @property
    def whose(self) -> str:
        """Say in French who did it."""
        return SIDES[self.side]


def timeline(steps: Iterable[Step]) -> list[Step]:
    """Return what the family may see of a history, in order."""
    return [step for step in steps if step.shown_to_family]
