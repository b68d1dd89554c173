"""What every page does with rows means the same on both databases."""

import uuid
from datetime import UTC, date, datetime, time, timedelta

import pytest
from piccolo.columns import (
    UUID,
    BigInt,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    OnDelete,
    Serial,
    Text,
    Time,
    Timestamptz,
    Varchar,
)
from piccolo.constraints import Unique
from piccolo.table import Table

from ribambelle.database import REFUSED, TenantEngine, ddl

NOON = datetime(2026, 11, 25, 12, 0, 0, 123456, tzinfo=UTC)


class School(Table, tablename="rows_school"):
    """A school."""

    id: Serial
    name = Varchar(unique=True)


class Pupil(Table, tablename="rows_pupil"):
    """A pupil, with a column of every kind we use."""

    id: Serial
    school = ForeignKey(School, null=False, on_delete=OnDelete.cascade)
    name = Varchar(default="l’élève")
    born = Date(null=True, default=None)
    lunch = Time(null=True, default=None)
    seen_at = Timestamptz(null=True, default=None)
    fee_cents = BigInt(default=0)
    allergic = Boolean(default=False)
    notes = Text(default="")
    code = UUID()
    rank = Integer(default=0)

    once = Unique([school, name])


@pytest.fixture(autouse=True)
async def tables(engine: TenantEngine) -> None:
    await ddl.create(Pupil, School)


async def a_school(name: str = "Les Lilas") -> School:
    return await School.objects().create(name=name)


async def test_every_kind_of_value_comes_back_as_it_was():
    school = await a_school()
    values = {
        "born": date(2020, 2, 29),
        "lunch": time(11, 30),
        "seen_at": NOON,
        "fee_cents": 2**53 + 1,
        "allergic": True,
        "notes": "aïe, c’est l'été ; « ça » va",
        "code": uuid.UUID("00000000-0000-4000-8000-000000000001"),
    }

    await Pupil(school=school.id, **values).save()

    found = await Pupil.select().first()
    assert found is not None
    assert {name: found[name] for name in values} == values
    assert found["seen_at"].utcoffset() == timedelta(0)


async def test_moments_compare_whatever_zone_they_were_given_in():
    school = await a_school()
    await Pupil(school=school.id, seen_at=NOON).save()

    paris = NOON.astimezone(datetime.strptime("+0100", "%z").tzinfo)
    assert await Pupil.exists().where(Pupil.seen_at == paris)
    assert await Pupil.exists().where(Pupil.seen_at < NOON + timedelta(microseconds=1))
    assert not await Pupil.exists().where(Pupil.seen_at < NOON)


async def test_an_object_is_created_changed_and_removed():
    pupil = await Pupil.objects().create(school=(await a_school()).id, name="Ana")
    pupil.rank = 3
    await pupil.save()
    assert (await Pupil.objects().get(Pupil.name == "Ana")).rank == 3

    await pupil.remove()

    assert await Pupil.count() == 0


async def test_a_join_reaches_the_parent():
    await Pupil(school=(await a_school()).id, name="Ana").save()

    assert await Pupil.select(Pupil.name, Pupil.school.name) == [
        {"name": "Ana", "school.name": "Les Lilas"}
    ]
    pupil = await Pupil.objects(Pupil.school).first()
    assert pupil.school.name == "Les Lilas"


async def test_removing_a_parent_removes_its_children():
    school = await a_school()
    await Pupil(school=school.id).save()

    await school.remove()

    assert await Pupil.count() == 0


async def test_changes_return_what_they_changed():
    school = await a_school()
    await Pupil.insert(*(Pupil(school=school.id, name=f"{n}", rank=n) for n in range(4)))

    changed = await (
        Pupil.update({Pupil.rank: Pupil.rank + 10}).where(Pupil.rank > 1).returning(Pupil.rank)
    )
    deleted = await Pupil.delete().where(Pupil.rank < 2).returning(Pupil.name)

    assert sorted(row["rank"] for row in changed) == [12, 13]
    assert sorted(row["name"] for row in deleted) == ["0", "1"]


async def test_a_second_insert_gives_way_when_told_so():
    await a_school()

    await School.insert(School(name="Les Lilas")).on_conflict(
        action="DO NOTHING", target=School.name
    )

    assert await School.count() == 1
    found = await School.objects().get_or_create(School.name == "Les Lilas")
    assert not found._was_created


async def test_what_breaks_a_rule_is_refused():
    school = await a_school()
    await Pupil(school=school.id, name="Ana").save()

    with pytest.raises(REFUSED):
        await Pupil(school=school.id, name="Ana").save()
    with pytest.raises(REFUSED):
        await Pupil(school=999, name="Bob").save()


async def test_ids_are_never_given_twice():
    first = (await a_school("A")).id
    await School.delete().where(School.id == first)

    assert (await a_school("B")).id > first


async def test_a_long_answer_comes_a_few_rows_at_a_time():
    school = await a_school()
    await Pupil.insert(*(Pupil(school=school.id, name=f"{n}", rank=n) for n in range(25)))

    query = Pupil.select(Pupil.rank).where(Pupil.rank < 22).order_by(Pupil.rank)
    async with await query.batch(batch_size=10) as batch:
        sizes = [len(rows) async for rows in batch]

    assert sizes == [10, 10, 2]


async def test_a_long_answer_sees_what_its_transaction_wrote(engine: TenantEngine):
    async with engine.transaction():
        await a_school("just written")
        async with await School.select(School.name).batch() as batch:
            rows = [row async for some in batch for row in some]

    assert rows == [{"name": "just written"}]


async def test_eight_thousand_rows_go_in_at_once():
    await School.insert(*(School(name=f"{n}") for n in range(8000)))

    assert await School.count() == 8000
