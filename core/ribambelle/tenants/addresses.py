"""Whose is an address? The files say who claims it, the communes' folders who has served it.

A mistake in one file must never send the families of a commune to another. Of two files that
claim an address, the commune that serves it, or served it last, keeps it; when neither did,
nobody has it. What each commune served is kept beside its data, in ``data/<slug>/hosts``.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import structlog

from ribambelle.errors import Misconfigured
from ribambelle.tenants import settings as files

log = structlog.get_logger(__name__)
HOSTS_LINE = re.compile(r"^hosts\s*=\s*\[([^\]]*)\]", re.M)
CURE = "donnez une adresse différente à chaque commune"


class Addresses:
    """Who has which address, read again when told to; a file that has not changed is not read."""

    def __init__(self, folder: Path, data: Path) -> None:
        self.folder, self.data = folder, data
        self.owners: dict[str, str] = {}
        self.claims: dict[str, list[str]] = {}
        self._read: dict[str, tuple[int, frozenset[str] | None, list[str]]] = {}
        self._served: dict[str, frozenset[str]] = {}
        self._refused: dict[str, str] = {}

    def scan(self, slugs: Iterable[str]) -> None:
        """Decide again to whom each address belongs, and keep it beside the data."""
        claims: dict[str, list[str]] = {}
        for slug in slugs:
            for host in self._claimed(slug):
                claims.setdefault(host, []).append(slug)
        decided = {host: self._owner(host, claimants) for host, claimants in claims.items()}
        self.owners = {host: owner for host, owner in decided.items() if owner}
        self.claims = claims
        self._refused = {
            slug: host
            for host, claimants in claims.items()
            for slug in claimants
            if decided[host] != slug
        }
        own: dict[str, set[str]] = {}
        for host, owner in self.owners.items():
            own.setdefault(owner, set()).add(host)
        for slug, hosts in own.items():
            self._remember(slug, hosts)

    def add(self, slug: str) -> None:
        """Decide of the addresses of one more commune; the others are not looked at again."""
        self._refused.pop(slug, None)
        for host in self._claimed(slug):
            claimants = self.claims.setdefault(host, [])
            if slug not in claimants:
                claimants.append(slug)
            owner = self._owner(host, claimants)
            self.owners.pop(host, None)
            if owner:
                self.owners[host] = owner
            self._refused.update({one: host for one in claimants if one != owner})
        self._remember(
            slug, {host for host in self._claimed(slug) if self.owners.get(host) == slug}
        )

    def knows(self, slug: str, stamp: int) -> bool:
        """Tell whether the file has not changed since it was read."""
        return slug in self._read and self._read[slug][0] == stamp

    def dispute(self, slug: str) -> Misconfigured | None:
        """Return why a commune may not serve: it claims an address that is not its own."""
        return self._refusal(self._refused[slug], slug) if slug in self._refused else None

    def disputed(self, slug: str) -> list[str]:
        """Return what to tell the commune of each address another file also claims."""
        return [
            self._refusal(host, slug).message
            for host, claimants in self.claims.items()
            if slug in claimants and len(claimants) > 1
        ]

    def _refusal(self, host: str, slug: str) -> Misconfigured:
        others = ", ".join(f"{one}.toml" for one in self.claims[host] if one != slug)
        owner = self.owners.get(host)
        if owner == slug:
            what, cure = f"l’adresse « {host} » est aussi écrite dans {others}", "retirez-la de là"
        elif owner:
            what, cure = f"l’adresse « {host} » appartient déjà à la commune « {owner} »", CURE
        else:
            what, cure = f"l’adresse « {host} » est aussi écrite dans {others}", CURE
        return Misconfigured(what, file=f"{slug}.toml", key="hosts", cure=cure)

    def _owner(self, host: str, claimants: list[str]) -> str | None:
        if len(claimants) == 1:
            return claimants[0]
        if self.owners.get(host) in claimants:
            return self.owners[host]
        served = [slug for slug in claimants if host in self.served(slug)]
        return served[0] if len(served) == 1 else None

    # -- what a file claims ------------------------------------------------------------------

    def _claimed(self, slug: str) -> list[str]:
        file = self.folder / f"{slug}.toml"
        stamp = stamp_of(file)
        if not self.knows(slug, stamp):
            said = _said(file)
            # A file that cannot be read still answers where it did: with a page that says so.
            claimed = _guessed(file) | self.served(slug) if said is None else said
            self._read[slug] = (stamp, said, sorted(claimed))
        return self._read[slug][2]

    # -- what a commune has served -----------------------------------------------------------

    def served(self, slug: str) -> frozenset[str]:
        """Return the addresses this commune served last."""
        if slug not in self._served:
            file = self.data / slug / "hosts"
            try:
                self._served[slug] = frozenset(file.read_text("utf-8").split())
            except (OSError, UnicodeDecodeError):
                self._served[slug] = frozenset()
        return self._served[slug]

    def _remember(self, slug: str, hosts: set[str]) -> None:
        readable = self._read[slug][1] is not None
        if hosts and readable and hosts != self.served(slug) and (self.data / slug).is_dir():
            self._keep(slug, frozenset(hosts))

    def _keep(self, slug: str, hosts: frozenset[str]) -> None:
        self._served[slug] = hosts
        file = self.data / slug / "hosts"
        draft = file.with_name(".hosts.part")
        try:
            draft.write_text("\n".join(sorted(hosts)) + "\n", "utf-8")
            draft.replace(file)
        except OSError as error:  # serving matters more than remembering
            log.warning("hosts_not_kept", tenant=slug, reason=str(error))


def _said(file: Path) -> frozenset[str] | None:
    """Return the addresses a file claims, or None when it cannot be read."""
    try:
        claimed = files.parse(file).get("hosts", [])
    except (Misconfigured, OSError):
        return None
    if not isinstance(claimed, list):
        return None
    return frozenset(host for host in claimed if isinstance(host, str))


def _guessed(file: Path) -> frozenset[str]:
    """Return the addresses in a file whose rest is no longer TOML."""
    try:
        line = HOSTS_LINE.search(file.read_text("utf-8", "replace"))
    except OSError:
        return frozenset()
    return frozenset(re.findall(r"[\"']([^\"']+)[\"']", line[1])) if line else frozenset()


def stamp_of(file: Path) -> int:
    """Return when a file last changed; 0 when it is not there."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
