"""Is this a bank account a régie may debit?"""

from stdnum import bic as stdnum_bic
from stdnum import iban as stdnum_iban
from stdnum.exceptions import ValidationError

from ribambelle.errors import Refused

SEPA = frozenset(
    "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL"
    " NO PL PT RO RS SE SI SK SM VA".split()
)
"""Countries whose accounts a SEPA debit reaches."""
VALUES = dict(
    zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (*range(1, 10), *range(1, 10), *range(2, 10)), strict=True)
)
"""What a letter counts for in a French RIB."""


def checked_iban(text: str) -> str:
    """Return an IBAN without spaces, or refuse it: iban_wrong, iban_country, iban_key.

    A French account has a key of its own inside: two digits typed one for the other may keep the
    first key right, never both.

    >>> checked_iban("fr76 3000 6000 0112 3456 7890 189")
    'FR7630006000011234567890189'
    >>> checked_iban("FR76 3000 6000 0112 3456 7890 188")
    Traceback (most recent call last):
    ribambelle.errors.Refused: iban_wrong
    >>> checked_iban("TR33 0006 1005 1978 6457 8413 26")
    Traceback (most recent call last):
    ribambelle.errors.Refused: iban_country (country=TR)
    """
    try:
        found = str(stdnum_iban.validate(text))
    except ValidationError as error:
        raise Refused("iban_wrong") from error
    country = found[:2]
    if country not in SEPA:
        raise Refused("iban_country", country=country)
    if country in ("FR", "MC") and not is_rib(found[4:]):
        raise Refused("iban_key")
    return found


def is_rib(text: str) -> bool:
    """Tell whether the key of a French RIB is right: bank, branch, account, key.

    >>> is_rib("30006000011234567890189"), is_rib("30006000011234567890188")
    (True, False)
    >>> is_rib("20041010050500013M02606")
    True
    """
    digits = "".join(str(VALUES.get(sign, sign)) for sign in text)
    if len(digits) != 23 or not digits.isdecimal():
        return False
    bank, branch, account, key = digits[:5], digits[5:10], digits[10:21], int(digits[21:])
    return 97 - (89 * int(bank) + 15 * int(branch) + 3 * int(account)) % 97 == key


def checked_bic(text: str) -> str:
    """Return a BIC, nothing when none is told, or refuse it.

    >>> checked_bic(" agrifrpp "), checked_bic("")
    ('AGRIFRPP', '')
    >>> checked_bic("AGRI")
    Traceback (most recent call last):
    ribambelle.errors.Refused: bic_wrong
    """
    if not text.strip():
        return ""
    try:
        return str(stdnum_bic.validate(text))
    except ValidationError as error:
        raise Refused("bic_wrong") from error


def masked(country: str, last: str) -> str:
    """Write what is shown of an account once it was given.

    >>> masked("FR", "0189")
    'FR•• •••• 0189'
    """
    return f"{country}•• •••• {last}"
