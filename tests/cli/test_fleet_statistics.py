"""Every commune's published figures side by side: nothing more than each already shows."""

import asyncio
import csv
import json
import random
from pathlib import Path
from typing import Any

import pytest

from ribambelle.database import DOOR
from ribambelle.database.engine import TenantEngine
from ribambelle.identity import Grant
from ribambelle.statistics import HIDDEN, fleet, protected
from ribambelle.statistics.fleet import Gathered, Line
from ribambelle.statistics.small_cells import with_totals
from ribambelle.tenants import Platform
from ribambelle.testing import Communes, Town
from ribambelle_cli import fleet_statistics
from ribambelle_cli.main import run
from ribambelle_creche.domain.age import GROUPS
from ribambelle_creche.freezing import TOTAL, TOWN
from ribambelle_creche.tables import FrozenCount

MONTH = "2026-10"
CAF = Grant("caf_operator")
Capsys = pytest.CaptureFixture[str]


@pytest.fixture
def enabled_plugins() -> list[str]:
    return ["creche"]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "data"))
    return tmp_path


@pytest.fixture
def communes(communes: Communes, place: Path) -> Communes:
    """The two communes as real ones: a demonstration publishes nothing that counts."""
    for slug in ("alpha", "beta"):
        file = place / f"{slug}.toml"
        assert "demo = true" in file.read_text()
        file.write_text(file.read_text().replace("demo = true", "demo = false"))
    return communes


async def publishes(town: Town, cells: list[int | None], month: str = MONTH) -> None:
    """Write a month's table as the commune froze it: a quartier, then the town."""
    with town.here():
        await FrozenCount.insert(
            *(
                FrozenCount(
                    month=month, quartier=name, age_group=group, children=cell, cut="quartier"
                )
                for name, line in (("Gare", [99] * len(cells)), (TOWN, cells))
                for group, cell in zip((*GROUPS, TOTAL), line, strict=True)
            )
        )


async def both(communes: Communes) -> None:
    await publishes(communes.alpha, [12, None, None, 30])
    await publishes(communes.beta, [40, 25, 11, 76])


async def gathered(*more: str) -> int:
    return await asyncio.to_thread(run, ["fleet", "statistics", "--month", MONTH, *more])


