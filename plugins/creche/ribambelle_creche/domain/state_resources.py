"""Does what the State told prove what a family wrote of its resources?"""

from collections.abc import Mapping
from typing import Any

from ribambelle_creche.domain.dossier import Resources


def proves(told: Mapping[str, Any], wrote: Resources | None) -> bool:
    """Tell whether each figure the family wrote, and the State told, is the same in whole euros.

    >>> wrote = Resources(quotient_familial_cents=64_050)
    >>> proves({"value": 640}, wrote), proves({"value": 812}, wrote), proves({"base": 9}, wrote)
    (True, False, False)
    >>> proves({"base": 36_000}, Resources(annual_resources_cents=3_600_000))
    True

    One figure of two proves nothing.

    >>> both = Resources(quotient_familial_cents=64_000, annual_resources_cents=3_600_000)
    >>> proves({"value": 640}, both), proves({"value": 640, "base": 36_000}, both)
    (False, True)
    """
    if wrote is None:
        return False
    pairs = [
        (wrote.quotient_familial_cents, told.get("value")),
        (wrote.annual_resources_cents, told.get("base")),
    ]
    written = [(cents // 100, figure) for cents, figure in pairs if cents is not None]
    return bool(written) and all(euros == figure for euros, figure in written)


def filled(told: Mapping[str, Any], wrote: Resources) -> Resources:
    """Return what a step shows: what the family wrote, else what the State told.

    >>> filled({"value": 640, "base": 36_000}, Resources()).quotient_familial_cents
    64000
    >>> filled({"value": 640}, Resources(quotient_familial_cents=100)).quotient_familial_cents
    100
    """
    quotient, base = told.get("value"), told.get("base")
    return Resources(
        wrote.caf_number,
        _cents(wrote.quotient_familial_cents, quotient),
        _cents(wrote.annual_resources_cents, base),
        wrote.allows_cdap,
    )


def _cents(wrote: int | None, told: int | None) -> int | None:
    return wrote if wrote is not None or told is None else told * 100
