"""A SQLite table changes shape and loses nothing."""

import pytest
from piccolo.columns import ForeignKey, Integer, OnDelete, Serial, Varchar
from piccolo.constraints import Check
from piccolo.table import Table

from ribambelle.database import REFUSED, SQLite, ddl, schema
from ribambelle.database.migrations import rebuild


class Family(Table, tablename="family"):
    """A family, as it was first thought of."""

    id: Serial
    name = Varchar(index=True)
    income = Integer(null=False)
    phone = Varchar(index=True)


class Child(Table, tablename="child"):
    """Whose rows must outlive the rebuilding of their family."""

    id: Serial
    family = ForeignKey(Family, null=False, on_delete=OnDelete.cascade)


NEW = """
CREATE TABLE "family" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "name" VARCHAR(255) NOT NULL,
    "income_cents" INTEGER,
    "parent" INTEGER REFERENCES "family" ("id") ON DELETE SET NULL,
    CHECK ("income_cents" >= 0)
);
CREATE INDEX "family_income" ON "family" ("income_cents");
"""


@pytest.fixture(autouse=True)
async def three_families(sqlite: SQLite) -> None:
    await ddl.create(Child, Family)
    await Family.insert(*(Family(name=f"{n}", income=n) for n in range(1, 5)))
    await Child.insert(*(Child(family=n) for n in (1, 2, 3)))
    await Family.delete().where(Family.id == 4)  # the next id is still 5
    await sqlite.fetch(
        'CREATE TRIGGER "kept" BEFORE DELETE ON "family" WHEN old.id = 1 BEGIN'
        " SELECT RAISE(ABORT, 'never'); END"
    )


async def test_rows_ids_children_indexes_and_triggers_are_kept(sqlite: SQLite):
    async with sqlite.reshaping():
        await rebuild(NEW, {"income_cents": "income * 100"})

    assert await sqlite.fetch("SELECT id, name, income_cents FROM family") == [
        {"id": n, "name": f"{n}", "income_cents": 100 * n} for n in (1, 2, 3)
    ]
    assert await Child.count() == 3
    indexes = await sqlite.fetch("SELECT name FROM pragma_index_list('family') ORDER BY 1")
    assert [row["name"] for row in indexes] == ["family_income", "family_name"]
    with pytest.raises(REFUSED, match="never"):
        await sqlite.fetch("DELETE FROM family WHERE id = 1")


async def test_the_new_shape_is_enforced_and_the_old_rule_is_gone(sqlite: SQLite):
    async with sqlite.reshaping():
        await rebuild(NEW, {"income_cents": "income"})

    with pytest.raises(REFUSED):
        await sqlite.fetch("INSERT INTO family (name, income_cents) VALUES ('x', -1)")
    await sqlite.fetch("INSERT INTO family (name) VALUES ('no income told')")
    with pytest.raises(REFUSED):
        await sqlite.fetch("INSERT INTO family (name, parent) VALUES ('x', 99)")


async def test_keys_that_point_at_the_table_still_do(sqlite: SQLite):
    async with sqlite.reshaping():
        await rebuild(NEW, {"income_cents": "income"})

    with pytest.raises(REFUSED):
        await Child.insert(Child(family=99))
    await sqlite.fetch("DELETE FROM family WHERE id = 2")
    assert await Child.count() == 2


async def test_an_id_once_given_is_not_given_again(sqlite: SQLite):
    async with sqlite.reshaping():
        await rebuild(NEW, {"income_cents": "income"})

    rows = await sqlite.fetch("INSERT INTO family (name) VALUES ('next') RETURNING id")
    assert rows == [{"id": 5}]


async def test_rows_that_break_the_new_shape_leave_everything_as_it_was(sqlite: SQLite):
    before = await schema.describe()

    with pytest.raises(REFUSED):
        async with sqlite.reshaping():
            await rebuild(NEW, {"income_cents": "-income"})

    assert await schema.describe() == before
    assert await Family.count() == 3


async def test_a_table_class_says_the_new_shape_as_well(sqlite: SQLite):
    class Smaller(Table, tablename="family"):
        """A family, as it is thought of today."""

        id: Serial
        name = Varchar(index=True)
        income = Integer(null=True)

        positive = Check(income >= 0)

    async with sqlite.reshaping():
        await rebuild(Smaller)

    assert await schema.drift([Smaller, Child]) == []
    assert await Child.count() == 3


async def test_outside_a_step_it_is_refused_before_it_deletes_the_children(sqlite: SQLite):
    with pytest.raises(RuntimeError, match="in a migration step"):
        async with sqlite.transaction():
            await rebuild(NEW)

    assert await Child.count() == 3
