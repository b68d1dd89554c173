"""Can every price be found, once and only once, in the tariffs a commune wrote?"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from ribambelle.errors import Misconfigured
from ribambelle_periscolaire.domain.tariff.grid import (
    Amount,
    Band,
    Effort,
    OutOfTown,
    Slot,
    Tariff,
    Unbooked,
)
from ribambelle_periscolaire.domain.words import day as told_day

ROUND_TO = (1, 5, 10)
ROUNDINGS = ("half_up", "down", "up")
EVERY = ("unit", "month", "year")
COUNTS = ("present", "enrolled", "rank")
SHAPES = ("flat", "bands", "effort")
PERCENT = re.compile(r"\d{1,3}([.,]\d{1,6})?")


def require_sound(tariffs: Sequence[Tariff], key: str = "tariffs") -> None:
    """Refuse the first mistake, naming its key and its cure.

    >>> from datetime import date
    >>> meal = Tariff("Repas", ("cantine",), ("repas",), date(2026, 9, 1), round_to=2, flat=320)
    >>> require_sound((meal,))
    Traceback (most recent call last):
    ...
    ribambelle.errors.Misconfigured: clé « tariffs[0].round_to » : valeur inconnue « 2 » \
(tarif « Repas »). Choisissez parmi 1, 5, 10.
    """
    for rank, tariff in enumerate(tariffs):
        try:
            _tariff(tariff, f"{key}[{rank}]")
        except Misconfigured as error:
            what = f"{error.what} (tarif « {tariff.name} »)"
            raise Misconfigured(what, key=error.key, cure=error.cure) from None
    _names(tariffs, key)
    _dates(tariffs, key)


def _names(tariffs: Sequence[Tariff], key: str) -> None:
    seen: set[str] = set()
    for rank, tariff in enumerate(tariffs):
        if tariff.name in seen:
            raise Misconfigured(
                f"deux tarifs s’appellent « {tariff.name} »",
                key=f"{key}[{rank}].name",
                cure="ajoutez l’année au nom : la facture le cite",
            )
        seen.add(tariff.name)


def _dates(tariffs: Sequence[Tariff], key: str) -> None:
    """One price a day for each unit: neither two, nor a hole between two."""
    by_unit: dict[tuple[str, str], list[tuple[date, date | None, int]]] = {}
    for rank, one in enumerate(tariffs):
        for activity in one.activity:
            for unit in one.unit:
                by_unit.setdefault((activity, unit), []).append((one.first, one.last, rank))
    for (activity, unit), dated in by_unit.items():
        for (_, last, rank), (first, _, then) in pairwise(sorted(dated, key=lambda one: one[0])):
            what = f"{activity}/{unit}"
            if last is None or first <= last:
                raise Misconfigured(
                    f"deux tarifs pour {what} le {told_day(first)} : "
                    f"« {tariffs[rank].name} » et « {tariffs[then].name} »",
                    key=f"{key}[{rank}].last",
                    cure=f"écrivez last = {first - timedelta(days=1)}",
                )
            if first - last > timedelta(days=1):
                raise Misconfigured(
                    f"aucun tarif pour {what} du {told_day(last + timedelta(days=1))} "
                    f"au {told_day(first - timedelta(days=1))}",
                    key=f"{key}[{then}].first",
                    cure=f"écrivez first = {last + timedelta(days=1)}, ou un tarif entre les deux",
                )


def _tariff(tariff: Tariff, key: str) -> None:
    for name, told in (
        ("name", [tariff.name]),
        ("activity", tariff.activity),
        ("unit", tariff.unit),
    ):
        if not told or "" in told:
            cure = f"dites {'le nom du tarif' if name == 'name' else 'ce que le tarif concerne'}"
            raise Misconfigured("rien n’est écrit", key=f"{key}.{name}", cure=cure)
    if tariff.last and tariff.last < tariff.first:
        raise Misconfigured(
            "le tarif finit avant de commencer",
            key=f"{key}.last",
            cure="écrivez son premier jour dans first, son dernier dans last",
        )
    _among(tariff.round_to, ROUND_TO, f"{key}.round_to")
    _among(tariff.rounding, ROUNDINGS, f"{key}.rounding")
    _among(tariff.every, EVERY, f"{key}.every")
    _among(tariff.count, COUNTS, f"{key}.count")
    _one_of(tariff, SHAPES, key)
    _shape(tariff, key)
    if tariff.siblings:
        _decreasing(tariff.siblings.percents, f"{key}.siblings.percents")
    if tariff.out_of_town:
        _out_of_town(tariff.out_of_town, f"{key}.out_of_town")
    if tariff.unbooked:
        _unbooked(tariff.unbooked, f"{key}.unbooked")
    _time(tariff, key)


def _shape(tariff: Tariff, key: str) -> None:
    if tariff.flat is not None:
        _amount(tariff.flat, f"{key}.flat")
    if tariff.bands:
        require_whole(tariff.bands, f"{key}.bands")
    if tariff.effort:
        _effort(tariff.effort, f"{key}.effort")


def require_whole(bands: Sequence[Band], key: str) -> None:
    """Refuse bands that leave a quotient out or count it twice.

    >>> require_whole((Band(0, 120, 400), Band(500, 320)), "bands")
    Traceback (most recent call last):
    ...
    ribambelle.errors.Misconfigured: clé « bands[1].first » : aucun prix de 401 à 499 €. \
