"""What may be asked of the treasury: each field within its limits, or a refusal before any call."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit

from ribambelle.errors import Refused

LOWEST, HIGHEST = 100, 9_999_999
SUBJECT_LENGTH = 99
ADDRESS_LENGTH = 250
ADDRESS = re.compile(r"[^@\s<>\x00-\x1f\x7f]+@[^@\s<>\x00-\x1f\x7f]+")
LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """One payment to ask for; made by `payment_request`, which checks it."""

    numcli: str
    year: int
    refdet: str
    subject: str
    cents: int
    email: str
    saisie: str
    notify_url: str
    return_url: str


def payment_request(
    *,
    numcli: str,
    year: int,
    refdet: str,
    subject: str,
    cents: int,
    email: str,
    saisie: str,
    notify_url: str,
    return_url: str,
) -> PaymentRequest:
    """Return a request that the treasury can take, or refuse it with what is wrong.

    >>> asked = payment_request(
    ...     numcli="090909", year=2026, refdet=reference(2026, 345, 1), cents=4820, saisie="T",
    ...     subject="Cantine d’octobre", email="lea@example.org",
    ...     notify_url="https://famille.example.org/paiement/avis",
    ...     return_url="https://famille.example.org/paiement/retour")
    >>> asked.refdet, asked.subject
    ('F20260000034501', 'Cantine d octobre')
    """
    if saisie not in ("T", "X", "W"):
        raise Refused("payment_mode_unknown", saisie=saisie)
    if not 2000 <= year <= 2999:
        raise Refused("payment_year_unreadable", year=year)
    return PaymentRequest(
        numcli=checked_numcli(numcli),
        year=year,
        refdet=checked_reference(refdet),
        subject=plain(subject),
        cents=checked_amount(cents),
        email=checked_email(email),
        saisie=saisie,
        notify_url=checked_address(notify_url),
        return_url=checked_address(return_url),
    )


def reference(year: int, invoice: int, attempt: int) -> str:
    """Return the reference of one attempt to pay: never the same twice.

    >>> reference(2026, 345, 1), reference(2026, 345, 2)
    ('F20260000034501', 'F20260000034502')
    >>> reference(2026, 345, 100)
    Traceback (most recent call last):
    ...
    ribambelle.errors.Refused: too_many_attempts (allowed=99)
    """
    if not 0 < attempt <= 99:
        raise Refused("too_many_attempts", allowed=99)
    return checked_reference(f"F{year:04d}{invoice:08d}{attempt:02d}")


def checked_reference(refdet: str) -> str:
    """Return a reference of 6 to 30 letters and digits, or refuse it.

    >>> checked_reference("ABCD")
    Traceback (most recent call last):
    ...
    ribambelle.errors.Refused: reference_unreadable (reference=ABCD)
    """
    if not re.fullmatch(r"[A-Za-z0-9]{6,30}", refdet):
        raise Refused("reference_unreadable", reference=refdet)
    return refdet


def checked_amount(cents: int) -> int:
    """Return an amount between 1,00 € and 99 999,99 €, or refuse it.

    >>> checked_amount(100), checked_amount(9_999_999)
    (100, 9999999)
    >>> for cents in (99, 10_000_000):
    ...     try: checked_amount(cents)
    ...     except Refused as refused: print(refused)
    amount_too_small (lowest=100)
    amount_too_large (highest=9999999)
    """
    if cents < LOWEST:
        raise Refused("amount_too_small", lowest=LOWEST)
    if cents > HIGHEST:
        raise Refused("amount_too_large", highest=HIGHEST)
    return cents


def checked_email(email: str) -> str:
    """Return the family's address, of 6 to 80 characters, or say that it is missing or wrong.

    >>> checked_email("l@a.fr")
    'l@a.fr'
    >>> for email in ("", "l@a.f", "l" * 75 + "@a.org", "lea.example.org"):
    ...     try: checked_email(email)
    ...     except Refused as refused: print(refused)
    email_missing
    email_refused_by_treasury
    email_refused_by_treasury
    email_refused_by_treasury
    """
    if not email:
        raise Refused("email_missing")
    if not (6 <= len(email) <= 80 and re.fullmatch(ADDRESS, email)):
        raise Refused("email_refused_by_treasury")
    return email


def checked_numcli(numcli: str) -> str:
    """Return the régie's number, six digits with their leading zeros, or refuse it.

    >>> checked_numcli("006382")
    '006382'
    >>> checked_numcli("6382")
    Traceback (most recent call last):
    ...
    ribambelle.errors.Refused: numcli_unreadable (numcli=6382)
    """
    if not re.fullmatch(r"[0-9]{6}", numcli):
        raise Refused("numcli_unreadable", numcli=numcli)
    return numcli


def checked_address(url: str) -> str:
    """Return one of our own whole addresses, short enough for the treasury, or refuse it.

    >>> checked_address("/paiement/retour")
    Traceback (most recent call last):
    ...
    ribambelle.errors.Refused: address_refused_by_treasury (url=/paiement/retour)
    """
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        whole = False
    if not whole or len(url) > ADDRESS_LENGTH:
        raise Refused("address_refused_by_treasury", url=url)
    return url


def plain(subject: str) -> str:
    """Write a subject with the only characters the treasury takes: letters, digits, spaces.

    >>> plain("Œuvre d’été & goûter <n°3> – Cœur")
    'OEuvre d ete gouter n 3 Coeur'
    >>> len(plain("é" * 200))
    99
    """
    bare = unicodedata.normalize("NFKD", subject.translate(LIGATURES))
    unaccented = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^A-Za-z0-9]", " ", unaccented).split())[:SUBJECT_LENGTH].strip()
