"""A prepared question keeps its text, and never an answer."""

import pytest
from piccolo.columns import Integer, Serial, Varchar
from piccolo.query import Select
from piccolo.table import Table

from ribambelle.database import Prepared, SQLite, TenantEngine, ddl, transaction, using
from ribambelle.errors import NoTenant


class Pupil(Table, tablename="prepared_pupil"):
    """A pupil of a class."""

    id: Serial
    name = Varchar()
    level = Integer()


OF_LEVEL = Prepared(
    lambda given: Pupil.objects().where((Pupil.level == given.level) & (Pupil.name != given.but))
)


@pytest.fixture
async def pupils(engine: TenantEngine) -> None:
    await ddl.create(Pupil)
    await Pupil.insert(Pupil(name="Zoé", level=1), Pupil(name="Ali", level=1))


async def names(level: int, but: str = "") -> list[str]:
    return sorted(pupil.name for pupil in await OF_LEVEL.ask(level=level, but=but))


@pytest.mark.asvs("1.2.4")
async def test_the_same_question_is_asked_with_other_values(pupils: None) -> None:
    assert await names(1) == ["Ali", "Zoé"]
    assert await names(1, but="Ali") == ["Zoé"]
    assert await names(2) == []


async def test_each_commune_answers_with_its_own_rows(pupils: None, tmp_path) -> None:
    other = SQLite(tmp_path / "other.sqlite")
    with using(other):
        await ddl.create(Pupil)
        await Pupil.insert(Pupil(name="Inès", level=1))
        assert await names(1) == ["Inès"]

    assert await names(1) == ["Ali", "Zoé"]
    await other.aclose()


async def test_it_sees_what_the_open_transaction_wrote(pupils: None) -> None:
    async with transaction():
        await Pupil.insert(Pupil(name="Noé", level=2))
        assert await names(2) == ["Noé"]


async def test_a_question_is_put_into_sql_once(pupils: None, monkeypatch) -> None:
    await names(1)
    built = Select.default_querystrings
    monkeypatch.setattr(Select, "default_querystrings", property(lambda _: pytest.fail("built")))

    assert await names(1) == ["Ali", "Zoé"]

    monkeypatch.setattr(Select, "default_querystrings", built)


async def test_a_hole_left_empty_is_an_error(pupils: None) -> None:
    with pytest.raises(KeyError, match="but"):
        await OF_LEVEL.ask(level=1)


async def test_outside_any_commune_there_is_no_answer() -> None:
    with pytest.raises(NoTenant):
        await OF_LEVEL.ask(level=1, but="")
