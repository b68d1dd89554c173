"""How does a campaign reach an adult, and who must be told otherwise?"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from ribambelle.messages.choices import EMAIL, PORTAL, SMS

NONE: Final = "none"
WAYS: Final = {
    EMAIL: "Par e-mail",
    SMS: "Par SMS",
    PORTAL: "Sur le portail seulement",
    NONE: "À prévenir autrement",
}


def channel(address: str, wished: str, *, is_short: bool) -> str:
    """Return how an adult is written to: as chosen when it may be, by e-mail when in doubt.

    >>> channel("", "sms", is_short=True), channel("a@b.fr", "", is_short=True)
    ('none', 'email')
    >>> channel("a@b.fr", "portal", is_short=False)
    'portal'
    >>> channel("a@b.fr", "sms", is_short=True), channel("a@b.fr", "sms", is_short=False)
    ('sms', 'email')
    """
    if not address:
        return NONE
    if wished == SMS and not is_short:
        return EMAIL
    return wished or EMAIL


def is_for(kinds: Iterable[str]) -> bool:
    """Tell whether the town hall writes to an adult, from what they are to the children they mind.

    Somebody who only collects a child is no family of the commune; nobody known to mind a child is
    written to all the same: lists of families do not say who is whose parent.

    >>> is_for([]), is_for(["relative"]), is_for(["relative", "parent"])
    (True, False, True)
    """
    known = set(kinds)
    return not known or "parent" in known


def counted(channels: Iterable[str]) -> dict[str, int]:
    """Return how many adults each way reaches, none left out.

    >>> counted(["email", "none", "email"])
    {'email': 2, 'sms': 0, 'portal': 0, 'none': 1}
    """
    found = Counter(channels)
    return {way: found[way] for way in WAYS}
