"""What may no grid count, whoever voted it?"""

import re

from ribambelle.search import fold

GROUNDS = (
    *("religion", "religieux", "religieuse", "confession", "culte", "bapteme", "baptise"),
    *("nationalite", "nationality", "etranger", "etrangere", "origine", "origin", "ethnie"),
    *("ethnique", "ethnic", "race", "racial", "sexe", "syndicat", "syndical", "opinion"),
    *("faith", "belief", "gender", "surname", "patronyme"),
)
"""Grounds on which the law forbids to tell families apart (Code pénal, art. 225-1)."""
NOTES = ("note", "notes", "comment", "commentaire", "appreciation", "text", "texte", "merit")
"""Names of an opinion in free text, that no family could check."""
SCHEDULE = (
    *("schedule", "week", "weekly", "slot", "slots", "day", "days", "half", "hour", "hours"),
    *("monday", "tuesday", "wednesday", "thursday", "friday", "morning", "afternoon", "start"),
    *("entry", "fallback", "fallbacks", "planning", "horaire", "horaires", "semaine", "jour"),
    *("jours", "demi", "journee", "journees", "lundi", "mardi", "mercredi", "jeudi", "vendredi"),
    *("matin", "entree", "weeks", "half_days", "mon", "tue", "wed", "thu", "fri", "heures"),
)
"""Words of the week asked for and of the day of entry."""


def ground(text: str) -> str:
    """Return the forbidden ground some words name, or nothing.

    >>> ground("Familles de nationalité française"), ground("Habiter la commune")
    ('nationalite', '')
    """
    return _first(text, GROUNDS)


def note(name: str) -> str:
    """Return the word of a free opinion that the name of a criterion holds, or nothing.

    >>> note("agent_note"), note("work")
    ('note', '')
    """
    return _first(name, NOTES)


def schedule(name: str) -> str:
    """Return the word of the schedule that the name of a fact holds, or nothing.

    >>> schedule("half_days"), schedule("start_on"), schedule("work")
    ('half', 'start', '')
    """
    return _first(name, SCHEDULE)


def _first(text: str, words: tuple[str, ...]) -> str:
    found = re.findall(r"[a-z]+", fold(text.replace("_", " ")))
    return next((word for word in found if word in words), "")
