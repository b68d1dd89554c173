"""The catalogues of the other languages: ``python -m tests.catalogues`` brings them up to date.

Each sentence of a page that families see gets its line, empty where nothing is said yet; a line whose
sentence is gone leaves. Sentences that the code makes are written in by hand, with ``{1}`` where it puts
a value: the journey in another language says which one is missing.
"""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, TemplateSyntaxError, nodes

from ribambelle.languages import fragments
from ribambelle.languages.catalogue import EXPRESSION, HOLE, plain
from ribambelle.languages.fragments import QUOTED, SAID, sentences
from ribambelle.languages.known import OTHERS, Language
from ribambelle.messages.languages import NOTE, is_bare, parts
from ribambelle.messages.wording import Wording, parted
from ribambelle.plugins import Plugins
from ribambelle.web.templates import OWN, SHIPPED, shared

NOT_FAMILIES = (
    *("office.html", "creche/facility/space.html", "periscolaire/pointage_base.html"),
    *("creche/dossier/counter.html", "api/page.html", "components_gallery.html", "mailbox.html"),
)
"""Where the pages of the town hall, of programs and of the demonstration begin."""
Asked = str | tuple[str, str]
"""A sentence, or a noun that is counted: one and many."""
AGES = (("semaine", "semaines"), ("mois", "mois"), ("an", "ans"))
"""What the age of a child is counted in."""
WHOLE = ("en", "ar")
"""Languages that say every sentence; easy French says those of the pages read most."""


def templates(plugins: Plugins) -> dict[str, Path]:
    """Every template, by the name pages call it."""
    folders = [OWN, *filter(None, (plugins.folder(name, "templates") for name in plugins.names))]
    return {
        str(file.relative_to(folder)): file
        for folder in folders
        for file in sorted(folder.rglob("*.html"))
    }


def of_families(plugins: Plugins) -> dict[str, Path]:
    """The templates of pages that families and passers-by open, their cards, and what those bring in."""
    found, environment = templates(plugins), shared(plugins)
    above = {name: _named(environment, file) for name, file in found.items()}

    def is_page(name: str) -> bool:
        own = [one for one in above[name][0] if one in found and one not in NOT_FAMILIES]
        return name == "portal.html" or any(map(is_page, own))

    brought = {one for begun, used in above.values() for one in (*begun, *used)}
    cards = {
        name
        for name in found.keys() - brought
        if not above[name][0] and "/office/" not in name and not name.startswith("messages/")
    }
    pages = {name for name in found if name not in NOT_FAMILIES and is_page(name)}
    todo = sorted(pages | cards)
    seen = set[str]()
    while todo:
        name = todo.pop()
        if name not in seen and name in found and name not in NOT_FAMILIES:
            seen.add(name)
            todo += [*above[name][0], *above[name][1]]
    return {name: found[name] for name in found if name in seen}


def _named(environment: Environment, file: Path) -> tuple[list[str], list[str]]:
    """Return the templates a template begins from, and those it brings in."""
    tree = environment.parse(file.read_text("utf-8"))
    extended = [text for node in tree.find_all(nodes.Extends) for text in _texts(node.template)]
    brought = [
        text
        for node in tree.find_all((nodes.Import, nodes.FromImport, nodes.Include))
        for text in _texts(node.template)
    ]
    return extended, brought


def _texts(node: nodes.Node) -> list[str]:
    found = [one.value for one in node.find_all(nodes.Const) if isinstance(one.value, str)]
    return [node.value] if isinstance(node, nodes.Const) else found


@lru_cache(maxsize=1)
def made_by_code(plugins: Plugins) -> frozenset[str]:
    """Every text of the code and of its data, every literal of a template; holes are ``{}``."""
    return frozenset().union(
        *(made_in(plugins, one) for one in ("ribambelle", *map(plugins.package, plugins.names)))
    )


@lru_cache(maxsize=8)
def made_in(plugins: Plugins, package: str) -> frozenset[str]:
    """The same, of one package: its catalogues say it."""
    folder, found = Path(import_module(package).__file__ or "").parent, set[str]()
    for file in folder.rglob("*.py"):
        if not file.name.startswith("demo") and "testing" not in file.parts:
            found |= set(texts_of(ast.parse(file.read_text("utf-8"))))
    for file in (folder / "data").rglob("*.toml"):
        found |= set(_leaves(tomllib.loads(file.read_text("utf-8"))))
    for file in (folder / "templates").rglob("*.html"):
        found |= set(_literals(shared(plugins).parse(file.read_text("utf-8"))))
    return frozenset(plain(text) for text in found)


