"""Which versions of the core an installed plugin says it works with, in its own metadata."""

from collections.abc import Iterable

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from ribambelle.errors import Misconfigured

CORE_PACKAGE = "ribambelle-core"


def require_supported(
    plugin: str, package: str, requires: Iterable[str], core_version: str
) -> None:
    """Refuse a plugin whose package asks for another core than this one.

    A package that says nothing is taken at its word: `ribambelle plugin check` asks it to say.

    >>> asks = ["rfc8785>=0.1", "ribambelle-core>=0.1,<0.2"]
    >>> require_supported("livres", "ribambelle-livres 1.4", asks, "0.1.7")
    >>> require_supported("livres", "ribambelle-livres 1.4", asks, "0.2.0")
    Traceback (most recent call last):
    ...
    ribambelle.errors.Misconfigured: le module « livres » (ribambelle-livres 1.4) demande Ribambelle \
<0.2,>=0.1 ; la version en service est 0.2.0. Installez une version de ribambelle-livres faite pour \
Ribambelle 0.2.0, ou une version de Ribambelle que ce module accepte.
    """
    for line in requires:
        asked = _read(plugin, package, line)
        if canonicalize_name(asked.name) != CORE_PACKAGE or not _applies(asked):
            continue
        if not asked.specifier.contains(core_version, prereleases=True):
            raise Misconfigured(
                f"le module « {plugin} » ({package}) demande Ribambelle {asked.specifier} ; "
                f"la version en service est {core_version}",
                cure=f"installez une version de {package.partition(' ')[0]} faite pour Ribambelle "
                f"{core_version}, ou une version de Ribambelle que ce module accepte",
            )


def _read(plugin: str, package: str, line: str) -> Requirement:
    try:
        return Requirement(line)
    except InvalidRequirement as error:
        raise Misconfigured(
            f"le module « {plugin} » ({package}) dit mal ce dont il dépend : « {line} »",
            cure="demandez à son éditeur un paquet réparé, puis installez-le",
        ) from error


def _applies(asked: Requirement) -> bool:
    """Tell whether a dependency is asked here, and not for an extra or another machine only."""
    return asked.marker is None or asked.marker.evaluate({"extra": ""})
