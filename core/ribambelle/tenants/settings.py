"""A commune's file, layered over the platform's, checked and frozen.

Layers, the later ones winning: ``platform.toml``, ``<slug>.toml``, ``<slug>.secrets.toml``, then
the environment (``RIBAMBELLE_NANTES__MAIL__PASSWORD``). A table is replaced whole by a later
layer, unless it says ``dynaconf_merge = true``. A space to learn in takes of the platform's only
what leads to nobody.
"""

import difflib
import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from ribambelle.calendar.holidays import Holiday
from ribambelle.database.names import named, require_address
from ribambelle.errors import Misconfigured
from ribambelle.languages.known import OTHERS
from ribambelle.tenants.brand import parse_colour
from ribambelle.tenants.inheriting import harmless

S = TypeVar("S", bound=msgspec.Struct)


class Brand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the commune looks: one colour, from which every other is computed, and its crest."""

    colour: str = "#0B5FA5"
    crest: str = ""


class Contact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom a family calls, shown at the foot of every page."""

    service: str = "Service petite enfance"
    phone: str = ""
    email: str = ""
    hours: str = ""
    address: str = ""


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who signs the letters and certificates; `name` empty leaves the agent who prints them."""

    name: str = ""
    title: str = ""


class Database(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the data lives: empty for the commune's own SQLite file, or a PostgreSQL address."""

    url: str = ""


