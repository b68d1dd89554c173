"""From what a browser sent to a struct, field by field."""

import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar

import msgspec
from litestar import Request

from ribambelle.forms.sentences import sentence

T = TypeVar("T", bound=msgspec.Struct)
MANY = (list, tuple, set, frozenset)
Form = Mapping[str, Any]


@dataclass(frozen=True)
class Bound(Generic[T]):
    """A form once read: the struct, or one sentence per wrong field; what was typed either way."""

    struct: T | None
    errors: dict[str, str] = field(default_factory=dict)
    raw: Form = field(default_factory=dict)
    partial: T | None = None

    @property
    def told(self) -> T:
        """Return what could be read, so that a rule may speak of the fields that are right.

        A field that could not be read has its default value there: its own error comes first.
        """
        if self.partial is None:
            raise ValueError(f"nothing of the form could be read: {self.errors}")
        return self.partial

    @property
    def value(self) -> T:
        """Return the struct of a form without error."""
        if self.struct is None:
            raise ValueError(f"the form has errors: {self.errors}")
        return self.struct

    def wrong(self, **errors: str) -> "Bound[T]":
        """Return the same form with errors that only a rule could see."""
        struct = None if errors else self.struct
        return Bound(struct, {**self.errors, **errors}, self.raw, self.partial)


async def read(request: Request[Any, Any, Any], schema: type[T]) -> Bound[T]:
    """Read the body of a request into a struct."""
    form = await request.form()
    raw: dict[str, Any] = {}
    for name in form:
        # PostgreSQL keeps no text with such a sign in it, and no keyboard types one
        values = [str(value).replace("\0", "") for value in form.getall(name)]
        raw[name] = values[0] if len(values) == 1 else values
    return bind(schema, raw)


def bind(schema: type[T], form: Form) -> Bound[T]:
    """Return the struct and no error, or nothing and one sentence per wrong field.

    A date may come as one field (``2026-03-01``) or as three (``born_day``, ``born_month``,
    ``born_year``). A box that is not ticked is simply absent.

    >>> class Wish(msgspec.Struct, frozen=True):
    ...     name: str
    ...     hours: int = 35
    ...     twins: bool = False
    >>> bind(Wish, {"name": " Zoé ", "hours": "", "twins": "on"}).value
    Wish(name='Zoé', hours=35, twins=True)
    >>> bind(Wish, {"name": "", "hours": "beaucoup"}).errors
    {'name': 'Ce champ est obligatoire.', 'hours': 'Écrivez un nombre entier, par exemple 3.'}
    """
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    hints = typing.get_type_hints(schema, include_extras=True)
    parts = msgspec.structs.fields(schema)
    for part in parts:
        try:
            given = _given(form, part.encode_name, hints[part.name])
            if given is MISSING:
                if part.required:
                    errors[part.name] = "Ce champ est obligatoire."
                continue
            values[part.name] = msgspec.convert(given, hints[part.name], strict=False)
        except msgspec.ValidationError as error:
            errors[part.name] = sentence(str(error))
    whole = all(part.name in values or not part.required for part in parts)
    partial = schema(**values) if whole else None
    return Bound(None if errors else partial, errors, form, partial)


MISSING = object()


def _given(form: Form, name: str, hint: Any) -> Any:
    """Return what the form holds for one field, in the shape its type expects, or MISSING."""
    bare = typing.get_args(hint)[0] if typing.get_origin(hint) is typing.Annotated else hint
    raw = form.get(name)
    if bare is bool:
        return raw not in (None, "", "off", "false", "0", "non")
    origin = typing.get_origin(bare) or bare
    if origin in MANY:
        items = [] if raw in (None, "") else list(raw) if _is_list(raw) else [raw]
        return [item.strip() for item in items if isinstance(item, str) and item.strip()]
    if date in (bare, *_options(bare)) and raw is None:
        raw = _three_fields(form, name)
    if _is_list(raw):
        raw = raw[-1] if raw else None
    text = raw.strip() if isinstance(raw, str) else raw
    return MISSING if text in (None, "") else text


def _is_list(raw: Any) -> bool:
    return isinstance(raw, Sequence) and not isinstance(raw, str)


def _options(bare: Any) -> tuple[Any, ...]:
    union = typing.get_origin(bare) in (types.UnionType, typing.Union)
    return typing.get_args(bare) if union else ()


def _three_fields(form: Form, name: str) -> str | None:
    """Join the three fields of a date; a date half typed stays typed, and is refused as such."""
    day, month, year = (str(form.get(f"{name}_{part}") or "").strip() for part in PARTS)
    if not (day or month or year):
        return None
    if not (day.isdecimal() and month.isdecimal() and year.isdecimal() and len(year) == 4):
        return "incomplete"
    return f"{year}-{month:0>2}-{day:0>2}"


PARTS = ("day", "month", "year")
