"""What is due for a day booked and missed, and for a child collected late?"""

from dataclasses import dataclass
from datetime import date

from ribambelle_periscolaire.domain.tariff.grid import Absence
from ribambelle_periscolaire.domain.tariff.pricing import (
    Price,
    Situation,
    Steps,
    Tariffs,
    exact,
    inputs_of,
    rounded,
    share,
)
from ribambelle_periscolaire.domain.words import NBSP, euros, several

DAY_HOURS = 24
SILENT = Absence()
"""A council that says nothing: a justified absence costs nothing, another is due whole."""


@dataclass(frozen=True, slots=True)
class Missed:
    """One day missed: its place in the absence, and what was said of it."""

    day_rank: int = 1
    """1 for the first booked day of the absence."""
    justified: bool = False
    """The town hall takes the reason as good."""
    certificate_after_hours: int | None = None
    """Hours between the beginning of the absence and the certificate; nothing without one."""


def absence(
    tariffs: Tariffs, activity: str, unit: str, day: date, situation: Situation, missed: Missed
) -> Price:
    """Return what is due for a booked day when the child did not come.

    >>> from ribambelle_periscolaire.domain.tariff.grid import Tariff
    >>> from ribambelle_periscolaire.domain.tariff.pricing import indexed
    >>> rule = Absence(certificate_hours=72, charged_days=2, no_certificate_after_days=10)
    >>> meal = Tariff("R", ("c",), ("r",), date(2026, 9, 1), flat=320, absence=rule)
    >>> def cents(rank, hours):
    ...     asked = Missed(rank, certificate_after_hours=hours)
    ...     return absence(indexed((meal,)), "c", "r", date(2026, 9, 7), Situation(), asked).cents
    >>> [cents(1, 48), cents(1, 96), cents(2, 96), cents(3, 96), cents(3, 264), cents(1, None)]
    [0, 320, 320, 0, 320, 320]
    """
    tariff = tariffs.on(activity, unit, day)
    percent, why = due(tariff.absence or SILENT, missed)
    if tariff.every != "unit":
        return Price(0, tariff.name, (), ("Compris dans le forfait",))
    steps: Steps = []
    amount = exact(tariff, situation, steps)
    found = share(amount, percent)
    steps.append(f"{said(percent, why)}{euros(found)}")
    return Price(
        rounded(tariff, found, steps), tariff.name, inputs_of(tariff, situation), tuple(steps)
    )


def said(percent: int, why: str) -> str:
    """Return how the steps of a price begin to say what is due of a missed day.

    >>> said(0, "Absence justifiée")
    'Absence justifiée, 0\xa0% dus : '
    """
    return f"{why}, {percent}{NBSP}% dus : "


def due(rule: Absence, missed: Missed) -> tuple[int, str]:
    """Return the share of the price due for a missed day, in percent, and why.

    >>> due(Absence(charged_days=1), Missed(1, justified=True))
    (100, 'Absence justifiée, le 1er jour reste dû')
    >>> due(Absence(charged_days=1), Missed(2, justified=True))
    (0, 'Absence justifiée')
    >>> due(Absence(free_after_days=15), Missed(16))
    (0, 'Au-delà de 15 jours d’absence')
    """
    if rule.free_after_days and missed.day_rank > rule.free_after_days:
        return 0, f"Au-delà de {several(rule.free_after_days, 'jour')} d’absence"
    hours = missed.certificate_after_hours
    if not missed.justified and rule.certificate_hours is None:
        return rule.unjustified_percent, "Absence non justifiée"
    if not missed.justified and hours is None:
        return rule.unjustified_percent, "Absence sans certificat"
    most = rule.no_certificate_after_days
    if hours is not None and most and hours > most * DAY_HOURS:
        return rule.unjustified_percent, f"Certificat reçu après {several(most, 'jour')}"
    in_time = hours is not None and rule.certificate_hours and hours <= rule.certificate_hours
    if missed.day_rank <= rule.charged_days and not in_time:
        return rule.unjustified_percent, f"{_why(rule, missed)}, {_first_days(rule.charged_days)}"
    return rule.justified_percent, "Certificat reçu à temps" if in_time else _why(rule, missed)


def _why(rule: Absence, missed: Missed) -> str:
    if missed.certificate_after_hours is None or rule.certificate_hours is None:
        return "Absence justifiée"
    return f"Certificat reçu après {rule.certificate_hours}{NBSP}h"


def _first_days(count: int) -> str:
    return "le 1er jour reste dû" if count == 1 else f"les {count} premiers jours restent dus"


def late(tariffs: Tariffs, activity: str, unit: str, day: date, minutes: int) -> Price:
    """Return what collecting a child so many minutes late costs, by step begun.

    >>> from ribambelle_periscolaire.domain.tariff.grid import Late, Tariff
    >>> from ribambelle_periscolaire.domain.tariff.pricing import indexed
    >>> rule = Late(500, per_minutes=15, grace_minutes=5, most_cents=1500)
    >>> care = indexed((Tariff("A", ("a",), ("soir",), date(2026, 9, 1), flat=200, late=rule),))
    >>> [late(care, "a", "soir", date(2026, 9, 7), minutes).cents for minutes in (5, 6, 16, 120)]
    [0, 500, 1000, 1500]
    """
    tariff = tariffs.on(activity, unit, day)
    rule = tariff.late
    told = (("Retard", several(minutes, "minute")),)
    if rule is None:
        return Price(0, tariff.name, told, ("Aucune pénalité de retard n’est prévue",))
    if minutes <= rule.grace_minutes:
        return Price(
            0, tariff.name, told, (f"{several(minutes, 'minute')} de retard : rien n’est dû",)
        )
    begun = -(-minutes // rule.per_minutes)
    cents = begun * rule.cents
    steps = [
        f"{several(minutes, 'minute')} de retard, {begun} × {several(rule.per_minutes, 'minute')} "
        f"commencées : {begun} × {euros(rule.cents)} = {euros(cents)}"
    ]
    if rule.most_cents and cents > rule.most_cents:
        cents = rule.most_cents
        steps.append(f"Jamais plus que {euros(cents)} pour un soir")
    return Price(cents, tariff.name, told, tuple(steps))
