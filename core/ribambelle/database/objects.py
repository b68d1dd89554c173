"""Rows as objects, without the price: a row just read is whole, and needs no defaults.

Piccolo builds an object column by column, asking each for its default, its name and its
setter, and cuts every ``quartier.name`` anew for every row. On a page that lists a hundred
crèches that was two thirds of the work. What is built is the same; `tests/core/database/
test_objects.py` compares the two on every table.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from piccolo.columns import Column, ForeignKey
from piccolo.query import base
from piccolo.query.methods import objects
from piccolo.table import Table
from piccolo.utils.objects import make_nested_object

_by_column = Table.__init__


@cache
def _names(table: type[Table]) -> frozenset[str]:
    return frozenset(column._meta.name for column in table._meta.columns)


@cache
def _related(table: type[Table]) -> dict[str, type[Table]]:
    return {
        column._meta.name: column._foreign_key_meta.resolved_references
        for column in table._meta.foreign_key_columns
    }


@lru_cache(maxsize=1000)
def _paths(columns: tuple[str, ...]) -> list[tuple[str, list[str], str]]:
    """Return where each column of a row goes: the objects to pass through, then its own name.

    In order of name, so that ``quartier`` comes before ``quartier.id``, which replaces it.
    """
    return [(each, each.split(".")[:-1], each.rpartition(".")[2]) for each in sorted(columns)]


def nested(row: Mapping[str, Any]) -> dict[str, Any]:
    """Put the columns of related tables into dictionaries of their own.

    >>> nested({"id": 4, "quartier.name": "Île", "quartier": 2, "quartier.city.id": 9})
    {'id': 4, 'quartier': {'city': {'id': 9}, 'name': 'Île'}}
    """
    found: dict[str, Any] = {}
    for column, through, name in _paths(tuple(row)):
        place = found
        for step in through:
            inner = place.get(step)
            if not isinstance(inner, dict):
                inner = place[step] = {}
            place = inner
        place[name] = row[column]
    return found


def nested_object(row: dict[str, Any], table: type[Table], load_json: bool = False) -> Table:
    """Return a row and the rows it refers to as objects."""
    if load_json:
        return make_nested_object(row, table, load_json)
    for name, other in _related(table).items():
        if isinstance(row.get(name), dict):
            row[name] = nested_object(row[name], other)
    return table(_exists_in_db=True, **row)


def _as_read(
    self: Table,
    _data: dict[Any, Any] | None = None,
    _ignore_missing: bool = False,
    _exists_in_db: bool = False,
    **columns: Any,
) -> None:
    if _exists_in_db and not _data and columns.keys() == _names(type(self)):
        self.__dict__.update(columns, _exists_in_db=True, _was_created=None)
    else:
        _by_column(self, _data, _ignore_missing, _exists_in_db, **columns)


_by_listing = ForeignKey.__getattribute__
_KINDS = frozenset(dir(ForeignKey))


def _attribute(self: ForeignKey[Any], name: str) -> Any:
    """Return what a key has, at once when its class has it: no other column is asked for then.

    Piccolo lists all that a key has before each answer: a tenth of a page's work.
    """
    if name in _KINDS:
        value = object.__getattribute__(self, name)
        if not isinstance(value, Column):
            return value
    return _by_listing(self, name)


def teach_piccolo() -> None:
    """Have rows become objects this way, and keys answer, in every commune."""
    ForeignKey.__getattribute__ = _attribute  # type: ignore[method-assign]  # on purpose, as below
    Table.__init__ = _as_read  # type: ignore[method-assign]  # put in its place on purpose
    # the same, and both names are only imported where Piccolo looks them up
    objects.make_nested = nested  # type: ignore[assignment, attr-defined]  # see above
    base.make_nested_object = nested_object  # type: ignore[assignment, attr-defined]  # see above
