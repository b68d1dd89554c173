"""What a family reads of a decision: its own points, what blocked each wish, its rights."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ribambelle_creche.domain import week
from ribambelle_creche.domain.admission.outcome import Blocking, Refusal
from ribambelle_creche.domain.age import GROUPS, LABELS
from ribambelle_creche.domain.offers import place_of
from ribambelle_creche.domain.resources import Asking

LAW = (
    "Les points et l’ordre des demandes sont calculés par un programme, pour attribuer les places "
    "en crèche selon les critères votés par la commune. La commission décide. Vous avez le droit "
    "de demander les règles de ce traitement et les principales caractéristiques de sa mise en "
    "œuvre (articles L. 311-3-1 et R. 311-3-1-1 du code des relations entre le public et "
    "l’administration).",
    "Écrivez au service ci-dessus, par courrier, par e-mail ou sur le portail. Sans réponse dans "
    "un mois, vous pouvez saisir la Commission d’accès aux documents administratifs (CADA), dans "
    "les deux mois qui suivent.",
)
"""The mention of article L. 311-3-1 CRPA, and how to use the right it opens."""
APPEALS = (
    "Un recours gracieux auprès de la mairie, dans les deux mois : sur le portail (« Contester la "
    "réponse », sur la page de votre demande) ou par courrier.",
    "Un recours devant le tribunal administratif, dans les deux mois qui suivent la réception de "
    "cette lettre, par courrier ou sur www.telerecours.fr. Un recours gracieux fait repartir ce "
    "délai à la réponse de la mairie, ou après deux mois de silence.",
)
"""How a decision is contested, and until when."""

ELSEWHERE = (
    "Vous n’avez pas nommé cette crèche : vous acceptiez une autre crèche de la ville. Si vous la "
    "refusez, votre demande reste sur la liste d’attente pour vos vœux."
)
"""What a family reads of a place where it did not ask."""


YES_KEPT = "Vous avez dit oui. Il manque la réponse d’une autre famille : vous n’avez rien à faire."
"""What a family reads of a place it said yes to, and that somebody has still to leave."""
NOT_LEFT = (
    "La place proposée à {} était encore celle d’un enfant à qui une autre crèche était proposée. "
    "Cet enfant y reste : nous avons repris la proposition, même si vous aviez dit oui. Votre demande "
    "garde sa date et son rang. Vous n’avez rien à faire."
)
"""What a family reads of an offer that was taken back, as nobody left its place."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One option that was refused, and why, in sentences."""

    title: str
    reasons: tuple[str, ...]


def half_day(slot: str) -> str:
    """Return a half-day in words.

    >>> half_day("wed-pm"), half_day("mon-am@2")
    ('mercredi après-midi', 'lundi matin à partir de septembre')
    """
    bare, _, later = slot.partition("@")
    words = week.NAMES[bare]
    return f"{words} à partir de septembre" if later else words


def blocked(one: Blocking) -> str:
    """Say what stood in the way at one half-day: places, and points of the last child admitted.

    >>> blocked(Blocking("12/babies/mon-am", 3, 3, 85))
    'lundi matin (bébés) : 3 places, toutes à des demandes classées avant ; dernière admise : 85 points'
    >>> blocked(Blocking("12/all/week", 40, 40, None))
    'toutes les heures d’accueil de la semaine sont prises'

    What was left may be too little, for two children who enter together:

    >>> blocked(Blocking("12/babies/mon-am", 6, 5, 86))
    'lundi matin (bébés) : 6 places, dont 5 à des demandes classées avant ; il en restait 1, trop peu'
    """
    _, group, slot = one.resource.split("/")
    left = max(0, one.capacity - one.taken_ahead)
    if slot.startswith("week"):
        if left and not one.withheld:
            return "il ne restait pas assez d’heures d’accueil dans la semaine"
        return "toutes les heures d’accueil de la semaine sont prises"
    if group == "staff":
        return f"{half_day(slot)} : pas assez d’adultes pour un enfant de plus"
    where = LABELS[group].lower() if group in GROUPS else "toute la crèche"
    many = "aucune place" if not one.capacity else f"{one.capacity} place{'s' * (one.capacity > 1)}"
    said = f"{half_day(slot)} ({where}) : {many}"
    if one.withheld:
        return f"{said}, gardée pour que personne ne passe devant une famille mieux classée"
    if not one.capacity:
        return said
    if left:
        told = f"dont {one.taken_ahead} à des demandes classées avant ; " if one.taken_ahead else ""
        return f"{said}, {told}il en restait {left}, trop peu"
    if one.last_points is None:
        return f"{said}, toutes à des enfants qui les ont déjà"
    return (
        f"{said}, toutes à des demandes classées avant ; "
        f"dernière admise : {one.last_points} point{'s' * (abs(one.last_points) > 1)}"
    )


def is_named(one: Refusal, asked: Asking) -> bool:
    """Tell whether a refusal is that of a crèche the family named."""
    return not asked.elsewhere or place_of(one.option).facility in asked.wishes


def refused(
    refusals: Iterable[Refusal], needs: Sequence[int], names: Mapping[int, str]
) -> list[Wish]:
    """Return each wish that was refused, with the half-days that blocked it.

    The whole crèche and one of its sections are often full at the same half-day: both are said.

    >>> one = Refusal("12/babies/0", (Blocking("12/babies/mon-am", 0, 0, None),))
    >>> refused([one], [0b11], {12: "Les Lilas"})
    [Wish(title='Les Lilas, lundi', reasons=('lundi matin (bébés) : aucune place',))]
    """
    found = []
    for one in refusals:
        place = place_of(one.option)
        title = f"{names.get(place.facility, 'Une crèche')}, {week.words(needs[place.need])}"
        title += ", à partir de septembre" if place.from_september else ""
        found.append(Wish(title, reasons(one.blocking)))
    return found


def reasons(blocking: Sequence[Blocking]) -> tuple[str, ...]:
    """Return what stood in the way, day after day; what is the same after September is said once.

    >>> monday, later = [Blocking(f"12/babies/mon-am{end}", 2, 2, 85) for end in ("", "@2")]
    >>> tuesday = Blocking("12/babies/tue-am", 2, 2, 70)
    >>> [one[:11] for one in reasons([tuesday, later, monday])]
    ['lundi matin', 'mardi matin']
    >>> reasons([Blocking("12/babies/mon-am", 0, 0, None), Blocking("12/babies/mon-pm", 0, 0, None)])
    ('aucune place à ces demi-journées',)
    """
    if len(blocking) > 1 and not any(one.capacity for one in blocking):
        return ("aucune place à ces demi-journées",)
    known = {(one.resource, one.capacity, one.last_points) for one in blocking}
    kept = [
        one
        for one in blocking
        if not one.resource.endswith("@2")
        or (one.resource.removesuffix("@2"), one.capacity, one.last_points) not in known
    ]
    return tuple(blocked(one) for one in sorted(kept, key=_by_day))


def _by_day(one: Blocking) -> tuple[bool, int, str]:
    slot = one.resource.rpartition("/")[2]
    bare = slot.removesuffix("@2")
    rank = week.SLOTS.index(bare) if bare in week.SLOTS else len(week.SLOTS)
    return slot.endswith("@2"), rank, one.resource


def points(trace: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """Return the points of a kept trace, criterion by criterion.

    >>> points([{"label": "Vous habitez la commune", "points": 20}])
    [('Vous habitez la commune', 20)]
    """
    return [(str(line["label"]), int(line["points"])) for line in trace]
