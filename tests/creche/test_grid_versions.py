"""The versions of the points in a commune's database: added, in force, never changed once used."""

import json
from datetime import date
from pathlib import Path

import msgspec
import pytest
from piccolo.columns.combination import WhereRaw
from tests.creche.builders import an_application

from ribambelle.errors import Refused
from ribambelle.testing import Communes
from ribambelle.workflow.tables import JournalLine
from ribambelle_cli.main import run
from ribambelle_creche import counting
from ribambelle_creche.domain.dossier import Dossier, Home, Situation, decode, encode
from ribambelle_creche.queries import grids, points
from ribambelle_creche.tables import Application, Evidence, Grid

TEXT = """[creche.grid]
version = "2026-1"
valid_from = 2026-01-01
tie_break = ["complete_at", "draw"]

[[creche.grid.criterion]]
code = "aeeh"
label = "Enfant handicapé"
type = "flag"
points = 30
proof = "aeeh"

[[creche.grid.criterion]]
code = "work"
label = "Travail"
type = "choice"
values = { single_works = 40 }
proof = "work"
"""
OTHER = TEXT.replace("points = 30", "points = 50")


async def kept(text: str = TEXT) -> int:
    return (await counting.adopt(text, "2025-118", None))[0]


async def texts() -> list[str]:
    return [row["text"] for row in await Grid.select(Grid.text).order_by(Grid.id)]


async def test_a_version_that_was_used_never_changes(communes: Communes) -> None:
    with communes.alpha.here() as tenant:
        number = await kept()
        assert (await counting.adopt(OTHER, "2025-118", None)) == (number, grids.CORRECTED)
        await grids.use(number, tenant.now())

        assert (await counting.adopt(OTHER, "2025-118", None)) == (number, grids.SAME)
        with pytest.raises(Refused, match="grid_used"):
            await counting.adopt(TEXT, "2025-118", None)

        assert await texts() == [OTHER]
        acts = await JournalLine.select(JournalLine.act).order_by(JournalLine.id)
    assert [row["act"] for row in acts if "grid" in row["act"]] == [
        *("creche.grid_added", "creche.grid_corrected")
    ]
    with communes.beta.here():
        assert await grids.every() == []


