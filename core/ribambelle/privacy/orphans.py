"""Rows that come back from an archive, without those of people who are no longer there."""

from collections.abc import Sequence
from typing import Any

from piccolo.table import Table

from ribambelle.plugins import Plugins
from ribambelle.privacy.holdings import ACCOUNT, ADULT, CHILD, HOUSEHOLD
from ribambelle.privacy.register import target

PEOPLE = (HOUSEHOLD, ADULT, ACCOUNT, CHILD)


class Orphans:
    """Leaves out rows whose parent is gone, or empties the column where it may be empty."""

    def __init__(self, plugins: Plugins, plugin: str) -> None:
        every = dict(plugins.each("tables"))
        self.tables = {str(one._meta.tablename): one for found in every.values() for one in found}
        self.rules = {
            rule.name: rule
            for name, rules in plugins.each("personal_data")
            if name == plugin
            for rule in rules
        }
        self.count = 0

    def parents(self, table: type[Table]) -> dict[str, type[Table]]:
        """Return the columns of a table that name a row elsewhere, and where."""
        name = str(table._meta.tablename)
        found: dict[str, type[Table]] = {}
        rule = self.rules.get(name)
        if rule and rule.forgotten == "removed":  # what the law keeps stays without its person
            for column in rule.whose:
                if (to := target(rule, column)) in PEOPLE:
                    found[column] = self.tables[to]
        for key in table._meta.foreign_key_columns:
            found[key._meta.name] = key._foreign_key_meta.resolved_references
        return {column: to for column, to in found.items() if to is not table}

    async def without(
        self, table: type[Table], rows: Sequence[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """Return these rows without the orphans."""
        kept = list(rows)
        for column, to in self.parents(table).items():
            there = await _there(to, {row[column] for row in kept if row[column]})
            lost = [row for row in kept if row[column] and row[column] not in there]
            if _may_be_empty(table, column):
                for row in lost:
                    row[column] = None
            elif lost:
                gone = {id(row) for row in lost}
                kept = [row for row in kept if id(row) not in gone]
                self.count += len(lost)
        return kept


def _may_be_empty(table: type[Table], name: str) -> bool:
    return any(one._meta.null for one in table._meta.columns if one._meta.name == name)


async def _there(table: type[Table], wanted: set[Any]) -> set[Any]:
    if not wanted:
        return set()
    key = table._meta.primary_key
    found = await table.select(key).where(key.is_in(list(wanted)))
    return {row[key._meta.name] for row in found}
