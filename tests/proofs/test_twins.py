"""Take a guarantee away, and its check turns red: a check that stays green would prove nothing."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.core.test_portal import HOSTILE
from tests.creche.builders import a_facility

import ribambelle
import ribambelle_assmat
import ribambelle_cli
import ribambelle_creche
import ribambelle_paiement_tresor
import ribambelle_periscolaire
from ribambelle.identity import limits
from ribambelle.tenants import Platform, UnknownTenant
from ribambelle.testing import Communes, Town
from ribambelle.web import assets, origin, security, templates
from ribambelle.web.sign_in import QUARTER
from ribambelle_creche.tables import Facility

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Twin:
    """A guarantee: how to see that it holds, and how to take it away."""

    name: str
    holds: Callable[[Communes], Awaitable[bool]]
    take_away: Callable[[Patch], None]


def unkeyed(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that gives its first answer for ever: a cache whose key says nothing."""
    answers: list[Any] = []

    def first(*given: Any) -> Any:
        if not answers:
            answers.append(function(*given))
        return answers[0]

    return first


def forget_the_key(owner: Any, name: str) -> Callable[[Patch], None]:
    return lambda patch: patch.setattr(owner, name, unkeyed(getattr(owner, name)))


def written(town: Town, text: str) -> None:
    """Add lines to a commune's file."""
    file = town.app.platform.folder / f"{town.slug}.toml"
    if text not in file.read_text():
        file.write_text(file.read_text() + text)


async def asset_of(town: Town, word: str) -> bytes:
    """Return the asset of a commune's home page whose address holds a word."""
    browser = town.visitor()
    href = re.search(rf'"(/static/{word}\.[^"]+)"', (await browser.get("/")).text)
    assert href
    return (await browser.get(href[1])).content


# -- caches ----------------------------------------------------------------------------------


async def own_colour(communes: Communes) -> bool:
    for town, colour in zip(communes.both, ("#0B5FA5", "#8A2B0E"), strict=True):
        written(town, f'[brand]\ncolour = "{colour}"\n')
    sheets = [await asset_of(town, "theme") for town in communes.both]
    return sheets[0] != sheets[1]


async def own_crest(communes: Communes) -> bool:
    for town, drawing in zip(communes.both, ("<svg>a</svg>", "<svg>b</svg>"), strict=True):
        folder = town.app.platform.folder / town.slug
        folder.mkdir(exist_ok=True)
        (folder / "own.svg").write_text(drawing)
        written(town, '[brand]\ncrest = "own.svg"\n')
    crests = [await asset_of(town, "crest") for town in communes.both]
    return crests == [b"<svg>a</svg>", b"<svg>b</svg>"]


async def own_templates(communes: Communes) -> bool:
    for town in communes.both:
        page = town.app.platform.folder / town.slug / "templates" / "legal" / "mentions.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(f"page of {town.slug}")
    pages = [(await town.visitor().get("/mentions")).text for town in communes.both]
    return pages == ["page of alpha", "page of beta"]


async def own_settings(communes: Communes) -> bool:
    pages = [(await town.visitor().get("/")).text for town in communes.both]
    return "Alpha" in pages[0] and "Beta" in pages[1]


async def own_database(communes: Communes) -> bool:
    with communes.alpha.here():
        if not await Facility.exists():
            await a_facility("Les Zyxowvut")
    pages = [(await town.visitor().get("/creche")).text for town in communes.both]
    return "Zyxowvut" in pages[0] and "Zyxowvut" not in pages[1]


async def own_tries(communes: Communes) -> bool:
    """Too many tries in one commune close no door in the other."""
    with communes.alpha.here() as tenant:
        for _ in range(6):
            await limits.count("link:a@b.test", limits.window_start(tenant.now(), QUARTER))
    form = {"email": "a@b.test"}
    answers = [await town.visitor().post("/connexion", data=form) for town in communes.both]
    return [answer.status_code for answer in answers] == [429, 200]


def count_for_all(patch: Patch) -> None:
    tries: dict[tuple[str, datetime], int] = {}

    async def count(key: str, start: datetime, by: int = 1) -> int:
        tries[key, start] = tries.get((key, start), 0) + by
        return tries[key, start]

    patch.setattr(limits, "count", count)


# -- the door --------------------------------------------------------------------------------


