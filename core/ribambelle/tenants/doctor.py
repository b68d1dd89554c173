"""What is wrong with this machine and its communes, and the remedy, before families find out.

Each fault is one sentence and its cure. What could not be looked at is said, never taken for well.
"""

import asyncio
import os
import shutil
import ssl
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from pysqlite3.dbapi2 import sqlite_version_info

from ribambelle.backups import state
from ribambelle.database import migrations, schema
from ribambelle.database.connection import OLDEST
from ribambelle.errors import Misconfigured, RibambelleError, Unavailable
from ribambelle.jobs.tables import Job
from ribambelle.tenants import checking, copies
from ribambelle.tenants.registry import Platform
from ribambelle.tenants.tenant import FREEZE, Tenant
from ribambelle.workflow.tables import JournalLine

log = structlog.get_logger(__name__)
SEE_LOG = "La raison est au journal technique : donnez-la à qui tient le logiciel."

LITTLE, ALMOST_NONE = 0.10, 0.02
"""Shares of the disk under which to say so, and under which writing will soon fail."""
PATIENCE = 5.0
STALE = timedelta(hours=1)
COPIED = timedelta(days=7)
SLACK, LATE = timedelta(minutes=30), 3
"""A copy that takes itself is late after so long, or after so many turns missed."""
RENEWED = timedelta(days=14)
READ_ONLY = timedelta(minutes=10)
"""A commune is read only for seconds while it moves or is upgraded; after so long, by mistake."""
FORMER = timedelta(days=7)
CUT = timedelta(days=1)
"""A move takes minutes: what it works on and is older was left by one that was stopped by force."""
BACK = timedelta(minutes=5)
MEANWHILE = "Les chiffres se lisent sur la base principale."
Level = Literal["fault", "remark", "unknown"]


@dataclass(frozen=True)
class Finding:
    """One thing found: where, what, and what to do about it."""

    where: str
    level: Level
    told: str
    cure: str = ""


async def examined(communes: Platform, *, network: bool = True) -> list[Finding]:
    """Return all that is found, of the machine first; `network` also calls what is outside."""
    found = list(of_machine(communes))
    for slug in communes.slugs():
        try:
            commune = communes.tenant(slug)
            found += [one async for one in _of_commune(commune, network=network)]
        except (Misconfigured, Unavailable) as error:
            told = error.message if isinstance(error, Misconfigured) else str(error)
            found.append(Finding(slug, "fault", told, f"ribambelle tenant check {slug}"))
        except Exception as error:  # whatever fails in one commune, the others are examined
            log.exception("commune_unexamined", tenant=slug)
            told = f"L’examen de cette commune a échoué ({type(error).__name__})."
            found.append(Finding(slug, "fault", told, SEE_LOG))
    return found


def of_machine(
    communes: Platform, sqlite: tuple[int, ...] = sqlite_version_info
) -> Iterator[Finding]:
    """Yield what is wrong with what every commune stands on; `sqlite` is the version that runs."""
    if sqlite < OLDEST:
        version = ".".join(map(str, sqlite))
        yield Finding(
            "SQLite",
            "fault",
            f"La version {version} peut abîmer une base où deux processus écrivent.",
            "Réinstallez : make install apporte la bonne.",
        )
    try:
        ZoneInfo("Indian/Reunion")
    except ZoneInfoNotFoundError:
        told = "Les fuseaux horaires manquent : aucune heure ne serait juste."
        yield Finding("horloge", "fault", told, "Installez le paquet tzdata du système.")
    yield from _of_folder(communes.data)
    yield from _of_secrets(communes)


def _of_folder(data: Path) -> Iterator[Finding]:
    try:
        data.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=data):
            pass
        disk = shutil.disk_usage(data)
    except OSError as error:
        yield Finding(
            "disque",
            "fault",
            f"{data} ne peut pas être écrit : {error.strerror}.",
            "Donnez ce dossier au compte qui sert les portails, ou choisissez-en un autre "
            "(RIBAMBELLE_DATA).",
        )
        return
    share = disk.free / disk.total
    if share < LITTLE:
        level: Level = "fault" if share < ALMOST_NONE else "remark"
        told = f"Il reste {disk.free / 1e9:.1f} Go, {share:.0%} du disque.".replace(".", ",", 1)
        yield Finding("disque", level, told, "Libérez de la place, ou agrandissez le disque.")


def _of_secrets(communes: Platform) -> Iterator[Finding]:
    """Yield the files of secrets that others than the service may read."""
    files = [*communes.folder.glob("*.secrets.toml"), *communes.data.glob("*/secret.key")]
    for file in files:
        if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) and os.name == "posix":
            told = f"{file} est lisible par d’autres que le service."
            yield Finding("droits", "fault", told, f"chmod 600 {file}")


