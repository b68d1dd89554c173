"""The security file a commune must hold before it opens a teleservice (RGS, decree 2010-112).

What the portal knows by itself is written; what only the commune may decide is left to it, in
words: no file here says that anything was homologated.
"""

import platform as machine
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution, distributions
from pathlib import Path

from pysqlite3.dbapi2 import sqlite_version

import ribambelle
from ribambelle.database import Postgres
from ribambelle.errors import Refused
from ribambelle.lists import as_csv
from ribambelle.privacy import register
from ribambelle.tenants import Tenant, checking

DOCS = Path(ribambelle.__file__).parents[2] / "docs"
"""Where the pages of the project lie, beside the code: a wheel has none."""
ASKED = """\
# {commune} : dossier d’homologation de sécurité

Écrit par le portail le {day}. Téléservices : {plugins}.

La commune homologue elle-même ce téléservice (ordonnance n° 2005-1516, décret n° 2010-112) ;
MonServiceSécurisé, de l’ANSSI, l’y aide. Ce dossier apporte ce que le portail sait :

| Fichier | Ce qu’il contient |
| --- | --- |
| 1-inventaire.csv | les composants et leur version |
| 2-architecture.md | comment le portail est fait |
| 3-donnees.csv | le registre des traitements, avec les durées de la commune |
| 4-roles.md | qui peut ouvrir quoi |
| 5-securite.md | ce que fait le portail |
| 6-asvs.md | chaque exigence, et le test qui la prouve |
| 7-verifications.md | ce que « tenant check » dit aujourd’hui |
| 8-risques.md | ce qui reste, à décider par la commune |

## Cette commune

- Adresses : {hosts}
- Base : {engine}
- Version : {version}
- Contact : {contact}
- Déléguée ou délégué à la protection des données : {officer}
"""
RISKS = """\
# Ce qui reste, à décider par la commune

Pour chaque ligne : accepter, réduire ou refuser, qui l’a décidé, quand.

| Risque | Ce qui le réduit | Décision de la commune |
| --- | --- | --- |
| La boîte e-mail d’une famille est volée | liens d’une demi-heure, FranceConnect, clés d’accès | |
| Un agent consulte ce qu’il ne devrait pas | rôles, journal montré aux familles | |
| La machine est prise | documents chiffrés, clé à part, copies ailleurs, journaux envoyés | |
| La sauvegarde est volée | dossier lisible par le service seul, à chiffrer au repos | |
| Une bibliothèque a une faille | empreintes fixées, délais de mise à jour | |
| Le portail est indisponible | sauvegardes, restauration essayée, guichet et téléphone | |
{found}

La procédure de crise, les contacts et la date de la prochaine revue sont à écrire ici.
"""


async def write(commune: Tenant, roles: str, to: Path) -> list[str]:
    """Write the file in a new folder; return the names written. Raises Refused when it is there."""
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise Refused("file_exists", file=str(to))
    problems, remarks = await checking.examined(commune)
    parts: dict[str, str | bytes] = {
        "0-lisez-moi.md": _front(commune),
        "1-inventaire.csv": as_csv(("Composant", "Version", "Licence"), components()),
        "2-architecture.md": _page(DOCS.parent / "ARCHITECTURE.md"),
        "3-donnees.csv": await _register(commune),
        "4-roles.md": roles,
        "5-securite.md": _page(DOCS / "fr" / "securite.md"),
        "6-asvs.md": _page(DOCS / "asvs.md"),
        "7-verifications.md": _checks(problems, remarks),
        "8-risques.md": RISKS.format(found="".join(f"| {one} | | |\n" for one in problems)),
    }
    to.mkdir(parents=True, exist_ok=True)
    for name, content in parts.items():
        data = content if isinstance(content, bytes) else content.encode()
        (to / name).write_bytes(data)
    return sorted(parts)


def components() -> list[tuple[str, str, str]]:
    """Return what runs here: Python, SQLite, and every installed library with its licence."""
    found = [("Python", machine.python_version(), "PSF-2.0"), ("SQLite", sqlite_version, "")]
    names = sorted({one.metadata["Name"] for one in distributions() if one.metadata["Name"]})
    for name in names:
        try:
            one = distribution(name)
        except PackageNotFoundError:
            continue
        said = [
            *(one.metadata.get_all("License-Expression") or []),
            *(one.metadata.get_all("License") or []),
        ]
        classed = [
            line.rpartition(" :: ")[2]
            for line in one.metadata.get_all("Classifier") or []
            if line.startswith("License ::")
        ]
        licence = next((one for one in said if 0 < len(one) < 60), ", ".join(classed))
        found.append((name, one.version, licence))
    return found


def _front(commune: Tenant) -> str:
    settings = commune.settings
    version = next((one[1] for one in components() if one[0] == "ribambelle-core"), "")
    return ASKED.format(
        commune=settings.name,
        day=f"{commune.now():%d/%m/%Y}",
        plugins=", ".join(settings.plugins) or "aucun",
        hosts=", ".join(settings.hosts),
        engine="PostgreSQL" if isinstance(commune.engine, Postgres) else "SQLite",
        version=version,
        contact=settings.contact.email or settings.contact.phone or "à écrire",
        officer=settings.privacy.officer or "à écrire",
    )


def _page(file: Path) -> str:
    if not file.is_file():
        return f"Cette page est dans la documentation du projet : {file.name}.\n"
    return file.read_text("utf-8")


async def _register(commune: Tenant) -> bytes:
    known, said = await register.rules(), commune.settings.privacy
    headings = ("Traitement", "Table", "Colonnes", "Base légale", "Destinataires", "Durée", "Texte")
    return as_csv(
        headings,
        [
            (
                *(rule.purpose, rule.name, ", ".join(rule.columns), rule.basis, rule.recipients),
                *(register.kept(rule, known, said), register.source(rule, known, said)),
            )
            for rule in known
        ],
    )


def _checks(problems: Sequence[str], remarks: Sequence[str]) -> str:
    lines = [f"- {one}" for one in problems] or ["- Rien à corriger."]
    more = [f"- {one}" for one in remarks]
    told = "\n".join(
        ["# Vérifications", "", *lines, *(["", "## Remarques", "", *more] if more else [])]
    )
    return f"{told}\n"
