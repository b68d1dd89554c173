"""What a proposal says: who gets what, why the rest was refused, and what anybody may check."""

import msgspec


class Blocking(msgspec.Struct, frozen=True, gc=False):
    """One resource that stood in the way of one option."""

    resource: str
    capacity: int
    taken_ahead: int
    """Places held there by children ranked ahead."""
    last_points: int | None
    """Fewest points, bonus included, among those of them who passed by their points."""
    withheld: bool = False
    """A place is kept empty there, so that nobody ranked behind takes it."""


class Refusal(msgspec.Struct, frozen=True, gc=False):
    """One option preferred to what the file got, and everything that blocked it."""

    option: str
    blocking: tuple[Blocking, ...]


class CutOff(msgspec.Struct, frozen=True, gc=False):
    """One resource as it is published: with its points, a family finds its own answer again."""

    capacity: int
    taken: int
    last_points: int | None
    """Null while places remain, or when every place is held by right."""


class Claim(msgspec.Struct, frozen=True, order=True, gc=False):
    """An option that a file prefers and that nobody ranked ahead takes from it."""

    application: str
    option: str


class Passed(msgspec.Struct, frozen=True, gc=False):
    """A pin, and the files it passes over: those whose claim it creates."""

    application: str
    option: str | None
    reason_code: str
    passed_over: tuple[str, ...]


class Kept(msgspec.Struct, frozen=True, gc=False):
    """A reserve, the children it holds, and the files that passed first because of it."""

    code: str
    quota: int
    served: int
    promoted: tuple[str, ...]


class Certificate(msgspec.Struct, frozen=True, gc=False):
    """What the auditor found; see docs/admission.md for the two kinds of fairness."""

    capacity_ok: bool
    slot_stable: bool
    threshold_fair: bool
    claims: tuple[Claim, ...]
    pins: tuple[Passed, ...]
    reserves: tuple[Kept, ...] = ()


class Proposal(msgspec.Struct, frozen=True, gc=False):
    """The whole answer, sealed with what it was made from."""

    assignments: dict[str, str | None]
    refusals: dict[str, tuple[Refusal, ...]]
    cutoffs: dict[str, CutOff]
    certificate: Certificate
    served: int
    """Children who get a place."""
    digest: str = ""