Écrivez first = 401.
    """
    if bands[0].first != 0:
        raise Misconfigured(
            f"aucun prix de 0 à {bands[0].first - 1} €",
            key=f"{key}[0].first",
            cure="écrivez first = 0",
        )
    for rank, band in enumerate(bands):
        _amount(band.cents, f"{key}[{rank}].cents")
        if band.last is not None and band.last < band.first:
            raise Misconfigured(
                "la tranche finit avant de commencer",
                key=f"{key}[{rank}].last",
                cure=f"écrivez au moins {band.first}",
            )
    for rank, (before, band) in enumerate(pairwise(bands), start=1):
        if before.last is None or band.first <= before.last:
            raise Misconfigured(
                f"deux prix pour {band.first} €",
                key=f"{key}[{rank - 1}].last",
                cure=f"écrivez last = {band.first - 1}",
            )
        if band.first > before.last + 1:
            raise Misconfigured(
                f"aucun prix de {before.last + 1} à {band.first - 1} €",
                key=f"{key}[{rank}].first",
                cure=f"écrivez first = {before.last + 1}",
            )
    if bands[-1].last is not None:
        raise Misconfigured(
            f"aucun prix au-dessus de {bands[-1].last} €",
            key=f"{key}[{len(bands) - 1}].last",
            cure="retirez cette clé de la dernière tranche",
        )


def _effort(effort: Effort, key: str) -> None:
    rates = (effort.percent,) if isinstance(effort.percent, str) else effort.percent
    if not rates:
        raise Misconfigured("aucun taux", key=f"{key}.percent", cure='écrivez percent = "0,55"')
    for rate in rates:
        if not PERCENT.fullmatch(rate):
            raise Misconfigured(
                f"taux illisible « {rate} »",
                key=f"{key}.percent",
                cure='écrivez un pourcentage entre guillemets, par exemple "0,55"',
            )
    if effort.ceiling_cents < effort.floor_cents:
        raise Misconfigured(
            "le plafond est sous le plancher",
            key=f"{key}.ceiling_cents",
            cure=f"écrivez au moins {effort.floor_cents}",
        )


def _out_of_town(own: OutOfTown, key: str) -> None:
    _one_of(own, ("bands", "cents", "percent"), key)
    if own.bands:
        require_whole(own.bands, f"{key}.bands")
    if own.cents is not None:
        _amount(own.cents, f"{key}.cents")


def _unbooked(unbooked: Unbooked, key: str) -> None:
    if unbooked.instead_cents is not None and (unbooked.add_cents or unbooked.add_percent):
        raise Misconfigured(
            "un prix qui remplace et un supplément",
            key=f"{key}.instead_cents",
            cure="gardez l’un des deux",
        )


def _time(tariff: Tariff, key: str) -> None:
    """Time is counted one way, and only when each unit is paid for."""
    told = [name for name in ("duration", "slots", "unbooked") if getattr(tariff, name)]
    if tariff.every != "unit" and told:
        raise Misconfigured(
            "un forfait ne compte ni le temps ni les venues",
            key=f"{key}.{told[0]}",
            cure="retirez cette clé, ou écrivez deux tarifs",
        )
    if tariff.duration:
        _among(tariff.duration.rounding, ROUNDINGS, f"{key}.duration.rounding")
        if tariff.slots:
            raise Misconfigured(
                "le temps est compté de deux façons",
                key=f"{key}.slots",
                cure="gardez duration ou slots",
            )
    if tariff.slots:
        _slots(tariff.slots, f"{key}.slots")


def _slots(slots: Sequence[Slot], key: str) -> None:
    ends = [slot.last_minutes for slot in slots[:-1]]
    known = [end for end in ends if end is not None]
    if len(known) != len(ends) or any(then <= before for before, then in pairwise(known)):
        raise Misconfigured(
            "les durées ne se suivent pas",
            key=f"{key}[0].last_minutes",
            cure="écrivez des durées de plus en plus longues",
        )
    if slots[-1].last_minutes is not None:
        raise Misconfigured(
            f"aucun prix au-delà de {slots[-1].last_minutes} minutes",
            key=f"{key}[{len(slots) - 1}].last_minutes",
            cure="retirez cette clé de la dernière durée",
        )


def _decreasing(percents: Sequence[int], key: str) -> None:
    if not percents or any(then > before for before, then in pairwise(percents)):
        raise Misconfigured(
            "la part due monte avec le nombre d’enfants" if percents else "aucune part",
            key=key,
            cure="écrivez des parts qui baissent, par exemple [100, 90, 80]",
        )


def _amount(amount: Amount, key: str) -> None:
    if amount == ():
        raise Misconfigured("aucun montant", key=key, cure="écrivez des centimes, par exemple 320")


def _one_of(told: Tariff | OutOfTown, names: Sequence[str], key: str) -> None:
    written = [name for name in names if getattr(told, name) not in (None, ())]
    if len(written) != 1:
        raise Misconfigured(
            f"deux prix : {' et '.join(written)}" if written else "aucun prix n’est écrit",
            key=f"{key}.{written[1]}" if written else key,
            cure=f"écrivez une seule de ces clés : {', '.join(names)}",
        )


def _among(told: object, choices: Sequence[object], key: str) -> None:
    if told not in choices:
        raise Misconfigured(
            f"valeur inconnue « {told} »",
            key=key,
            cure=f"choisissez parmi {', '.join(str(one) for one in choices)}",
        )