async def test_without_its_condition_the_writer_would_change_what_was_used(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the text stands by the condition in the statement, and by nothing else."""
    with communes.alpha.here() as tenant:
        number = await kept()
        await grids.use(number, tenant.now())
        monkeypatch.setattr(grids, "unused", lambda: WhereRaw("1 = 1"))

        await counting.adopt(OTHER, "2025-118", None)

        assert await texts() == [OTHER]


def test_one_function_alone_writes_a_grid() -> None:
    """No other module inserts a version, nor changes one."""
    root = Path(grids.__file__).parents[1]
    writers = [
        file.name
        for file in sorted(root.rglob("*.py"))
        if "Grid.insert(" in (text := file.read_text("utf-8"))
        or "Grid.update(" in text
        or "Grid.delete(" in text
    ]
    assert writers == ["grids.py"]


async def test_the_version_in_force_is_the_last_whose_day_has_come(communes: Communes) -> None:
    later = TEXT.replace("2026-1", "2027-1").replace("2026-01-01", "2027-09-01")
    with communes.alpha.here():
        await kept()
        await kept(later)

        found = [await grids.in_force(date(*day)) for day in ((2025, 12, 31), (2026, 1, 1))]
        last = await grids.in_force(date(2027, 9, 1))

    assert found[0] is None
    assert found[1] and found[1].grid.version == "2026-1"
    assert last and last.grid.version == "2027-1"


async def test_points_are_counted_on_what_was_sent_and_not_on_what_is_being_typed(
    communes: Communes,
) -> None:
    with communes.alpha.here() as tenant:
        await kept()
        number = await an_application(state="complete", situation=Situation("none"))
        file = await Application.objects().get(Application.id == number)
        assert file
        typed = decode(file.answers)
        changed = encode(type(typed)(**{**_blocks(typed), "situation": Situation("employed")}))
        await Application.update({Application.answers: changed}).where(Application.id == number)
        file = await Application.objects().get(Application.id == number)
        assert file

        found = await counting.own_score(tenant, file)

    assert found is not None
    assert found.points == 0


def _blocks(dossier: Dossier) -> dict[str, object]:
    return msgspec.structs.asdict(dossier)


async def test_a_proof_that_gives_points_is_asked_of_those_it_concerns(communes: Communes) -> None:
    with communes.alpha.here() as tenant:
        before = await an_application(state="complete", home=Home(has_aeeh=True))
        grid = await kept()
        await counting.ask_proofs(grid)
        after = await an_application(home=Home(has_aeeh=True))
        neither = await an_application()
        rows = await Evidence.select(Evidence.application).where(Evidence.kind == "aeeh")
        file = await Application.objects().get(Application.id == before)
        assert file
        score = await counting.own_score(tenant, file)

    assert {row["application"] for row in rows} == {before, after} - {neither}
    assert score is not None
    assert (score.points, score.possible) == (40, 30)


async def test_what_the_town_hall_noted_counts(communes: Communes) -> None:
    text = TEXT + (
        '[[creche.grid.criterion]]\ncode = "former_member"\nlabel = "Adhérent"\ntype = "flag"\n'
        'points = 20\nproof = "town_hall"\n'
    )
    with communes.alpha.here() as tenant:
        await kept(text)
        number = await an_application(state="complete")
        await points.note(number, {"former_member": None}, ["former_member"], 1, tenant.now())
        file = await Application.objects().get(Application.id == number)
        assert file
        score = await counting.own_score(tenant, file)

    assert score is not None
    assert score.points == 60


def test_a_grid_is_checked_without_any_commune(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    right, wrong = tmp_path / "right.toml", tmp_path / "wrong.toml"
    right.write_text(TEXT, "utf-8")
    wrong.write_text(TEXT.replace('code = "aeeh"', 'code = "half_days"'), "utf-8")

    assert run(["creche", "grid", "check", str(right)]) == 0
    assert "de 0 à 70 points" in capsys.readouterr().out
    assert run(["creche", "grid", "check", str(wrong), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [fault["line"] for fault in told["faults"]] == [7]
    assert run(["creche", "grid", "check", str(wrong)]) == 1
    assert "ligne 7" in capsys.readouterr().out


def test_the_command_adds_lists_and_says_who_gains(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path / "tenants"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "data"))
    file, csv = tmp_path / "grid.toml", tmp_path / "effect.csv"
    file.write_text(TEXT, "utf-8")
    assert run(["tenant", "create", "ville", "--insee", "44109", "--plugin", "creche"]) == 0
    add = ["creche", "grid", "add", str(file), "-t", "ville", "--deliberation", "2025-118"]

    assert run([*add, "--dry-run"]) == 0
    assert "Rien n’a été changé" in capsys.readouterr().out
    assert run(add) == 0
    assert run(add) == 0
    assert "déjà gardée" in capsys.readouterr().out
    assert run(["creche", "grid", "list", "-t", "ville", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["version"], row["deliberation"], row["in_force"]) == ("2026-1", "2025-118", True)
    file.write_text(TEXT.replace("30", "30.5"), "utf-8")
    assert run(add) == 1
    assert "ligne 10" in capsys.readouterr().err
    file.write_text(OTHER, "utf-8")
    assert run(["creche", "grid", "effect", str(file), "-t", "ville", "--csv", str(csv)]) == 0
    assert csv.read_text("utf-8-sig").startswith("Profil;Gagnent;")
    (tmp_path / "latin.toml").write_bytes("é".encode("latin-1"))
    assert run(["creche", "grid", "check", str(tmp_path / "latin.toml")]) == 1


async def test_who_gains_is_counted_among_complete_files_and_few_are_hidden(
    communes: Communes,
) -> None:
    after = grids.required(OTHER)
    with communes.alpha.here() as tenant:
        await kept()
        for _ in range(6):
            await an_application(state="complete", home=Home(has_aeeh=True))
        for rank in range(5):
            await an_application(state="complete" if rank else "submitted")
        for file in await points.examinable():
            await Evidence.update({Evidence.seen_at: tenant.now()}).where(
                Evidence.application == file.id
            )
        found = await counting.effect_of(tenant, after)

    told = {row.label: row.counts for row in found.rows}
    assert found.files == 10
    assert told["AEEH dans le foyer"][0] is None
    assert told["Pas d’AEEH"][3] is None


async def test_a_version_to_come_asks_for_its_proofs_and_counts_nothing_yet(
    communes: Communes,
) -> None:
    with communes.alpha.here() as tenant:
        await kept(TEXT.replace("2026-01-01", "2090-01-01"))
        number = await an_application(home=Home(has_aeeh=True))
        rows = await Evidence.select(Evidence.kind).where(Evidence.application == number)
        file = await Application.objects().get(Application.id == number)
        assert file
        score = await counting.own_score(tenant, file)

    assert "aeeh" in {row["kind"] for row in rows}
    assert score is None
