"""Every library, its version, licence and digests: ``python -m tests.sbom`` writes both pages.

``docs/sbom.json`` is CycloneDX 1.6, for the tools that look for known faults; ``docs/licences.md``
is the same for a person. Both come from requirements.lock, and the licences from what is installed.
"""

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, metadata, requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
BOM, PAGE = ROOT / "docs" / "sbom.json", ROOT / "docs" / "licences.md"
LINE = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)(?: ; (.*?))?(?: \\)?$")
# Said by the project itself where its package says nothing that a program can read.
SAID = {
    "axe-playwright-python": "MIT",
    "colorama": "BSD-3-Clause",
    "pysqlite3": "Zlib",
    "rich-click": "MIT",
}
SERVED = (
    *("ribambelle-core", "ribambelle-cli", "ribambelle-assmat", "ribambelle-creche"),
    *("ribambelle-paiement-tresor", "ribambelle-periscolaire"),
)
OPTIONAL = ("opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http")
NAMES = {
    "MIT License": "MIT",
    "MIT license": "MIT",
    "The MIT License (MIT)": "MIT",
    "BSD License": "BSD",
    "BSD": "BSD",
    "Apache License 2.0": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "zlib/libpng License": "Zlib",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
SCOPES = {"served": "required", "optional": "optional", "": "excluded"}
TOP = """\
# Licences of the libraries

Written by `python -m tests.sbom` from requirements.lock and from what is installed; a test fails
when it is out of date. The same for programs: `docs/sbom.json` (CycloneDX 1.6). Ribambelle itself:
EUPL-1.2 (`LICENSE`).

« Served » is what a portal runs (`deploy/requirements.lock`, with what builds it), « optional » what
OpenTelemetry adds where it is asked for (`deploy/traces.lock`); the rest is for tests and checks, and is
never shipped.

| Library | Version | Licence | |
| --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Library:
    """One line of the lock."""

    name: str
    version: str
    digests: tuple[str, ...]
    licence: str
    use: str
    """``served``, ``optional`` (brought by an extra), or nothing: for tests alone."""


def libraries(lock: str) -> list[Library]:
    """Return the libraries that a lock fixes, in its order."""
    found: list[Library] = []
    needed, extras = needed_by(SERVED), needed_by(OPTIONAL)
    for line in lock.splitlines():
        if named := LINE.match(line):
            name, version, _ = named.groups()
            known = canonical(name)
            use = "served" if known in needed else "optional" if known in extras else ""
            found.append(Library(name, version, (), licence(name), use))
        elif digest := re.search(r"--hash=sha256:([0-9a-f]{64})", line):
            last = found[-1]
            found[-1] = replace(last, digests=(*last.digests, digest[1]))
    return found


def needed_by(names: Iterable[str]) -> set[str]:
    """Return these libraries and what they need, directly or not, on this machine."""
    waiting, seen = [Requirement(name) for name in names], set[str]()
    while waiting:
        one = waiting.pop()
        if str(one) in seen:
            continue
        seen.add(str(one))
        with suppress(PackageNotFoundError):  # asked for another machine than this one
            waiting += [
                more for more in map(Requirement, requires(one.name) or []) if _is_for(more, one)
            ]
    return {canonical(Requirement(name).name) for name in seen}


def _is_for(more: Requirement, one: Requirement) -> bool:
    """Tell whether what a library asks is asked here, with the extras wanted of it."""
    return more.marker is None or any(
        more.marker.evaluate({"extra": extra}) for extra in one.extras or {""}
    )


def canonical(name: str) -> str:
    """Return a name as the index compares it.

    >>> canonical("ppf.datamatrix")
    'ppf-datamatrix'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def licence(name: str) -> str:
    """Return the licence a package says it is under, by its short name; nothing when it says none."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return SAID.get(name, "")
    expression = said.get("License-Expression")
    if expression:
        return str(expression)
    words = [
        one.rpartition(" :: ")[2]
        for one in said.get_all("Classifier") or []
        if one.startswith("License :: ")
    ]
    known = sorted({NAMES.get(one, one) for one in words} - {"OSI Approved"})
    short = (said.get("License") or "").strip()
    return " OR ".join(known) or (
        NAMES.get(short, short) if 0 < len(short) < 60 else SAID.get(name, "")
    )


def bom(found: list[Library]) -> str:
    """Return the list as CycloneDX."""
    told: dict[str, Any] = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "name": "ribambelle", "bom-ref": "ribambelle"}
        },
        "components": [_component(one) for one in found],
        "dependencies": [{"ref": "ribambelle", "dependsOn": [_purl(one) for one in found]}],
    }
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def _component(one: Library) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": _purl(one),
        "scope": SCOPES[one.use],
        "name": one.name,
        "version": one.version,
        "purl": _purl(one),
        "licenses": [{"license": {"name": one.licence}}],
        "externalReferences": [
            {
                "type": "distribution",
                "url": _purl(one),  # whatever index serves it: the digests say what it must be
                "hashes": [{"alg": "SHA-256", "content": digest} for digest in one.digests],
            }
        ],
    }


def _purl(one: Library) -> str:
    return f"pkg:pypi/{one.name}@{one.version}"


def page(found: list[Library]) -> str:
    """Return the list for a person."""
    return TOP + "".join(
        f"| {one.name} | {one.version} | {one.licence} | {one.use} |\n" for one in found
    )


if __name__ == "__main__":
    every = libraries(LOCK.read_text("utf-8"))
    BOM.write_text(bom(every), "utf-8")
    PAGE.write_text(page(every), "utf-8")
