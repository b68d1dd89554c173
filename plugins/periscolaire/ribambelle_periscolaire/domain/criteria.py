"""Which reasons did the council vote to go first by, in a wish window?"""

from collections.abc import Collection, Sequence
from typing import Annotated, Literal

import msgspec

from ribambelle.errors import Misconfigured


class Criterion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One reason to go first, as the commune's file says it."""

    code: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    """Names it; never changed once families have wished."""
    label: str
    """What families read, after « Nous remplissons »."""
    points: Annotated[int, msgspec.Meta(ge=1, le=1000)]
    """How much it counts: points add up."""
    fact: Literal["declared", "resident", "siblings"] = "declared"
    """The family says it and an agent checks it, or the portal knows: lives here, several children."""


def require_sound(criteria: Sequence[Criterion]) -> None:
    """Refuse two criteria of one code: points would be counted twice."""
    codes = [one.code for one in criteria]
    for code in codes:
        if codes.count(code) > 1:
            raise Misconfigured(
                f"deux critères portent le code « {code} »",
                key="criteria",
                cure="donnez à chacun son code",
            )


def met(
    criteria: Sequence[Criterion], told: Collection[str], *, lives_here: bool, children: int
) -> frozenset[str]:
    """Return the codes a request meets: what was told of it, and what the portal knows.

    >>> voted = [Criterion("work", "Deux parents au travail", 5), Criterion("here", "", 10, "resident")]
    >>> sorted(met(voted, {"work", "here"}, lives_here=False, children=1))
    ['work']
    """
    known = {
        "declared": set(told),
        "resident": {one.code for one in criteria if lives_here},
        "siblings": {one.code for one in criteria if children > 1},
    }
    return frozenset(one.code for one in criteria if one.code in known[one.fact])
