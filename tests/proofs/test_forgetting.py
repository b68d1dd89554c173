"""What a family's right and the law's terms take away, and what they leave, column by column."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from piccolo.columns import Text, Varchar
from tests.proofs.planting import planted, tables_of

from ribambelle.database.door import DOOR
from ribambelle.database.names import quoted
from ribambelle.errors import Refused
from ribambelle.plugins import Plugins
from ribambelle.privacy import (
    AMOUNTS,
    FAMILY,
    LASTING,
    ONCE_DONE,
    UNNAMED,
    WITH_FAMILY,
    PersonalData,
    Since,
    Term,
    Unless,
    With,
    exporting,
    forgetting,
    register,
    retention,
)
from ribambelle.privacy.blanks import FORGOTTEN
from ribambelle.privacy.holdings import namers
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow import journal
from ribambelle_periscolaire.tables import Due

MINE, KEPT, OTHERS = "mangue", "prune", "cassis"
WHOSE = 2


def known(plugins: Plugins) -> dict[str, PersonalData]:
    return {one.name: one for _, answer in plugins.each("personal_data") for one in answer}


async def three_families(town: Town, installed: Plugins) -> dict[str, PersonalData]:
    """Plant three families; every word of the second says whether the law keeps it."""
    rules = known(installed)

    def word(table: str, number: int) -> str:
        if number != WHOSE:
            return f"{OTHERS}{number}x"
        rule = rules.get(table)
        return KEPT if rule is None or rule.forgotten == "kept" or not rule.whose else MINE

    await planted(town, "", words=word)
    with town.here():
        await apart()
        await DOOR.fetch(
            f"UPDATE core_account SET email = '{MINE}@example.test' WHERE id = {WHOSE}"
        )
        await DOOR.fetch(
            f"UPDATE core_message SET recipient = '{MINE}@example.test' WHERE id = {WHOSE}"
        )
        for table in ("core_token", "assmat_saved_search"):
            await DOOR.fetch(f"UPDATE {table} SET email = '{MINE}@example.test' WHERE id = {WHOSE}")
    return rules


async def apart() -> None:
    """Give each planted family its own papers and files: pages need them to be all of one."""
    for table in ("core_document", "creche_application"):
        await DOOR.fetch(f"UPDATE {quoted(table)} SET account = id")


async def said(town: Town, word: str) -> dict[str, int]:
    """Return the tables where a word still stands, with how many rows."""
    found = {}
    with town.here() as tenant:
        for table in tables_of(tenant.platform.plugins):
            rows = await table.select()
            if many := sum(word in repr(row) for row in rows):
                found[table._meta.tablename] = many
    return found


async def test_an_export_holds_all_of_a_family_and_nothing_of_another_s(
    communes: Communes, installed: Plugins, tmp_path: Path
) -> None:
    rules = await three_families(communes.alpha, installed)

    with communes.alpha.here():
        counts = await exporting.household(WHOSE, tmp_path / "mine.zip")

    whose = {name for name, rule in rules.items() if rule.whose or name == "core_household"}
    assert whose - counts.keys() == set()
    with ZipFile(tmp_path / "mine.zip") as out:
        texts = {name: out.read(name).decode("utf-8-sig") for name in out.namelist()}
    sections = {one["table"]: one for one in json.loads(texts["donnees.json"])}
    for name in whose:
        assert [row["id"] for row in sections[name]["rows"]] == [WHOSE], name
        told = json.dumps(sections[name], ensure_ascii=False)
        assert told.count(MINE) + told.count(KEPT) >= await canaries(communes.alpha, rules[name]), (
            name
        )
    assert not [name for name, text in texts.items() if OTHERS in text]
    assert "{term}" not in texts["donnees.json"]


async def canaries(town: Town, rule: PersonalData) -> int:
    """Return how many columns the register names bear the family's word, sealed ones included."""
    columns = set(rule.columns) - set(rule.secret)
    with town.here():
        row = await rule.table.select().where(rule.table._meta.primary_key == WHOSE).first()
    assert row
    return sum(
        name in rule.opened or MINE in str(row[name]) or KEPT in str(row[name]) for name in columns
    )


@pytest.mark.asvs("14.2.4")
async def test_nothing_is_left_of_a_forgotten_family_but_what_the_accounts_prove(
    communes: Communes, installed: Plugins
) -> None:
    town = communes.alpha
    rules = await three_families(town, installed)
    before = await said(town, OTHERS)

    with town.here():
        made = await forgetting.household(WHOSE)

    assert await said(town, MINE) == {}
    assert await said(town, OTHERS) | {"core_journal": 0} == before | {"core_journal": 0}
    assert set(made.kept) <= {n for n, one in rules.items() if one.because}
    assert set(made.emptied) == {"core_household", "core_child"}
    with town.here(), pytest.raises(Refused):
        await forgetting.household(99)
    if not communes.app.platform.tenant("alpha").settings.database.url:
        folder = town.tenant.folder
        files = {file.name for file in folder.rglob("*") if MINE.encode() in _bytes(file)}
        assert files == set()


