"""What personal data the portal holds, why, for how long; how it leaves, how it dies."""

from ribambelle.privacy.rules import ACCOUNTING, NAMERS, PersonalData
from ribambelle.privacy.terms import (
    ACCOUNTS,
    AGREED,
    AMOUNTS,
    FAMILY,
    FILES,
    JOURNAL,
    LASTING,
    ONCE_DONE,
    SCHOOL,
    UNNAMED,
    WITH_FAMILY,
    Ending,
    Since,
    Term,
    Unless,
    With,
)

__all__ = [
    "ACCOUNTING",
    "ACCOUNTS",
    "AGREED",
    "AMOUNTS",
    "FAMILY",
    "FILES",
    "JOURNAL",
    "LASTING",
    "NAMERS",
    "ONCE_DONE",
    "SCHOOL",
    "UNNAMED",
    "WITH_FAMILY",
    "Ending",
    "PersonalData",
    "Since",
    "Term",
    "Unless",
    "With",
]
