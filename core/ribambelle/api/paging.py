"""Lists one page at a time: after the last one read, never by rank."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

import msgspec

from ribambelle.errors import NotYours

LARGEST = 2**31 - 1
Limit = Annotated[int, msgspec.Meta(ge=1, le=200)]
Number = Annotated[int, msgspec.Meta(ge=1, le=LARGEST)]


def fitting(number: int) -> int:
    """Return a number of an address that a database can hold; any other is nobody's."""
    if not 0 < number <= LARGEST:
        raise NotYours
    return number


class Paged(msgspec.Struct, frozen=True, kw_only=True):
    """What every list may be asked: how many lines, after which."""

    limit: Limit = 50
    after: Annotated[str, msgspec.Meta(max_length=40)] = ""


def cursor(number: int) -> str:
    """Return where a page ends, as the next one asks for what follows.

    >>> number_of(cursor(812)), number_of("demain") is None
    (812, True)
    """
    return urlsafe_b64encode(f"n{number}".encode()).decode().rstrip("=")


def number_of(text: str) -> int | None:
    """Return the number a cursor stands for, 0 for the first page; None when it is none of ours."""
    if not text:
        return 0
    try:
        told = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except ValueError:
        return None
    number = told[1:]
    is_ours = told[:1] == "n" and number.isdecimal() and int(number) <= LARGEST
    return int(number) if is_ours else None