def only_what(
    monkeypatch: pytest.MonkeyPatch, installed: Plugins, *, proves: bool, ends: Since
) -> None:
    """Rule that of what is due, the accounts need the family's row, or all but it."""
    mine = Due._meta.primary_key == WHOSE
    rules = [
        replace(one, ends=ends, proves=mine if proves else Due._meta.primary_key != WHOSE)
        if one.table is Due
        else one
        for one in register.in_order(list(known(installed).values()))
    ]

    async def said() -> list[PersonalData]:
        return rules

    monkeypatch.setattr(forgetting, "rules", said)
    monkeypatch.setattr(retention, "rules", said)


@pytest.mark.parametrize("proves", [True, False])
async def test_of_a_kept_table_only_what_proves_something_stays(
    communes: Communes, installed: Plugins, monkeypatch: pytest.MonkeyPatch, proves: bool
) -> None:
    await three_families(communes.alpha, installed)
    only_what(monkeypatch, installed, proves=proves, ends=Since("day", FAMILY))

    with communes.alpha.here():
        made = await forgetting.household(WHOSE)
        left = await Due.select(Due.id).order_by(Due.id)

    assert (WHOSE in made.kept.get("periscolaire_due", set())) is proves
    assert (WHOSE in made.removed.get("periscolaire_due", set())) is not proves
    assert ({"id": WHOSE} in left) is proves


@pytest.mark.parametrize("proves", [True, False])
async def test_a_shorter_term_takes_only_what_proves_nothing(
    communes: Communes, installed: Plugins, monkeypatch: pytest.MonkeyPatch, proves: bool
) -> None:
    await three_families(communes.alpha, installed)
    day = Term(days=1, code="files")
    only_what(monkeypatch, installed, proves=proves, ends=Since("day", day, unproven=True))

    with communes.alpha.here():
        await Due.update({Due.day: date(2020, 1, 1)}, force=True)
        lot = await retention.due(datetime(2026, 1, 1, tzinfo=UTC), archives=True)

    others = {1, 3}
    assert lot.rows.get("periscolaire_due", set()) == (others if proves else {WHOSE})


def _bytes(file: Path) -> bytes:
    return file.read_bytes() if file.is_file() else b""


