"""What keeps a commune from serving its families well, though its file can be read.

Each problem is one sentence that names the file, the key and the cure.
"""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import structlog

from ribambelle import asking
from ribambelle.database import migrations
from ribambelle.documents import antivirus, keys
from ribambelle.errors import Misconfigured
from ribambelle.jobs import queue
from ribambelle.messages import outbox
from ribambelle.messages.receipts import SHORTEST_SECRET
from ribambelle.tenants import communes, departements
from ribambelle.tenants.tenant import Tenant
from ribambelle.web.formats import pluriel
from ribambelle.workflow import journal

log = structlog.get_logger(__name__)
LOCALES = ("fr",)
UNCHECKED = (
    "Le module « {plugin} » n’a pas pu être vérifié : il échoue, ou ne répond pas. La raison est au "
    "journal technique : donnez-la à qui l’a écrit, ou désactivez-le."
)
SENDER = re.compile(r"|[A-Za-z0-9]{1,11}|\+\d{8,15}")
SCHOOL_ZONES = (
    *("A", "B", "C", "Corse", "Guadeloupe", "Guyane", "La Réunion", "Martinique", "Mayotte"),
    *("Nouvelle-Calédonie", "Polynésie française", "Saint-Pierre-et-Miquelon"),
    "Wallis-et-Futuna",
)


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence a plugin says of a commune: to put right, or only worth knowing."""

    words: str
    is_problem: bool = False


async def problems(commune: Tenant) -> list[str]:
    """Return everything to put right."""
    return (await examined(commune))[0]


async def examined(commune: Tenant) -> tuple[list[str], list[str]]:
    """Return everything to put right, and what is worth knowing, the commune's file first."""
    found = [*of_file(commune), *of_folder(commune), *await of_antivirus(commune)]
    with commune.here():
        found += await of_identities(commune)
        found += await of_particulier(commune)
        found += await of_database(commune)
        told = [] if found else await of_plugins(commune)
    wrong = [one.words for one in told if one.is_problem]
    return found + wrong, [*remarks(commune), *(one.words for one in told if not one.is_problem)]


async def of_plugins(commune: Tenant) -> list[Remark]:
    """Return what the plugins of a commune say of how it uses them."""
    found: list[Remark] = []
    for plugin, looks in commune.hooks.each("checks"):
        for look in looks:
            try:
                async with asyncio.timeout(asking.PATIENCE):
                    found += await look(commune)
            except Exception:  # isolation: what the others found must still be said
                log.exception("check_failed", plugin=plugin, check=look.__qualname__)
                found.append(Remark(UNCHECKED.format(plugin=plugin), is_problem=True))
    return found


Fault = tuple[str, str, str]
"""The key, what is wrong with its value, the cure."""


def of_file(commune: Tenant) -> list[str]:
    """Return the keys of the file whose value cannot be right."""
    file = f"{commune.slug}.toml"
    found = chain(
        of_places(commune),
        of_words(commune),
        of_files(commune),
        of_mail(commune),
        of_sms(commune),
        of_modules(commune),
    )
    return [Misconfigured(what, file=file, key=key, cure=cure).message for key, what, cure in found]


def of_places(commune: Tenant) -> Iterator[Fault]:
    """Yield the codes of places that no official list has."""
    settings = commune.settings
    if settings.insee and settings.insee not in communes.codes():
        yield (
            "insee",
            f"le code {settings.insee} ne figure pas dans la liste officielle des communes",
            "vérifiez-le : ce n’est pas le code postal",
        )
    if settings.departement and settings.departement not in departements.names():
        yield (
            "departement",
            f"le code {settings.departement} ne figure pas dans la liste officielle des départements",
            f"choisissez parmi {departements.known()}",
        )


def of_words(commune: Tenant) -> Iterator[Fault]:
    """Yield the words that mean nothing here, or not what they say."""
    settings = commune.settings
    if settings.locale not in LOCALES:
        yield "locale", f"langue inconnue « {settings.locale} »", f"écrivez {', '.join(LOCALES)}"
    if settings.school_zone and settings.school_zone not in SCHOOL_ZONES:
        yield (
            "school_zone",
            f"zone de vacances inconnue « {settings.school_zone} »",
            f"choisissez parmi {', '.join(SCHOOL_ZONES)}",
        )
    if settings.fictional and not commune.is_for_learning:
        yield (
            "fictional",
            "cette commune n’est pas un espace pour apprendre : aucun de ses messages ne part, et le "
            "Trésor n’est pas appelé",
            "retirez cette ligne ; un espace s’ouvre par « ribambelle tenant copy »",
        )


