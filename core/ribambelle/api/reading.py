"""From what a program sent to a struct: all that is wrong at once, each with where it stands."""

import re
import typing
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec
from litestar import Request

from ribambelle.errors import RibambelleError
from ribambelle.forms.sentences import sentence

T = TypeVar("T", bound=msgspec.Struct)
LARGEST_BODY = 200_000
JSON = "application/json"
AT = re.compile(r"(?P<told>.*?)(?: - at `\$(?P<where>.*)`)?", re.DOTALL)
MISSING = re.compile(r"missing required field `(\w+)`")
UNKNOWN = re.compile(r"unknown field `(\w+)`")
PART = re.compile(r"\.(\w+)|\[(\d+)\]")


class Wrong(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that cannot be read: where it is, and what to write instead."""

    detail: str
    pointer: str = ""
    """In the body, as RFC 6901 writes it."""
    parameter: str = ""
    """In the query."""


class Unreadable(RibambelleError):
    """The body is not JSON."""


class NotJson(RibambelleError):
    """The body does not say that it is JSON."""


class TooLarge(RibambelleError):
    """The body is longer than this route takes."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"{most} bytes at most")


class Invalid(RibambelleError):
    """The request is well written, but says things that cannot be."""

    def __init__(self, *errors: Wrong) -> None:
        self.errors = errors
        super().__init__(", ".join(one.pointer or one.parameter for one in errors))


def query(request: Request[Any, Any, Any], schema: type[T]) -> T:
    """Read the query of a request; a parameter nobody knows is refused, it was meant for something."""
    given = request.query_params
    names = [part.encode_name for part in msgspec.structs.fields(schema)]
    unknown = [
        Wrong(f"Ce paramètre n’existe pas. Possibles : {', '.join(names)}.", parameter=name[:80])
        for name in dict.fromkeys(given.keys())
        if name not in names
    ]
    told = {name: given.get(name) for name in names if given.get(name) not in (None, "")}
    return _read(schema, told, strict=False, parameters=True, wrong=unknown)


async def body(
    request: Request[Any, Any, Any], schema: type[T], *, largest: int = LARGEST_BODY
) -> T:
    """Read the body of a request.

    :param largest: bytes this route takes; one that takes more says so where it is described.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON:
        raise NotJson
    if len(raw := await request.body()) > largest:
        raise TooLarge(largest)
    try:
        told = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable from error
    if not isinstance(told, dict):
        raise Invalid(Wrong("Envoyez un objet JSON, entre accolades."))
    # no database of ours keeps this letter; few requests bear it, and they alone are walked through
    if b"\\u0000" in raw and (voids := list(void_letters(told))):
        raise Invalid(*voids)
    names = [part.encode_name for part in msgspec.structs.fields(schema)]
    unknown = [
        Wrong(f"Ce champ n’existe pas. Possibles : {', '.join(names)}.", _pointer(name[:80]))
        for name in told
        if name not in names
    ]
    return _read(schema, told, strict=True, parameters=False, wrong=unknown)


def _read(
    schema: type[T], told: dict[str, Any], *, strict: bool, parameters: bool, wrong: Iterable[Wrong]
) -> T:
    """Convert field by field, so that a program is told everything at once."""
    errors, values = list(wrong), {}
    hints = typing.get_type_hints(schema, include_extras=True)
    for part in msgspec.structs.fields(schema):
        name = part.encode_name
        where = {"parameter": name} if parameters else {"pointer": _pointer(name)}
        if name not in told:
            if part.required:
                errors.append(Wrong("Il est obligatoire.", **where))
            continue
        try:
            values[part.name] = msgspec.convert(told[name], hints[part.name], strict=strict)
        except msgspec.ValidationError as error:
            errors.append(wrong_of(str(error), name, parameters=parameters))
    if errors:
        raise Invalid(*errors)
    return schema(**values)


def wrong_of(message: str, name: str, *, parameters: bool = False) -> Wrong:
    """Return one of msgspec's refusals as a program reads it.

    >>> wrong_of("Expected `int`, got `str` - at `$[1].unit`", "bookings")
    Wrong(detail='Écrivez un nombre entier, par exemple 3.', pointer='/bookings/1/unit', parameter='')
    >>> wrong_of("Object missing required field `day` - at `$[0]`", "bookings").pointer
    '/bookings/0/day'
    """
    found = AT.fullmatch(message)
    told, where = (found["told"], found["where"] or "") if found else (message, "")
    if parameters:
        return Wrong(_words(told), parameter=name)
    parts = [key or place for key, place in PART.findall(where)]
    if named := MISSING.search(told) or UNKNOWN.search(told):
        parts.append(named[1])
    return Wrong(_words(told), _pointer(name, *parts))


def void_letters(told: Any) -> Iterable[Wrong]:
    """Yield where a body holds the letter U+0000, that is no letter.

    >>> told = {"name": "Zo\\0", "rows": [{"city": "A"}, {"city": "\\0"}]}
    >>> [one.pointer for one in void_letters(told)]
    ['/name', '/rows/1/city']
    """
    left: list[tuple[tuple[str, ...], Any]] = [((), told)]
    while left:
        where, value = left.pop()
        if isinstance(value, str) and "\0" in value:
            yield Wrong("Le caractère U+0000 n’est pas une lettre : retirez-le.", _pointer(*where))
        elif isinstance(value, dict):
            left += [((*where, key), one) for key, one in reversed(value.items())]
        elif isinstance(value, list):
            left += [((*where, str(rank)), one) for rank, one in reversed([*enumerate(value)])]


def _words(told: str) -> str:
    if MISSING.search(told):
        return "Il est obligatoire."
    if UNKNOWN.search(told):
        return "Ce champ n’existe pas."
    if "date" in told or "RFC3339" in told:
        return "Écrivez une date comme 2027-03-27."
    if told.startswith("Expected `array`"):
        return "Envoyez une liste, entre crochets."
    return sentence(told)


def _pointer(*parts: str) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)