def over(day: date, term: Term) -> date:
    """Return the day a term counted from this one is over; written apart from the product's own."""
    if term.after == "exercise":
        return date(day.year + term.years + 1, 1, 1)
    if term.after == "school_year":
        first = day.year if (day.month, day.day) >= (9, 1) else day.year - 1
        return date(first + 1 + term.years, 9, 1)
    months = day.month - 1 + term.months
    moved = date(day.year + term.years + months // 12, months % 12 + 1, day.day)
    return moved + timedelta(days=term.days)


class Terms:
    """When each planted row is past: another reading of the rules, apart from the product's."""

    def __init__(self, rules: dict[str, PersonalData], rows: dict[str, dict[int, Any]]) -> None:
        self.rules, self.rows = rules, rows
        active = [
            _as_day(row["active"])
            for name, rule in rules.items()
            if rule.active
            for row in rows[name].values()
            if row["active"]
        ]
        self.silent = over(max(active), FAMILY)

    def due(self, name: str, number: int) -> date:
        """Return the first day on which a row may and must be gone."""
        rule = self.rules[name]
        ends = rule.ends if isinstance(rule.ends, tuple) else (rule.ends,)
        own = min(self._one(rule, number, one) for one in ends)
        with_family = rule.forgotten == "removed" and rule.whose
        return max(min(own, self.silent) if with_family else own, self._needed(rule, number))

    def _one(self, rule: PersonalData, number: int, ends: object) -> date:
        row = self.rows[rule.name][number]
        match ends:
            case Since() if ends.alone and row[ends.alone] is not None:
                return date.max
            case Since():
                return over(_as_day(row[ends.column]), ends.term)
            case With():
                return self.due(register.target(rule, ends.column), row[ends.column])
            case Unless():
                said = [over(_as_day(row[one]), ends.term) for one in ends.own if row[one]]
                others = self.rows[str(ends.table._meta.tablename)].values()
                dates = [
                    over(_as_day(one[ends.column]), ends.term)
                    for one in others
                    if one[ends.by] == row[ends.mine or ends.by]
                ]
                return max(said + dates)
        if ends is UNNAMED:
            return max(
                self.due(one.name, key)
                for one, column in namers(rule, self.rules.values())
                for key, named in self.rows[one.name].items()
                if named[column] == number
            )
        return self.silent if ends is WITH_FAMILY else date.max

    def _needed(self, rule: PersonalData, number: int) -> date:
        """Return until when a row that refuses to lose this one stands."""
        held = [
            self.due(one.name, key)
            for one in self.rules.values()
            for link in register.links(one.table)
            if link.to == rule.name and link.on_delete in retention.HELD_BACK
            if one.ends not in (AMOUNTS, LASTING) and rule.past != "blanked"
            if not isinstance(one.ends, With) or register.target(one, one.ends.column) != rule.name
            if rule.ends is not UNNAMED
            for key, row in self.rows[one.name].items()
            if row[link.column] == number
        ]
        return max(held, default=date.min)


def _as_day(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    is_year = value < 9999
    return date(value, 9, 1) if is_year else datetime.fromtimestamp(value, UTC).date()


async def as_planted(town: Town, rules: dict[str, PersonalData]) -> dict[str, dict[int, Any]]:
    """Return every ruled row with the dates it counts from, wherever they are written."""
    found = {}
    with town.here():
        for name, rule in rules.items():
            paths = [one.column for one in retention.own(rule) if isinstance(one, Since)]
            asked = [register.path(rule.table, one).as_alias(one) for one in paths if "." in one]
            if rule.active:
                asked.append(register.path(rule.table, rule.active).as_alias("active"))
            whole = await rule.table.select(*rule.table._meta.columns, *asked)
            found[name] = {row["id"]: row for row in whole}
    return found


async def dated(town: Town, rules: Iterable[PersonalData], at: datetime) -> None:
    """Give a date to every row that counts from one: the end of a care, of a mandate…"""
    with town.here():
        for rule in rules:
            for ends in retention.own(rule):
                if isinstance(ends, Since) and "." not in ends.column:
                    column = rule.table._meta.get_column_by_name(ends.column)
                    if column._meta.null:
                        day = at if column.value_type is datetime else at.date()
                        await rule.table.update({column: day}).where(column.is_null())
        await DOOR.fetch(f"UPDATE core_attempt SET {quoted('window')} = {int(at.timestamp())}")


async def standing(town: Town, rules: dict[str, PersonalData]) -> dict[str, set[int]]:
    """Return the planted rows that still say something of somebody."""
    found = {}
    with town.here():
        for name, rule in rules.items():
            rows = await rule.table.select().where(rule.table._meta.primary_key <= 3)
            words = [
                one._meta.name
                for one in rule.table._meta.columns
                if one._meta.name in rule.columns and isinstance(one, Varchar | Text)
            ]
            emptied = words if rule.past == "blanked" or name == "core_child" else []
            found[name] = {
                row["id"]
                for row in rows
                if name != "core_household" or row["created_at"] != FORGOTTEN
                if not emptied or any(row[one] and row[one][0] != "~" for one in emptied)
            }
    return found


async def at_each_term(
    communes: Communes, installed: Plugins, clock: FrozenClock, every: int
) -> int:
    """Live twenty years, a day before and a day after each term; return how many terms were seen."""
    town, rules = communes.alpha, known(installed)
    await planted(town, "mot", but={"core_journal", "core_journal_start"})
    with town.here() as tenant:
        begun = tenant.now()
        await apart()
        for number in (1, 2, 3):
            await journal.record("account.signed_in", f"account:{number}", account=number)
    await dated(town, rules.values(), begun)
    terms = Terms(rules, await as_planted(town, rules))
    lasting = {n for n, one in rules.items() if one.ends in (LASTING, AMOUNTS, ONCE_DONE)}
    due = {
        (name, number): terms.due(name, number)
        for name in rules.keys() - lasting
        for number in (1, 2, 3)
    }
    begin = await standing(town, rules)
    due = {one: day for one, day in due.items() if one[1] in begin[one[0]]}
    days = sorted(set(due.values()))
    for day in days[::every]:
        for shift in (-1, 1):
            clock.set(datetime.combine(day + timedelta(days=shift), time(12), tzinfo=UTC))
            with town.here():
                await retention.night()
                await retention.run(visa="AD 12/2026")
                assert await journal.broken_at() is None
            there = await standing(town, rules)
            early = {
                one for one in due if due[one] > clock().date() and one[1] not in there[one[0]]
            }
            late = {one for one in due if due[one] <= clock().date() and one[1] in there[one[0]]}
            assert (day, shift, early, late) == (day, shift, set(), set())
    return len(days[::every])


@pytest.mark.asvs("14.2.4")
async def test_every_row_goes_at_its_term_and_not_a_day_before(
    communes: Communes, installed: Plugins, clock: FrozenClock
) -> None:
    assert await at_each_term(communes, installed, clock, every=1) > 10


async def test_a_table_nobody_ruled_is_seen(
    communes: Communes, installed: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: the register forgets one table."""
    town, told = communes.alpha, register.rules

    async def but_one() -> list[PersonalData]:
        return [rule for rule in await told() if rule.name != "core_token"]

    await three_families(town, installed)
    monkeypatch.setattr(forgetting, "rules", but_one)

    with town.here():
        await forgetting.household(WHOSE)

    assert await said(town, MINE) == {"core_token": 1}


@pytest.mark.parametrize("shift", [2, -2])
async def test_a_term_cut_short_or_let_slip_is_seen(
    communes: Communes,
    installed: Plugins,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
    shift: int,
) -> None:
    """Sabotage: two days are taken from every term, or given to it."""
    real = Term.cutoff
    monkeypatch.setattr(Term, "cutoff", lambda self, now: real(self, now) + timedelta(days=shift))

    with pytest.raises(AssertionError):
        await at_each_term(communes, installed, clock, every=9)