async def own_pages_only(communes: Communes) -> bool:
    browser = await communes.alpha.family()
    foreign = {"origin": "http://evil.test", "sec-fetch-site": "cross-site"}
    await browser.post("/deconnexion", headers=foreign)
    return (await browser.get("/compte")).status_code == 200


async def cookies_of_one_host(communes: Communes) -> bool:
    """A session lives under a name bound to HTTPS, and under none where HTTPS is missing."""
    town = communes.alpha
    file = town.app.platform.folder / "alpha.toml"
    file.write_text(
        file.read_text().replace('["alpha.localhost"]', '["alpha.localhost", "famille.alpha.test"]')
    )
    secret = (await town.family()).cookies["session"]
    places = ("https://alpha.localhost:8000", "http://famille.alpha.test")
    answers = [
        await town.visitor().get(f"{place}/compte", headers={"cookie": f"session={secret}"})
        for place in places
    ]
    return all(answer.status_code == 303 for answer in answers)


async def whole_host_names(communes: Communes) -> bool:
    headers = [{"host": host.encode("latin-1", "replace")} for host in HOSTILE]
    answers = [await communes.alpha.visitor().get("/", headers=header) for header in headers]
    return all(answer.status_code in (400, 421) for answer in answers)


def match_by_suffix(patch: Patch) -> None:
    def at(self: Platform, host: str) -> Any:
        for known, slug in self.hosts.items():
            if host.endswith(known):
                return self.tenant(slug)
        raise UnknownTenant(host)

    patch.setattr(Platform, "at", at)


TWINS = [
    Twin("colours", own_colour, forget_the_key(assets, "theme")),
    Twin("crests", own_crest, forget_the_key(assets, "_crest")),
    Twin("templates", own_templates, forget_the_key(templates, "_overlay")),
    Twin("settings", own_settings, forget_the_key(Platform, "tenant")),
    Twin("databases", own_database, forget_the_key(Platform, "engine")),
    Twin("tries", own_tries, count_for_all),
    Twin(
        "same origin",
        own_pages_only,
        lambda patch: patch.setattr(origin, "is_own", lambda *_: True),
    ),
    Twin(
        "cookie names",
        cookies_of_one_host,
        lambda patch: patch.setattr(security, "cookie_name", lambda *_: "session"),
    ),
    Twin("host names", whole_host_names, match_by_suffix),
]


@pytest.mark.parametrize("database_server", [""])
@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
async def test_what_holds_breaks_when_it_is_taken_away(
    communes: Communes, monkeypatch: Patch, twin: Twin
) -> None:
    assert await twin.holds(communes)

    twin.take_away(monkeypatch)

    assert not await twin.holds(communes)


# -- every cache there is --------------------------------------------------------------------