def of_files(commune: Tenant) -> Iterator[Fault]:
    """Yield the files named and absent."""
    settings = commune.settings
    for key, name in (
        ("brand.crest", settings.brand.crest),
        ("geocoding.streets", settings.geocoding.streets),
    ):
        if name and not (commune.platform.folder / commune.slug / name).is_file():
            yield (
                key,
                f"le fichier « {name} » est absent",
                f"posez-le dans tenants/{commune.slug}/, ou videz cette clé",
            )


def of_mail(commune: Tenant) -> Iterator[Fault]:
    """Yield what keeps messages from leaving."""
    if commune.mail_goes_nowhere:
        yield (
            "mail.server",
            "aucun serveur d’envoi : les familles ne recevraient aucun message",
            'écrivez server = "smtp.maville.fr" sous [mail]',
        )


def of_modules(commune: Tenant) -> Iterator[Fault]:
    """Yield the plugins switched on and broken."""
    plugins = commune.platform.plugins
    for name in commune.settings.plugins:
        error = plugins.broken.get(name)
        if isinstance(error, Misconfigured):
            yield "plugins", error.what, error.cure
        elif error:
            place = plugins.places.get(name, "")
            yield (
                "plugins",
                f"le module « {name} » est en panne ({error}{place and f', {place}'})",
                "lancez « ribambelle plugin list », puis corrigez ou retirez ce module",
            )


def of_sms(commune: Tenant) -> list[Fault]:
    """Return what keeps SMS from leaving."""
    sms = commune.settings.sms
    if 0 < len(sms.receipt_secret) < SHORTEST_SECRET:
        return [
            (
                "sms.receipt_secret",
                "ce secret est trop court : aucun avis de réception ne serait cru",
                f"écrivez {SHORTEST_SECRET} signes au moins, tirés au hasard",
            )
        ]
    if sms.provider == "file" and not commune.sends_sms:
        return [
            (
                "sms.provider",
                "« file » garde les SMS dans un dossier : les familles reçoivent des e-mails",
                'écrivez "ovh", ou videz cette clé',
            )
        ]
    if sms.provider != "ovh":
        return []
    found = [
        (f"sms.{key}", "cette clé manque : aucun SMS ne partirait", "écrivez-la dans les secrets")
        for key in ("service", "application_key", "application_secret", "consumer_key")
        if not getattr(sms, key)
    ]
    if not SENDER.fullmatch(sms.sender):
        found.append(
            (
                "sms.sender",
                f"expéditeur refusé « {sms.sender} »",
                "onze lettres ou chiffres au plus, ou un numéro comme +33612345678",
            )
        )
    return found


def remarks(commune: Tenant) -> list[str]:
    """Return what is worth knowing, and is not to be put right."""
    settings, told = commune.settings, list[str]()
    if settings.sms.provider == "ovh":
        told.append(
            "SMS par OVHcloud : écrit d’après sa documentation, non vérifié auprès du fournisseur. "
            "Envoyez-vous un SMS avant de l’ouvrir aux familles."
        )
    if not commune.settings.documents.secret and not commune.settings.demo:
        told.append(
            "La clé « documents.secret » est vide : les justificatifs sont chiffrés par le seul "
            f"fichier « secret.key ». Écrivez-la dans {commune.slug}.secrets.toml, gardez-la hors du "
            "serveur, puis lancez « ribambelle documents rotate-key »."
        )
    legal = {"legal.director": settings.legal.director, "legal.host": settings.legal.host}
    if not settings.demo and (missing := [key for key, said in legal.items() if not said]):
        told.append(
            f"Mentions légales incomplètes : écrivez {' et '.join(missing)} dans {commune.slug}.toml "
            "(loi du 21 juin 2004, art. 6)."
        )
    for name, one in (
        ("FranceConnect", settings.franceconnect),
        ("ProConnect", settings.proconnect),
    ):
        if not one.on:
            continue
        told.append(
            f"{name} : écrit d’après sa documentation, non vérifié auprès du service. "
            f"Adresses à y déclarer : « ribambelle tenant identities {commune.slug} »."
        )
        if one.algorithm == "HS256":
            told.append(f"{name} : HS256 signe avec votre secret. Préférez ES256 ou RS256.")
    if settings.particulier.on:
        told.append(
            "API Particulier : écrit d’après sa documentation, non vérifié auprès du service. "
            "L’habilitation, la délibération et le SIRET à écrire : docs/fr/api-particulier.md."
        )
    return told


