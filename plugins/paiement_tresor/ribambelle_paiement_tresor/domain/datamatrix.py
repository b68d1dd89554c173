"""What does the code of a bill say to a tobacconist's scanner?

One hundred and thirty characters, four keys; the counter refuses a code with one digit altered. The
layout is the one software prints today: have it confirmed by the comptable before production.
"""

from dataclasses import dataclass

from ribambelle_paiement_tresor.domain.pes import DEBT, key2

MOST_CENTS = 99_999_999
"""The amount has eight characters."""
CASH_CENTS = 30_000
"""Above 300 €, the counter takes cards only."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What a code is made from."""

    establishment: str
    period: str
    product: str
    exercise: int
    issuer: str
    debt: int
    codique: str
    cents: int


def mark(bill: Bill) -> str:
    """Return the 130 characters of a bill.

    >>> told = mark(Bill("001", "3", "001", 2026, "940033", 345, "031099", 4820))
    >>> len(told), told[:64].strip()
    (130, '')
    >>> told[64:91]
    '001300100268940033000160 45'
    >>> told[91:]
    '050000000000003450310994986806     4820'
    """
    head = f"{three(bill.establishment)}{bill.period[:1]}{three(bill.product)}00"
    head += f"{bill.exercise % 100:02}"
    issuer = f"{bill.issuer}0001"
    letter = key2(bill.exercise, bill.period[:1], bill.debt)
    operation = f"{DEBT.index(letter) + 1:02}{bill.debt:015}{bill.codique[:6]:0>6}49"
    amount = f"{bill.cents:8}"
    key1 = _weighted(f"806{amount.replace(' ', '0')}")
    told = f"{head}{str(11 - int(head) % 11)[-1]}{issuer}{_weighted(issuer)} "
    told += f"{_weighted(operation)}{operation}{key1}806 {amount}"
    return f"{'':64}{told}"


def three(code: str) -> str:
    """Write a code in three digits; two letters count from AA = 001 to ZZ = 676.

    >>> [three(one) for one in ("1", "042", "AA", "FF", "ZZ", "C1", "1234")]
    ['001', '042', '001', '136', '676', '000', '234']
    """
    if code.isdecimal():
        return code[-3:].zfill(3)
    if len(code) == 2 and code.isascii() and code.isalpha():
        first, second = (ord(letter) - ord("A") for letter in code.upper())
        return f"{first * 26 + second + 1:03}"
    return "000"


def is_payable(cents: int) -> bool:
    """Tell whether a code can say this amount.

    >>> [is_payable(one) for one in (0, 1, 99_999_999, 100_000_000)]
    [False, True, True, False]
    """
    return 0 < cents <= MOST_CENTS


def words(cents: int) -> str:
    """Return the words the bill must bear beside its code.

    >>> words(30_000), words(30_001)[-32:]
    ('Payable auprès d’un buraliste agréé, en espèces ou par carte.', 'carte seulement (plus de 300 €).')
    """
    how = (
        "en espèces ou par carte" if cents <= CASH_CENTS else "par carte seulement (plus de 300 €)"
    )
    return f"Payable auprès d’un buraliste agréé, {how}."


def _weighted(digits: str) -> str:
    total = sum(rank * int(digit) for rank, digit in enumerate(reversed(digits), start=1))
    return f"{total % 100:02}"
