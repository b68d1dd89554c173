"""Words of openings: a week, a wish, a rank, and why a wish was refused."""

from collections.abc import Iterable
from datetime import date

from ribambelle.web.formats import jour, jour_du_mois, pluriel
from ribambelle_periscolaire.domain.openings import Span
from ribambelle_periscolaire.domain.words import listed


def refused(
    day: date, group: str, places: int, left: int, asked: int, last_rank: int | None, full_days: int
) -> str:
    """Say what was left on the fullest day when the turn came, and who was served last.

    >>> told = refused(date(2027, 2, 8), "6-11 ans", 24, 1, 2, 17, 3).replace("\u00a0", " ")
    >>> for sentence in told.split(". "):
    ...     print(sentence)
    lundi 8 février, groupe « 6-11 ans » : il restait 1 place pour 2 enfants, sur 24 à donner
    La dernière est allée au rang 17
    Il manquait de la place sur 3 jours.
    >>> print(refused(date(2027, 2, 8), "Tous", 0, 0, 1, None, 1).replace("\u00a0", " "))
    lundi 8 février, groupe « Tous » : il n’y avait aucune place à donner.
    """
    where = f"{jour(day)}, groupe «\u00a0{group}\u00a0»\u00a0: "
    if not places:
        return f"{where}il n’y avait aucune place à donner."
    rest = f"il restait {pluriel(left, 'place')}" if left else "il ne restait aucune place"
    left_then = f"{where}{rest}"
    told = f"{left_then} pour {pluriel(asked, 'enfant')}, sur {places} à donner."
    if last_rank is not None:
        told += f" La dernière est allée au rang {last_rank}."
    if full_days > 1:
        told += f" Il manquait de la place sur {pluriel(full_days, 'jour')}."
    return told


def span_told(span: Span) -> str:
    """Name a week or a day.

    >>> print(span_told(Span("2027-02-08", date(2027, 2, 8), date(2027, 2, 12))).replace("\u00a0", " "))
    du 8 au 12 février
    >>> print(span_told(Span("2027-02-10", date(2027, 2, 10), date(2027, 2, 10))).replace("\u00a0", " "))
    mercredi 10 février
    """
    if span.first == span.last:
        return jour(span.first)
    same = span.first.month == span.last.month
    first = str(span.first.day) if same else jour_du_mois(span.first)
    return f"du {first} au {jour_du_mois(span.last)}"


def wish_told(unit: str, told: Iterable[Span]) -> str:
    """Say one wish: a unit and its weeks or days.

    >>> day = Span("2027-02-10", date(2027, 2, 10), date(2027, 2, 10))
    >>> print(wish_told("Journée", [day]).replace("\u00a0", " "))
    Journée, mercredi 10 février
    """
    return f"{unit}, {listed([span_told(one) for one in told])}"
