"""Every component, in each of its states, can be named, reached and read without a style sheet."""

import gzip
import re
from collections import Counter
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

import ribambelle
from ribambelle.languages.known import FRENCH, OTHERS
from ribambelle.tenants.brand import stylesheet
from ribambelle.web.formats import FILTERS
from ribambelle.web.typography import Typography

CORE = Path(ribambelle.__file__).parent
STATIC = CORE / "static"
VOID = {"input", "img", "br", "link", "meta", "use", "path", "rect", "circle", "hr"}
SILENT = {"hidden", "submit"}


class Tree(HTMLParser):
    """The tags of a page, in order, with the labels they stand in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str], tuple[str, ...]]] = []
        self.open: list[str] = []
        self.unbalanced: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, {name: value or "" for name, value in attrs}, tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, {name: value or "" for name, value in attrs}, tuple(self.open)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(f"</{tag}> at {self.getpos()}")

    def all(self, *names: str) -> list[tuple[str, dict[str, str], tuple[str, ...]]]:
        return [found for found in self.tags if found[0] in names]


def pages() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(CORE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=[Typography],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    environment.globals["asset"] = lambda name: f"/static/{name}"
    return environment


def entry(label: str, *, current: bool = False, short: str = "", count: int = 0) -> SimpleNamespace:
    return SimpleNamespace(
        label=label, href="/", icon="maison", short=short, count=count, current=current
    )


def shared(**changes: object) -> dict[str, object]:
    contact = SimpleNamespace(
        service="Service enfance", phone="0500000000", email="", hours="de 9 h à 17 h", address=""
    )
    return {
        "tenant": SimpleNamespace(
            settings=SimpleNamespace(name="Belmont", contact=contact, demo=False, fictional=False)
        ),
        "person": None,
        "menu": [
            entry("Accueil", current=True),
            entry("Assistantes maternelles", short="Assistantes"),
        ],
        "now": datetime(2026, 11, 23, 9, 12, tzinfo=UTC),
        "flash": [("ok", "C’est enregistré."), ("erreur", "Ce lien a déjà servi.")],
        "path": "/",
        "again": "/",
        "source": "",
        "language": FRENCH,
        "languages": [FRENCH, *OTHERS.values()],
        **changes,
    }


def gallery(*, office: bool = False) -> str:
    page = SimpleNamespace(office=office)
    person = SimpleNamespace(name="Sophie Laurent") if office else None
    return pages().get_template("components_gallery.html").render(shared(page=page, person=person))


def error_page(status: int, **changes: object) -> str:
    page = SimpleNamespace(
        status=status,
        title="Cette page n’a pas pu s’afficher",
        sentences=("Le problème vient de nous.", "Ce que vous avez enregistré n’est pas perdu."),
        reference="23-1042-LK7",
        retry=status >= 500,
    )
    return pages().get_template("error.html").render(shared(page=page, **changes))


@pytest.fixture(scope="module", params=["portal", "office", "error"])
def tree(request) -> Tree:
    shown = {
        "portal": gallery,
        "office": lambda: gallery(office=True),
        "error": lambda: error_page(500),
    }
    return Tree(shown[request.param]())


def test_tags_open_and_close_in_order(tree):
    assert tree.unbalanced == []
    assert tree.open == []


def test_every_control_has_a_label(tree):
    labelled = {attrs["for"] for _, attrs, _ in tree.all("label") if "for" in attrs}

    unnamed = [
        attrs
        for _, attrs, inside in tree.all("input", "select", "textarea")
        if attrs.get("type") not in SILENT
        and attrs.get("id") not in labelled
        and "label" not in inside
    ]

    assert unnamed == []


def test_ids_are_unique_and_every_reference_finds_its_own(tree):
    ids = Counter(attrs["id"] for _, attrs, _ in tree.tags if "id" in attrs)
    references = {
        target
        for _, attrs, _ in tree.tags
        for name in ("for", "aria-describedby", "aria-labelledby", "popovertarget")
        for target in attrs.get(name, "").split()
    }

    assert [name for name, count in ids.items() if count > 1] == []
    assert references - ids.keys() == set()


def test_links_of_the_error_summary_reach_a_control(tree):
    ids = {
        attrs["id"] for tag, attrs, _ in tree.tags if "id" in attrs and tag in ("input", "select")
    }
    targets = {
        attrs["href"][1:]
        for _, attrs, _ in tree.all("a")
        if attrs.get("href", "").startswith("#f-")
    }

    assert targets <= ids


def test_nothing_the_security_policy_refuses(tree):
    assert [tag for tag, attrs, _ in tree.tags if "style" in attrs] == []
    assert [
        tag for tag, attrs, _ in tree.tags if any(name.startswith("on") for name in attrs)
    ] == []
    assert all("src" in attrs for _, attrs, _ in tree.all("script"))
    assert tree.all("style") == []


def test_nothing_comes_from_elsewhere(tree):
    addresses = [
        attrs[name]
        for _, attrs, _ in tree.tags
        for name in ("src", "href", "action")
        if name in attrs
    ]

    assert [address for address in addresses if re.match(r"(https?:)?//", address)] == []


def test_one_first_title_and_a_way_past_the_menu(tree):
    assert len(tree.all("h1")) == 1
    assert any(attrs.get("href") == "#contenu" for _, attrs, _ in tree.all("a"))
    assert [attrs["id"] for _, attrs, _ in tree.all("main")] == ["contenu"]


def test_every_icon_is_in_the_sprite(tree):
    sprite = set(re.findall(r'<symbol id="(\w+)"', (STATIC / "icons.svg").read_text()))
    used = {attrs["href"].partition("#")[2] for _, attrs, _ in tree.all("use")}

    assert used
    assert used <= sprite


@pytest.mark.parametrize("status", [403, 404, 405, 413, 421, 429, 500, 503])
def test_an_error_page_says_what_is_safe_and_whom_to_call(status):
    page = error_page(status)

    assert "pas perdu" in page
    assert "tel:+33500000000" in page
    assert "23-1042-LK7" in page
    assert ("Réessayer" in page) == (status >= 500)


def test_an_address_of_no_commune_gets_a_page_without_any_asset():
    page = error_page(421, tenant=None)

    assert "<h1>" in page
    assert "/static/" not in page


def test_what_was_typed_comes_back_with_its_error():
    form = SimpleNamespace(raw={"town": "Nant<"}, errors={"town": "Écrivez le nom en entier."})
    source = (
        '{% import "components.html" as c with context %}'
        '{{ c.text(form, "town", "Commune", help="La vôtre.") }}'
    )

    field = pages().from_string(source).render(shared(form=form))

    assert 'value="Nant&lt;"' in field
    assert 'aria-describedby="f-town-aide f-town-faute"' in field
    assert 'aria-invalid="true"' in field
    assert "Écrivez le nom en entier." in field


def test_a_box_unticked_by_the_family_stays_unticked():
    form = SimpleNamespace(raw={}, errors={"other": "…"})
    source = (
        '{% import "components.html" as c with context %}'
        '{{ c.checkbox(form, "agrees", "J’accepte", checked=true) }}'
    )

    assert " checked" not in pages().from_string(source).render(shared(form=form))


def zipped(content: bytes) -> int:
    return len(gzip.compress(content, 9))


def test_a_first_visit_weighs_less_than_thirty_kilobytes():
    shipped = [
        "portal.css",
        "menu.css",
        "places.css",
        "portal.js",
        "icons.svg",
        "tick.svg",
        "crest.svg",
    ]
    weight = sum(zipped((STATIC / name).read_bytes()) for name in shipped)
    weight += zipped(gallery().encode()) + zipped(stylesheet("#0B5FA5").encode())

    assert zipped((STATIC / "portal.css").read_bytes()) <= 6500
    assert len((STATIC / "portal.js").read_bytes()) < 3000
    assert weight <= 30_000