class Standby(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A PostgreSQL standby where figures are read: `url` empty reads them on the main database."""

    url: str = ""
    """Its address; ``{base}`` is the name of the commune's own base."""
    late_seconds: Annotated[int, msgspec.Meta(ge=0, le=86400)] = 60
    """How far behind it may be and still be read."""

    def of(self, database: str) -> str:
        """Return the address of a commune's base on the standby; nothing when it has none there.

        >>> Standby("postgresql://lecture@secours/{base}").of("postgresql://h/nantes")
        'postgresql://lecture@secours/nantes'
        >>> Standby("postgresql://lecture@secours/{base}").of("")
        ''
        """
        if not database:
            return ""
        return self.url.replace("{base}", quote(named(database), safe=""))


class Mail(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How e-mail leaves: `server` empty keeps it in the commune's folder (demonstration)."""

    sender: str = ""
    server: str = ""
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 587
    user: str = ""
    password: str = ""
    security: str = "starttls"


class Sms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How SMS leave: `provider` empty sends none, ``file`` keeps them (demonstration)."""

    provider: str = ""
    sender: str = ""
    service: str = ""
    application_key: str = ""
    application_secret: str = ""
    consumer_key: str = ""
    receipt_secret: str = ""
    """Seals the notices that say what became of each SMS; empty, none is taken."""


class Documents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What families may send, how long it is worth something, and how it is kept."""

    max_megabytes: Annotated[int, msgspec.Meta(ge=1, le=25)] = 12
    max_megapixels: Annotated[int, msgspec.Meta(ge=1, le=60)] = 50
    max_pages: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    months: dict[str, Annotated[int, msgspec.Meta(ge=0, le=120)]] = {}
    """Months a kind of paper is worth something, by code; 0 for always."""
    until: dict[str, str] = {}
    """Day of the year until which a kind of paper is worth something, by code: "08-31"."""
    remind_days: Annotated[int, msgspec.Meta(ge=0, le=90)] = 21
    antivirus: str = ""
    """Address of clamd: "127.0.0.1:3310" or the path of its socket."""
    secret: str = ""
    old_secret: str = ""

    def __post_init__(self) -> None:
        """Refuse a day of the year that does not exist, and a port that is not a number."""
        for code, day in self.until.items():
            try:
                date.fromisoformat(f"2027-{day}")
            except ValueError as error:
                raise Misconfigured(
                    f"jour inconnu « {day} »",
                    key=f"documents.until.{code}",
                    cure='écrivez mois-jour, par exemple "08-31"',
                ) from error
        host, _, port = self.antivirus.rpartition(":")
        if self.antivirus and not self.antivirus.startswith("/") and not (host and port.isdigit()):
            raise Misconfigured(
                f"adresse illisible « {self.antivirus} »",
                key="documents.antivirus",
                cure='écrivez "127.0.0.1:3310", ou le chemin du socket de clamd',
            )


class Geocoding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where an address typed by a family is looked up; both empty: by quartier only."""

    service: str = ""
    """The public address service: "https://data.geopf.fr/geocodage"."""
    streets: str = ""
    """The commune's own list, in its folder: a CSV file voie;latitude;longitude."""

    def __post_init__(self) -> None:
        """Refuse a service that is no address of the web, and a file outside the folder."""
        if self.service and not self.service.startswith(("https://", "http://127.0.0.1:")):
            raise Misconfigured(
                f"adresse illisible « {self.service} »",
                key="geocoding.service",
                cure='écrivez "https://data.geopf.fr/geocodage"',
            )
        if self.streets and (Path(self.streets).name != self.streets or self.streets == ".."):
            raise Misconfigured(
                f"fichier ailleurs « {self.streets} »",
                key="geocoding.streets",
                cure="écrivez le nom d’un fichier du dossier de la commune",
            )


ALGORITHMS = ("ES256", "RS256", "HS256")
"""How FranceConnect and ProConnect may sign what they answer; the one declared is the only one."""


class Openid(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A commune's registration with a state identity: all or nothing."""

    on: bool = False
    client: str = ""
    secret: str = ""
    issuer: str = ""
    algorithm: str = "ES256"

    def __post_init__(self) -> None:
        """Refuse an algorithm nobody declares, an address without TLS, a registration half given."""
        table = type(self).__name__.lower()
        if self.algorithm not in ALGORITHMS:
            raise Misconfigured(
                f"signature inconnue « {self.algorithm} »",
                key=f"{table}.algorithm",
                cure=f"écrivez celle que vous avez déclarée : {', '.join(ALGORITHMS)}",
            )
        if self.issuer and not self.issuer.startswith(("https://", "http://127.0.0.1:")):
            raise Misconfigured(
                f"adresse illisible « {self.issuer} »",
                key=f"{table}.issuer",
                cure="elle commence par « https:// »",
            )
        missing = [key for key in ("client", "secret", "issuer") if not getattr(self, key)]
        if self.on and missing:
            raise Misconfigured(
                "cette clé manque",
                key=f"{table}.{missing[0]}",
                cure="écrivez-la, ou écrivez on = false",
            )


class Franceconnect(Openid, frozen=True, forbid_unknown_fields=True):
    """FranceConnect, for families: what the commune was given, and what its aidants may do."""

    issuer: str = "https://oidc.franceconnect.gouv.fr/api/v2"
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    mandates: tuple[str, ...] = ("famille",)
    """Scopes of Aidants Connect that let an aidant act here for a family."""


class Proconnect(Openid, frozen=True, forbid_unknown_fields=True):
    """ProConnect, for staff: what the commune was given, and whose staff comes in by it."""

    sirets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse to let in the staff of any administration of France."""
        super().__post_init__()
        if self.on and not self.sirets:
            raise Misconfigured(
                "cette clé manque : les agents de toute la France entreraient",
                key="proconnect.sirets",
                cure='écrivez sirets = ["21440109300015"], celui de votre commune',
            )


class Particulier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """API Particulier: what the State already knows of families, and what this commune may ask it.

    `recipient` is the commune's own SIRET, whoever runs the portal; a refresh begins in February
    because what is asked in January still tells the year before.
    """

    on: bool = False
    address: str = "https://particulier.api.gouv.fr"
    token: str = ""
    recipient: str = ""
    asks: tuple[str, ...] = ("quotient",)
    """What the commune was given the right to ask: quotient, resources, schooling."""
    versions: dict[str, str] = {}
    """The version of an endpoint, by what is asked, when it is not the usual one."""
    franceconnect: bool = False
    """Whether a family may also be known by FranceConnect; both rights must have been paired."""
    refresh_from: Annotated[int, msgspec.Meta(ge=0, le=20)] = 3
    """Day of February from which known quotients are asked again; 0 for never."""

    def __post_init__(self) -> None:
        """Refuse an address without TLS, a SIRET that is none, what nobody may ask."""
        if not self.address.startswith(("https://", "http://127.0.0.1:")):
            raise Misconfigured(
                f"adresse illisible « {self.address} »",
                key="particulier.address",
                cure="elle commence par « https:// »",
            )
        for key, said in (("asks", self.asks), ("versions", tuple(self.versions))):
            if unknown := sorted(set(said) - ASKED):
                raise Misconfigured(
                    f"donnée inconnue « {unknown[0]} »",
                    key=f"particulier.{key}",
                    cure=f"choisissez parmi {', '.join(sorted(ASKED))}",
                )
        if wrong := [one for one in self.versions.values() if not re.fullmatch(r"v\d{1,2}", one)]:
            raise Misconfigured(
                f"version illisible « {wrong[0]} »",
                key="particulier.versions",
                cure='écrivez par exemple versions = { quotient = "v3" }',
            )
        missing = [key for key in ("token", "recipient") if not getattr(self, key)]
        if self.on and missing:
            raise Misconfigured(
                "cette clé manque",
                key=f"particulier.{missing[0]}",
                cure="écrivez-la, ou écrivez on = false",
            )
        if self.recipient and not re.fullmatch(r"\d{14}", self.recipient):
            raise Misconfigured(
                f"SIRET illisible « {self.recipient} »",
                key="particulier.recipient",
                cure="écrivez les quatorze chiffres du SIRET de la commune, sans espace",
            )


class Webhooks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Programs told that a request moved; whom and of what, administrators say in the portal."""

    local: bool = False
    """For a trial, in a demonstration alone: also this very machine, without TLS."""


ASKED = frozenset({"quotient", "resources", "schooling"})


class Families(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the portal asks of families about themselves."""

    confirm_months: Annotated[int, msgspec.Meta(ge=0, le=36)] = 12
    """Months after which a family is asked whether its information is still right; 0 for never."""


class Privacy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long the commune keeps what it holds, which text says so, who agrees to a removal.

    The usual terms are in `ribambelle.privacy.terms`; these change them, within what the law asks.
    """

    family: Annotated[int, msgspec.Meta(ge=1, le=10)] | None = None
    files: Annotated[int, msgspec.Meta(ge=1, le=10)] | None = None
    school: Annotated[int, msgspec.Meta(ge=1, le=10)] | None = None
    accounts: Annotated[int, msgspec.Meta(ge=10, le=30)] | None = None
    journal: Annotated[int, msgspec.Meta(ge=6, le=36)] | None = None
    agreed: Annotated[int, msgspec.Meta(ge=1, le=10)] | None = None
    sources: dict[str, str] = {}
    """Which text gives a term, by code: family = "tableau de gestion du 3 mars 2026"."""
    elimination: str = "visa"
    """Who starts a removal: an agent who notes the archives' visa, or the night by itself."""
    officer: str = ""
    """The data protection officer, as the families may write to: "dpo@nantes.fr"."""

    def __post_init__(self) -> None:
        """Refuse a way of removing, or a code of term, that nobody knows."""
        if self.elimination not in ("visa", "automatic"):
            raise Misconfigured(
                f"élimination inconnue « {self.elimination} »",
                key="privacy.elimination",
                cure="choisissez visa ou automatic",
            )
        if unknown := set(self.sources) - TERMS:
            raise Misconfigured(
                f"durée inconnue « {min(unknown)} »",
                key="privacy.sources",
                cure=f"choisissez parmi {', '.join(sorted(TERMS))}",
            )


class Backup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the commune's sealed copies go, how often, and which are kept.

    With four minutes between two beginnings, and one for the copy itself, what a lost machine takes
    away is five minutes of work at most.
    """

    folder: str = ""
    """The folder of copies, on another disk or another machine: "/srv/sauvegardes"."""
    key: str = ""
    every_minutes: Annotated[int, msgspec.Meta(ge=1, le=1440)] = 4
    recent: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 15
    daily: Annotated[int, msgspec.Meta(ge=0, le=366)] = 7
    weekly: Annotated[int, msgspec.Meta(ge=0, le=260)] = 5
    monthly: Annotated[int, msgspec.Meta(ge=0, le=120)] = 12
    drill_days: Annotated[int, msgspec.Meta(ge=1, le=366)] = 31

    def __post_init__(self) -> None:
        """Refuse a folder that depends on where the command is run, and a key that is none."""
        if self.folder and not Path(self.folder).is_absolute():
            raise Misconfigured(
                f"dossier incomplet « {self.folder} »",
                key="backup.folder",
                cure="écrivez-le en entier, par exemple /srv/sauvegardes",
            )
        if self.key and not re.fullmatch(r"[0-9a-f]{64}", self.key):
            raise Misconfigured(
                "clé illisible",
                key="backup.key",
                cure="laissez « ribambelle backup-key » l’écrire : 64 chiffres et lettres de a à f",
            )


class Legal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who answers for what the portal publishes, and who hosts it (law of 21 June 2004, art. 6)."""

    director: str = ""
    """The director of publication: the mayor, by name."""
    host: str = ""
    """Who hosts the portal: name, address, telephone."""


TERMS = frozenset({"family", "files", "school", "accounts", "journal", "agreed"})


class Commune(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a tenant file says of the commune itself."""

    name: str
    hosts: tuple[str, ...]
    insee: str = ""
    departement: str = ""
    postcodes: tuple[str, ...] = ()
    population: Annotated[int, msgspec.Meta(ge=0)] = 0
    timezone: str = "Europe/Paris"
    locale: str = "fr"
    languages: tuple[str, ...] = ("en", "ar", "facile")
    """Besides French, those a reader may choose."""
    school_zone: str = ""
    school_holidays: tuple[Holiday, ...] = ()
    plugins: tuple[str, ...] = ()
    registration: str = "open"
    demo: bool = False
    fictional: bool = False
    """A space to learn in: invented people, every message kept here, said on every page."""
    fleet_figures: bool = False
    """Whether the CAF's correspondents of this portal read the published figures of every commune."""
    brand: Brand = Brand()
    contact: Contact = Contact()
    signature: Signature = Signature()
    database: Database = Database()
    standby: Standby = Standby()
    mail: Mail = Mail()
    sms: Sms = Sms()
    documents: Documents = Documents()
    geocoding: Geocoding = Geocoding()
    franceconnect: Franceconnect = Franceconnect()
    proconnect: Proconnect = Proconnect()
    particulier: Particulier = Particulier()
    webhooks: Webhooks = Webhooks()
    families: Families = Families()
    privacy: Privacy = Privacy()
    legal: Legal = Legal()
    backup: Backup = Backup()

    @property
    def is_departement(self) -> bool:
        """Tell whether this portal is a whole département's: a département, and no commune."""
        return bool(self.departement) and not self.insee


FIELDS = frozenset(field.name for field in msgspec.structs.fields(Commune))
SECURITIES = ("starttls", "tls", "none")
REGISTRATIONS = ("open", "known_families")
SMS_PROVIDERS = ("", "file", "ovh")
HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
RESERVED_SLUGS = frozenset({"platform", "tenants", "data", "require", "real"})
RESERVED_HOSTS = frozenset({"localhost", "127.0.0.1"})


READING: dict[str, Any] = {
    "merge_enabled": False,
    "environments": False,
    "load_dotenv": False,
    "core_loaders": ["TOML"],
    "auto_cast": False,  # a commune's file must not be able to evaluate "@format {env[...]}"
}


def layers(folder: Path, slug: str) -> list[Path]:
    """Return the files that make a commune's settings, the weakest first."""
    return [folder / "platform.toml", folder / f"{slug}.toml", folder / f"{slug}.secrets.toml"]


def read(folder: Path, slug: str) -> dict[str, Any]:
    """Return the raw layered settings; raises Misconfigured when a file is not TOML."""
    from dynaconf import Dynaconf

    files = [file for file in layers(folder, slug) if file.is_file()]
    said = {file.name: parse(file) for file in files}
    given: dict[str, Any] = {}
    if lowered(said.get(f"{slug}.toml", {})).get("fictional"):
        given = harmless(lowered(said.get("platform.toml", {})))
        files = [file for file in files if file.name != "platform.toml"]
    layered = Dynaconf(
        settings_files=[str(file) for file in files],
        # "_" at the end: without it the prefix of `val` would also read the variables of `val-mont`.
        envvar_prefix=f"RIBAMBELLE_{slug.upper().replace('-', '_')}_",
        **READING,
        **{key.upper(): value for key, value in given.items()},
    )
    raw: dict[str, Any] = lowered(layered.to_dict())
    return {key: value for key, value in raw.items() if key not in READING}


def parse(file: Path) -> dict[str, Any]:
    """Return the content of one TOML file, or say in French where it stops being TOML."""
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise Misconfigured(
            "ce fichier ne peut pas être lu",
            file=file.name,
            cure="donnez-en la lecture au compte qui sert les portails",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(
            f"ce fichier n’est pas du TOML lisible{place_of(error)}",
            file=file.name,
            cure="corrigez-le puis lancez « ribambelle tenant check »",
        ) from error


def place_of(error: Exception) -> str:
    """Return where a file stops being TOML, in French.

    >>> place_of(tomllib.TOMLDecodeError("Invalid value (at line 3, column 8)"))
    ' (ligne 3, colonne 8)'
    >>> place_of(UnicodeDecodeError("utf-8", b"", 0, 1, "invalid start byte"))
    ' (il n’est pas en UTF-8)'
    """
    if isinstance(error, UnicodeDecodeError):
        return " (il n’est pas en UTF-8)"
    if found := re.search(r"at line (\d+), column (\d+)", str(error)):
        return f" (ligne {found[1]}, colonne {found[2]})"
    return " (la fin manque)" if "end of document" in str(error) else ""


def quoted(value: object) -> str:
    """Return a text or a list as TOML writes it.

    >>> print(quoted(["Île", "a"]))
    ["Île", "a"]
    """
    return json.dumps(value, ensure_ascii=False)


def lowered(value: Any) -> Any:
    """Undo dynaconf's upper-casing of the first level and of what came from the environment.

    Its mark of a merge stays where there was nothing to merge with: it is no setting of ours.

    >>> lowered({"BACKUP": {"key": "ab", "dynaconf_merge": True}})
    {'backup': {'key': 'ab'}}
    """
    if isinstance(value, dict):
        told = {str(key).lower(): lowered(inner) for key, inner in value.items()}
        return {key: inner for key, inner in told.items() if key != "dynaconf_merge"}
    if isinstance(value, list):
        return [lowered(inner) for inner in value]
    return value


def commune(raw: Mapping[str, Any], tables: frozenset[str], file: str) -> Commune:
    """Return the commune's own settings, checked; `tables` are the names plugins may own."""
    unknown = [key for key in raw if key not in FIELDS and key not in tables]
    if unknown:
        near = difflib.get_close_matches(unknown[0], [*FIELDS, *tables], 1)
        cure = f"vouliez-vous écrire « {near[0]} » ?" if near else "retirez cette clé"
        raise Misconfigured("clé inconnue", file=file, key=unknown[0], cure=cure.rstrip(" ?"))
    settings = convert({key: raw[key] for key in raw if key in FIELDS}, Commune, file)
    check(settings, file)
    return settings


def check(settings: Commune, file: str) -> None:
    """Refuse what the types cannot: unknown time zones, malformed hosts, an unreadable colour.

    A protection of mail nobody knows would send the password in clear: it is refused too.
    """
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Misconfigured(
            f"fuseau horaire inconnu « {settings.timezone} »",
            file=file,
            key="timezone",
            cure="écrivez par exemple Europe/Paris ou Indian/Reunion",
        ) from error
    if not settings.hosts:
        raise Misconfigured(
            "aucune adresse", file=file, key="hosts", cure='écrivez hosts = ["famille.maville.fr"]'
        )
    for host in settings.hosts:
        if not HOST.fullmatch(host) or host in RESERVED_HOSTS:
            raise Misconfigured(
                f"adresse invalide « {host} »",
                file=file,
                key="hosts",
                cure="un nom d’hôte en minuscules, sans « https:// » ni port",
            )
    for key, said, what, choices in (
        ("mail.security", settings.mail.security, "protection inconnue", SECURITIES),
        ("registration", settings.registration, "inscription inconnue", REGISTRATIONS),
        ("sms.provider", settings.sms.provider, "fournisseur inconnu", SMS_PROVIDERS),
    ):
        if said not in choices:
            cure = f"choisissez parmi {', '.join(one or 'rien' for one in choices)}"
            raise Misconfigured(f"{what} « {said} »", file=file, key=key, cure=cure)
    for code in settings.languages:
        if code not in OTHERS:
            cure = f"choisissez parmi {', '.join(OTHERS)}"
            raise Misconfigured(
                f"langue inconnue « {code} »", file=file, key="languages", cure=cure
            )
    if settings.database.url:
        require_address(settings.database.url, file)
    if address := settings.standby.of(settings.database.url):
        require_address(address, file, "standby.url")
    parse_colour(settings.brand.colour, file)


def convert(raw: Mapping[str, Any], schema: type[S], file: str, prefix: str = "") -> S:
    """Return the struct, or raise Misconfigured with file, key and cure in French.

    What holds between several keys, a schema says in its ``__post_init__``, by raising
    Misconfigured with the key and the cure; the file and the table are added here.

    >>> convert({"colour": 3}, Brand, "nantes.toml", "brand")
    Traceback (most recent call last):
    ...
    ribambelle.errors.Misconfigured: nantes.toml, clé « brand.colour » : valeur inattendue. \
Attendu : du texte, trouvé : un nombre entier.
    """
    try:
        return msgspec.convert(raw, schema, strict=False)
    except msgspec.ValidationError as error:
        what, key, cure = explain(str(error), schema)
        cause: Exception = error
    except Misconfigured as error:
        what, key, cure, cause = error.what, error.key, error.cure, error
    full = ".".join(part for part in (prefix, key) if part)
    raise Misconfigured(what, file=file, key=full, cure=cure) from cause


KINDS = {
    "str": "du texte",
    "int": "un nombre entier",
    "float": "un nombre",
    "bool": "true ou false",
    "array": "une liste entre crochets",
    "object": "une table",
    "null": "rien",
}


def explain(message: str, schema: type[msgspec.Struct]) -> tuple[str, str, str]:
    """Turn msgspec's English into (what, key, cure)."""
    at = re.search(r"at `\$\.?([^`]*)`", message)
    path = at[1] if at else ""
    if found := re.match(r"Expected `(?:int|float)` ([<>]=) (-?\d+)", message):
        limit = "au moins" if found[1] == ">=" else "au plus"
        return "nombre hors des limites", path, f"écrivez {limit} {found[2]}"
    if message.startswith("Invalid RFC3339 encoded date"):
        return "date illisible", path, "écrivez-la année-mois-jour, par exemple 2027-03-15"
    if found := re.match(r"Expected `([^`]+)`, got `([^`]+)`", message):
        wanted, got = (KINDS.get(kind.split(" ")[0], kind) for kind in found.groups())
        return "valeur inattendue", path, f"attendu : {wanted}, trouvé : {got}"
    if found := re.search(r"missing required field `([^`]+)`", message):
        return "clé manquante", ".".join(p for p in (path, found[1]) if p), "ajoutez cette clé"
    if found := re.search(r"unknown field `([^`]+)`", message):
        near = difflib.get_close_matches(found[1], list(schema.__struct_fields__), 1)
        cure = f"vouliez-vous écrire « {near[0]} »" if near else "retirez cette clé"
        return "clé inconnue", ".".join(p for p in (path, found[1]) if p), cure
    return f"valeur refusée ({message})", path, "consultez docs/reglages.md"