def _literals(tree: nodes.Node) -> Iterator[str]:
    """Yield the texts a template writes in its expressions: alone, or joined by ``~``."""
    for one in tree.find_all(nodes.Const):
        if isinstance(one.value, str):
            yield one.value
    for joined in tree.find_all(nodes.Concat):
        parts = (one.value if isinstance(one, nodes.Const) else "{}" for one in joined.nodes)
        yield "".join(map(str, parts))


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _leaves(one)


def texts_of(tree: ast.AST) -> Iterator[str]:
    """Yield the texts of a module, each hole of an f-string as ``{}``.

    >>> list(texts_of(ast.parse("f'Il reste {n} places'")))
    ['Il reste {} places']
    """
    inside = set[ast.AST]()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inside |= set(node.values)
            parts = (one.value if isinstance(one, ast.Constant) else "{}" for one in node.values)
            yield "".join(map(str, parts))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in inside:
            yield node.value


def is_made(text: str, known: frozenset[str]) -> bool:
    """Tell whether the code made a text: said as it is, or with values in its holes.

    >>> is_made("Il reste 3 places", frozenset({"Il reste {} places"}))
    True
    >>> is_made("Léa", frozenset({"{} {}", "Il reste {} places"}))
    False
    """
    if not re.search(r"[a-zà-ÿ]{2}", text):
        return False
    if re.fullmatch(r"[a-z\d_.-]+|\S*[/@]\S*|\d+ (rue|quai|allée) .*", text):
        return False  # a code, an address
    return text in known or any(pattern.fullmatch(text) for pattern in _patterns(known))


@lru_cache(maxsize=1)
def _patterns(known: frozenset[str]) -> list[re.Pattern[str]]:
    """Return what matches a sentence with holes, where its own words tell enough."""
    return [
        re.compile(".+?".join(map(re.escape, text.split("{}"))), re.DOTALL)
        for text in known
        if "{}" in text
        and re.search(r"[a-zà-ÿ]{2}\W+(\w+\W+)*[a-zà-ÿ]{2}", text.replace("{}", "#"))
    ]


def holes(sentence: str) -> str:
    """Return a sentence whose holes have no number.

    >>> holes("Il reste {1} places")
    'Il reste {} places'
    """
    return HOLE.sub("{}", sentence)


def wrong(asked: str, said: str) -> list[str]:
    """Return what a translation lost or brought in: tags, values of the page, holes.

    >>> wrong("<b>{{ n }}</b> enfants", "<b>{{ n }}</b> children")
    []
    >>> wrong("{{ n }} place{{ 's' if n > 1 }}", "{{ many }} places")
    ['brings in many', 'lost n']
    >>> wrong("<b>Oui</b> {1}", "<i>Yes</i>")
    ['tags differ', 'holes differ']
    """
    found = [] if _tags(asked) == _tags(said) else ["tags differ"]
    if sorted(HOLE.findall(EXPRESSION.sub("", asked))) != sorted(
        HOLE.findall(EXPRESSION.sub("", said))
    ):
        found.append("holes differ")
    try:
        (before, shown), (after, _) = _values(asked), _values(said)
    except TemplateSyntaxError as error:
        return [*found, str(error)]
    found += [f"brings in {name}" for name in sorted(after - before)]
    found += [f"brings in {name}" for name in sorted(_acts(said) - _acts(asked))]
    return found + [f"lost {name}" for name in sorted(shown - after)]


def _tags(sentence: str) -> Counter[str]:
    said = re.compile(rf"({'|'.join(SAID)})=(?:{QUOTED})", re.DOTALL)
    return Counter(
        said.sub("", token.text) for token in fragments.tokens(sentence) if token.kind == "tag"
    )


BARE = Environment()
"""Reads sentences; it knows no filter of ours, and needs none to read."""


