"""What must be answered, or answered again, before a file can be sent?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ribambelle_creche.domain import steps
from ribambelle_creche.domain.age import AgeLimits
from ribambelle_creche.domain.dossier import Dossier, Step, alternates, steps_of
from ribambelle_creche.domain.taking import Taking


@dataclass(frozen=True, slots=True)
class Rules:
    """What a commune allows on one day: how many wishes and fallbacks, which ages, which crèches."""

    today: date
    ages: AgeLimits
    max_fallbacks: int
    max_wishes: int
    open_facilities: Mapping[int, Taking]


def review(dossier: Dossier, rules: Rules) -> dict[Step, dict[str, str]]:
    """Return the steps to see, in order, each with what is wrong; nothing when never answered.

    An answer may be made wrong by another: a child later found to be due in June cannot start
    in May any more; a crèche closes, or takes no child of that age.

    >>> from ribambelle_creche.domain.dossier import Child, Wishes
    >>> asked = Dossier(child=Child(is_expected=True), wishes=Wishes((4,)))
    >>> found = review(asked, Rules(date(2026, 11, 25), AgeLimits(), 2, 3, {}))
    >>> [step.code for step, wrong in found.items() if wrong]
    ['enfant', 'voeux']
    """
    wrong = _wrong(dossier, rules)
    return {
        step: wrong.get(step.block, {})
        for step in steps_of(dossier)
        if getattr(dossier, step.block) is None or wrong.get(step.block)
    }


def _wrong(dossier: Dossier, rules: Rules) -> dict[str, dict[str, str]]:
    """Return what is wrong with each block that was answered."""
    found: dict[str, dict[str, str]] = {}
    if dossier.child:
        found["child"] = steps.check_child(dossier.child, rules.today)
    if dossier.arrival and dossier.child:
        found["arrival"] = steps.check_arrival(dossier.arrival, dossier.child)
    if dossier.custody:
        found["custody"] = steps.check_custody(dossier.custody)
    if dossier.home:
        found["home"] = steps.check_home(dossier.home)
    if dossier.care:
        found["care"] = steps.check_care(dossier.care)
    if dossier.family:
        found["family"] = steps.check_family(dossier.family)
    if dossier.address:
        found["address"] = steps.check_address(dossier.address)
    if dossier.situation:
        is_single = bool(dossier.family and dossier.family.is_single)
        found["situation"] = steps.check_situation(dossier.situation, is_single)
    if dossier.entry:
        found["entry"] = steps.check_entry(dossier.entry, dossier.child, rules.ages, rules.today)
    if dossier.week:
        found["week"] = steps.check_week(
            dossier.week,
            rules.max_fallbacks,
            alternates=alternates(dossier),
            saturday=any(one.opens_saturday for one in rules.open_facilities.values()),
        )
    if dossier.wishes:
        found["wishes"] = steps.check_wishes(dossier, rules.max_wishes, rules.open_facilities)
    return found
