"""The same tables make the same shape on both databases, and a forgotten migration shows."""

from pathlib import Path

from piccolo.columns import (
    UUID,
    BigInt,
    Boolean,
    Bytea,
    Date,
    ForeignKey,
    Integer,
    OnDelete,
    Serial,
    SmallInt,
    Text,
    Time,
    Timestamptz,
    Varchar,
)
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from ribambelle.database import SQLite, TenantEngine, ddl, schema, using


class Site(Table, tablename="schema_site"):
    """A place with a column of every kind we use."""

    id: Serial
    code = UUID(unique=True)
    name = Varchar(length=120, unique=True)
    notes = Text(default="CHECK (not one)")
    places = SmallInt(default=0)
    subsidy_cents = BigInt(null=True, default=None)
    open = Boolean(default=True)
    opens_on = Date(null=True, default=None)
    opens_at = Time(null=True, default=None)
    seen_at = Timestamptz(null=True, default=None, index=True)
    crest = Bytea(null=True, default=None)

    some = Check(places >= 0)
    not_too_many = Check(places <= 500)


class Room(Table, tablename="schema_room"):
    """A room of a place."""

    id: Serial
    site = ForeignKey(Site, null=False, on_delete=OnDelete.cascade, index=True)
    twin = ForeignKey("self", null=True, on_delete=OnDelete.set_null)
    keeper = ForeignKey(Site, null=True, on_delete=OnDelete.restrict)
    rank = Integer()

    once = Unique([site, rank])


TABLES = [Room, Site]


async def test_both_databases_tell_the_same_shape(engine: TenantEngine, tmp_path: Path):
    await ddl.create(*TABLES)
    here = await schema.describe()

    reference = SQLite(tmp_path / "reference.sqlite")
    with using(reference):
        await ddl.create(*TABLES)
        there = await schema.describe()
    reference.close()

    assert str(here) == str(there)
    assert schema.fingerprint(here) == schema.fingerprint(there)
    assert len(here.facts) == 27  # counted by hand


async def test_the_facts_are_told_in_words(engine: TenantEngine):
    await ddl.create(*TABLES)

    facts = (await schema.describe()).facts

    assert facts >= {
        "schema_room: identified by id",
        "schema_room: site refers to schema_site, on delete cascade",
        "schema_room: twin refers to schema_room, on delete set null",
        "schema_room: keeper refers to schema_site, on delete restrict",
        "schema_room: site, rank unique",
        "schema_room: site indexed",
        "schema_site: 2 checked",
        "schema_site.seen_at: moment, optional",
        "schema_site.places: whole number, required",
    }


async def test_a_forgotten_migration_shows(engine: TenantEngine):
    await ddl.create(*TABLES)
    assert await schema.drift(TABLES) == []

    await engine.run_ddl("ALTER TABLE schema_room ADD COLUMN colour VARCHAR(20)")
    await engine.run_ddl("DROP INDEX schema_site_seen_at")

    assert await schema.drift(TABLES) == [
        "+ schema_site: seen_at indexed",
        "- schema_room.colour: text, optional",
    ]


async def test_a_table_without_its_class_and_a_class_without_its_table_show(engine: TenantEngine):
    await ddl.create(Site)

    drift = await schema.drift(TABLES)

    assert drift
    assert all(line.startswith("+ schema_room") for line in drift)
    assert await schema.drift([]) != []
