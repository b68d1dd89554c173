"""Places where young children are looked after, and what they cost: what each plugin says of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ribambelle import asking

MODES = {"creche": "Crèches", "assmat": "Assistantes maternelles"}
"""The ways of looking after a child under three that a commune may follow here."""


@dataclass(frozen=True, slots=True)
class Childcare:
    """Places of one mode in one quartier, or at one address of it."""

    mode: str
    """A code of MODES."""
    quartier: int | None
    places: int
    """Children who may be looked after at one moment."""
    line: str = ""
    """Where, as a number and a street of the commune, when it is known: places are counted by parts
    of the town smaller than a quartier from it. It is never shown."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What a price depends on; amounts in cents."""

    day: date
    monthly_income: int
    children: int = 1
    """Dependent children."""
    disabled: int = 0
    """Of them, those with the AEEH."""
    hours: int = 0
    """Hours of care in a month."""
    hourly_pay: int = 0
    """What an hour of a childminder is paid, upkeep and meals in it; 0: the price of reference."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a family would pay for one mode."""

    mode: str
    label: str
    hourly: int
    """Cents for an hour."""
    monthly: int
    """Cents for the month asked about."""
    steps: tuple[tuple[str, str], ...] = ()
    """How it is worked out, line by line: what, and how much."""
    figures: str = ""
    """Since when its figures stand, in words."""
    unsure: tuple[str, ...] = ()
    """The figures nobody has compared yet to the text that sets them."""
    link: tuple[str, str] | None = None
    """Where more is told of this mode: an address, and what it is called."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What is known of one mode in the commune; no places when nobody says them."""

    mode: str
    places: int | None

    @property
    def label(self) -> str:
        """The mode, in words."""
        return MODES[self.mode]


async def supply(day: date) -> list[Childcare]:
    """Return the places of every mode on a day, as the plugins of the commune say them."""
    return await asking.told("childcare_supply", day)


async def costs(situation: Situation) -> list[Cost]:
    """Return what each mode would cost a family, as the plugins of the commune say it, by mode."""
    found: list[Cost] = await asking.told("childcare_costs", situation)
    return sorted(found, key=lambda one: list(MODES).index(one.mode))


def offers(told: Iterable[Childcare]) -> list[Offer]:
    """Return the places of each mode, None for one that nobody spoke of: unknown is not zero.

    >>> offers([Childcare("creche", 1, 30), Childcare("creche", None, 12)])
    [Offer(mode='creche', places=42), Offer(mode='assmat', places=None)]
    """
    found: dict[str, int] = {}
    for one in told:
        found[one.mode] = found.get(one.mode, 0) + one.places
    return [Offer(mode, found.get(mode)) for mode in MODES]