Remembering = type(assets.theme)
OURS = (
    ribambelle,
    ribambelle_assmat,
    ribambelle_cli,
    ribambelle_creche,
    ribambelle_paiement_tresor,
    ribambelle_periscolaire,
)
CACHES = {
    # what a commune has of its own, and the part of the key that is the commune's
    "ribambelle.web.assets.theme": "colour",
    "ribambelle.web.assets._crest": "file",
    "ribambelle.web.templates._overlay": "own",
    "ribambelle.web.templates._translated": "french",
    "ribambelle.geocoding.finding._streets": "file",
    "ribambelle_assmat.outlining._read": "file",
    "ribambelle.tenants.brand.stylesheet": "colour",
    # the same for every commune of a process
    **dict.fromkeys(
        (
            *("ribambelle.web.assets.assets", "ribambelle.web.templates.shared"),
            *("ribambelle.database.objects._names", "ribambelle.database.objects._related"),
            *("ribambelle.database.objects._paths", "ribambelle.database.migrations.steps"),
            *("ribambelle.database.programs.find", "ribambelle.database.programs._major"),
            *(
                "ribambelle.documents.pdf._press",
                "ribambelle.documents.pdf._fonts",
                "ribambelle.documents.pdf._draws",
            ),
            # the Ministry's calendar, the same for every commune of a zone
            "ribambelle.calendar.holidays.published",
            *("ribambelle.tenants.colour.luminance", "ribambelle.tenants.communes._lines"),
            *("ribambelle.tenants.communes._by_postcode", "ribambelle.tenants.departements.names"),
            # the sentences as shipped
            *("ribambelle.tenants.communes._by_name", "ribambelle.web.templates.catalogue"),
            "ribambelle.web.templates.texts",
            # the modules of a package, as they are written
            "ribambelle_cli.template_reference.code_of",
            # the national scale as shipped; the places of so many options in a list
            # a day or an amount, written the same everywhere
            *("ribambelle.web.formats.jour", "ribambelle.web.formats.euros"),
            # what a commune's file says is the whole of the key
            *("ribambelle_periscolaire.domain.calendar.school_calendar",),
            *("ribambelle_periscolaire.domain.calendar.public_holidays",),
            *("ribambelle_periscolaire.domain.calendar.shipped",),
            *("ribambelle_periscolaire.domain.cut_off.clock",),
            *("ribambelle_periscolaire.domain.tariff.pricing._span",),
            *("ribambelle_periscolaire.domain.tariff.pricing._percent",),
            # the schemas of a folder, the symbol of a text, the holidays of a year
            *("ribambelle_paiement_tresor.pes.schemas._schema",),
            *("ribambelle_paiement_tresor.marking.drawing",),
            *("ribambelle_paiement_tresor.domain.working_days.public_holidays",),
            *("ribambelle_periscolaire.queries.dues.pairs",),
            *("ribambelle.database.many._statement",),
            *("ribambelle_periscolaire.queries.dues.sentences",),
            "ribambelle_assmat.pricing.shipped",
            *("ribambelle_creche.pricing.shipped", "ribambelle_creche.domain.admission.units.each"),
            # the verb and the table of a statement: its values are never in it
            "ribambelle.traces._of_statement",
            # the authorities this machine trusts
            *(
                "ribambelle_paiement_tresor.payfip.client.trusted",
                "ribambelle.openid.asking.trusted",
            ),
        ),
        "",
    ),
}
"""Every function that remembers its answers; a new one says here what its key holds."""
KEPT = {
    # by slug or by address: one entry for each commune
    "registry.py": {"_tenants", "_engines", "_standbys", "_stamps"},
    "metrics.py": {"_seen"},
    "addresses.py": {"owners", "claims", "_read", "_served", "_refused"},
    # the same for every commune, or belonging to the object of one commune
    "plugins.py": {"broken", "places", "failures", "_failed_at", "_by_hook"},
    "prepared.py": {"_texts"},
    "postgres.py": {"_pools"},
    "sqlite.py": {"_pools"},
    "engine.py": {"kept"},
    "assets.py": {"by_name"},
    "sessions.py": {"data"},
    # made for one run of one commission, and forgotten with it
    "auditor.py": {"taken", "first", "keys"},
    "explanation.py": {"places", "seats"},
    "foresight.py": {"own", "ties"},
    "everywhere.py": {"known"},
    "matching.py": {"_watchers", "_pushed"},
    # made for one file of the treasury, and forgotten with it
    "reading.py": {"ends", "blocks"},
    # made for one message of a bank, and forgotten with it
    "bank_returns.py": {"told"},
    # made for one page of one family, and forgotten with it
    "pricing.py": {"found", "told"},
    # made for one list of one commune, and forgotten with it
    "planning.py": {"by_id", "by_number", "by_birth", "by_email", "by_line"},
    "activities.py": {"activities", "units", "groups", "schools"},
    "enrolments.py": {"activities", "enrolments", "opened"},
    "quotients.py": {"stands"},
    "undoing.py": {"owners"},
}
"""Every dictionary an object keeps; a new one says here what it is kept by."""


@pytest.mark.asvs("14.2.2")
def test_every_function_that_remembers_is_known() -> None:
    found = {}
    for package in OURS:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".testing" in module.name or ".migrations." in module.name:
                continue
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, Remembering) and value.__module__.startswith("ribambelle"):
                    told = value.__wrapped__
                    found[f"{told.__module__}.{told.__qualname__}"] = told.__code__.co_varnames

    assert found.keys() == CACHES.keys()
    assert all(key in found[name] for name, key in CACHES.items() if key)


def test_every_dictionary_an_object_keeps_is_known() -> None:
    found: dict[str, set[str]] = {}
    for package in OURS:
        for file in Path(package.__path__[0]).rglob("*.py"):
            if "testing" in file.parts:
                continue
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Attribute):
                    kind = ast.unparse(node.annotation).partition("[")[0]
                    if kind in ("dict", "OrderedDict", "defaultdict"):
                        found.setdefault(file.name, set()).add(node.target.attr)

    assert found == KEPT
