"""A grid of points as families read it: what counts, for how many points, shown by which paper."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ribambelle_creche.domain.dossier import REFERRALS
from ribambelle_creche.domain.evidence import KINDS
from ribambelle_creche.domain.grid.conditions import Condition, Term
from ribambelle_creche.domain.grid.criteria import SCOPES, TIES, Band, Criterion, Grid, Reserve
from ribambelle_creche.domain.grid.facts import FACTS, TOWN_HALL

BY_TOWN_HALL = "Rien à fournir : la mairie le sait"
EACH = {
    "siblings": "par frère ou sœur à charge",
    "dependent_children": "par enfant à charge",
    "commissions_waited": "par commission passée sans place",
    "offers_refused": "par offre refusée",
}
SIGNS = {">=": "au moins", "<=": "au plus", ">": "plus de", "<": "moins de"}


@dataclass(frozen=True, slots=True)
class Told:
    """One criterion in words: its lines are (what, points), the points being words too."""

    code: str
    label: str
    lines: tuple[tuple[str, str], ...]
    proof: str
    is_of_facility: bool


def told(grid: Grid, criteria: Iterable[Criterion]) -> list[Told]:
    """Return some criteria of a grid in words, in their order.

    >>> from datetime import date
    >>> waited = Criterion("w", "Attente", "per_unit", "commissions_waited", TOWN_HALL, 10, most=30)
    >>> found = told(Grid("1", date(2026, 1, 1), ("draw",), (waited,)), [waited])
    >>> found[0].lines, found[0].proof
    ((('par commission passée sans place, 30 au plus', '+10'),), 'Rien à fournir : la mairie le sait')
    """
    return [
        Told(one.code, one.label, tuple(_lines(one)), proof_told(one.proof), one.is_of_facility)
        for one in criteria
    ]


def signed(points: int) -> str:
    """Return points with their sign, as read aloud.

    >>> signed(30), signed(-20), signed(0)
    ('+30', '−20', '0')
    """
    return f"+{points}" if points > 0 else f"−{-points}" if points else "0"


def proof_told(proof: str) -> str:
    """Return what shows a criterion; nothing when nothing is asked."""
    return BY_TOWN_HALL if proof == TOWN_HALL else KINDS.get(proof, "")


def _lines(one: Criterion) -> Iterable[tuple[str, str]]:
    if one.type == "choice":
        ranked = sorted(one.values.items(), key=lambda pair: -pair[1])
        return [(one.reads.answers[answer], signed(points)) for answer, points in ranked]
    if one.type == "band":
        return [(_band(band, one.reads.unit), signed(band.points)) for band in one.bands]
    if one.type == "per_unit":
        most = signed(one.most) if one.most < 0 else str(one.most)
        return [(f"{EACH[one.fact]}, {most} au plus", signed(one.points))]
    if one.type == "discretionary":
        bodies = ", ".join(_lowered(REFERRALS[body]) for body in one.bodies)
        return [(f"à la demande de : {bodies}", f"de {one.least} à {one.most}")]
    return [(condition_told(one.requires), signed(one.points))]


def _lowered(words: str) -> str:
    return words[:1].lower() + words[1:]


def _band(band: Band, unit: str) -> str:
    if band.first is None:
        return f"{band.up_to} {unit} ou moins"
    if band.up_to is None:
        return f"{band.first} {unit} ou plus"
    return f"de {band.first} à {band.up_to} {unit}"


def condition_told(asked: Condition) -> str:
    """Return a condition in words; nothing when there is none.

    >>> from ribambelle_creche.domain.grid.conditions import condition
    >>> condition_told(condition("insertion or job_seeking"))
    'un parent suit un parcours d’insertion, ou un parent cherche un emploi'
    """
    return ", ou ".join(" et ".join(_term(term) for term in group) for group in asked.groups)


def _term(term: Term) -> str:
    fact = FACTS[term.fact]
    words = _lowered(fact.label)
    return f"{words} : {SIGNS[term.sign]} {term.limit}" if term.sign else words


def reserve_told(one: Reserve) -> str:
    """Return a reserve in words.

    >>> from ribambelle_creche.domain.grid.conditions import condition
    >>> reserve_told(Reserve("i", "Insertion", "manager", condition("insertion"), per_places=20))
    'une place sur 20, par gestionnaire, quand un parent suit un parcours d’insertion'
    """
    size = f"une place sur {one.per_places}" if one.per_places else f"{one.quota} places"
    return f"{size}, {SCOPES[one.scope]}, quand {condition_told(one.eligible)}"


def ties_told(ties: Iterable[str], known: Mapping[str, str] = TIES) -> list[str]:
    """Return how equal points are told apart, in order."""
    return [known[one] for one in ties]