async def test_each_commune_stands_beside_the_others_as_it_published(
    communes: Communes, place: Path, capsys: Capsys
) -> None:
    await both(communes)

    code = await gathered("--to", str(place / "out.csv"))

    said = " ".join(capsys.readouterr().out.split())
    report = fleet.read(place / "data", MONTH)
    rows = list(csv.reader((place / "out.csv").read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert code == 0
    assert report is not None
    (table,) = report.tables
    assert table.lines == [Line("Alpha", [12, None, None, 30]), Line("Beta", [40, 25, 11, 76])]
    assert table.sums == [(52, 0), (25, 1), (11, 1), (106, 0)]
    assert "Alpha 12 masqué masqué 30" in said
    assert "Toutes 52 25 au moins 11 au moins 106" in said
    assert "99" not in json.dumps([line.cells for line in table.lines])
    assert rows[0] == ["Mois", "Chiffre", "Commune", "Colonne", "Nombre"]
    assert len(rows) == 1 + 3 * 4


async def test_nothing_is_read_but_what_was_published(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    await both(communes)
    asked, real = list[str](), TenantEngine.fetch

    async def heard(self: TenantEngine, sql: str, args: Any = ()) -> list[Any]:
        asked.append(sql)
        return await real(self, sql, args)

    monkeypatch.setattr(TenantEngine, "fetch", heard)
    await gathered()

    assert len(asked) == 2
    assert all("creche_frozen" in sql for sql in asked)


@pytest.mark.parametrize("invention", ["fictional", "demo"])
async def test_a_silent_a_broken_and_an_invented_commune_are_told_apart(
    communes: Communes, place: Path, capsys: Capsys, invention: str
) -> None:
    await publishes(communes.alpha, [12, 20, 30, 62])
    silent = await gathered()
    told = capsys.readouterr().out
    file = place / "beta.toml"
    file.write_text(file.read_text().replace("demo = false", f"{invention} = true"))
    invented = await gathered()
    left_out = capsys.readouterr().out
    file.write_text("name = 3")
    broken = await gathered("--json")
    report = json.loads(capsys.readouterr().out)

    assert (silent, invented, broken) == (0, 0, 1)
    assert "Rien de publié : Beta." in told
    assert "Beta" not in left_out
    assert report["unread"] == ["beta"]


async def test_what_nobody_expected_of_one_commune_leaves_the_others_read(
    communes: Communes, monkeypatch: pytest.MonkeyPatch, place: Path, capsys: Capsys
) -> None:
    await both(communes)
    real = fleet_statistics._ask

    async def broken(platform: Platform, slug: str, *more: Any) -> None:
        if slug == "alpha":
            raise ValueError("Durand")
        await real(platform, slug, *more)

    monkeypatch.setattr(fleet_statistics, "_ask", broken)
    code = await gathered()

    report = fleet.read(place / "data", MONTH)
    assert code == 1
    assert report is not None
    assert report.unread == ["alpha"]
    assert [line.commune for line in report.tables[0].lines] == ["Beta"]
    assert "Non lues : alpha." in " ".join(capsys.readouterr().out.split())


async def test_a_month_or_a_file_that_cannot_be_is_refused(
    communes: Communes, place: Path, capsys: Capsys
) -> None:
    (place / "there.csv").write_text("ours")

    codes = [
        await asyncio.to_thread(run, ["fleet", "statistics", "--month", "octobre"]),
        await gathered("--to", str(place / "there.csv")),
    ]

    said = capsys.readouterr().err
    assert codes == [1, 1]
    assert "2026-10" in said
    assert "rien n’a été écrasé" in said
    assert (place / "there.csv").read_text() == "ours"
    assert not (place / "data" / fleet.FOLDER).exists()


def towns(draw: random.Random) -> tuple[list[list[int]], list[list[int | None]]]:
    """Return the true lines of some communes, and what each publishes of its own."""
    true, public = [], []
    for _ in range(draw.randint(2, 6)):
        counts = [[draw.randint(0, 14) for _ in range(3)] for _ in range(3)]
        true.append(with_totals(counts)[-1])
        shown = protected(counts, 5).cells[-1]
        public.append([None if cell is HIDDEN else int(cell) for cell in shown])  # type: ignore[call-overload]  # a count
    return true, public


def found(true: list[list[int]], public: list[list[int | None]], sums: list[int]) -> int:
    """An attacker subtracts what is shown from each sum: how many hidden counts does it find?"""
    many = 0
    for rank, total in enumerate(sums):
        hidden = [at for at, line in enumerate(public) if line[rank] is None]
        rest = total - sum(line[rank] or 0 for line in public)
        many += len(hidden) == 1 and rest == true[hidden[0]][rank] > 0
    return many


def test_a_hidden_count_does_not_come_back_by_subtraction() -> None:
    draw, ours, naive, hidden = random.Random(7), 0, 0, 0
    for _ in range(500):
        true, public = towns(draw)
        lines = [Line(str(at), line) for at, line in enumerate(public)]
        sums = [many for many, _ in Gathered("x", "", list("abcd"), lines, []).sums]
        hidden += sum(line.count(None) for line in public)
        ours += found(true, public, sums)
        naive += found(true, public, [sum(line[rank] for line in true) for rank in range(4)])

    assert hidden > 100
    assert ours == 0
    assert naive > 50  # the twin: with the true sums, the attacker finds them


async def test_the_correspondent_reads_it_where_the_portal_may(
    communes: Communes, place: Path
) -> None:
    town = communes.alpha
    await both(communes)
    await publishes(town, [31, 32, 33, 96], "2026-09")
    await asyncio.to_thread(run, ["fleet", "statistics", "--month", "2026-09"])
    await gathered()
    caf = await town.staff(CAF, email="caf@example.test")
    closed = await caf.get("/bureau/communes")
    no_menu = (await caf.get("/bureau")).text
    file = place / "alpha.toml"
    file.write_text(f"fleet_figures = true\n{file.read_text()}")

    page = await caf.get("/bureau/communes")
    listed = await caf.get("/bureau/communes/export/csv")
    earlier = await caf.get("/bureau/communes/export/csv?mois=2026-09")
    nothing = await caf.get("/bureau/communes/export/pdf")
    elsewhere = await caf.get("/bureau/communes?mois=../../x")
    menu = (await caf.get("/bureau")).text
    agent = await (await town.staff(email="a@example.test")).get("/bureau/communes")
    family = await (await town.family()).get("/bureau/communes")
    beta = await (await communes.beta.staff(CAF, email="caf@example.test")).get("/bureau/communes")

    assert closed.status_code == 404
    assert 'href="/bureau/communes"' not in no_menu
    assert page.status_code == elsewhere.status_code == 200
    assert "octobre 2026" in page.text
    assert "25 au moins" in page.text.replace("\u00a0", " ")
    assert "masqué" in listed.text
    assert "/bureau/communes/export/csv?mois=2026-10" in page.text
    assert "2026-09" in earlier.text
    assert "2026-10" not in earlier.text
    assert nothing.status_code == 404
    assert 'href="/bureau/communes"' in menu
    assert [agent.status_code, family.status_code, beta.status_code] == [403, 403, 404]


async def test_before_anything_is_gathered_the_page_says_who_does_it(
    communes: Communes, place: Path
) -> None:
    file = place / "alpha.toml"
    file.write_text(f"fleet_figures = true\n{file.read_text()}")
    caf = await communes.alpha.staff(CAF, email="caf@example.test")

    page = await caf.get("/bureau/communes")

    assert "Rien n’est encore rassemblé" in page.text
    assert (await caf.get("/bureau/communes/export/csv")).status_code == 404


async def test_the_page_opens_no_other_commune(
    communes: Communes, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await both(communes)
    await gathered()
    file = place / "alpha.toml"
    file.write_text(f"fleet_figures = true\n{file.read_text()}")
    caf = await communes.alpha.staff(CAF, email="caf@example.test")
    with communes.beta.here():
        await DOOR.fetch("UPDATE creche_frozen_count SET children = 77")

    page = await caf.get("/bureau/communes")

    assert page.status_code == 200
    assert "77" not in page.text
    assert fleet_statistics.MONTH.fullmatch("2026-10")