async def _of_commune(commune: Tenant, *, network: bool) -> AsyncIterator[Finding]:
    for words in (await checking.examined(commune))[0]:
        yield Finding(commune.slug, "fault", words)
    if finding := _of_upgrade(commune) or _of_freeze(commune):
        yield finding
    for finding in _of_former(commune):
        yield finding
    with commune.here():
        async for one in _of_database(commune):
            yield one
    if network and not commune.settings.demo:
        async for one in _of_network(commune):
            yield one


def _of_upgrade(commune: Tenant) -> Finding | None:
    known = state.upgrade(commune)
    if known is None:
        return None
    if known.is_unfinished:
        told = "Sa mise à niveau a été coupée : elle est en lecture seule."
        return Finding(commune.slug, "fault", told, "ribambelle fleet upgrade la reprend.")
    if known.stage == "done":
        return None
    told = f"Sa mise à niveau a échoué et sa base est revenue à sa copie : {known.problem}."
    return Finding(commune.slug, "remark", told, "Corrigez, puis : ribambelle fleet upgrade")


def _of_freeze(commune: Tenant) -> Finding | None:
    """Say that families have not been able to write for a while: a move that was cut, or forgotten."""
    try:
        since = _changed(commune, commune.folder / FREEZE)
    except FileNotFoundError:
        return None
    if commune.now() - since < READ_ONLY:
        return None
    told = f"Elle est en lecture seule depuis le {since:%d/%m/%Y à %H:%M} : les familles n’y "
    cure = "Si plus rien ne la déplace ni ne la copie : ribambelle tenant freeze "
    return Finding(
        commune.slug, "fault", f"{told}enregistrent rien.", f"{cure}{commune.slug} --off"
    )


def _of_former(commune: Tenant) -> Iterator[Finding]:
    """Yield the bases a move left behind: what a family had forgotten since is still in them."""
    for file in sorted(commune.folder.glob("portal.*-*.sqlite")):
        if commune.now() - _changed(commune, file) > FORMER:
            told = f"L’ancienne base est encore là : {file}. Des familles oubliées depuis y sont."
            cure = f"Quand vous avez une copie de la nouvelle, supprimez-la : rm {file}*"
            yield Finding(commune.slug, "remark", told, cure)
    for ending in ("still", "moving"):
        file = commune.folder / f".portal.sqlite.{ending}"
        if file.exists() and commune.now() - _changed(commune, file) > CUT:
            told = f"Un déplacement coupé a laissé une copie de la base : {file}."
            cure = f"Relancez le déplacement, qui la remplace, ou supprimez-la : rm {file}*"
            yield Finding(commune.slug, "remark", told, cure)


def _changed(commune: Tenant, file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, commune.zone)


async def _of_database(commune: Tenant) -> AsyncIterator[Finding]:
    slug, now, there = commune.slug, commune.now(), await migrations.apps()
    tables = [
        table
        for name, found in commune.platform.plugins.each("tables")
        if name in there
        for table in found
    ]
    try:
        drift = await schema.drift(tables)
    except RibambelleError as error:
        yield Finding(slug, "unknown", f"La forme de la base n’a pas pu être lue : {error}.")
        return
    if drift:
        yield Finding(
            slug,
            "fault",
            f"La base n’a pas la forme attendue : {drift[0]}.",
            f"ribambelle tenant upgrade {slug} ; sinon restaurez une copie.",
        )
    last = (
        await JournalLine.select(JournalLine.at).order_by(JournalLine.id, ascending=False).first()
    )
    if last and last["at"] > now + BACK:
        yield Finding(
            slug,
            "fault",
            f"L’horloge a reculé : le dernier acte est du {last['at']:%d/%m/%Y à %H:%M}.",
            "Réglez l’heure de la machine (timedatectl), puis relancez le service.",
        )
    late = await Job.select(Job.run_at).where(Job.run_at < now - STALE).order_by(Job.run_at).first()
    if late:
        yield Finding(
            slug,
            "fault",
            f"Des travaux attendent depuis le {late['run_at']:%d/%m/%Y à %H:%M}.",
            "Lancez « ribambelle work », ou servez sans --no-work.",
        )
    if (standby := await _of_standby(commune)) is not None:
        yield standby
    for one in _of_copies(commune):
        yield one


async def _of_standby(commune: Tenant) -> Finding | None:
    """Return how the base where figures are read follows the main one."""
    # figures know the tenants, and not the other way round
    from ribambelle.statistics import reading

    found = await reading.following(commune)
    if found is None:
        return None
    if found.is_read and found.up_to is None:
        return Finding(
            commune.slug, "remark", "La base de secours suit : moins de cinq secondes de retard."
        )
    cure = "" if found.is_read else "Vérifiez [standby] et le serveur de secours. " + MEANWHILE
    level: Level = "remark" if found.is_read else "fault"
    return Finding(commune.slug, level, reading.told(found, commune), cure)


