"""Reading a city's list of crèches, line by line: what is sure, what is doubtful, what is refused."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ribambelle.errors import Refused
from ribambelle.search import fold
from ribambelle_creche.domain.facility import kind_of
from ribambelle_creche.domain.places_names import matching

SYNONYMS = {
    "name": "nom structure etablissement libelle denomination",
    "kind": "type categorie statut",
    "address": "adresse",
    "quartier": "quartier secteur",
    "micro_quartier": "micro_quartier microquartier iris",
    "places": "places capacite nombre_de_places agrement",
    "latitude": "latitude lat y",
    "longitude": "longitude lon lng x",
    "phone": "telephone tel",
    "email": "email courriel mail",
}
NOT_A_CRECHE = (
    "une maison d’assistants maternels n’est pas une crèche : les familles s’adressent aux "
    "assistants maternels eux-mêmes, que l’annuaire montre"
)
REQUIRED = ("name", "quartier", "places")
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """One crèche of the list, as far as it can be read."""

    number: int
    raw: Mapping[str, str]
    name: str
    kind: str
    address: str
    quartier: str
    micro_quartier: str
    places: int
    latitude: int | None
    longitude: int | None
    phone: str
    email: str
    remarks: tuple[str, ...] = field(default=())
    refusal: str = ""
    aside: str = ""
    """Why it is none of ours, though nothing is wrong with it."""

    @property
    def key(self) -> str:
        """What tells a crèche from another of the same name: its name and its address.

        >>> lines = read("nom;quartier;places;adresse\\nA;B;1;2 rue C\\n".encode())
        >>> next(lines).key
        'a 2 rue c'
        """
        return fold(f"{self.name} {self.address}")[:200]


def text_of(content: bytes) -> str:
    """Return the text of a file in UTF-8, or as older spreadsheets write it."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def rows_of(content: bytes) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """Return the headings and the rows of a file whose columns are cut by semicolons.

    Each row comes with its line, as a spreadsheet shows it: a blank one is left out, and counts.

    >>> rows_of("nom;ville\\n\\nA;B\\n;\\nC;D\\n".encode())
    (['nom', 'ville'], [(3, {'nom': 'A', 'ville': 'B'}), (5, {'nom': 'C', 'ville': 'D'})])
    """
    lines = csv.reader(io.StringIO(text_of(content), newline=""), delimiter=";")
    told = [
        (number, cells) for number, cells in enumerate(lines, start=1) if "".join(cells).strip()
    ]
    headings = told[0][1] if told else []
    rows = []
    for number, cells in told[1:]:
        whole = zip(headings, cells + [""] * len(headings), strict=False)
        rows.append((number, {heading: cell.strip() for heading, cell in whole if heading}))
    return [heading for heading in headings if heading], rows


def columns_of(
    headings: list[str], synonyms: Mapping[str, str], required: tuple[str, ...]
) -> dict[str, str]:
    """Return which heading holds what; refuse a file where something needed is nowhere.

    >>> columns_of(["Nom", "Quartier", "Capacité"], SYNONYMS, REQUIRED)["places"]
    'Capacité'
    """
    said = {fold(heading).replace(" ", "_"): heading for heading in headings}
    found = {
        field_name: said[word]
        for field_name, words in synonyms.items()
        for word in reversed(words.split())
        if word in said
    }
    missing = [synonyms[name].split()[0] for name in required if name not in found]
    if missing:
        raise Refused("columns_missing", columns=", ".join(missing), found=", ".join(headings))
    return found


def read(content: bytes, known: Mapping[str, list[str]] | None = None) -> Iterator[Line]:
    """Yield every line of a list; none is left out, one that cannot be kept says why.

    :param known: the micro-quartiers of each quartier, by the quartier's folded name.
    """
    headings, rows = rows_of(content)
    columns = columns_of(headings, SYNONYMS, REQUIRED)
    for number, row in rows:
        yield _line(
            number, row, {name: row[heading] for name, heading in columns.items()}, known or {}
        )


def _line(
    number: int, raw: Mapping[str, str], given: Mapping[str, str], known: Mapping[str, list[str]]
) -> Line:
    remarks: list[str] = []
    kind = kind_of(given.get("kind", ""))
    aside = NOT_A_CRECHE if kind == "mam" else ""
    if kind is None:
        remarks.append(f"type inconnu « {given.get('kind', '')} » : rangé dans « autre accueil »")
    micro = _micro(given, known, remarks)
    latitude, longitude = (_degrees(given.get(name, "")) for name in ("latitude", "longitude"))
    if latitude is None or longitude is None:
        latitude = longitude = None
        remarks.append("sans coordonnées : absente du plan, présente dans la liste")
    places = given["places"]
    return Line(
        number=number,
        raw=raw,
        name=given["name"][:200],
        kind=kind or "other",
        address=given.get("address", "")[:200],
        quartier=given["quartier"],
        micro_quartier=micro[:120],
        places=int(places) if places.isdecimal() and int(places) < 1000 else 0,
        latitude=latitude,
        longitude=longitude,
        phone=given.get("phone", "")[:40],
        email=given.get("email", "")[:254],
        remarks=tuple(remarks),
        refusal="" if aside else _refusal(given),
        aside=aside,
    )


def _refusal(given: Mapping[str, str]) -> str:
    if not given["name"]:
        return "nom absent"
    if not given["quartier"]:
        return "quartier absent"
    places = given["places"]
    if not places.isdecimal() or not 0 < int(places) < 1000:
        return f"nombre de places illisible « {places} » : écrivez un nombre entier, comme 20"
    return ""


def _micro(given: Mapping[str, str], known: Mapping[str, list[str]], remarks: list[str]) -> str:
    """Return the micro-quartier as the list spells it; keep it as written, with a remark, if unknown."""
    written = given.get("micro_quartier", "")
    listed = known.get(fold(given["quartier"]), [])
    if not written or not listed or written in listed:
        return written
    found = matching(written, listed)
    if found is None:
        elsewhere = [name for names in known.values() if (name := matching(written, names))]
        where = f", où l’on trouve ailleurs « {elsewhere[0]} »" if len(elsewhere) == 1 else ""
        remarks.append(
            f"micro-quartier « {written} » absent de la liste du quartier{where} : gardé tel quel"
        )
        return written
    remarks.append(f"micro-quartier « {written} » lu comme « {found} »")
    return found


def _degrees(text: str) -> int | None:
    """Return degrees as whole millionths.

    >>> _degrees("47,205357"), _degrees(""), _degrees("nord")
    (47205357, None, None)
    """
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return round(value * MILLION) if -180 <= value <= 180 else None
