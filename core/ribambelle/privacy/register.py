"""The rules of one commune: of every plugin it has or had, with the terms its file gives."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from piccolo.columns.base import ForeignKeyMeta, OnDelete
from piccolo.table import Table, sort_table_classes

from ribambelle import tenants
from ribambelle.database import migrations
from ribambelle.errors import Misconfigured
from ribambelle.privacy.rules import NAMERS, PersonalData
from ribambelle.privacy.terms import Ends, Since, Term, Unless, With
from ribambelle.tenants.settings import Privacy

NUMBERS = {
    **dict.fromkeys(("account", "author", "staff"), "core_account"),
    **dict.fromkeys(("adult", "payer"), "core_adult"),
    **dict.fromkeys(("household", "kept", "gone"), "core_household"),
    "child": "core_child",
}
"""What a number names, when the column is no foreign key."""
ADDRESSES = frozenset({"email", "recipient"})
"""Columns that name people by an e-mail or a telephone."""


@dataclass(frozen=True, slots=True)
class Link:
    """One foreign key: a column, the table it names, and what becomes of its row without it."""

    column: str
    to: str
    on_delete: OnDelete


async def rules() -> list[PersonalData]:
    """Return the rules whose tables this commune has, parents first."""
    tenant = tenants.current()
    there = await migrations.apps()
    found = [
        rule
        for name, answer in tenant.platform.plugins.each("personal_data")
        for rule in answer
        if name in there
    ]
    return in_order(found)


async def all_tables() -> list[type[Table]]:
    """Return every table this commune has, ruled or not."""
    there = await migrations.apps()
    plugins = tenants.current().platform.plugins
    return [table for name, found in plugins.each("tables") if name in there for table in found]


def in_order(found: Iterable[PersonalData]) -> list[PersonalData]:
    """Return rules so that each comes after those its rows name."""
    of_table = {rule.table: rule for rule in found}
    return [of_table[table] for table in sort_table_classes(list(of_table))]


def links(table: type[Table]) -> list[Link]:
    """Return the foreign keys of a table."""
    return [
        Link(
            column._meta.name, _named(column._foreign_key_meta), column._foreign_key_meta.on_delete
        )
        for column in table._meta.foreign_key_columns
    ]


def path(table: type[Table], told: str) -> Any:
    """Return a column, or one of the row that another names: ``demande.changed_at``."""
    return reduce(getattr, told.split("."), table)


def target(rule: PersonalData, column: str) -> str:
    """Return the table that a column of a rule leads to."""
    keys = {link.column: link.to for link in links(rule.table)}
    found = keys.get(column) or NUMBERS.get(column)
    if column == NAMERS or column in ADDRESSES:
        return column
    if found is None:
        raise Misconfigured(
            f"la colonne « {column} » de {rule.name} ne mène à personne",
            key="personal_data",
            cure="nommez une clé étrangère, ou l’un de : "
            + ", ".join(sorted({*NUMBERS, *ADDRESSES})),
        )
    return found


def term_of(rule: PersonalData, known: Sequence[PersonalData]) -> Term:
    """Return how long the rows of a rule are kept, through the rows they go with."""
    first: Ends = rule.ends if not isinstance(rule.ends, tuple) else rule.ends[0]
    if isinstance(first, With):
        to = target(rule, first.column)
        parent = next((one for one in known if one.name == to), None)
        return term_of(parent, known) if parent else Term()
    if isinstance(first, Since | Unless):
        return first.term
    return first.term


def as_settled(term: Term, said: Privacy) -> Term:
    """Return a term as the commune's file changes it."""
    return term.changed(getattr(said, term.code, None)) if term.code else term


def kept(rule: PersonalData, known: Sequence[PersonalData], said: Privacy) -> str:
    """Say until when the rows of a rule are kept, in this commune."""
    term = as_settled(term_of(rule, known), said)
    return rule.kept.format(term=term.told) if "{" in rule.kept else rule.kept


def source(rule: PersonalData, known: Sequence[PersonalData], said: Privacy) -> str:
    """Return the text that gives the term, as the commune's file names it."""
    return said.sources.get(term_of(rule, known).code, "")


def _named(key: ForeignKeyMeta[Any]) -> str:
    return str(key.resolved_references._meta.tablename)