def _of_copies(commune: Tenant) -> Iterator[Finding]:
    """Yield what would be missed on the day everything else is lost."""
    slug, now, settings = commune.slug, commune.now(), commune.settings.backup
    copied = copies.last(commune)
    when = (
        f"La dernière copie est du {copied:%d/%m/%Y à %H:%M}." if copied else "Aucune copie faite."
    )
    if not settings.folder:
        if not commune.settings.demo and (copied is None or now - copied > COPIED):
            cure = "Écrivez [backup] dans le fichier de la commune : elle se copiera d’elle-même."
            yield Finding(slug, "remark", when, cure)
        return
    if not settings.key:
        told = "Les copies n’ont pas de clé : aucune n’est faite."
        yield Finding(slug, "fault", told, f"ribambelle backup-key {slug}")
        return
    known = state.copies(commune)
    if known and known.problem:
        told = f"La copie de {known.looked_at.astimezone(commune.zone):%H:%M} a échoué."
        yield Finding(slug, "fault", f"{told} {known.problem}", f"ribambelle backup {slug}")
    elif copied is None or now - copied > max(
        SLACK, LATE * timedelta(minutes=settings.every_minutes)
    ):
        yield Finding(slug, "fault", when, "Lancez « ribambelle work », ou servez sans --no-work.")
    yield from _of_drill(commune)
    if Path(settings.folder).is_dir() and _disk(Path(settings.folder)) == _disk(commune.folder):
        told = f"Les copies sont sur le disque des données : {settings.folder}."
        yield Finding(slug, "remark", told, "Montez-y le disque d’une autre machine.")


def _of_drill(commune: Tenant) -> Iterator[Finding]:
    slug, tried = commune.slug, state.drill(commune)
    cure = f"ribambelle drill {slug}"
    if tried and tried.problem:
        told = f"Le dernier essai de restauration a échoué : {tried.problem}"
        yield Finding(slug, "fault", told, cure)
    elif tried is None:
        yield Finding(slug, "remark", "Aucun essai de restauration n’a été fait.", cure)
    elif commune.now() - tried.at > timedelta(days=commune.settings.backup.drill_days):
        told = f"Le dernier essai de restauration est du {tried.at:%d/%m/%Y}."
        yield Finding(slug, "remark", told, cure)


def _disk(folder: Path) -> int:
    return folder.stat().st_dev


async def _of_network(commune: Tenant) -> AsyncIterator[Finding]:
    mail = commune.settings.mail
    if mail.server and not await _answers(mail.server, mail.port):
        yield Finding(
            commune.slug,
            "fault",
            f"Le serveur d’envoi {mail.server}:{mail.port} ne répond pas.",
            "Vérifiez son adresse et le pare-feu : les messages attendent, aucun n’est perdu.",
        )
    for host in commune.settings.hosts:
        if host.endswith(".localhost"):
            continue
        try:
            ends = await _certificate(host)
        except ssl.SSLCertVerificationError as error:
            told = f"Le certificat de {host} est refusé : {_refused(error)}."
            yield Finding(commune.slug, "fault", told, "Renouvelez-le sur le serveur mandataire.")
            continue
        if ends is None:
            told = f"Le certificat de {host} n’a pas pu être lu d’ici."
            yield Finding(commune.slug, "unknown", told, "Regardez-le depuis un autre réseau.")
        elif ends - datetime.now(UTC) < RENEWED:
            told = f"Le certificat de {host} finit le {ends:%d/%m/%Y}."
            yield Finding(commune.slug, "fault", told, "Renouvelez-le sur le serveur mandataire.")


async def _answers(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), PATIENCE)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


WRONG_CERTIFICATE = {
    10: "il est périmé",
    18: "il s’est signé lui-même",
    19: "son autorité n’est pas reconnue",
    20: "son autorité n’est pas reconnue",
    62: "il est au nom d’une autre adresse",
}
"""What OpenSSL says of a certificate that families' browsers refuse, by its code."""


def _refused(error: ssl.SSLCertVerificationError) -> str:
    """Say why a certificate is refused.

    >>> error = ssl.SSLCertVerificationError("x")
    >>> error.verify_code = 10
    >>> _refused(error)
    'il est périmé'
    """
    return WRONG_CERTIFICATE.get(error.verify_code, "les navigateurs ne le reconnaissent pas")


async def _certificate(host: str, port: int = 443) -> datetime | None:
    """Return when the certificate a host shows ends, or nothing when it cannot be reached.

    Raises SSLCertVerificationError for one that a browser would refuse.
    """
    context = ssl.create_default_context()
    try:
        opening = asyncio.open_connection(host, port, ssl=context, server_hostname=host)
        _, writer = await asyncio.wait_for(opening, PATIENCE)
    except ssl.SSLCertVerificationError:
        raise
    except (OSError, TimeoutError, ssl.SSLError):
        return None
    shown = writer.get_extra_info("peercert")
    writer.close()
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(shown["notAfter"]), UTC)
