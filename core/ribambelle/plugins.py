"""Installed plugins, and the part of them that a commune has enabled."""

import importlib
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy
import structlog

from ribambelle import __version__, hooks
from ribambelle.answers import KINDS, WrongAnswer, checked
from ribambelle.errors import Misconfigured
from ribambelle.faults import CURE, place_of
from ribambelle.supported import require_supported

log = structlog.get_logger(__name__)
GROUP = "ribambelle.plugins"
CORE = "core"
BREAKER = 5
LEFT_ALONE = 120.0
"""Seconds before what failed too often is tried again: the cause may have been the machine's."""
HELD = 2.0
"""Seconds: a hook declares, it never waits; one that takes longer keeps every commune waiting."""
STOPS = (Exception, SystemExit)
"""What a stranger's code may end with; the portal goes on."""


class Plugins:
    """Every plugin installed beside the core, found by its entry point; broken ones are kept apart.

    The core's own services register here as the plugin `core`, so the public hooks are the ones
    we use at home.
    """

    def __init__(self, modules: dict[str, Any] | None = None) -> None:
        from ribambelle import core_plugin

        self.manager = pluggy.PluginManager("ribambelle")
        self.manager.add_hookspecs(hooks)
        self.broken: dict[str, Exception] = {}
        self.places: dict[str, str] = {}
        self.failures: dict[str, int] = {}
        self._failed_at: dict[str, float] = {}
        self._register(CORE, core_plugin)
        for name, module in (self._installed() if modules is None else modules).items():
            self._register(name, module)

    def _installed(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        entries = sorted(entry_points(group=GROUP), key=lambda entry: entry.name)
        for entry in entries:
            began = time.monotonic()
            try:
                _require_own_name(entry, entries)
                _require_supported(entry)
                found[entry.name] = entry.load()
            except Misconfigured as error:  # told in full: a trace would add nothing
                self.broken[entry.name] = error
                log.error("plugin_unsupported", plugin=entry.name, reason=str(error))
            except STOPS as error:  # a plugin that cannot be imported must not take the portal down
                self._unloadable(entry, error)
            if (spent := time.monotonic() - began) > HELD:
                log.warning(
                    "plugin_slow", plugin=entry.name, file=entry.value, seconds=round(spent, 1)
                )
        return found

    def _unloadable(self, entry: EntryPoint, error: BaseException) -> None:
        self.broken[entry.name] = as_exception(error)
        package = entry.value.partition(".")[0]
        self.places[entry.name] = place_of(error, package) or entry.value
        log.exception("plugin_unloadable", plugin=entry.name, reason=self.told(entry.name))

    def _register(self, name: str, module: Any) -> None:
        try:
            self.manager.register(module, name)
            self.manager.check_pending()
        except Exception as error:  # whatever a plugin is made of, the others are served
            self.put_aside(name, error)

    def put_aside(self, name: str, error: Exception, at: Any = None) -> None:
        """Take a plugin that fails out of service, with all that it offers, and keep why and where.

        :param at: the function that was called, for the file to be named when nothing else says it.
        """
        if name == CORE:
            raise error
        if self.manager.has_plugin(name):
            at = getattr(error, "at", None) or at or self.manager.get_plugin(name)
            self.places[name] = place_of(error, self.root(name), at)
            self.manager.unregister(name=name)
        self.broken[name] = error
        told = None if isinstance(error, WrongAnswer) else error
        log.error("plugin_put_aside", plugin=name, reason=self.told(name), exc_info=told)

    def told(self, name: str) -> str:
        """Return what is wrong with a plugin that is put aside: the file, what happened, the cure."""
        error = self.broken[name]
        if isinstance(error, Misconfigured):
            return error.message
        what = str(error) or "sans un mot"
        if not isinstance(error, WrongAnswer):
            what = f"{type(error).__name__}, {what}"
        return Misconfigured(what, file=self.places.get(name, ""), cure=CURE).message

    def ask_all(self) -> None:
        """Ask every plugin all that can be asked before there is a visitor.

        A plugin that fails is put aside at the start, in the log, rather than page by page.
        """
        for hook in KINDS:
            for _ in self.each(hook, person=None):
                pass

    @property
    def names(self) -> list[str]:
        """The plugins a commune may enable."""
        return [name for name, _ in self.manager.list_name_plugin() if name != CORE]

    def each(self, hook: str, **given: Any) -> Iterator[tuple[str, Any]]:
        """Call one hook plugin by plugin, in order of name: (name, answer).

        A plugin that raises, or answers something else than the hook asks for, is put aside.
        """
        found = getattr(self.manager.hook, hook).get_hookimpls()
        for impl in sorted(found, key=lambda impl: (impl.plugin_name != CORE, impl.plugin_name)):
            try:
                answer = checked(hook, impl.function(*(given[name] for name in impl.argnames)))
            except STOPS as error:  # isolation: the other plugins answer
                self.put_aside(impl.plugin_name, as_exception(error), impl.function)
                continue
            yield impl.plugin_name, answer

    def package(self, name: str) -> str:
        """Return the import name of the package a plugin lives in."""
        module = self.manager.get_plugin(name)
        if isinstance(module, ModuleType):
            return module.__package__ or module.__name__
        return type(module).__module__.rpartition(".")[0]

    def root(self, name: str) -> str:
        """Return the first word of the package a plugin lives in, as its files bear it."""
        return self.package(name).partition(".")[0]

    def folder(self, name: str, part: str) -> Path | None:
        """Return a plugin's folder of templates, static files or migrations, if it has one."""
        file = importlib.import_module(self.package(name)).__file__
        path = Path(file).parent / part if file else None
        return path if path and path.is_dir() else None

    def only(self, enabled: Iterable[str]) -> "Enabled":
        """Return the plugins as a commune that enabled these ones sees them."""
        return Enabled(self, frozenset(enabled) - self.broken.keys() | {CORE})

    def failed(self, name: str, hook: str, part: str = "") -> None:
        """Count a failure of a plugin's hook; after a few in a row it is left out of that hook.

        :param part: the function it had declared there, when that is what failed.
        """
        key = f"{name}.{hook}.{part}" if part else f"{name}.{hook}"
        self.failures[key] = self.failures.get(key, 0) + 1
        self._failed_at[key] = time.monotonic()
        told = {"part": part} if part else {}
        log.exception("hook_failed", plugin=name, hook=hook, failures=self.failures[key], **told)

    def held(self, name: str, hook: str, seconds: float, place: str) -> None:
        """Count a hook that kept everybody waiting as one that failed, and say where it is."""
        key = f"{name}.{hook}"
        self.failures[key] = self.failures.get(key, 0) + 1
        told = {"seconds": round(seconds, 1), "file": place, "failures": self.failures[key]}
        cure = "répondez tout de suite : ce qui attend va dans une fonction que le hook donne"
        log.error("hook_slow", plugin=name, hook=hook, cure=cure, **told)

    def gave_up(self, name: str, hook: str, part: str) -> bool:
        """Tell whether a function that a plugin declared failed too often to be asked now.

        After a while one visitor tries it: a failure more, and it is left alone as long again.
        """
        key = f"{name}.{hook}.{part}"
        if self.failures.get(key, 0) < BREAKER:
            return False
        if time.monotonic() - self._failed_at[key] < LEFT_ALONE:
            return True
        self._failed_at[key] = time.monotonic()
        return False


def as_exception(error: BaseException) -> Exception:
    """Return an error as one that is kept: code that asks the whole program to stop is refused."""
    return error if isinstance(error, Exception) else RuntimeError("demande l’arrêt du portail")


def _require_own_name(entry: EntryPoint, entries: list[EntryPoint]) -> None:
    """Refuse a name that is the core's, or that two packages bear: whose data would it read?"""
    rivals = sorted({one.value for one in entries if one.name == entry.name})
    if entry.name == CORE:
        raise Misconfigured(
            f"le module {entry.value} se nomme « {CORE} », comme le cœur de Ribambelle",
            cure=f"donnez-lui un autre nom sous « {GROUP} », dans son pyproject.toml",
        )
    if len(rivals) > 1:
        raise Misconfigured(
            f"plusieurs paquets se nomment « {entry.name} » : {', '.join(rivals)}",
            cure="désinstallez-en un : tant qu’ils sont là, aucun n’est servi",
        )


def _require_supported(entry: EntryPoint) -> None:
    """Refuse a plugin made for another core before any of its code is read."""
    if entry.dist is not None:
        package = f"{entry.dist.name} {entry.dist.version}"
        require_supported(entry.name, package, entry.dist.requires or (), __version__)


class Enabled:
    """The hooks, as answered by the plugins of one commune."""

    def __init__(self, plugins: Plugins, names: frozenset[str]) -> None:
        self.plugins, self.names = plugins, names
        self._by_hook: dict[str, list[Any]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.names and name not in self.plugins.broken

    def each(self, hook: str, **given: Any) -> Iterator[tuple[str, Any]]:
        """Call one hook plugin by plugin; one that raises is logged and left out, the rest answer."""
        for impl in self._implementations(hook):
            name, key = impl.plugin_name, f"{impl.plugin_name}.{hook}"
            if name in self.plugins.broken or self.plugins.failures.get(key, 0) >= BREAKER:
                continue
            began = time.monotonic()
            try:
                answer = checked(hook, impl.function(*(given[part] for part in impl.argnames)))
            except STOPS:  # isolation: another plugin's page must not fall with this one
                self.plugins.failed(name, hook)
                continue
            if (spent := time.monotonic() - began) > HELD:
                self.plugins.held(name, hook, spent, place_of(TimeoutError(), "", impl.function))
            else:
                self.plugins.failures.pop(key, None)
            yield name, answer

    def all(self, hook: str, **given: Any) -> list[Any]:
        """Return the answers of every plugin to a hook that answers lists, joined."""
        return [item for _, answer in self.each(hook, **given) for item in answer]

    def _implementations(self, hook: str) -> list[Any]:
        if hook not in self._by_hook:
            self._by_hook[hook] = self._find(hook)
        return self._by_hook[hook]

    def _find(self, hook: str) -> list[Any]:
        found = getattr(self.plugins.manager.hook, hook).get_hookimpls()
        mine = [impl for impl in found if impl.plugin_name in self.names]
        return sorted(mine, key=lambda impl: (impl.plugin_name != CORE, impl.plugin_name))

    @cached_property
    def jobs(self) -> dict[tuple[str, str], Callable[..., Any]]:
        """The functions a worker may run in this commune, by plugin and name."""
        return {
            (plugin, name): function
            for plugin, answer in self.each("jobs")
            for name, function in answer.items()
        }

    @cached_property
    def workflows(self) -> dict[str, Any]:
        """The workflows of this commune, by code."""
        return {workflow.code: workflow for workflow in self.all("workflows")}

    @cached_property
    def acts(self) -> dict[str, str]:
        """What the acts of this commune's journal are called, by code."""
        return {code: told for _, answer in self.each("acts") for code, told in answer.items()}

    def packages(self) -> dict[str, str]:
        """Return the packages whose migrations this commune needs: plugin name → import name."""
        names = [CORE, *sorted(self.names - {CORE} - self.plugins.broken.keys())]
        return {n: self.plugins.package(n) for n in names if self.plugins.folder(n, "migrations")}
