"""What docs/hooks.md shows runs as it is shown, and is an answer the hook takes."""

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ribambelle import hookimpl
from ribambelle.identity import Person
from ribambelle.plugins import CORE, Plugins
from ribambelle_cli.hook_reference import specs

PAGE = (Path(__file__).parents[2] / "docs" / "hooks.md").read_text("utf-8")
EXAMPLES = dict(re.findall(r"^## (\w+)$.*?^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
PARENT = Person(1, 1, "camille@example.test", "Camille Hoarau", "family", household=1)


def ran(name: str, code: str) -> Plugins:
    """Run an example as the `plugin.py` of a plugin that says nothing else."""
    module = ModuleType("example")
    exec(compile(code, f"docs/hooks.md, {name}", "exec"), {"hookimpl": hookimpl}, vars(module))
    return Plugins({"example": module})


def answered(plugins: Plugins, name: str) -> Any:
    return next((said for who, said in plugins.each(name, person=PARENT) if who != CORE), None)


def test_every_hook_shows_an_example() -> None:
    assert set(EXAMPLES) == set(specs())


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_example_of_a_hook_runs_and_is_what_the_hook_asks(name: str) -> None:
    plugins = ran(name, EXAMPLES[name])

    said = answered(plugins, name)

    assert plugins.broken == {}
    assert said


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_twin_an_example_that_answers_something_else_is_seen(name: str) -> None:
    wrong = re.sub(r"return .*\Z", "return 7", EXAMPLES[name], flags=re.DOTALL)
    plugins = ran(name, wrong)

    assert answered(plugins, name) is None
    assert set(plugins.broken) == {"example"}


@pytest.mark.parametrize(
    "wrong", ["from ribambelle_creche.nowhere import here", "nobody_wrote_this()"]
)
def test_twin_an_example_that_names_what_is_not_there_is_seen(wrong: str) -> None:
    plugins = ran("menu", EXAMPLES["menu"].replace("    return", f"    {wrong}\n    return"))

    assert answered(plugins, "menu") is None
    assert set(plugins.broken) == {"example"}
