"""Whatever staff does for a family at the counter is journalled under its own name, and told."""

import ast
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from tests.core.test_errands import acting
from tests.core.test_families import ANNE, a_family
from tests.creche.builders import an_application
from tests.proofs.planting import kept, planted
from tests.proofs.probing import FORM, probes

from ribambelle.identity import errands
from ribambelle.identity.tables import Account
from ribambelle.plugins import Plugins
from ribambelle.testing import Communes, Town
from ribambelle.web import access, behalf
from ribambelle.workflow.tables import JournalLine
from ribambelle_creche.tables import Application

HOME = {"line": "12 chemin des Palmes", "postcode": "97400", "city": "Alpha"}
NOT_AN_ACT = ("/compte", "/deconnexion")
"""Where staff is itself, even while it acts."""
OURS = {*behalf.OURS, "core_login", "core_token"}
IN_PERSON = ("account.", "activation.", "feed.", "letter.", "paper.")
"""Acts no errand can do: they are the account's own, or the office's."""


async def written(town: Town, after: int) -> list[tuple[str, str, int]]:
    """Return what an agent wrote of its errand since a line: act, label, number."""
    with town.here():
        lines = (
            await JournalLine.objects()
            .where((JournalLine.number > after) & (JournalLine.side == "office"))
            .order_by(JournalLine.number)
        )
        return [
            (line.act, errands.label(line.act), line.number)
            for line in lines
            if msgspec.json.decode(line.facts).get("errand") and line.act != "errand.began"
        ]


async def test_whatever_an_errand_changes_names_the_agent(communes: Communes) -> None:
    """Every route of families, asked at the counter: what moved a row left a line, with a label."""
    town = communes.alpha
    await planted(town, "Kwyjibox")
    agent = await town.staff()
    await agent.post("/bureau/familles/adultes/1/agir", data={"reason": "phone"})
    theirs = {
        (way.method, way.path)
        for way in access.ways(communes.app, town.tenant.hooks)
        if way.changes and access.FAMILY in way.opens and access.VISITOR not in way.opens
    }
    before, last, acted, silent, unnamed = await rows(town), 0, set(), [], set()

    for probe in probes(communes.app):
        if (probe.method, probe.template) not in theirs or probe.path.startswith(NOT_AN_ACT):
            continue
        answer = await agent.request(probe.method, probe.path, **FORM)
        if answer.status_code >= 400:
            continue
        after = await rows(town)
        moved, before = {name for name in after if after[name] != before[name]}, after
        lines = await written(town, last)
        last = lines[-1][2] if lines else last
        if moved:
            acted.add(probe.template)
            silent += [f"{probe}: {sorted(moved)}"] if not lines else []
        unnamed |= {act for act, label, _ in lines if label == errands.UNNAMED}

    assert silent == []
    assert unnamed == set()
    assert len(acted) >= 12


async def rows(town: Town) -> dict[str, object]:
    """Return what every table holds, but for what a page writes of itself."""
    return {name: found for name, found in (await kept(town)).items() if name not in OURS}


async def a_step(town: Town) -> tuple[int, httpx.Response]:
    """Answer a question of a family's file at the counter: its page writes no line itself."""
    await a_family(town)
    with town.here():
        account = await Account.objects().get(Account.email == ANNE)
        assert account
        number = await an_application(account=account.id, state="draft")
    agent = await acting(town)
    return number, await agent.post(f"/creche/demandes/{number}/etape/adresse", data=HOME)


async def test_a_page_that_writes_no_line_is_written_for(communes: Communes) -> None:
    town = communes.alpha

    _, answer = await a_step(town)

    assert answer.status_code == 303
    assert [(act, label) for act, label, _ in await written(town, 0)] == [
        ("creche.filled", "Demande de crèche remplie")
    ]


async def test_twin_without_it_the_act_is_nobody_s(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: nothing writes for the pages that do not."""

    async def silence(scope: object) -> None: ...

    monkeypatch.setattr(behalf, "_write", silence)

    await a_step(communes.alpha)

    assert await written(communes.alpha, 0) == []


async def test_the_line_and_the_change_are_kept_or_lost_together(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def falls(scope: object) -> None:
        raise RuntimeError("the journal is full")

    monkeypatch.setattr(behalf, "_write", falls)

    number, answer = await a_step(communes.alpha)

    assert answer.status_code == 500
    with communes.alpha.here():
        file = await Application.objects().get(Application.id == number)
    assert file
    assert "chemin des Palmes" not in file.answers


def test_every_act_of_families_has_a_text(installed: Plugins) -> None:
    """Found in the code: each act a family's page may write, but those no errand can do."""
    known = installed.only(installed.names).acts

    bare = {act for act in acts_in_code() if act not in known}

    assert bare == set()


def acts_in_code() -> Iterator[str]:
    root = Path(__file__).parents[2]
    for path in [*root.glob("core/**/*.py"), *root.glob("plugins/*/ribambelle_*/**/*.py")]:
        text = path.read_text()
        for node in ast.walk(ast.parse(text)) if "journal.record" in text else ():
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "journal.record":
                side = [ast.unparse(one.value) for one in node.keywords if one.arg == "side"]
                act = node.args[0].value if isinstance(node.args[0], ast.Constant) else ""
                if act and side == ["'family'"] and not str(act).startswith(IN_PERSON):
                    yield str(act)