def _values(sentence: str) -> tuple[set[str], set[str]]:
    """Return the values of the page a sentence uses, and those it shows."""
    tree = BARE._parse(sentence, None, None)
    every = set(_chains(tree))
    shown = {
        name
        for output in tree.find_all(nodes.Output)
        for node in output.nodes
        if not isinstance(node, nodes.TemplateData | nodes.CondExpr)
        for name in _chains(node)
    }
    return every, shown


INERT = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.Name, nodes.CondExpr)
COMPARING = (nodes.Compare, nodes.Operand, nodes.If, nodes.And, nodes.Or, nodes.Not)


def _acts(sentence: str) -> set[str]:
    """Return what a sentence does beyond showing and choosing: a translation does nothing more.

    >>> sorted(_acts("{{ ''.__class__ }} {% include 'x' %} {{ n | safe }}"))
    ['Filter safe', 'Getattr __class__', 'Include']
    """
    tree = BARE._parse(sentence, None, None)
    return {
        f"{type(node).__name__} {getattr(node, 'attr', getattr(node, 'name', ''))}".strip()
        for node in tree.find_all(nodes.Node)
        if not isinstance(node, INERT + COMPARING)
    }


def _chains(node: nodes.Node) -> Iterator[str]:
    """Yield each value by its path: ``page.child.name``."""
    if isinstance(node, nodes.Name) and node.name not in ("loop", "c"):
        yield node.name
    elif isinstance(node, nodes.Getattr) and (path := _path(node)):
        if not path.startswith(("loop.", "c.")):
            yield path
    else:
        for child in node.iter_child_nodes():
            yield from _chains(child)


def _path(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr) and (before := _path(node.node)):
        return f"{before}.{node.attr}"
    return ""


def nouns_of(tree: nodes.Node) -> Iterator[tuple[str, str]]:
    """Yield the nouns that a template counts, one and many.

    >>> list(nouns_of(BARE._parse("{{ n | pluriel('vœu', 'vœux') }}", None, None)))
    [('vœu', 'vœux')]
    """
    for node in tree.find_all(nodes.Filter):
        if node.name == "pluriel":
            told = [one.value for one in node.args if isinstance(one, nodes.Const)]
            if told:
                yield told[0], told[1] if len(told) > 1 else f"{told[0]}s"


CODE = re.compile(
    r"[a-z\d_:#?&%{}+-]*|[A-Z\d]+|etiquette \w+"  # a name that programs read, an abbreviation
    r"|[\w./?=&#:%{}+-]*[/=_.][\w./?=&#:%{}+-]*|\S*=\".*|.*<.*|(\w+/[\w+]+,?)+"
)
"""What a template writes that nobody reads: a class, an address, an attribute, a drawing."""


def spoken(node: nodes.Node) -> Iterator[str]:
    """Yield the sentences that a template writes in its expressions; each hole of a joined one has
    its number.

    >>> list(spoken(BARE._parse("{{ t('Payer ' ~ n) if a == 'Non' else 'Rien à payer' }}", None, None)))
    ['Payer {1}', 'Rien à payer']
    """
    for text in map(plain, _spoken(node)):
        if re.search(r"[^\W\d_]{2}", HOLE.sub("", text)) and not CODE.fullmatch(text):
            yield text


def is_within(text: str, sentence: str) -> bool:
    """Tell whether a sentence writes this text itself: what says the sentence says it too.

    >>> is_within("à vous", 'La place est {{ "à vous" if mine else "prise" }}.')
    True
    """
    pieces = [piece.strip() for piece in HOLE.split(text)[::2]]
    return all(re.search(rf'"\s*{re.escape(piece)}\s*"', sentence) for piece in pieces if piece)


def _spoken(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.Const):
        if isinstance(node.value, str):
            yield node.value
    elif isinstance(node, nodes.Concat):
        holes = [one for one in node.nodes if not isinstance(one, nodes.Const)]
        yield "".join(
            str(one.value) if isinstance(one, nodes.Const) else f"{{{holes.index(one) + 1}}}"
            for one in node.nodes
        )
        for one in holes:
            yield from _spoken(one)
    else:
        for one in _shown(node):
            yield from _spoken(one)


