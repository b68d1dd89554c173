"""What exactly was asked, and when? The text that the commune signs, and the code people read."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from ribambelle_creche.domain import week
from ribambelle_creche.domain.dossier import (
    CARE,
    Care,
    Child,
    Dossier,
    Entry,
    Family,
    Week,
    Wishes,
    digest,
    name_of,
)

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No I, L, O or U: a code is read on paper and said on the phone."""


def content(number: str, dossier: Dossier, facility_names: Mapping[int, str], at: datetime) -> str:
    """Return what is signed: always the same text for the same file and the same moment.

    Every wish is named, in order: a family may have to prove one, years later. The rest of the
    answers is there by its digest: what a family earns is not printed, but cannot be changed.

    :param at: in the commune's zone, so that the hour on the receipt is the family's.

    >>> from datetime import UTC
    >>> asked = Dossier(week=Week(wished=1), wishes=Wishes(facilities=(7,)))
    >>> told = content("C-2041", asked, {7: "Les Lilas"}, datetime(2026, 11, 25, 9, tzinfo=UTC))
    >>> msgspec.json.decode(told)["wishes"]
    [{'facility': 7, 'name': 'Les Lilas', 'rank': 1}]
    """
    if at.tzinfo is None:
        raise ValueError("a receipt is signed at a moment, and a moment has a zone")
    child, entry = dossier.child or Child(), dossier.entry or Entry()
    asked, wishes = dossier.week or Week(), dossier.wishes or Wishes()
    care, family = dossier.care or Care(), dossier.family or Family()
    told = {
        "number": number,
        "at": at.isoformat(timespec="seconds"),
        "parent": family.name,
        "child": name_of(child),
        "is_expected": child.is_expected,
        "reference_on": child.reference_on,
        "start_on": entry.start_on,
        "flexible_weeks": entry.flexible_weeks,
        "earliest_on": entry.earliest_on,
        "latest_on": entry.latest_on,
        "care": CARE.get(care.kind, ""),
        "weeks_per_year": care.weeks_per_year,
        "week": weeks_told(asked),
        "fallbacks": [week.words(number) for number in asked.fallbacks],
        "wishes": [
            {"rank": rank, "facility": facility, "name": facility_names[facility]}
            for rank, facility in enumerate(wishes.facilities, start=1)
        ],
        "accepts_any": wishes.accepts_any,
        "accepts_childminder": wishes.accepts_childminder,
        "answers": digest(dossier),
    }
    return msgspec.json.encode(told, order="sorted").decode()


def weeks_told(asked: Week) -> str:
    """Return the week wished in words, or the two weeks of a child who alternates.

    >>> weeks_told(Week(wished=1)), weeks_told(Week(wished=1, odd=0))
    ('lundi matin', 'semaines paires : lundi matin ; semaines impaires : aucun jour')
    """
    if asked.odd is None:
        return week.words(asked.wished)
    even, odd = (week.words(number) or "aucun jour" for number in (asked.wished, asked.odd))
    return f"semaines paires : {even} ; semaines impaires : {odd}"


def code(signature: str) -> str:
    """Return the first sixty bits of a signature, in three groups of four.

    >>> code("0123456789abcdef" * 4)
    '04HM-ASW9-NF6Y'
    """
    number = int(signature[:15], 16)
    letters = "".join(ALPHABET[number >> shift & 31] for shift in range(55, -1, -5))
    return "-".join(letters[start : start + 4] for start in (0, 4, 8))


def bare(typed: str) -> str:
    """Return a code without what people add or mistake when they copy it from paper.

    >>> bare(" o4hm-asw9 nf6y")
    '04HMASW9NF6Y'
    """
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    return letters.translate(str.maketrans("OIL", "011"))
