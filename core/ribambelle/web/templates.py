"""Pages: the commune's own template first, then its plugins', then the core's."""

from functools import lru_cache
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from ribambelle.languages.catalogue import Catalogue, read, read_texts
from ribambelle.languages.known import FRENCH, OTHERS
from ribambelle.languages.translating import in_language
from ribambelle.plugins import Plugins
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.web.assets import assets
from ribambelle.web.typography import Typography

OWN = Path(__file__).parent.parent / "templates"
SHIPPED = Path(__file__).parent.parent / "languages"


def shared_loader(plugins: Plugins) -> ChoiceLoader:
    """Return where templates are found for every commune."""
    folders = [plugins.folder(name, "templates") for name in plugins.names]
    return ChoiceLoader([FileSystemLoader(OWN), *[FileSystemLoader(f) for f in folders if f]])


@lru_cache(maxsize=8)
def shared(plugins: Plugins) -> Environment:
    """Return the one environment of a process: an environment per commune would cost 800 kB each."""
    environment = Environment(
        loader=shared_loader(plugins),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        extensions=[Typography],
        cache_size=-1,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(formats.FILTERS)
    # global, not in each page's context: components then stay compiled once for all pages
    environment.globals["asset"] = assets(plugins).here
    return environment


@lru_cache(maxsize=500)
def _overlay(plugins: Plugins, own: Path) -> Environment:
    loader = ChoiceLoader([FileSystemLoader(own), shared_loader(plugins)])
    return shared(plugins).overlay(loader=loader)


@lru_cache(maxsize=8)
def catalogue(plugins: Plugins, code: str) -> Catalogue:
    """Return what is known of one language, in the core and in every plugin."""
    return read(OTHERS[code], _shipped(plugins))


@lru_cache(maxsize=8)
def texts(plugins: Plugins, code: str) -> dict[str, str]:
    """Return what the paragraphs of messages are in one language, in the core and in every plugin."""
    return read_texts(OTHERS[code], _shipped(plugins))


def _shipped(plugins: Plugins) -> list[Path]:
    folders = [plugins.folder(name, "languages") for name in plugins.names]
    return [SHIPPED, *[one for one in folders if one]]


@lru_cache(maxsize=500)
def _translated(french: Environment, plugins: Plugins, code: str) -> Environment:
    found = in_language(french, catalogue(plugins, code))
    if OTHERS[code].locale != FRENCH.locale:
        del found.extensions[Typography.identifier]
    return found


def environment(tenant: Tenant, language: str = FRENCH.code) -> Environment:
    """Return the templates of a commune: shared, or laid over by its own folder."""
    own = tenant.platform.folder / tenant.slug / "templates"
    plugins = tenant.platform.plugins
    french = _overlay(plugins, own) if own.is_dir() else shared(plugins)
    return french if language == FRENCH.code else _translated(french, plugins, language)
