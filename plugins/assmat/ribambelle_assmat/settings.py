"""What a portal may say of its relais, of the PMI, and of how the directory is kept."""

import re
from typing import Annotated

import msgspec

from ribambelle import tenants
from ribambelle.errors import Misconfigured

SHORTEST, LONGEST = 31, 180
"""Days what she says of a place may be believed: each is asked again after thirty, and past six
months of silence she is only reminded."""


class Relais(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One relais: where families ask for the list of childminders and for advice."""

    name: str
    address: str = ""
    phone: str = ""
    hours: str = ""
    code: Annotated[int, msgspec.Meta(ge=0, le=9999)] = 0
    """What the role `rpe` is limited to; 0: the relais has no space here."""
    communes: tuple[str, ...] = ()
    """INSEE codes of those it serves."""
    quartiers: tuple[str, ...] = ()
    """Names, where it serves a part of one commune only."""

    def serves(self, insee: str, quartier: str) -> bool:
        """Tell whether a childminder who works there is its own.

        >>> two = Relais("Relais du sud", communes=("44143",), quartiers=("Nantes Sud",))
        >>> two.serves("44143", ""), two.serves("44109", "Nantes Sud"), two.serves("44109", "Île")
        (True, True, False)
        >>> Relais("Relais de la commune").serves("44109", "")
        True
        """
        return not (self.communes or self.quartiers) or (
            insee in self.communes or quartier in self.quartiers
        )


class Pmi(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The service of the département that accredits childminders: whom to call, and for what."""

    name: str = "Protection maternelle et infantile (PMI)"
    address: str = ""
    phone: str = ""
    hours: str = ""
    words: str = ""
    """What it does, when the portal's own words do not suffice."""


class Tiles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the background of a map may be asked for, by whoever presses for it."""

    url: str
    """Of one image, with ``{z}``, ``{x}`` and ``{y}``."""
    credit: str
    """Whose map it is, as its terms ask."""
    deepest: Annotated[int, msgspec.Meta(ge=1, le=22)] = 18
    """The largest scale it draws."""

    def __post_init__(self) -> None:
        """Refuse an address that would lead nowhere, or that anybody on the way could change."""
        holes = sorted(re.findall(r"\{(.*?)\}", self.url))
        if holes != ["x", "y", "z"] or "{" in self.site:
            raise Misconfigured(
                f"l’adresse des images de la carte n’est pas complète : {self.url}",
                key="tiles.url",
                cure="écrivez-y une fois {z}, {x} et {y}, après le nom du site",
            )
        if not re.match(
            r"https://[\w.-]+(:\d+)?/|http://(127\.0\.0\.1|localhost)(:\d+)?/", self.url
        ):
            raise Misconfigured(
                f"les images de la carte ne viennent pas d’une adresse sûre : {self.url}",
                key="tiles.url",
                cure="donnez une adresse qui commence par https://",
            )
        if not self.credit.strip():
            raise Misconfigured(
                "la carte ne dit pas à qui elle est",
                key="tiles.credit",
                cure="écrivez la mention que demandent ses conditions, par exemple « © IGN »",
            )

    @property
    def site(self) -> str:
        """The site a browser speaks to.

        >>> Tiles("https://carte.test/{z}/{x}/{y}.png", "© Carte").site
        'https://carte.test'
        """
        scheme, _, rest = self.url.partition("://")
        return f"{scheme}://{rest.partition('/')[0]}"

    @property
    def host(self) -> str:
        """The same, as people say it."""
        return self.site.partition("://")[2]

    def address(self, zoom: int, column: int, row: int) -> str:
        """Return the address of one image."""
        told = self.url.replace("{z}", str(zoom)).replace("{x}", str(column))
        return told.replace("{y}", str(row))


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[assmat]`` of a portal's file."""

    relais: tuple[Relais, ...] = ()
    outline: str = ""
    """The commune's outline, in its folder: a GeoJSON file."""
    tiles: Tiles | None = None
    """The background of the maps; none unless the commune chooses one."""
    pmi: Pmi = Pmi()
    validates: bool = False
    """The PMI reads each new page before families do."""
    register_file: str = ""
    """Where the register is left each night: a file of the portal's data folder."""
    believed_days: int = 45
    """How long what she says of a place is believed, when she does not say it again."""

    def __post_init__(self) -> None:
        """Refuse two relais of one code, a register out of the folder, days nobody could keep."""
        if not SHORTEST <= self.believed_days <= LONGEST:
            raise Misconfigured(
                f"une place dite serait crue {self.believed_days} jours",
                key="believed_days",
                cure=f"écrivez un nombre de {SHORTEST} à {LONGEST} : on lui redemande tous les"
                " trente jours",
            )
        codes = [one.code for one in self.relais if one.code]
        if len(set(codes)) < len(codes):
            raise Misconfigured(
                "deux relais ont le même code",
                key="relais.code",
                cure="donnez à chacun un nombre qui n’est qu’à lui",
            )
        path = self.register_file
        if path.startswith(("/", "\\")) or ".." in path.replace("\\", "/").split("/"):
            raise Misconfigured(
                f"fichier hors du dossier de données « {path} »",
                key="register_file",
                cure='écrivez un nom simple, par exemple "registre.csv"',
            )


def believed_days() -> int:
    """Return how long what a childminder says of a place is believed, on this portal."""
    return tenants.current().of(Settings).believed_days
