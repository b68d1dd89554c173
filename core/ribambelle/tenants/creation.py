"""Bringing up a commune: its file, its key, its database, all or nothing."""

import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from ribambelle.database import template
from ribambelle.errors import Misconfigured, Refused
from ribambelle.tenants import communes
from ribambelle.tenants.brand import parse_colour
from ribambelle.tenants.registry import Platform, make_key
from ribambelle.tenants.settings import HOST, RESERVED_HOSTS, RESERVED_SLUGS, SLUG
from ribambelle.tenants.tenant import Tenant

PLUGINS_LINE = re.compile(r"^plugins\s*=\s*\[[^\]]*\]", re.M)


@dataclass(frozen=True)
class NewTenant:
    """What is asked when a commune is brought up; the rest comes from its INSEE code."""

    slug: str
    hosts: tuple[str, ...]
    insee: str = ""
    name: str = ""
    plugins: tuple[str, ...] = ()
    colour: str = ""
    database: str = ""
    demo: bool = False
    extra: dict[str, str] = field(default_factory=dict)


def require_possible(platform: Platform, new: NewTenant) -> None:
    """Refuse whatever would not work, before anything is written."""
    if not SLUG.fullmatch(new.slug) or new.slug in RESERVED_SLUGS or len(new.slug) > 60:
        raise Refused("slug_invalid", slug=new.slug)
    file = platform.folder / f"{new.slug}.toml"
    if file.exists() or (platform.data / new.slug / "portal.sqlite").exists():
        raise Refused("slug_taken", slug=new.slug)
    for host in new.hosts:
        if not HOST.fullmatch(host) or host in RESERVED_HOSTS:
            raise Refused("host_invalid", host=host)
        require_free(platform, host)
    if not new.hosts:
        raise Refused("host_missing")
    if new.insee and new.insee not in communes.codes():
        raise Refused("insee_unknown", insee=new.insee)
    if not (new.insee or new.name):
        raise Refused("name_missing")
    require_plugins(platform, new.plugins)
    if new.colour:
        parse_colour(new.colour)


def require_free(platform: Platform, host: str, reason: str = "host_taken") -> None:
    """Refuse an address that the file of another commune claims."""
    if claimants := platform.addresses.claims.get(host):
        raise Refused(reason, host=host, owner=", ".join(claimants))


def require_plugins(platform: Platform, names: tuple[str, ...]) -> None:
    """Refuse a plugin that is not installed, naming those that are."""
    for name in names:
        if name not in platform.plugins.names:
            raise Refused("plugin_unknown", plugin=name, known=", ".join(platform.plugins.names))


def text_of(new: NewTenant) -> str:
    """Return the file of a new commune, for a person to read and go on with."""
    facts = communes.find(new.insee) if new.insee else None
    rows: list[tuple[str, object]] = [("name", new.name or (facts.name if facts else new.slug))]
    if facts:
        rows += [
            ("insee", facts.insee),
            ("departement", facts.departement),
            ("postcodes", list(facts.postcodes)),
            ("population", facts.population),
            ("timezone", facts.timezone),
        ]
    rows += [("hosts", list(new.hosts)), ("plugins", list(new.plugins))]
    if new.demo:
        rows.append(("demo", True))
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in rows]
    if new.colour:
        lines += ["", "[brand]", f"colour = {json.dumps(new.colour)}"]
    if new.database:
        lines += ["", "[database]", f"url = {json.dumps(new.database)}"]
    return "\n".join(lines) + "\n"


async def create(platform: Platform, new: NewTenant) -> Tenant:
    """Bring up a commune: its file is written last, so a failure leaves nothing behind."""
    require_possible(platform, new)
    data, text = platform.data / new.slug, text_of(new)
    fresh = not data.exists()
    try:
        make_key(data)
        packages = platform.plugins.only(new.plugins).packages()
        database: Path | str = new.database or data / "portal.sqlite"
        await template.create(database, packages, platform.data / ".templates")
        _write(platform.folder / f"{new.slug}.toml", text)
        platform.scan()
        return platform.tenant(new.slug)
    except BaseException:
        (platform.folder / f"{new.slug}.toml").unlink(missing_ok=True)
        if fresh:
            shutil.rmtree(data, ignore_errors=True)
        raise


def _write(file: Path, text: str) -> None:
    """Write a file whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".toml.part")
    draft.write_text(text, "utf-8")
    draft.replace(file)


def set_plugins(platform: Platform, slug: str, names: tuple[str, ...]) -> None:
    """Rewrite the `plugins` line of a commune's file; everything else of it stays as it is."""
    file = platform.folder / f"{slug}.toml"
    text = file.read_text("utf-8")
    line = f"plugins = {json.dumps(list(names))}"
    if PLUGINS_LINE.search(text):
        text = PLUGINS_LINE.sub(lambda _: line, text, count=1)
    elif text.lstrip().startswith("["):
        raise Misconfigured(
            "la liste des modules est introuvable",
            file=file.name,
            key="plugins",
            cure='ajoutez en tête du fichier une ligne plugins = ["creche"]',
        )
    else:
        text = f"{line}\n{text}"
    _write(file, text)
