"""Are the delays a commune wrote complete and readable? If not, which key, and what to write?"""

from collections.abc import Sequence
from datetime import date

from ribambelle.errors import Misconfigured
from ribambelle_periscolaire.domain.calendar import WEEKDAYS
from ribambelle_periscolaire.domain.cut_off import (
    ANCHORS,
    COUNTS,
    END_OF_DAY,
    EXCLUDED,
    CutOff,
    Fixed,
    Limit,
    Window,
    clock,
)

WAYS = ("days", "weekday", "day_of_month", "hours")


def require_sound(rules: Sequence[CutOff], key: str = "cut_offs") -> None:
    """Refuse the first mistake, naming its key and its cure.

    >>> require_sound((CutOff("cantine", Limit(days=1, at="25:00")),))
    Traceback (most recent call last):
    ...
    ribambelle.errors.Misconfigured: clé « cut_offs[0].add.at » : heure illisible « 25:00 » \
(délai « cantine »). Écrivez "10:00", ou "end of day" pour la fin de la journée.
    """
    seen: set[str] = set()
    for rank, rule in enumerate(rules):
        at = f"{key}[{rank}]"
        try:
            _rule(rule, at)
        except Misconfigured as error:
            what = f"{error.what} (délai « {rule.name} »)"
            raise Misconfigured(what, key=error.key, cure=error.cure) from None
        if rule.name in seen:
            raise Misconfigured(
                f"deux délais s’appellent « {rule.name} »",
                key=f"{at}.name",
                cure="donnez à chacun son nom : les activités les citent ainsi",
            )
        seen.add(rule.name)


def _rule(rule: CutOff, key: str) -> None:
    if not rule.name:
        raise Misconfigured("délai sans nom", key=f"{key}.name", cure='écrivez name = "cantine"')
    for name in ("add", "cancel", "cancel_when_waited"):
        limit = getattr(rule, name)
        if limit is not None:
            _limit(limit, f"{key}.{name}")
    if rule.window.opens is not None:
        _limit(rule.window.opens, f"{key}.window.opens")
    _openings(rule.window, f"{key}.window.dates")
    closes = all(one.closes for one in rule.window.dates) and rule.window.dates
    if rule.add is None and not closes:
        raise Misconfigured(
            "rien ne dit jusqu’à quand réserver",
            key=f"{key}.add",
            cure='écrivez par exemple add = { days = 1, at = "10:00" }',
        )


def _limit(limit: Limit, key: str) -> None:
    _among(limit.anchor, ANCHORS, f"{key}.anchor")
    _among(limit.count, COUNTS, f"{key}.count")
    if limit.weekday:
        _among(limit.weekday, WEEKDAYS, f"{key}.weekday")
    for one in limit.excluded:
        _among(one, EXCLUDED, f"{key}.excluded")
    if set(WEEKDAYS) <= set(limit.excluded):
        raise Misconfigured(
            "aucun jour de la semaine ne compte",
            key=f"{key}.excluded",
            cure="laissez-en au moins un",
        )
    ways = [name for name in WAYS if getattr(limit, name) not in (None, "")]
    if len(ways) > 1 or not (ways or limit.fixed):
        raise Misconfigured(
            f"deux façons de compter : {' et '.join(ways)}" if ways else "aucun délai n’est écrit",
            key=key,
            cure=f"écrivez une seule de ces clés : {', '.join((*WAYS, 'fixed'))}",
        )
    if limit.hours is not None and limit.at:
        raise Misconfigured(
            "un délai en heures part de l’heure du service",
            key=f"{key}.at",
            cure="retirez cette clé, ou écrivez days au lieu de hours",
        )
    if limit.count == "clear" and limit.days is None:
        raise Misconfigured(
            "des jours francs sans leur nombre",
            key=f"{key}.days",
            cure="écrivez par exemple days = 15",
        )
    _hour(limit.at, f"{key}.at")
    _fixed(limit.fixed, f"{key}.fixed")


def _hour(told: str, key: str) -> None:
    if not told or told == END_OF_DAY:
        return
    try:
        clock(told)
    except ValueError as error:
        raise Misconfigured(
            f"heure illisible « {told} »",
            key=key,
            cure=f'écrivez "10:00", ou "{END_OF_DAY}" pour la fin de la journée',
        ) from error


def _among(told: str, choices: Sequence[str], key: str) -> None:
    if told not in choices:
        raise Misconfigured(
            f"mot inconnu « {told} »", key=key, cure=f"choisissez parmi {', '.join(choices)}"
        )


def _fixed(dates: Sequence[Fixed], key: str) -> None:
    _ordered([(one.first, one.last) for one in dates], key)
    for rank, one in enumerate(dates):
        if one.until > one.last:
            raise Misconfigured(
                "la date limite vient après le dernier service",
                key=f"{key}[{rank}].until",
                cure="écrivez un jour d’avant la période",
            )


def _openings(window: Window, key: str) -> None:
    _ordered([(one.first, one.last) for one in window.dates], key)
    for rank, one in enumerate(window.dates):
        if one.opens.tzinfo or (one.closes and one.closes.tzinfo):
            raise Misconfigured(
                "une heure avec son fuseau",
                key=f"{key}[{rank}]",
                cure="écrivez l’heure de la commune, sans « Z » ni « +02:00 »",
            )
        if one.closes and one.closes <= one.opens:
            raise Misconfigured(
                "les inscriptions ferment avant d’ouvrir",
                key=f"{key}[{rank}].closes",
                cure="écrivez un instant d’après l’ouverture",
            )


def _ordered(periods: Sequence[tuple[date, date]], key: str) -> None:
    """Refuse a period that ends before it begins, or that shares a day with another."""
    for rank, (first, last) in enumerate(periods):
        if last < first:
            raise Misconfigured(
                "la période finit avant de commencer",
                key=f"{key}[{rank}].last",
                cure="écrivez son premier jour dans first, son dernier dans last",
            )
        if any(first <= end and start <= last for start, end in periods[:rank]):
            raise Misconfigured(
                "deux périodes se chevauchent",
                key=f"{key}[{rank}].first",
                cure="faites commencer l’une après la fin de l’autre",
            )
