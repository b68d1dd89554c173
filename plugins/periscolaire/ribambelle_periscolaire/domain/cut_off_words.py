"""Until when may one change a booking? The rule of the commune in one French phrase."""

from ribambelle_periscolaire.domain.calendar import WEEKDAYS as CODES
from ribambelle_periscolaire.domain.cut_off import END_OF_DAY, Act, CutOff, Limit, clock
from ribambelle_periscolaire.domain.words import WEEKDAYS, hour, listed, several

LEFT_OUT = {
    **{code: f"le {name}" for code, name in zip(CODES, WEEKDAYS, strict=True)},
    "public_holidays": "les jours fériés",
    "school_holidays": "les vacances",
    "closed": "les jours fermés",
}
KINDS = {
    "calendar": ("jour", "jours"),
    "working": ("jour ouvré", "jours ouvrés"),
    "clear": ("jour franc", "jours francs"),
    "school": ("jour d’école", "jours d’école"),
}
EVES = {
    "calendar": "à la veille",
    "working": "à la veille ouvrée",
    "school": "à la veille d’école",
}
ANCHORS = {
    "day": "à {} avant",
    "week": "à {} avant le lundi de la semaine",
    "period": "à {} avant le premier jour de la période",
    "month": "à {} avant le 1er du mois",
}
FIRST = {
    "day": "le jour même",
    "week": "le lundi de la semaine",
    "period": "le premier jour de la période",
    "month": "le 1er du mois",
}


def told(rule: CutOff, act: Act = "add", *, waited: bool = False) -> str:
    """Return the phrase that follows « Vous pouvez réserver » or « Vous pouvez annuler ».

    >>> def shown(limit): return told(CutOff("r", limit)).replace(chr(160), " ")
    >>> shown(Limit(days=1, count="school", at="10:00"))
    'jusqu’à la veille d’école, 10 h'
    >>> shown(Limit(anchor="week", weekday="tue", at="23:59"))
    'jusqu’au mardi de la semaine précédente, 23 h 59'
    >>> shown(Limit(days=2, at="12:00", excluded=("sat", "sun")))
    'jusqu’à 2 jours avant, 12 h, sans compter le samedi et le dimanche'
    >>> shown(Limit(anchor="period", days=15, count="clear"))
    'jusqu’à 15 jours francs avant le premier jour de la période, minuit'
    >>> shown(Limit(hours=72))
    'jusqu’à 72 heures avant le début'
    """
    if waited and act == "cancel" and rule.cancel_when_waited:
        return phrase(rule.cancel_when_waited)
    limit = rule.add if act == "add" else rule.cancel or rule.add
    if limit is None:
        return "jusqu’à la fermeture des inscriptions de la période"
    return phrase(limit)


def told_opening(rule: CutOff) -> str:
    """Return the phrase that follows « Les réservations ouvrent »; empty when they always are.

    >>> from ribambelle_periscolaire.domain.cut_off import Window
    >>> told_opening(CutOff("r", Limit(days=1), window=Window(Limit(days=42))))
    '42 jours avant'
    """
    window = rule.window
    if window.opens:
        return _where(window.opens, window.opens.at or "00:00").removeprefix("à ")
    return "à la date annoncée pour chaque période" if window.dates else ""


def phrase(limit: Limit) -> str:
    """Return a limit in words."""
    left_out = [LEFT_OUT[one] for one in limit.excluded]
    found = _where(limit, limit.at or END_OF_DAY)
    joined = found.replace("à le ", "au ") if found.startswith("à le ") else found
    if left_out:
        return f"jusqu’{joined}, sans compter {listed(left_out)}"
    return f"jusqu’{joined}"


def _where(limit: Limit, at: str) -> str:
    if limit.hours is not None:
        return f"à {several(limit.hours, 'heure')} avant le début"
    if at == "00:00":
        return _day(limit)
    when = "minuit" if at == END_OF_DAY else hour(clock(at))
    return f"{_day(limit)}, {when}"


def _day(limit: Limit) -> str:
    if limit.days is not None:
        return _days_before(limit, limit.days)
    if limit.weekday:
        name = WEEKDAYS[CODES.index(limit.weekday)]
        return f"à le {name}{_weeks_before(limit)}"
    if limit.day_of_month is not None:
        before = {0: " du mois même", 1: " du mois précédent"}
        return (
            f"à le {limit.day_of_month}{before.get(limit.months, f', {limit.months} mois avant')}"
        )
    return "à la date fixée pour chaque période"


def _days_before(limit: Limit, days: int) -> str:
    if days == 0:
        return f"à {FIRST[limit.anchor]}"
    if limit.anchor == "day" and days == 1 and limit.count in EVES:
        return EVES[limit.count]
    return ANCHORS[limit.anchor].format(several(days, *KINDS[limit.count]))


def _weeks_before(limit: Limit) -> str:
    if limit.anchor in ("day", "week"):
        near = {0: " de la même semaine", 1: " de la semaine précédente"}
        return near.get(limit.weeks, f", {limit.weeks} semaines avant")
    whose = f"celle où commence {'la période' if limit.anchor == 'period' else 'le mois'}"
    if limit.weeks == 0:
        return f" de {whose.replace('celle', 'la semaine')}"
    return f", {several(limit.weeks, 'semaine')} avant {whose}"
