"""When is a family in a reserve, or a bonus open? Facts joined by « and » and « or »."""

import re
from dataclasses import dataclass

from ribambelle_creche.domain.grid.facts import FACTS, Facts, Told

TERM = re.compile(r"^(\w+)\s*(?:(>=|<=|>|<)\s*(-?\d+))?$")


@dataclass(frozen=True, slots=True)
class Term:
    """One fact that must be true, or one number that must be over or under a limit."""

    fact: str
    sign: str = ""
    limit: int = 0

    def holds(self, told: Told) -> bool:
        """Tell whether what is known of the fact is enough."""
        if not self.sign:
            return bool(told)
        if told is None or isinstance(told, str):
            return False
        return {
            ">=": told >= self.limit,
            "<=": told <= self.limit,
            ">": told > self.limit,
            "<": told < self.limit,
        }[self.sign]


@dataclass(frozen=True, slots=True)
class Condition:
    """Several terms: it holds when all those of one group do."""

    groups: tuple[tuple[Term, ...], ...] = ()

    @property
    def facts(self) -> list[str]:
        """The facts it names, in order."""
        return [term.fact for group in self.groups for term in group]

    def holds(self, facts: Facts, facility: int | None = None) -> bool:
        """Tell whether it holds; a fact counts only once its usual proof was seen.

        >>> from datetime import date
        >>> asked = condition("insertion or job_seeking")
        >>> told = {"insertion": True}
        >>> [asked.holds(Facts(date(2027, 3, 1), told, proofs=frozenset(seen)))
        ...  for seen in ((), ("work",))]
        [False, True]
        """
        return any(all(_shown(term, facts, facility) for term in group) for group in self.groups)


def _shown(term: Term, facts: Facts, facility: int | None) -> bool:
    fact = FACTS[term.fact]
    if fact.of_facility:
        told = None if facility is None else facts.at(facility, term.fact)
    else:
        told = facts.of(term.fact)
    return facts.is_proved(fact.proof) and term.holds(told)


def condition(text: str) -> Condition:
    """Read a condition: « and » binds tighter than « or »; raises ValueError with what is wrong.

    >>> condition("insertion or job_seeking and single_parent").groups[1]
    (Term(fact='job_seeking', sign='', limit=0), Term(fact='single_parent', sign='', limit=0))
    >>> condition("sibling_present_months>=12").facts
    ['sibling_present_months']
    >>> condition("nice_family")
    Traceback (most recent call last):
    ...
    ValueError: fait inconnu « nice_family »
    """
    groups = [re.split(r"\s+and\s+", part) for part in re.split(r"\s+or\s+", text.strip())]
    return Condition(tuple(tuple(_term(words) for words in group) for group in groups))


def _term(words: str) -> Term:
    found = TERM.match(words.strip())
    if not found:
        raise ValueError(f"« {words} » ne se lit pas : écrivez un fait, ou un fait >= un nombre")
    name, sign, limit = found[1], found[2] or "", int(found[3] or 0)
    fact = FACTS.get(name)
    if fact is None:
        raise ValueError(f"fait inconnu « {name} »")
    if bool(sign) != (fact.kind == "number"):
        told = "un nombre se compare : >= 12" if fact.kind == "number" else "ne se compare pas"
        raise ValueError(f"« {name} » : {told}")
    return Term(name, sign, limit)
