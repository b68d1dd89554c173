"""docs/templates.md tells what a commune's own template may count on, and a template has just that."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from ribambelle.plugins import Plugins
from ribambelle.testing import Communes
from ribambelle.web import formats, page
from ribambelle_cli.context_reference import Code, line
from ribambelle_cli.template_reference import fields, names, pages, reference

WRITTEN = Path(__file__).parents[2] / "docs" / "templates.md"


def test_the_page_is_what_the_code_says(installed: Plugins) -> None:
    assert WRITTEN.read_text("utf-8") == reference(installed), (
        "ribambelle plugin templates > docs/templates.md"
    )


@pytest.mark.parametrize("database_server", [""])
async def test_a_template_of_a_commune_has_these_names_and_no_other(communes: Communes) -> None:
    told = [name for name, kind, words in names() if kind and words]
    own = communes.app.platform.folder / "alpha" / "templates"
    own.mkdir(parents=True)
    asked = [*told, "nobody_gives_this"]
    lines = [f"{{% if {name} is defined %}}{name}{{% endif %}} " for name in asked]
    (own / "home.html").write_text("".join(lines), "utf-8")

    answered = await communes.alpha.visitor().get("/")

    assert answered.text.split() == told
    assert set(told) == {*page.Around.__annotations__}


def test_nearly_every_page_says_what_its_context_holds(installed: Plugins) -> None:
    asked = {(plugin, name) for plugin, _, name, _ in pages(installed) if name.isidentifier()}
    found = list(fields(installed))

    assert len(found) / len(asked) > 0.9
    for one in found:
        module, _, name = one.name.rpartition(".")
        context = getattr(import_module(module), name)
        for told, _ in one.fields:
            bare = told.removesuffix("()")
            assert bare in context.__dataclass_fields__ or hasattr(context, bare), (one.name, told)


def test_twin_a_field_that_is_not_there_is_seen() -> None:
    code = Code("x", Path("x"))
    vars(code)["sources"] = {
        "x.a": 'class APage:\n    n: int\ndef f(): return Page("a.html", APage(1))',
        "x.b": "class APage:\n    other: str",
    }

    known, doubtful = code.context("a.html", "APage"), code.context("b.html", "APage")

    assert known and line(known) == "- `x.a.APage`: `n: int`"
    assert doubtful is None


def test_twin_a_filter_more_is_seen(installed: Plugins, monkeypatch: pytest.MonkeyPatch) -> None:
    def cri(words: Any) -> str:
        """Write it louder."""
        return str(words).upper()

    monkeypatch.setitem(formats.FILTERS, "cri", cri)

    assert "| `cri(words)` | Write it louder. |" in reference(installed)
    assert reference(installed) != WRITTEN.read_text("utf-8")
