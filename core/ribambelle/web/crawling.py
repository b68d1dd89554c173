"""What a search engine may know of this portal: `/robots.txt`, and the list of its public pages.

A page is indexed only when its route says ``indexed=True``; every other answer carries
``X-Robots-Tag: noindex``, whatever the plugin it comes from.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from xml.sax.saxutils import escape

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from ribambelle.errors import NotYours
from ribambelle.tenants import Tenant
from ribambelle.web import guards

AT_MOST = 10_000
"""Numbers in one part of the list: a search engine takes at most 50,000 addresses at once."""
LAST = 2**31 - 1
"""The highest number a row may bear."""
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
Numbered = Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class PublicPages:
    """Some pages of a portal that need no account: each has a number that it keeps."""

    name: str
    """Of the plugin, then what they are: ``assmat.fiches``."""
    since: Callable[[int, int, date], Awaitable[Numbered]]
    """Given a number, how many and a day: the pages of that number and above, in order."""


def fixed(name: str, *paths: str) -> PublicPages:
    """Return pages that are always there."""

    async def since(number: int, limit: int, day: date) -> Numbered:
        return list(enumerate(paths))[number : number + limit]

    return PublicPages(name, since)


async def parts(pages: PublicPages, day: date) -> list[int]:
    """Return the parts that hold a page: one short question for each, none for what is between."""
    found: list[int] = []
    while some := await pages.since((found[-1] + 1) * AT_MOST if found else 0, 1, day):
        found.append(some[0][0] // AT_MOST)
    return found


async def part(pages: PublicPages, number: int, day: date) -> list[str]:
    """Return the addresses of one part; a part without any does not exist."""
    first, end = number * AT_MOST, (number + 1) * AT_MOST
    if not 0 <= first <= LAST - AT_MOST:
        raise NotYours
    found = [path for one, path in await pages.since(first, AT_MOST, day) if one < end]
    if not found:
        raise NotYours
    return found


@get("/robots.txt", name="robots", guards=[guards.public])
async def robots(tenant: NamedDependency[Tenant]) -> Response[str]:
    """Tell search engines where the list of pages is; a demonstration asks them to stay away."""
    said = (
        "Disallow: /"
        if tenant.settings.demo or tenant.settings.fictional
        else f"Disallow:\n\nSitemap: {tenant.url('/sitemap.xml')}"
    )
    return Response(f"User-agent: *\n{said}\n", media_type="text/plain")


@get("/sitemap.xml", name="sitemap", guards=[guards.public])
async def sitemap(
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
    liste: FromQuery[str] = "",
    partie: FromQuery[str] = "",
) -> Response[str]:
    """List the parts; or, of one part, the pages. All at the root: a list speaks of what is below."""
    every: dict[str, PublicPages] = {one.name: one for one in tenant.hooks.all("public_pages")}
    if not liste:
        found = [
            tenant.url(f"/sitemap.xml?liste={pages.name}&partie={number}")
            for pages in every.values()
            for number in await parts(pages, now.date())
        ]
        return _xml("sitemapindex", "sitemap", found)
    if liste not in every or not partie.isdecimal() or len(partie) > 6:
        raise NotYours
    paths = await part(every[liste], int(partie), now.date())
    return _xml("urlset", "url", [tenant.url(path) for path in paths])


def _xml(root: str, each: str, addresses: Sequence[str]) -> Response[str]:
    told = "".join(f"<{each}><loc>{escape(one)}</loc></{each}>\n" for one in addresses)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{SITEMAP}">\n{told}</{root}>\n'
    )
    return Response(content, media_type="application/xml")


ROUTES = [robots, sitemap]
