"""`ribambelle creche propose` and `audit`: files in, files out, no commune anywhere."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ribambelle_cli.main import run
from ribambelle_creche.domain.admission import propose
from ribambelle_creche.domain.admission.reading import read_snapshot, written

LOT: dict[str, Any] = {
    "version": 1,
    "resources": {"lilas/mon-am": 1},
    "applications": [
        {
            "id": "C-2041",
            "points": 70,
            "complete_at": "2026-03-01T09:00:00+01:00",
            "draw": 5,
            "count": 1,
            "current": None,
            "flags": [],
            "options": [
                {"id": "lilas/0", "facility": "lilas", "bonus": 0, "demand": {"lilas/mon-am": 1}}
            ],
        },
        {
            "id": "C-2042",
            "points": 85,
            "complete_at": "2026-04-01T09:00:00+02:00",
            "draw": 3,
            "options": [{"id": "lilas/0", "facility": "lilas", "demand": {"lilas/mon-am": 1}}],
        },
    ],
    "pins": [],
    "reserves": [],
}


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No commune, no data folder: these commands need neither."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RIBAMBELLE_TENANTS", str(tmp_path / "absent"))
    monkeypatch.setenv("RIBAMBELLE_DATA", str(tmp_path / "absent"))


def lot(text: str | None = None) -> str:
    Path("lot.json").write_text(json.dumps(LOT) if text is None else text, encoding="utf-8")
    return "lot.json"


def test_a_proposal_is_written_and_its_audit_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["creche", "propose", lot(), "--out", "out.json"]) == 0

    out = json.loads(Path("out.json").read_bytes())
    assert out["assignments"] == {"C-2041": None, "C-2042": "lilas/0"}
    assert out["refusals"]["C-2041"][0]["blocking"] == [
        {
            "resource": "lilas/mon-am",
            "capacity": 1,
            "taken_ahead": 1,
            "last_points": 85,
            "withheld": False,
        }
    ]
    assert out["digest"] in capsys.readouterr().out
    assert run(["creche", "audit", "lot.json", "out.json"]) == 0


def test_a_changed_result_fails_its_audit_and_says_who_is_wronged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(["creche", "propose", lot(), "--out", "out.json"])
    out = json.loads(Path("out.json").read_bytes())
    out["assignments"] = {"C-2041": "lilas/0", "C-2042": None}
    Path("out.json").write_text(json.dumps(out), encoding="utf-8")
    capsys.readouterr()

    assert run(["creche", "audit", "lot.json", "out.json", "--json"]) == 1

    told = json.loads(capsys.readouterr().out)
    assert ("claim", "C-2042") in {(fault["code"], fault["about"]) for fault in told["faults"]}


def reserved(code: str, *facilities: str) -> tuple[str, str]:
    """What is written over a lot so that it keeps one place."""
    reserve = {"code": code, "facilities": facilities, "quota": 1, "flag": "i"}
    return '"reserves": []', f'"reserves": [{json.dumps(reserve)}]'


def grouped(group: str, *modes: str, count: int = 1) -> tuple[str, str]:
    """What is written over a lot so that its first files are of one birth."""
    files = [
        {**one, "group": group, "group_mode": mode, "count": count if not rank else 1}
        for rank, (one, mode) in enumerate(zip(LOT["applications"], modes, strict=False))
    ]
    told = json.dumps(LOT["applications"])
    return told, json.dumps([*files, *LOT["applications"][len(modes) :]])


@pytest.mark.parametrize(
    ("old", "new", "path", "cure"),
    [
        ('"points": 70', '"points": "70"', "$.applications[0].points", "Corrigez cette valeur."),
        ('"points": 70', '"points": 70.0', "$.applications[0].points", "Corrigez cette valeur."),
        ('"points": 70, ', "", "$.applications[0]", "Ajoutez ce champ."),
        ('"draw": 3', '"draw": 3, "rang": 1', "$.applications[1]", "Retirez-le"),
        ('"id": "C-2042"', '"id": "C-2041"', "$.applications[1].id", "un numéro par dossier"),
        ('{"lilas/mon-am": 1}}]}]', '{"roses": 1}}]}]', "demand['roses']", "Ajoutez-la"),
        (
            '"resources": {"lilas/mon-am": 1}',
            '"resources": {"lilas/mon-am": -1}',
            "$.resources",
            "0 ou",
        ),
        ('"version": 1', '"version": 2', "$.version", "docs/admission.md"),
        ('"current": null', '"current": "roses/0"', "$.applications[0].current", "Ajoutez-la"),
        ('"2026-03-01T09:00:00+01:00"', '"hier"', "$.applications[0].complete_at", "2026-03-01"),
        ('"draw": 5', '"draw": 5, "draw": 6', "$", "Gardez-en un seul"),
        ('"draw": 5', f'"draw": {2**60}', "$.applications[0].draw", "2 puissance 53"),
        ('"draw": 5', f'"draw": 1{"0" * 400}', "$.applications[0].draw : 1000", "2 puissance 53"),
        ('"bonus": 0', f'"bonus": {2**53}', "$.applications[0].options[0].bonus", "2 puissance 53"),
        (
            '"2026-03-01T09:00:00+01:00"',
            '"0001-01-01T00:00:00+14:00"',
            "[0].complete_at",
            "2026-03",
        ),
        (
            '"2026-03-01T09:00:00+01:00"',
            '"9999-12-31T23:00:00-12:00"',
            "[0].complete_at",
            "2026-03",
        ),
        (
            '"reserves": []',
            '"reserves": [{"code": "i", "facilities": ["lilas"], "quota": -1, "flag": "i"}]',
            "$.reserves[0].quota : le nombre réservé est négatif",
            "0 ou plus",
        ),
        (
            '"pins": []',
            '"pins": [{"application": "C-9", "option": null, "reason_code": "R1"}]',
            "$.pins[0].application",
            "dossier du lot",
        ),
        ('"pins": []', '"pins": [', "$", "virgules"),
        ('"id": "C-2041"', '"id": " "', "$.applications[0].id : le nom est vide", "Donnez-lui"),
        ('"id": "lilas/0"', '"id": ""', "$.applications[0].options[0].id", "Donnez-lui un nom"),
        ('"facility": "lilas"', '"facility": ""', "[0].options[0].facility", "Donnez-lui un nom"),
        ('{"lilas/mon-am": 1}', '{"lilas/mon-am": 1, "": 1}', "$.resources['']", "Donnez-lui"),
        (*reserved("", "lilas"), "$.reserves[0].code : le nom est vide", "Donnez-lui un nom"),
        (*reserved("i"), "$.reserves[0].facilities : aucune crèche", "Nommez les crèches"),
        (
            *reserved("i", "lilas", "liIas"),
            "$.reserves[0].facilities[1] : aucun dossier ne demande « liIas »",
            "Corrigez son nom",
        ),
        (*grouped("", "one"), "$.applications[0].group : le nom est vide", "Donnez-lui un nom"),
        (*grouped("g", "one"), "[0].group : « C-2041 » est seul dans « g »", "Ajoutez les autres"),
        (
            *grouped("g", "one", "preferred"),
            "[1].group_mode : « preferred », mais « C-2041 », du même groupe, dit « one »",
            "Donnez le même group_mode",
        ),
        (
            *grouped("g", "one", "one", count=2),
            "$.applications[0].count : 2 enfants dans un dossier de groupe",
            "Donnez un dossier par enfant",
        ),
        ('"id": "C-2042"', '"id": "\\ud800"', "$", "UTF-8"),
    ],
)
def test_a_lot_that_cannot_be_read_says_where_and_what_to_do(
    old: str, new: str, path: str, cure: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = json.dumps(LOT)
    assert old in text

    assert run(["creche", "propose", lot(text.replace(old, new, 1)), "--out", "out.json"]) == 2

    said = capsys.readouterr().err
    assert path in said
    assert cure in said
    assert not Path("out.json").exists()


def test_a_file_that_takes_nothing_of_a_place_sets_no_cut_off() -> None:
    """Asking for 0 of a resource is not sitting on it: the second count says the same."""
    text = json.dumps(LOT).replace('{"lilas/mon-am": 1}}', '{"lilas/mon-am": 0}}', 1)

    assert run(["creche", "propose", lot(text), "--out", "out.json"]) == 0

    out = json.loads(Path("out.json").read_bytes())
    assert out["served"] == 2
    assert out["cutoffs"]["lilas/mon-am"] == {"capacity": 1, "taken": 1, "last_points": 85}
    assert run(["creche", "audit", "lot.json", "out.json"]) == 0


def test_what_may_be_meant_is_decided_on_and_a_lot_of_the_portal_is_audited() -> None:
    lot(json.dumps({
        **LOT,
        "resources": {"lilas/mon-am": 1, "roses/mon-am": 0},
        "applications": [
            *LOT["applications"],
            {"id": "C-1", "points": 0, "complete_at": "2026-03-01", "draw": 5, "options": [],
             "flags": ["unknown"]},
            {"id": "C-2", "points": 0, "complete_at": "2026-03-01", "draw": 5,
             "options": [{"id": "parc/0", "facility": "parc", "demand": {}}]},
        ],
        "reserves": [{"code": "i", "facilities": ["lilas"], "quota": 0, "flag": "nobody"}],
    }))  # fmt: skip
    assert run(["creche", "propose", "lot.json", "--out", "out.json"]) == 0
    assert run(["creche", "audit", "lot.json", "out.json"]) == 0

    given = read_snapshot(json.dumps(LOT | kept_for("roses")).encode())
    Path("kept.json").write_bytes(written(given))
    Path("out.json").write_bytes(written(propose(given)))
    assert run(["creche", "audit", "kept.json", "out.json"]) == 0
    assert run(["creche", "propose", "kept.json", "--out", "out.json"]) == 2


def kept_for(facility: str) -> dict[str, Any]:
    return {"reserves": [{"code": "i", "facilities": [facility], "quota": 1, "flag": "i"}]}


def test_what_was_written_before_stays_when_a_lot_is_refused() -> None:
    run(["creche", "propose", lot(), "--out", "out.json"])
    before = Path("out.json").read_bytes()

    assert run(["creche", "propose", lot("[]"), "--out", "out.json"]) == 2

    assert Path("out.json").read_bytes() == before
    assert sorted(file.name for file in Path().iterdir()) == ["lot.json", "out.json"]


def test_a_file_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["creche", "audit", "absent.json", "out.json"]) == 2

    assert "absent.json ne peut pas être lu" in capsys.readouterr().err


def test_the_theoretical_maximum_is_told_beside_and_changes_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("highspy", reason="missing highspy: an optional extra")
    run(["creche", "propose", lot(), "--out", "plain.json"])
    capsys.readouterr()

    assert run(["creche", "propose", lot(), "--out", "out.json", "--advisory"]) == 0

    assert "Maximum théorique, sans ordre de passage : 1." in capsys.readouterr().out
    assert Path("out.json").read_bytes() == Path("plain.json").read_bytes()


def test_the_answer_for_a_program_is_alone_whatever_the_solver_prints() -> None:
    """In a process of its own: the solver greets once in each, on the output itself."""
    pytest.importorskip("highspy", reason="missing highspy: an optional extra")
    asked = ["creche", "propose", lot(), "--out", "out.json", "--advisory", "--json"]
    command = "import sys; from ribambelle_cli.main import run; sys.exit(run(sys.argv[1:]))"

    done = subprocess.run(
        [sys.executable, "-c", command, *asked], capture_output=True, text=True, check=True
    )

    assert json.loads(done.stdout)["theoretical"] == 1
    assert "HiGHS" not in done.stderr


def test_without_the_solver_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "highspy", None)

    assert run(["creche", "propose", lot(), "--out", "out.json", "--advisory"]) == 2

    assert "pip install 'ribambelle-creche[advisory]'" in capsys.readouterr().err
    assert not Path("out.json").exists()


def test_the_example_of_the_documentation_is_accepted_and_explained() -> None:
    page = Path(__file__).parents[3].joinpath("docs/admission.md").read_text(encoding="utf-8")
    example = page.partition("```json\n")[2].partition("```")[0]

    assert run(["creche", "propose", lot(example), "--out", "out.json"]) == 0

    out = json.loads(Path("out.json").read_bytes())
    assert out["assignments"] == {"C-2041": None, "C-2042": "12/babies/0"}
    assert set(out) == {
        word for word in ("assignments", "refusals", "cutoffs", "certificate", "served", "digest")
        if f"| `{word}` |" in page
    }  # fmt: skip
    assert run(["creche", "audit", "lot.json", "out.json"]) == 0
