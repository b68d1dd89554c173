"""The delays of a commune in one sentence, for the head of a booking page."""

from datetime import date

from ribambelle.tenants import Tenant
from ribambelle_periscolaire.domain.cut_off_words import told
from ribambelle_periscolaire.gathering import Gathered
from ribambelle_periscolaire.settings import Settings


def rule_of(tenant: Tenant, gathered: Gathered) -> str:
    """Return the delay of the activities these children are enrolled in, when it is the same."""
    opened = {
        number
        for pupil in gathered.family.pupils.values()
        for numbers in pupil.activities.values()
        for number in numbers
    }
    names = {
        activity.cut_off for activity in gathered.catalogue.activities if activity.id in opened
    }
    rules = [rule for rule in tenant.of(Settings).cut_offs if rule.name in names]
    sentences = {(told(rule, "add"), told(rule, "cancel")) for rule in rules}
    if len(sentences) != 1:
        return ""
    (add, cancel) = sentences.pop()
    return add if add == cancel else ""


def misses_quotient(tenant: Tenant, gathered: Gathered, day: date) -> bool:
    """Tell whether a family pays the highest rate because its quotient is not known."""
    family = gathered.family
    enrolled = any(pupil.activities for pupil in family.pupils.values())
    depends = any(one.bands or one.effort for one in tenant.of(Settings).tariffs)
    unknown = any(
        family.pays(child) and family.means_on(child, day).quotient_familial is None
        for child in family.pupils
    )
    return enrolled and depends and unknown
