"""Table classes become CREATE statements that both databases accept."""

from pathlib import Path

import pytest
from piccolo.columns import ForeignKey, Integer, OnDelete, Serial, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from ribambelle.database import REFUSED, TenantEngine, ddl


class Family(Table, tablename="ddl_family"):
    """A family."""

    id: Serial
    name = Varchar(length=80, default="l’inconnue d'ici", unique=True)


class Wish(Table, tablename="ddl_wish"):
    """What a family asks for."""

    id: Serial
    family = ForeignKey(Family, null=False, on_delete=OnDelete.restrict, index=True)
    follows = ForeignKey("self", null=True, default=None, on_delete=OnDelete.set_null)
    rank = Integer(default=1)
    sent_at = Timestamptz(null=True, default=None)

    once = Unique([family, rank])
    ranked = Check((rank >= 1) & (rank <= 5))


class Chicken(Table, tablename="ddl_chicken"):
    """One half of a circle."""

    id: Serial
    egg = ForeignKey("Egg", null=True, on_delete=OnDelete.cascade)


class Egg(Table, tablename="ddl_egg"):
    """The other half."""

    id: Serial
    chicken = ForeignKey(Chicken, null=True, on_delete=OnDelete.cascade)


def test_the_words_of_sqlite():
    assert ddl.statements([Wish, Family], "sqlite") == [
        'CREATE TABLE "ddl_family" (\n'
        '  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,\n'
        "  \"name\" VARCHAR(80) UNIQUE NOT NULL DEFAULT 'l’inconnue d''ici'\n"
        ")",
        'CREATE TABLE "ddl_wish" (\n'
        '  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,\n'
        '  "family" INTEGER NOT NULL REFERENCES "ddl_family" ("id") ON DELETE RESTRICT,\n'
        '  "follows" INTEGER REFERENCES "ddl_wish" ("id") ON DELETE SET NULL,\n'
        '  "rank" INTEGER NOT NULL DEFAULT 1,\n'
        '  "sent_at" TIMESTAMPTZ,\n'
        '  CONSTRAINT "ddl_wish_once" UNIQUE ("family", "rank"),\n'
        '  CONSTRAINT "ddl_wish_ranked" CHECK (("rank" >= 1 AND "rank" <= 5))\n'
        ")",
        'CREATE INDEX "ddl_wish_family" ON "ddl_wish" ("family")',
    ]


def test_postgresql_numbers_rows_its_own_way():
    first, *_ = ddl.statements([Family], "postgres")

    assert '"id" SERIAL PRIMARY KEY NOT NULL' in first


async def test_the_constraints_hold(engine: TenantEngine):
    await ddl.create(Wish, Family)
    family = await Family.objects().create()
    assert family.name == "l’inconnue d'ici"
    await Wish.insert(Wish(family=family.id))

    for wrong in (Wish(family=family.id), Wish(family=family.id, rank=6), Wish(family=0, rank=2)):
        with pytest.raises(REFUSED):
            await Wish.insert(wrong)
    with pytest.raises(REFUSED):
        await family.remove()


def test_a_circle_is_refused():
    with pytest.raises(ValueError, match="in a circle"):
        ddl.statements([Chicken, Egg], "sqlite")


def test_a_name_postgresql_would_cut_is_refused():
    class Long(Table, tablename="ddl_" + "long" * 12):
        """A table with a very long name."""

        id: Serial
        quotient_familial = Integer(index=True)

    with pytest.raises(ValueError, match="longer than 63"):
        ddl.statements([Long], "sqlite")


def test_a_step_is_written_for_both_databases_with_the_next_number(tmp_path: Path):
    ddl.write_step(tmp_path, "first", [Family])
    written = ddl.write_step(tmp_path, "wishes", [Wish])

    assert [file.name for file in written] == [
        "0002_wishes.sqlite.sql",
        "0002_wishes.postgres.sql",
    ]
    assert 'CREATE INDEX "ddl_wish_family"' in written[1].read_text()