def _shown(node: nodes.Node) -> Iterable[nodes.Node]:
    """Return what of a node may be written: neither what it chooses by, nor what it brings in."""
    if isinstance(node, nodes.CondExpr | nodes.If):
        return [one for one in node.iter_child_nodes() if one is not node.test]
    if isinstance(node, nodes.Filter):
        return [*([node.node] if node.node else []), *(node.args if node.name == "default" else [])]
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name):
        return node.iter_child_nodes() if node.node.name not in ("url", "icon") else ()
    if isinstance(node, nodes.Getitem):
        return [node.node]
    bringing = (nodes.Extends, nodes.Import, nodes.FromImport, nodes.Include)
    return (
        () if isinstance(node, (nodes.Compare, nodes.Test, *bringing)) else node.iter_child_nodes()
    )


def asked_of(plugins: Plugins) -> dict[Path, list[Asked]]:
    """The sentences of templates that each folder of catalogues says; the core's are not repeated."""
    found: dict[Path, list[Asked]] = {SHIPPED: [*AGES]}
    said, counted = set[Asked](AGES), {one for one, _ in AGES}
    for file in sorted(of_families(plugins).values(), key=lambda file: OWN not in file.parents):
        package = next(one.parent for one in file.parents if one.name == "templates")
        source = file.read_text("utf-8")
        tree = shared(plugins).parse(source)
        nouns = list(nouns_of(tree))
        counted |= {one for one, _ in nouns}
        whole = [plain(one) for one in sentences(source)]
        within = [one for one in spoken(tree) if not any(is_within(one, other) for other in whole)]
        for sentence in (*nouns, *whole, *within):
            if sentence not in counted and sentence not in said:
                said.add(sentence)
                found.setdefault(package / "languages", []).append(sentence)
    return found


STAFF = ("agent", "administrateurs", "partenaire", "assistante maternelle", "accès")
"""Who works in French."""


def paragraphs_of(plugins: Plugins) -> dict[Path, list[Asked]]:
    """The paragraphs of the messages that families read, by the folder of catalogues that says them."""
    found: dict[Path, list[Asked]] = {SHIPPED / "messages": [NOTE]}
    said = {NOTE}
    folders = {name: plugins.folder(name, "languages") for name in plugins.names}
    for template in plugins.only(plugins.names).all("message_templates"):
        if any(who in template.reader for who in STAFF):
            continue
        text, plugin = _original(plugins, template.path), template.path.partition("/")[0]
        folder = folders.get(plugin) or SHIPPED
        for part in (text.subject, *parts(text.body)):
            if part not in said and not is_bare(part):
                said.add(part)
                found.setdefault(folder / "messages", []).append(part)
    return found


def _original(plugins: Plugins, path: str) -> Wording:
    pages = shared(plugins)
    assert pages.loader is not None
    return parted(pages.loader.get_source(pages, f"{path}.txt")[0])


def bring_up_to_date(
    file: Path, language: Language, asked: Iterable[Asked], known: set[str]
) -> int:
    """Write a catalogue again; return how many sentences say nothing yet."""
    old = Catalog(locale=language.locale)
    if file.is_file():
        with file.open("rb") as content:
            old = read_po(content, locale=language.locale)
    new, empty = Catalog(locale=language.locale, fuzzy=False, header_comment=""), 0
    for sentence in asked:
        kept = old.get(sentence)
        new.add(sentence, kept.string if kept else "", flags=kept.flags if kept else ())
        empty += not (kept and kept.string and all(kept.string))
    for message in old:
        first = message.id[0] if isinstance(message.id, tuple | list) else message.id
        if message.id and message.id not in new and holes(plain(first)) in known:
            new.add(message.id, message.string, flags=message.flags)
    file.parent.mkdir(exist_ok=True, parents=True)
    with file.open("wb") as content:
        write_po(content, new, width=100, no_location=True)
    return empty


def main() -> None:
    plugins = Plugins()
    known = set(made_by_code(plugins))
    for folder, asked in {**asked_of(plugins), **paragraphs_of(plugins)}.items():
        for code in WHOLE:
            empty = bring_up_to_date(folder / f"{code}.po", OTHERS[code], asked, known)
            print(f"{folder.parent.name} {code}: {len(asked)} sentences, {empty} to say")  # noqa: T201 - a command


if __name__ == "__main__":
    main()
