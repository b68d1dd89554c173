"""The rules, in the order of their levels."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from piccolo.columns import Date, Text, Varchar
from piccolo.table import Table

from ribambelle import languages
from ribambelle.languages.fragments import sentences
from ribambelle.languages.known import OTHERS
from ribambelle.tenants.settings import FIELDS
from ribambelle.testing.conformance import reading, running
from ribambelle.testing.conformance.candidate import Candidate
from ribambelle.testing.conformance.labels import labels

if TYPE_CHECKING:
    from ribambelle.languages.catalogue import Catalogue

LEVELS = ("bronze", "silver", "gold", "platinum")
NAMES_SOMEBODY = re.compile(r"^(account|adult|child|household|payer|author|staff)$|_by$")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name in ``quality.toml``, its level, and what breaks it."""

    code: str
    level: str
    told: str
    """In French, as the command says it."""
    faults: Callable[[Candidate], Iterable[str]]


def misnamed(plugin: Candidate) -> Iterator[str]:
    """Yield the names that could be another plugin's: of its package, tables, routes and acts."""
    if plugin.name in FIELDS:
        yield f"pyproject.toml : « {plugin.name} » est déjà une clé du fichier d’une commune"
    if plugin.package != f"ribambelle_{plugin.name}":
        yield f"pyproject.toml : le paquet se nomme {plugin.package}, attendu ribambelle_{plugin.name}"
    for table in plugin.answered("tables") or ():
        if not table._meta.tablename.startswith(f"{plugin.name}_"):
            yield f"la table {table._meta.tablename} doit commencer par « {plugin.name}_ »"
    for act in plugin.answered("acts") or ():
        if not act.startswith(f"{plugin.name}."):
            yield f"l’acte {act} doit commencer par « {plugin.name}. »"
    for route in plugin.answered("routes") or ():
        name = getattr(route, "name", "") or ""
        if not name.startswith(f"{plugin.name}."):
            yield f"la route {getattr(route, 'paths', '?')} doit se nommer « {plugin.name}.… »"
        yield from _misplaced(plugin, route)


def _misplaced(plugin: Candidate, route: object) -> Iterator[str]:
    homes = (f"/{plugin.name}", f"/bureau/{plugin.name}", f"/api/v1/{plugin.name}")
    for path in getattr(route, "paths", ()):
        if not any(path == home or path.startswith(f"{home}/") for home in homes):
            yield f"la route {path} doit être sous {', '.join(homes)}"


def lenient(plugin: Candidate) -> Iterator[str]:
    """Yield what a commune could write in its file without being told of its mistake."""
    struct = plugin.answered("settings")
    if struct is None:
        return
    config = struct.__struct_config__
    if not config.frozen or not config.forbid_unknown_fields:
        yield f"{plugin.package}/settings.py : dites frozen=True et forbid_unknown_fields=True"


def unruled(plugin: Candidate) -> Iterator[str]:
    """Yield the columns that may speak of somebody, and that no rule of `personal_data` names."""
    ruled = {
        one.table: {*one.columns, *one.whose} for one in plugin.answered("personal_data") or ()
    }
    for table in plugin.answered("tables") or ():
        for name in _speaking(table):
            if name not in ruled.get(table, set()):
                yield (
                    f"{plugin.package}/personal_data.py ne dit rien de {table._meta.tablename}.{name} : "
                    "pourquoi, pour qui, jusqu’à quand"
                )


def _speaking(table: type[Table]) -> Iterator[str]:
    for column in table._meta.columns:
        name = column._meta.name
        is_text = isinstance(column, Varchar | Text)
        if is_text or (NAMES_SOMEBODY.search(name) and not isinstance(column, Date)):
            yield name


def untold(plugin: Candidate) -> Iterator[str]:
    """Yield what families read that neither the plugin nor the core says in English."""
    from ribambelle.languages.catalogue import plain, read

    folders = [Path(languages.__file__).parent, plugin.folder / "languages"]
    known = read(OTHERS["en"], folders)
    for file, text in plugin.pages:
        if '{% extends "portal.html" %}' not in text:
            continue
        missing = [one for one in map(plain, sentences(text)) if one not in known.sentences]
        missing += [one for one in map(plain, labels(text)) if not _is_said(one, known)]
        for sentence in missing:
            yield f"{file} : « {sentence} » n’a pas de ligne dans languages/en.po"


def _is_said(label: str, known: "Catalogue") -> bool:
    """Tell whether a text with numbered holes is said, as it is or by a sentence that holds it."""
    from ribambelle.languages.catalogue import HOLE

    filled = HOLE.sub("Léa", label)
    patterns = (HOLE.sub("{}", one.sentence) for one in known.patterns)
    return (
        label in known.sentences
        or HOLE.sub("{}", label) in patterns
        or known.said(filled) != filled
    )


def unbounded(plugin: Candidate) -> Iterator[str]:
    """Yield a dependency on the core that does not say from which version to which."""
    asked = next((one for one in plugin.requires if re.match(r"ribambelle-core\b", one)), "")
    if ">=" not in asked or "<" not in asked.replace(">=", ""):
        yield 'pyproject.toml : dites de quelle version à quelle autre : "ribambelle-core>=0.1,<0.2"'


def untested(plugin: Candidate) -> Iterator[str]:
    """Yield the absence of a test on two communes and both databases."""
    files = sorted((plugin.root / "tests").glob("**/test_*.py"))
    if not any(map(reading.asks_for_communes, files)):
        yield f"{Path('tests')} : aucun essai ne demande « communes », les deux bases et l’isolement"


RULES = (
    Rule(
        "served",
        "bronze",
        "Le module se charge et ses routes disent leurs gardes",
        running.unserved,
    ),
    Rule("names", "bronze", "Ses noms sont à lui", misnamed),
    Rule(
        "migrations",
        "bronze",
        "Ses migrations font ses tables, sur les deux bases",
        running.drifted,
    ),
    Rule("disabled", "bronze", "Éteint, il ne répond plus", running.lingering),
    Rule("settings", "silver", "Une faute dans le fichier d’une commune est dite", lenient),
    Rule(
        "foreign_keys", "silver", "Chaque lien dit ce que deviennent ses lignes", reading.loose_keys
    ),
    Rule("personal_data", "silver", "Chaque donnée personnelle a sa raison et sa fin", unruled),
    Rule(
        "imports",
        "silver",
        "Il n’importe ni un autre module, ni le privé du cœur",
        reading.strangers,
    ),
    Rule("network", "silver", "Il s’importe sans réseau", running.unreachable),
    Rule("tests", "silver", "Ses essais tournent sur deux communes et deux bases", untested),
    Rule("domain", "gold", "Ses règles ne lisent ni l’heure ni la base", reading.impure),
    Rule("accessible", "gold", "Ses pages n’arrêtent personne", reading.barriers),
    Rule("languages", "gold", "Ce que lisent les familles est dit en anglais", untold),
    Rule("core_range", "gold", "Il dit les versions du cœur qu’il suit", unbounded),
    Rule("examples", "platinum", "Chaque règle montre un exemple", reading.unexplained),
    Rule(
        "rooms",
        "platinum",
        "Types, licence, page d’accueil, guide, essais sont là",
        reading.unnamed,
    ),
)
