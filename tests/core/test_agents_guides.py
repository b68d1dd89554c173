"""A guide says what is on the screen: a label nobody can find there is a lie."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "docs" / "fr" / "agents"
PAGES = sorted(GUIDES.glob("*.md"))
QUOTED = re.compile(r"«\s*([^«»]+?)\s*»")
LINK = re.compile(r"\]\(([^)#]+)\)")


def plain(text: str) -> str:
    """Return words with ordinary spaces: a guide and a page break their lines where they like."""
    return " ".join(re.sub(r"[\u00a0\u202f]", " ", text).split())


def screen() -> str:
    """Return everything the pages may show: their templates, and what their code names."""
    folders = (ROOT / "core" / "ribambelle", *(ROOT / "plugins").glob("*/ribambelle_*"))
    files = [
        *(file for folder in folders for file in folder.glob("templates/**/*.html")),
        *(file for folder in folders for file in folder.glob("**/*.py")),
    ]
    return plain("\n".join(file.read_text("utf-8") for file in files))


def is_shown(label: str, shown: str) -> bool:
    """Tell whether a page holds these words whole: between quotes, tags, or at the start of a text."""
    whole = rf"""(?:["'>]|\{{% endif %\}}) ?{re.escape(plain(label))}(?: ?[:,.?]| ?["'<{{])"""
    return bool(re.search(whole, shown))


@pytest.fixture(scope="module")
def shown() -> str:
    return screen()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_label_of_a_guide_is_on_a_page(page: Path, shown: str) -> None:
    labels = QUOTED.findall(plain(page.read_text("utf-8")))

    assert [one for one in labels if not is_shown(one, shown)] == []
    assert labels or page.name == "README.md"


def test_a_label_that_is_nowhere_is_found_out(shown: str) -> None:
    """The twin: what was renamed, cut short or invented."""
    assert is_shown("Ouvrir ses pages", shown)
    assert not is_shown("Ouvrir ses", shown)
    assert not is_shown("Ouvrir toutes ses pages", shown)


def test_every_guide_is_in_the_index_and_every_link_leads_somewhere() -> None:
    listed = LINK.findall((GUIDES / "README.md").read_text("utf-8"))
    links = [(page, target) for page in PAGES for target in LINK.findall(page.read_text("utf-8"))]

    assert {page.name for page in PAGES} - {"README.md"} == {
        target for target in listed if "/" not in target
    }
    assert [target for page, target in links if not (page.parent / target).exists()] == []
    assert "docs/fr/agents/README.md" in (ROOT / "README.md").read_text("utf-8")
