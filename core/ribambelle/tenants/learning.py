"""A space to learn in, beside a commune: its settings and looks, and nobody real.

Nothing is read of the commune's base, of its papers or of its secrets. What would write to somebody,
call a service of the State, reach the treasury or name a person is left out of the file, and of what
``platform.toml`` says to all: see :mod:`ribambelle.tenants.inheriting`.
"""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import AoT, Table

from ribambelle.database import template
from ribambelle.errors import Refused
from ribambelle.tenants import copies, creation
from ribambelle.tenants.creation import NewTenant
from ribambelle.tenants.inheriting import harmless
from ribambelle.tenants.registry import Platform, make_key
from ribambelle.tenants.tenant import LEARNING, Tenant

OFF: dict[str, dict[str, Any]] = {
    "mail": {"server": ""},
    "sms": {"provider": "file"},
    "backup": {"folder": ""},
    "franceconnect": {"on": False},
    "proconnect": {"on": False},
    "particulier": {"on": False},
}
"""Written all the same, for whoever reads the file to see."""


@dataclass(frozen=True)
class Space:
    """What is asked: beside which commune, under which name, where."""

    slug: str
    hosts: tuple[str, ...]
    database: str = ""


def require_possible(commune: Tenant, space: Space) -> None:
    """Refuse whatever would not work, before anything is written."""
    if commune.settings.fictional:
        raise Refused("copy_of_copy", slug=commune.slug)
    new = NewTenant(space.slug, space.hosts, name=commune.settings.name, database=space.database)
    creation.require_possible(commune.platform, new)
    copies.require_nothing_there(commune.platform, space.slug)


def rewritten(text: str, space: Space) -> str:
    """Return the file of the space: what the commune's says, but for what leads to somebody.

    >>> space = Space("ecole", ("ecole.localhost",))
    >>> print(rewritten('name = "A"\\n[mail]\\nserver = "s"\\n[signature]\\nname = "B"', space)[:60])
    name = "A"
    hosts = ["ecole.localhost"]
    demo = true
    fictional
    """
    said = tomlkit.parse(text).unwrap()  # unwrapped: a comment may name anybody
    for name in ("hosts", "demo", "fictional"):
        said.pop(name, None)
    kept = harmless(said)
    plain = {key: value for key, value in kept.items() if not _is_table(value)}
    tables = {key: value for key, value in kept.items() if _is_table(value)}
    told = {**plain, "hosts": list(space.hosts), "demo": True, "fictional": True, **tables, **OFF}
    if space.database:
        told["database"] = {"url": space.database}
    return tomlkit.dumps(told)


def _is_table(value: Any) -> bool:
    """Tell what is written under a heading, after every plain key."""
    return isinstance(value, dict | Table | AoT) or (
        isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)
    )


async def create(commune: Tenant, space: Space) -> Tenant:
    """Bring up the space, empty; a failure leaves nothing behind."""
    require_possible(commune, space)
    platform = commune.platform
    text = rewritten((platform.folder / f"{commune.slug}.toml").read_text("utf-8"), space)
    packages = commune.hooks.packages()

    async def fill(draft: Path) -> int:
        make_key(draft)
        base = space.database or draft / "portal.sqlite"
        await template.create(base, packages, platform.data / ".templates")
        return 0

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / LEARNING).touch()
        own = platform.folder / commune.slug
        if own.is_dir():
            shutil.copytree(own, folder / "own")
        made = copies.Copy(folder, space.slug, text, "", space.database)
        await copies.put_in_place(made, platform, fill)
    return platform.tenant(space.slug)


async def remove(platform: Platform, space: Space) -> None:
    """Take away a space that could not be filled."""
    platform.forget(space.slug)
    await template.drop(space.database or platform.data / space.slug / "portal.sqlite")
    shutil.rmtree(platform.data / space.slug, ignore_errors=True)
    shutil.rmtree(platform.folder / space.slug, ignore_errors=True)
    (platform.folder / f"{space.slug}.toml").unlink(missing_ok=True)
    platform.scan()