def of_folder(commune: Tenant) -> list[str]:
    """Return what is missing beside the database."""
    key: Path = commune.folder / "secret.key"
    if key.is_file():
        return []
    return [
        Misconfigured(
            "la clé secrète de la commune est absente : personne ne peut se connecter",
            file=str(key),
            cure="restaurez-la depuis votre sauvegarde ; sans sauvegarde, "
            f"« ribambelle tenant upgrade {commune.slug} » en fait une autre",
        ).message
    ]


async def of_antivirus(commune: Tenant) -> list[str]:
    """Return what keeps papers from being examined."""
    address = commune.settings.documents.antivirus
    if not address or await antivirus.answers(address):
        return []
    return [
        Misconfigured(
            f"l’antivirus ne répond pas à {address} : les fichiers reçus attendent",
            file=f"{commune.slug}.toml",
            key="documents.antivirus",
            cure="démarrez clamd, ou videz cette clé",
        ).message
    ]


async def of_identities(commune: Tenant) -> list[str]:
    """Return what keeps families or staff from coming in by FranceConnect or ProConnect."""
    from ribambelle import openid

    found = []
    for code in (openid.FRANCECONNECT, openid.PROCONNECT):
        one = openid.of(commune, code)
        if one is None or commune.settings.demo:  # its stand-ins run with `ribambelle demo` alone
            continue
        cure = f"comparez avec « ribambelle tenant identities {commune.slug} »"
        try:
            where = await openid.addresses(one)
        except (openid.Unreachable, openid.Rejected) as error:
            what, key = f"{one.name} ne répond pas à {one.issuer} ({error})", "issuer"
        else:
            signs = where.id_token_signing_alg_values_supported
            if not signs or one.algorithm in signs:
                continue
            what, key = f"{one.name} ne signe pas en {one.algorithm}", "algorithm"
            cure = f"choisissez parmi {', '.join(signs)}, comme vous l’avez déclaré"
        file = f"{commune.slug}.toml"
        found.append(Misconfigured(what, file=file, key=f"{code}.{key}", cure=cure).message)
    return found


async def of_particulier(commune: Tenant) -> list[str]:
    """Return what keeps the commune from asking the State what families let it ask."""
    from ribambelle.particulier import service

    settings = commune.settings
    if not settings.particulier.on or settings.demo:  # its stand-in runs with `ribambelle demo`
        return []
    if not (what := await service.ping(commune)):
        return []
    return [
        Misconfigured(
            f"API Particulier : {what}",
            file=f"{commune.slug}.toml",
            key="particulier.token",
            cure="comparez avec l’habilitation de DataPass (docs/fr/api-particulier.md)",
        ).message
    ]


async def of_database(commune: Tenant) -> list[str]:
    """Return what is wrong in the database that is current."""
    if await migrations.pending(commune.hooks.packages()):
        return [f"Base à mettre à niveau : ribambelle tenant upgrade {commune.slug}"]
    found = []
    if dead := await queue.given_up():
        found.append(
            f"{pluriel(dead, 'travail abandonné', 'travaux abandonnés')} après {queue.TRIES} essais. "
            "Lisez l’erreur dans le journal du service, corrigez la cause, puis : "
            "ribambelle work --retry"
        )
    if late := await outbox.late(commune.now()):
        from ribambelle.messages import patience

        found.append(
            f"{pluriel(late, 'message attend', 'messages attendent')} depuis plus de trente "
            "minutes. Vérifiez que le serveur d’envoi répond : dès qu’il répondra, le départ se fera "
            f"sans rien faire, pendant {patience.PATIENCE.days} jours."
        )
    if (line := await journal.broken_at()) is not None:
        found.append(
            f"Le journal des actes a été modifié : la chaîne est rompue à la ligne {line}. "
            "Gardez cette base telle quelle et comparez avec une sauvegarde d’avant."
        )
    # the copies know the tenants, and not the other way round
    from ribambelle.backups import witness

    if gone := await witness.lost(commune):
        found.append(
            f"Le journal des actes a été modifié : {gone.words(commune)}. Gardez cette base telle "
            "quelle et comparez avec cette copie."
        )
    if (wrong := await keys.problem()) is not None:
        found.append(wrong)
    return found
