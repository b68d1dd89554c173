"""How does a grid read, for somebody who looks for their line?"""

from dataclasses import dataclass

from ribambelle_periscolaire.domain.tariff.grid import Absence, Amount, Band, Tariff
from ribambelle_periscolaire.domain.words import NBSP, euros

COUNTED = {
    "present": "enfants présents le même jour",
    "enrolled": "enfants inscrits",
    "rank": "rang de l’enfant",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a grid: for whom or when, and what it costs."""

    what: str
    cost: str


def lines_of(tariff: Tariff) -> list[Line]:
    """Return a grid line by line, the prices first, then what changes them.

    >>> from datetime import date
    >>> bands = (Band(0, 120, 400), Band(401, 320))
    >>> meal = Tariff("Repas", ("c",), ("r",), date(2026, 9, 1), bands=bands)
    >>> [(one.what.replace(NBSP, " "), one.cost.replace(NBSP, " ").replace(chr(8239), " "))
    ...  for one in lines_of(meal)]
    [('Quotient familial de 0 à 400 €', '1,20 €'), ('Quotient familial de 401 € et plus', '3,20 €')]
    """
    found = [_band(one) for one in tariff.bands]
    if tariff.flat is not None:
        found.append(Line("Prix", _amount(tariff.flat)))
    if tariff.effort:
        rate = tariff.effort.percent
        told = rate if isinstance(rate, str) else f"{rate[0]} à {rate[-1]}"
        found.append(Line("Part du quotient familial", f"{told.replace('.', ',')}{NBSP}%"))
        floor, ceiling = euros(tariff.effort.floor_cents), euros(tariff.effort.ceiling_cents)
        found.append(Line("Jamais moins, jamais plus", f"{floor} – {ceiling}"))
    if tariff.siblings:
        shares = ", ".join(f"{one}{NBSP}%" for one in tariff.siblings.percents)
        found.append(Line(f"Selon le nombre ({COUNTED[tariff.count]})", shares))
    found += _exceptions(tariff)
    return found


def _exceptions(tariff: Tariff) -> list[Line]:
    found = []
    away = tariff.out_of_town
    if away:
        found += [
            Line(f"Hors commune, {one.what[0].lower()}{one.what[1:]}", one.cost)
            for one in map(_band, away.bands)
        ]
        if away.cents is not None:
            found.append(Line("Hors commune", _amount(away.cents)))
        if away.percent is not None:
            found.append(Line("Hors commune", f"{away.percent}{NBSP}% du prix"))
    if tariff.unbooked:
        found.append(Line("Sans réservation", _unbooked(tariff)))
    if tariff.late:
        told = f"{euros(tariff.late.cents)} par {tariff.late.per_minutes}{NBSP}min commencées"
        found.append(Line("Retard le soir", told))
    if tariff.absence:
        found.append(Line("Absence après le délai", _absence(tariff.absence)))
    return found


def _band(band: Band) -> Line:
    span = f"de {band.first} à {band.last}{NBSP}€" if band.last is not None else ""
    return Line(
        f"Quotient familial {span or f'de {band.first}{NBSP}€ et plus'}", _amount(band.cents)
    )


def _amount(amount: Amount) -> str:
    if isinstance(amount, int):
        return euros(amount)
    return ", ".join(euros(one) for one in amount)


def _unbooked(tariff: Tariff) -> str:
    told = tariff.unbooked
    assert told is not None
    if told.instead_cents is not None:
        return euros(told.instead_cents)
    if told.add_cents:
        return f"{euros(told.add_cents)} de plus"
    return f"{told.add_percent}{NBSP}% de plus"


def _absence(rule: Absence) -> str:
    told = f"{rule.unjustified_percent}{NBSP}% dus"
    if rule.certificate_hours is not None:
        excused = f"{rule.justified_percent}{NBSP}% avec un certificat"
        told += f", {excused} sous {rule.certificate_hours}{NBSP}h"
    return told
