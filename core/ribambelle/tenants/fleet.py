"""A fleet from one list: what each line asks of a commune, and what is left to do of it.

The list is the truth of what it names: applied twice, it does nothing the second time; stopped
half way, it goes on where it was. It never removes a commune, moves a database, or changes what a
commune's file says of anything else.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import tomlkit
from tomlkit.items import Table

from ribambelle.errors import Misconfigured, Refused
from ribambelle.families.table_files import TableFile
from ribambelle.identity import accounts
from ribambelle.tenants import creation
from ribambelle.tenants.brand import parse_colour
from ribambelle.tenants.creation import NewTenant
from ribambelle.tenants.registry import Platform
from ribambelle.tenants.settings import HOST, RESERVED_HOSTS

COLUMNS = ("slug", "name", "insee", "hosts", "plugins", "colour", "agent_email", "database_url")
NEEDED = ("slug", "hosts")


@dataclass(frozen=True)
class Wanted:
    """One line of the list."""

    line: int
    new: NewTenant
    agent: str


@dataclass(frozen=True)
class Fault:
    """One line that cannot be, and why: the code of a refusal with its facts."""

    line: int
    slug: str
    error: Refused | Misconfigured


@dataclass(frozen=True)
class Change:
    """One key of a commune's file that the list says otherwise."""

    key: str
    before: str
    after: str


@dataclass
class Step:
    """What is left to do of one line: nothing, a commune to bring up, or a file to change."""

    wanted: Wanted
    kind: Literal["create", "change", "nothing"]
    changes: list[Change] = field(default_factory=list)
    invites: bool = False


def read(table: TableFile) -> tuple[list[Wanted], list[Fault]]:
    """Return the lines of a list, and those that cannot be read; raises Refused for its columns."""
    headings = [one.strip().lower() for one in table.headings]
    if unknown := [one for one in headings if one and one not in COLUMNS]:
        raise Refused("fleet_column_unknown", column=unknown[0], known=", ".join(COLUMNS))
    if missing := [one for one in NEEDED if one not in headings]:
        raise Refused("fleet_column_missing", column=missing[0])
    wanted, faults, seen = [], [], dict[str, int]()
    for place, cells in enumerate(table.rows):
        line = table.line(place)
        row = {name: cell.strip() for name, cell in zip(headings, cells, strict=False)}
        slug = row["slug"]
        try:
            if slug in seen:
                raise Refused("fleet_twice", slug=slug, line=seen[slug])
            seen[slug] = line
            agent = accounts.email_of(row["agent_email"]) if row.get("agent_email") else ""
            wanted.append(Wanted(line, _new(row), agent))
        except (Refused, Misconfigured) as error:
            faults.append(Fault(line, slug, error))
    return wanted, faults


def _new(row: Mapping[str, str]) -> NewTenant:
    return NewTenant(
        slug=row["slug"],
        hosts=_list(row.get("hosts", "")),
        insee=row.get("insee", "").upper(),
        name=row.get("name", ""),
        plugins=_list(row.get("plugins", "")),
        colour=row.get("colour", ""),
        database=row.get("database_url", ""),
    )


def _list(cell: str) -> tuple[str, ...]:
    """Return the parts of a cell, in order, each once.

    >>> _list("creche, assmat,creche")
    ('creche', 'assmat')
    """
    return tuple(dict.fromkeys(part.strip() for part in cell.split(",") if part.strip()))


def planned(platform: Platform, wanted: Sequence[Wanted]) -> tuple[list[Step], list[Fault]]:
    """Return what is left to do of each line, and the lines that cannot be."""
    steps, faults, hosts = [], [], dict[str, int]()
    known = set(platform.slugs())
    for one in wanted:
        try:
            for host in one.new.hosts:
                if host in hosts:
                    raise Refused("fleet_host_twice", host=host, line=hosts[host])
                hosts[host] = one.line
            steps.append(_step(platform, one, is_known=one.new.slug in known))
        except (Refused, Misconfigured) as error:
            faults.append(Fault(one.line, one.new.slug, error))
    return steps, faults


def _step(platform: Platform, one: Wanted, *, is_known: bool) -> Step:
    if not is_known:
        creation.require_possible(platform, one.new)
        return Step(one, "create", invites=bool(one.agent))
    changes = list(_changes(platform, one.new))
    return Step(one, "change" if changes else "nothing", changes)


def _changes(platform: Platform, new: NewTenant) -> Iterator[Change]:
    """Yield the keys that differ; an empty cell leaves the file as it is."""
    settings = platform.tenant(new.slug).settings
    if new.insee and new.insee != settings.insee:
        raise Refused("fleet_other_commune", slug=new.slug, insee=settings.insee)
    if new.database and new.database != settings.database.url:
        raise Refused("fleet_other_database", slug=new.slug)
    if new.name and new.name != settings.name:
        yield Change("name", settings.name, new.name)
    if new.hosts and new.hosts != settings.hosts:
        for host in new.hosts:
            if not HOST.fullmatch(host) or host in RESERVED_HOSTS:
                raise Refused("host_invalid", host=host)
            if host not in settings.hosts:
                creation.require_free(platform, host)
        yield Change("hosts", ", ".join(settings.hosts), ", ".join(new.hosts))
    if new.plugins and set(new.plugins) != set(settings.plugins):
        creation.require_plugins(platform, new.plugins)
        yield Change("plugins", ", ".join(settings.plugins), ", ".join(new.plugins))
    if new.colour and new.colour.lower() != settings.brand.colour.lower():
        parse_colour(new.colour)
        yield Change("colour", settings.brand.colour, new.colour)


def rewritten(text: str, new: NewTenant, keys: Sequence[str]) -> str:
    """Return a commune's file with these keys as the list says; every other line as it was.

    >>> print(rewritten('# ours\\nname = "A"\\nhosts = ["a.fr"]', NewTenant("a", ("b.fr",)), ["hosts"]))
    # ours
    name = "A"
    hosts = ["b.fr"]
    """
    document = tomlkit.parse(text)
    for key in keys:
        if key == "colour":
            brand = document.get("brand")
            if not isinstance(brand, Table):
                document["brand"] = brand = tomlkit.table()
            brand["colour"] = new.colour
        else:
            value = getattr(new, key)
            document[key] = list(value) if isinstance(value, tuple) else value
    return tomlkit.dumps(document)


def change_file(platform: Platform, step: Step) -> Path:
    """Write what the list changes in a commune's file, whole or not at all."""
    file = platform.folder / f"{step.wanted.new.slug}.toml"
    keys = [one.key for one in step.changes]
    text = rewritten(file.read_text("utf-8"), step.wanted.new, keys)
    creation.put(file, text)
    platform.scan()
    return file
