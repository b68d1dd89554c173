"""What does a day of a service cost this family, and how is it worked out?

Everything stays exact until the end: one rounding, the one the council voted, on the last line.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import TypeVar

from ribambelle.errors import Refused
from ribambelle_periscolaire.domain.tariff.grid import (
    Amount,
    Band,
    Duration,
    Effort,
    Slot,
    Tariff,
    Unbooked,
)
from ribambelle_periscolaire.domain.words import NBSP, euros, several

T = TypeVar("T", int, str)
Exact = int | Fraction
Steps = list[str]
HUNDRED = 100
FEES = {"month": "Compris dans le forfait du mois", "year": "Compris dans le forfait de l’année"}

QUOTIENT, NOT_KNOWN = "Quotient familial", "non connu"
"""How a price says that it was computed without a quotient."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What a price depends on, for one child on one day."""

    quotient_familial: int | None = None
    """Whole euros; nothing while it is not known."""
    is_resident: bool = True
    present_siblings: int = 0
    """Brothers and sisters present the same day, this child not counted."""
    enrolled_siblings: int = 0
    """Brothers and sisters enrolled, this child not counted."""
    rank: int = 1
    """Place of this child among those of the family: 1 for the first counted."""
    minutes: int | None = None
    booked: bool = True


@dataclass(frozen=True, slots=True)
class Price:
    """A price, with what it depended on and each line of its calculation."""

    cents: int
    tariff: str
    inputs: tuple[tuple[str, str], ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tariffs:
    """Every tariff of a commune, found by activity and unit, the latest first."""

    by_unit: dict[tuple[str, str], tuple[Tariff, ...]]

    def on(self, activity: str, unit: str, day: date) -> Tariff:
        """Return the tariff of a unit on a day, or refuse: a price is never guessed."""
        for tariff in self.by_unit.get((activity, unit), ()):
            if tariff.first <= day and (tariff.last is None or day <= tariff.last):
                return tariff
        raise Refused("no_tariff", activity=activity, unit=unit, day=day)


def indexed(tariffs: tuple[Tariff, ...]) -> Tariffs:
    """Return the tariffs of a file, ready to price.

    >>> meal = Tariff("Repas", ("cantine",), ("repas",), date(2026, 9, 1), flat=320)
    >>> indexed((meal,)).on("cantine", "repas", date(2026, 9, 1)).name
    'Repas'
    """
    found: dict[tuple[str, str], list[Tariff]] = {}
    for tariff in sorted(tariffs, key=lambda one: one.first, reverse=True):
        for activity in tariff.activity:
            for unit in tariff.unit:
                found.setdefault((activity, unit), []).append(tariff)
    return Tariffs({unit: tuple(dated) for unit, dated in found.items()})


def price(tariffs: Tariffs, activity: str, unit: str, day: date, situation: Situation) -> Price:
    """Return what one unit costs on a day.

    >>> bands = (Band(0, 120, 400), Band(401, 320, 800), Band(801, 480))
    >>> meal = Tariff("Repas", ("cantine",), ("repas",), date(2026, 9, 1), bands=bands)
    >>> found = price(indexed((meal,)), "cantine", "repas", date(2026, 9, 7), Situation(640))
    >>> found.cents, [step.replace(chr(160), " ").replace(chr(8239), " ") for step in found.steps]
    (320, ['Quotient familial 640 €, tranche de 401 à 800 € : 3,20 €'])
    """
    tariff = tariffs.on(activity, unit, day)
    if tariff.every != "unit":
        return Price(0, tariff.name, (), (FEES[tariff.every],))
    steps: Steps = []
    amount = exact(tariff, situation, steps)
    return Price(
        rounded(tariff, amount, steps), tariff.name, inputs_of(tariff, situation), tuple(steps)
    )


def fee(tariffs: Tariffs, activity: str, unit: str, day: date, situation: Situation) -> Price:
    """Return the monthly or yearly fee a unit belongs to on a day; refuse when each unit is paid.

    >>> care = Tariff("Accueil", ("accueil",), ("matin",), date(2026, 9, 1), every="month", flat=1500)
    >>> tariffs, day = indexed((care,)), date(2026, 9, 7)
    >>> fee(tariffs, "accueil", "matin", day, Situation()).cents
    1500
    >>> price(tariffs, "accueil", "matin", day, Situation()).cents
    0
    """
    tariff = tariffs.on(activity, unit, day)
    if tariff.every == "unit":
        raise Refused("no_fee", activity=activity, unit=unit, day=day)
    steps: Steps = []
    amount = exact(tariff, situation, steps)
    return Price(
        rounded(tariff, amount, steps), tariff.name, inputs_of(tariff, situation), tuple(steps)
    )


def exact(tariff: Tariff, situation: Situation, steps: Steps) -> Exact:
    """Return the price before its rounding, telling each line."""
    unbooked = None if situation.booked else tariff.unbooked
    if unbooked and unbooked.instead_cents is not None:
        steps.append(f"Sans réservation : {euros(unbooked.instead_cents)}")
        return unbooked.instead_cents
    amount = _base(tariff, situation, steps)
    if tariff.siblings:
        amount = share(amount, _nth(tariff.siblings.percents, _children(tariff, situation)))
        steps.append(_siblings_words(tariff, situation, amount))
    if not situation.is_resident and tariff.out_of_town and tariff.out_of_town.percent is not None:
        percent = tariff.out_of_town.percent
        amount = share(amount, percent)
        steps.append(f"Hors commune, {percent}{NBSP}% du prix : {euros(amount)}")
    if tariff.duration:
        amount = _timed(tariff.duration, amount, situation.minutes, steps)
    if tariff.slots:
        amount = _slotted(tariff.slots, amount, situation.minutes, steps)
    return _surcharged(unbooked, amount, steps) if unbooked else amount


def _base(tariff: Tariff, situation: Situation, steps: Steps) -> Exact:
    """Return the amount of the grid: out-of-town's own, flat, of a band, or of an effort."""
    own = None if situation.is_resident else tariff.out_of_town
    if own and own.cents is not None:
        return _flat(own.cents, "Hors commune", tariff, situation, steps)
    if own and own.bands:
        steps.append("Grille des familles hors commune")
        return _banded(own.bands, tariff, situation, steps)
    if tariff.bands:
        return _banded(tariff.bands, tariff, situation, steps)
    if tariff.effort:
        return _effort(tariff.effort, tariff, situation, steps)
    return _flat(tariff.flat or 0, "Prix", tariff, situation, steps)


def _flat(amount: Amount, what: str, tariff: Tariff, situation: Situation, steps: Steps) -> int:
    found = _by_children(amount, tariff, situation)
    steps.append(f"{what}{_among(amount, tariff, situation)} : {euros(found)}")
    return found


def _banded(bands: tuple[Band, ...], tariff: Tariff, situation: Situation, steps: Steps) -> int:
    quotient = situation.quotient_familial
    if quotient is None:
        dearest = max(_by_children(band.cents, tariff, situation) for band in bands)
        return _unknown(tariff, dearest, steps)
    band = next(one for one in bands if one.last is None or quotient <= one.last)
    found = _by_children(band.cents, tariff, situation)
    steps.append(
        f"Quotient familial {quotient}{NBSP}€, {_span(band.first, band.last)}"
        f"{_among(band.cents, tariff, situation)} : {euros(found)}"
    )
    return found


def _effort(effort: Effort, tariff: Tariff, situation: Situation, steps: Steps) -> Exact:
    quotient = situation.quotient_familial
    if quotient is None:
        return _unknown(tariff, effort.ceiling_cents, steps)
    told = effort.percent
    rate = told if isinstance(told, str) else _nth(told, _children(tariff, situation))
    found = quotient * _percent(rate)
    who = "" if isinstance(told, str) else f" ({_number(tariff, situation)})"
    line = f"Quotient familial {quotient}{NBSP}€ × {rate.replace('.', ',')}{NBSP}%{who} = "
    steps.append(line + euros(found))
    if found < effort.floor_cents:
        steps.append(f"Sous le plancher : {euros(effort.floor_cents)}")
        return effort.floor_cents
    if found > effort.ceiling_cents:
        steps.append(f"Au-dessus du plafond : {euros(effort.ceiling_cents)}")
        return effort.ceiling_cents
    return found


def _unknown(tariff: Tariff, dearest: int, steps: Steps) -> int:
    told = tariff.missing_quotient_cents
    found = dearest if told is None else told
    which = "le prix le plus élevé" if told is None else "le prix prévu"
    steps.append(f"Quotient familial non connu, {which} : {euros(found)}")
    return found


def _timed(duration: Duration, amount: Exact, minutes: int | None, steps: Steps) -> Exact:
    if minutes is None:
        raise Refused("minutes_missing")
    if minutes <= duration.free_minutes:
        steps.append(f"{several(minutes, 'minute')} de présence : rien n’est dû")
        return 0
    step = duration.step_minutes
    counted = step * _whole(Fraction(minutes, step), duration.rounding)
    most = duration.most_minutes
    counted = min(counted, most) if most else counted
    found = _exactly(amount * Fraction(counted, duration.per_minutes))
    steps.append(
        f"{several(minutes, 'minute')} de présence, comptée{'s' if minutes > 1 else ''} {counted} : "
        f"{euros(amount)} × {counted} ÷ {duration.per_minutes} = {euros(found)}"
    )
    return found


def _slotted(slots: tuple[Slot, ...], amount: Exact, minutes: int | None, steps: Steps) -> Exact:
    if minutes is None:
        raise Refused("minutes_missing")
    slot = next(one for one in slots if one.last_minutes is None or minutes <= one.last_minutes)
    found = share(amount, slot.percent)
    until = (
        f"jusqu’à {slot.last_minutes}"
        if slot.last_minutes is not None
        else "la durée la plus longue"
    )
    steps.append(
        f"{several(minutes, 'minute')} de présence ({until}), "
        f"{slot.percent}{NBSP}% du prix : {euros(found)}"
    )
    return found


def _surcharged(unbooked: Unbooked, amount: Exact, steps: Steps) -> Exact:
    if unbooked.add_percent:
        amount = share(amount, HUNDRED + unbooked.add_percent)
        steps.append(f"Sans réservation, {unbooked.add_percent}{NBSP}% de plus : {euros(amount)}")
    if unbooked.add_cents:
        amount += unbooked.add_cents
        steps.append(f"Sans réservation, {euros(unbooked.add_cents)} de plus : {euros(amount)}")
    return amount


def rounded(tariff: Tariff, amount: Exact, steps: Steps) -> int:
    """Return whole cents, rounded as the tariff says, telling it when it changed something.

    >>> tariff = Tariff("", (), (), date(2026, 9, 1), round_to=5, rounding="down")
    >>> lines = []
    >>> rounded(tariff, Fraction(649, 2), lines), lines[0].replace(chr(8239), " ")
    (320, 'Arrondi aux 5 centimes, au-dessous : 3,20 €')
    """
    if isinstance(amount, int) and tariff.round_to == 1:
        return amount
    found = tariff.round_to * _whole(Fraction(amount) / tariff.round_to, tariff.rounding)
    if found != amount:
        whole = "au centime" if tariff.round_to == 1 else f"aux {tariff.round_to} centimes"
        how = {"half_up": "au plus proche", "down": "au-dessous", "up": "au-dessus"}
        steps.append(f"Arrondi {whole}, {how[tariff.rounding]} : {euros(found)}")
    return found


def inputs_of(tariff: Tariff, situation: Situation) -> tuple[tuple[str, str], ...]:
    """Return what this tariff looked at, in words, so that a family can correct it."""
    found: list[tuple[str, str]] = []
    if tariff.flat is None:
        quotient = situation.quotient_familial
        told = NOT_KNOWN if quotient is None else f"{quotient}{NBSP}€"
        found.append((QUOTIENT, told))
    if tariff.out_of_town:
        found.append(("Habite la commune", "oui" if situation.is_resident else "non"))
    if tariff.siblings or _by_number(tariff):
        found.append(("Enfants comptés", _number(tariff, situation)))
    if tariff.duration or tariff.slots:
        found.append(("Présence", several(situation.minutes or 0, "minute")))
    if tariff.unbooked:
        found.append(("Réservé", "oui" if situation.booked else "non"))
    return tuple(found)


@lru_cache(maxsize=1024)
def _span(first: int, last: int | None) -> str:
    if last is None:
        return f"tranche à partir de {first}{NBSP}€"
    return f"tranche de {first} à {last}{NBSP}€"


def _by_number(tariff: Tariff) -> bool:
    return (
        isinstance(tariff.flat, tuple)
        or any(isinstance(band.cents, tuple) for band in tariff.bands)
        or (tariff.effort is not None and not isinstance(tariff.effort.percent, str))
    )


def _children(tariff: Tariff, situation: Situation) -> int:
    if tariff.count == "present":
        return situation.present_siblings + 1
    if tariff.count == "enrolled":
        return situation.enrolled_siblings + 1
    return situation.rank


def _number(tariff: Tariff, situation: Situation) -> str:
    number = _children(tariff, situation)
    if tariff.count == "rank":
        return "1er enfant" if number == 1 else f"{number}e enfant"
    word = "présent" if tariff.count == "present" else "inscrit"
    return several(number, f"enfant {word}", f"enfants {word}s")


def _by_children(amount: Amount, tariff: Tariff, situation: Situation) -> int:
    return amount if isinstance(amount, int) else _nth(amount, _children(tariff, situation))


def _among(amount: Amount, tariff: Tariff, situation: Situation) -> str:
    return "" if isinstance(amount, int) else f", {_number(tariff, situation)}"


def _siblings_words(tariff: Tariff, situation: Situation, amount: Exact) -> str:
    assert tariff.siblings
    percent = _nth(tariff.siblings.percents, _children(tariff, situation))
    number = _number(tariff, situation)
    return f"{number[:1].upper()}{number[1:]}, {percent}{NBSP}% du prix : {euros(amount)}"


def _nth(told: tuple[T, ...], number: int) -> T:
    return told[min(max(number, 1), len(told)) - 1]


@lru_cache(maxsize=256)
def _percent(told: str) -> Fraction:
    """A percentage of euros, in cents: 0,55 % of 640 € is 640 × 0,55 cents."""
    return Fraction(told.replace(",", "."))


def share(amount: Exact, percent: int) -> Exact:
    """Return so many hundredths of an amount, exactly."""
    return _exactly(Fraction(amount * percent, HUNDRED))


def _exactly(amount: Exact) -> Exact:
    return amount.numerator if amount.denominator == 1 else amount


def _whole(amount: Fraction, rounding: str) -> int:
    if rounding == "down":
        return amount.numerator // amount.denominator
    if rounding == "up":
        return -(-amount.numerator // amount.denominator)
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)
