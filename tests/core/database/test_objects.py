"""A row becomes the same object, whichever way it is built."""

from datetime import UTC, datetime
from typing import Any

import pytest
from piccolo.columns import (
    Column,
    Date,
    ForeignKey,
    Integer,
    OnDelete,
    Serial,
    Text,
    Timestamptz,
    Varchar,
    column_types,
)
from piccolo.table import TABLE_REGISTRY, Table
from piccolo.utils.dictionary import make_nested

from ribambelle.database import SQLite, TenantEngine, ddl
from ribambelle.database.objects import _KINDS, _by_column, _by_listing, _names, nested

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


class City(Table, tablename="objects_city"):
    """A city."""

    id: Serial
    name = Varchar()


class School(Table, tablename="objects_school"):
    """A school of a city."""

    id: Serial
    city = ForeignKey(City, null=True, default=None, on_delete=OnDelete.cascade)
    name = Varchar()


class Pupil(Table, tablename="objects_pupil"):
    """A pupil of a school."""

    id: Serial
    school = ForeignKey(School, null=False, on_delete=OnDelete.cascade)
    name = Text()
    born = Date(null=True, default=None)
    seen_at = Timestamptz(null=True, default=None)
    rank = Integer(default=3)


@pytest.fixture
async def pupils(engine: TenantEngine) -> None:
    await ddl.create(Pupil, School, City)
    city = await City.objects().create(name="Nantes")
    for name, where in (("Lilas", city.id), ("Roses", None)):
        school = await School.objects().create(name=name, city=where)
        await Pupil.objects().create(school=school.id, name=f"de {name}", seen_at=NOON)


def slowly(table: type[Table], row: dict[str, Any]) -> Table:
    """Build an object as Piccolo does."""
    found = table.__new__(table)
    _by_column(found, _exists_in_db=True, **row)
    return found


async def test_an_object_read_is_the_one_piccolo_would_build(pupils: None) -> None:
    rows = await Pupil.select()
    read = await Pupil.objects()

    assert [vars(one) for one in read] == [vars(slowly(Pupil, row)) for row in rows]


async def test_rows_of_related_tables_come_as_objects(pupils: None) -> None:
    first, second = await Pupil.objects(Pupil.school.city).order_by(Pupil.id)

    assert (first.school.name, first.school.city.name) == ("Lilas", "Nantes")
    assert isinstance(second.school.city, City)
    assert second.school.city.id is None


async def test_an_object_read_can_be_saved(pupils: None) -> None:
    pupil = (await Pupil.objects())[0]

    pupil.rank = 9
    await pupil.save()

    assert await Pupil.exists().where(Pupil.rank == 9)
    assert await Pupil.count() == 2


async def test_an_object_made_by_hand_still_gets_its_defaults(sqlite: SQLite) -> None:
    assert Pupil(school=1, name="Zoé").rank == 3


@pytest.mark.parametrize("table", TABLE_REGISTRY, ids=lambda table: table._meta.tablename)
def test_every_table_is_built_as_piccolo_builds_it(table: type[Table]) -> None:
    row = {name: index for index, name in enumerate(_names(table))}

    assert vars(table(_exists_in_db=True, **row)) == vars(slowly(table, row))


def test_columns_are_nested_as_piccolo_nests_them() -> None:
    row = {"id": 1, "school.city.name": "N", "school": 2, "school.id": 2, "school.city": 7, "b": 0}

    assert nested(row) == make_nested(row)


@pytest.mark.parametrize("ask", [getattr, _by_listing])
def test_only_another_column_has_a_key_list_what_it_has(
    ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed: list[Any] = []
    monkeypatch.setattr(
        column_types, "dir", lambda one: listed.append(one) or dir(one), raising=False
    )

    for name in ("is_in", "copy", "value_type", "get_select_string"):
        ask(Pupil.school, name)

    assert len(listed) == (4 if ask is _by_listing else 0)


def test_a_key_answers_as_it_always_did() -> None:
    for key in (Pupil.school, School.city, Pupil.school.city):
        for name in (*_KINDS - {"ddl"}, "id", "name"):
            ours, theirs = getattr(key, name, None), None
            try:
                theirs = _by_listing(key, name)
            except AttributeError:
                assert ours is None
            if isinstance(theirs, Column):
                assert ours._meta.get_full_name(False) == theirs._meta.get_full_name(False)
            else:
                assert repr(ours) == repr(theirs)
