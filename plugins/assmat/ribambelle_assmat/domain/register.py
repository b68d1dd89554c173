"""What does a line of the département's register say, and what does it change?

One line for each accredited place: a childminder with two places has two lines.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from ribambelle.families.columns import Field, day_of, guess
from ribambelle.search import fold
from ribambelle_assmat.domain.accreditation import Accreditation
from ribambelle_assmat.domain.cells import Point, snapped

COLUMNS = (
    Field(
        "number",
        "Numéro d’agrément",
        ("numero agrement", "numero d agrement", "n agrement", "agrement", "numero"),
        is_needed=True,
    ),
    Field("civility", "Civilité", ("civilite", "titre", "civ")),
    Field("family_name", "Nom", ("nom", "nom de famille", "nom de naissance"), is_needed=True),
    Field("usual_name", "Nom d’usage", ("nom d usage", "nom usuel", "nom marital")),
    Field("given_name", "Prénom", ("prenom",), is_needed=True),
    Field("born_on", "Date de naissance", ("date de naissance", "nee le", "naissance")),
    Field(
        "accredited_since",
        "Premier agrément",
        (
            *("premier agrement", "date premier agrement", "date du premier agrement"),
            *("date de premier agrement", "1er agrement", "date 1er agrement"),
        ),
    ),
    Field(
        "first",
        "Début de l’agrément",
        ("debut agrement", "debut de l agrement", "date debut", "valide du", "debut"),
        is_needed=True,
    ),
    Field(
        "last",
        "Fin de l’agrément",
        ("fin agrement", "fin de l agrement", "date fin", "valide jusqu au", "fin"),
        is_needed=True,
    ),
    Field("status", "Statut", ("statut", "etat", "statut agrement")),
    Field("activity", "Activité", ("activite", "position", "situation")),
    Field("line", "Adresse", ("adresse", "adresse 1", "rue", "voie")),
    Field("postcode", "Code postal", ("code postal", "cp"), is_needed=True),
    Field("city", "Commune", ("commune", "ville", "localite"), is_needed=True),
    Field("insee", "Code INSEE", ("code insee", "insee", "code commune")),
    Field("quartier", "Quartier", ("quartier", "secteur")),
    Field("micro_quartier", "Micro-quartier", ("micro quartier", "sous quartier")),
    Field("latitude", "Latitude", ("latitude", "lat")),
    Field("longitude", "Longitude", ("longitude", "lon", "lng")),
    Field("where", "Lieu d’exercice", ("lieu d exercice", "lieu", "exercice", "mam")),
    Field(
        "children",
        "Nombre d’enfants",
        ("nombre d enfants", "capacite", "places", "nombre de places", "nb places"),
        is_needed=True,
    ),
    Field("from_months", "Âge minimum, en mois", ("age minimum", "age min", "age mini")),
    Field("to_months", "Âge maximum, en mois", ("age maximum", "age max", "age maxi")),
    Field("hours", "Horaire", ("horaire", "horaires", "plage horaire", "type d accueil")),
)
STATUS = {
    **dict.fromkeys(
        ("", "actif", "active", "en cours", "valide", "en cours de validite"), "active"
    ),
    **dict.fromkeys(("suspendu", "suspendue", "suspension"), "suspended"),
    **dict.fromkeys(("retire", "retiree", "retrait", "abroge", "abrogee"), "withdrawn"),
    **dict.fromkeys(("expire", "expiree", "echu", "echue", "perime"), "expired"),
}
ACTIVITY = {
    **dict.fromkeys(("", "en activite", "active"), "working"),
    **dict.fromkeys(("conge parental", "conge maternite", "conge maladie", "conge"), "leave"),
    **dict.fromkeys(("arret temporaire", "interruption", "sans activite"), "paused"),
    **dict.fromkeys(("retraite", "retraitee", "a la retraite"), "retired"),
    **dict.fromkeys(("autre", "autres"), "other"),
}
CIVILITY = {
    "": "",
    **dict.fromkeys(("mme", "madame", "f", "femme", "mlle", "mademoiselle"), "mme"),
    **dict.fromkeys(("m", "mr", "monsieur", "h", "homme"), "m"),
}
MOST_GONE, MOST_REFUSED = 20, 5
"""Out of a hundred: beyond, nobody brings a file in but a person who looked at it."""
NUMBER = re.compile(r"[0-9A-Za-z]{1,20}")
MOST_CHILDREN = 6
"""CASF, art. L421-4: six minors at most at any moment."""


@dataclass(frozen=True, slots=True)
class PlaceSaid:
    """One accredited place."""

    where: str
    children: int
    from_months: int
    to_months: int
    hours: str


@dataclass(frozen=True, slots=True)
class Said:
    """What one line says."""

    number: str
    family_name: str
    usual_name: str
    given_name: str
    born_on: date | None
    accreditation: Accreditation
    line: str
    postcode: str
    city: str
    insee: str
    quartier: str
    micro_quartier: str
    point: Point | None
    place: PlaceSaid
    postal: str = ""
    """The postcode of most of its cell: the one searched and published."""
    civility: str = ""
    accredited_since: date | None = None


@dataclass(frozen=True)
class Line:
    """One line read: what it says, or everything that is wrong in it."""

    rank: int
    said: Said | None
    wrong: tuple[str, ...] = ()
    number: str = ""
    """Whose it is, when that much can be read."""


@dataclass
class _Reading:
    """One line being read."""

    cells: Mapping[str, str]
    wrong: list[str] = field(default_factory=list)

    def text(self, code: str, most: int, *, needed: bool = False) -> str:
        told = self.cells.get(code, "").strip()
        if needed and not told:
            self.wrong.append(f"{LABELS[code]} : rien n’est écrit")
        return told[:most]

    def day(self, code: str, *, needed: bool = False) -> date | None:
        told = self.text(code, 20, needed=needed)
        if not told:
            return None
        try:
            return day_of(told)
        except ValueError:
            self.wrong.append(f"{LABELS[code]} : « {told} » n’est pas une date")
            return None

    def number(self, code: str, otherwise: int, least: int, most: int) -> int:
        told = self.text(code, 6)
        if not told:
            return otherwise
        if not (told.isdecimal() and least <= int(told) <= most):
            self.wrong.append(f"{LABELS[code]} : « {told} », de {least} à {most} attendu")
            return otherwise
        return int(told)

    def known(self, code: str, words: Mapping[str, str]) -> str:
        told = self.text(code, 60)
        if fold(told) not in words:
            self.wrong.append(f"{LABELS[code]} : « {told} » n’est pas connu")
            return next(iter(words.values()))
        return words[fold(told)]

    def point(self) -> Point | None:
        try:
            told = [
                float(self.cells.get(name, "").replace(",", "."))
                for name in ("latitude", "longitude")
            ]
        except ValueError:
            return None
        if not (-90 <= told[0] <= 90 and -180 <= told[1] <= 180):
            self.wrong.append("Latitude et longitude : hors de la Terre")
            return None
        return snapped(Point(*told))


def mapped(headings: Sequence[str], told: Mapping[str, str]) -> dict[str, int]:
    """Return which column holds what: as somebody said it, else as its heading says.

    :param told: by what a register says, the heading that holds it, folded.

    >>> mapped(["N° AGR", "Nom", "Nom marital"], {"number": "n agr", "city": "ville"})
    {'number': 0, 'family_name': 1, 'usual_name': 2}
    >>> mapped(["Nom", "Autre nom"], {"family_name": "autre nom"})
    {'family_name': 1}
    """
    folded = [fold(one) for one in headings]
    found = {code: folded.index(one) for code, one in told.items() if one in folded}
    others = guess(headings, COLUMNS)
    taken = set(found.values())
    more = {code: at for code, at in others.items() if code not in found and at not in taken}
    return found | more


def stops(counts: Mapping[str, int], lines: int) -> str:
    """Return why a register left for the night is not brought in by itself; nothing when it is.

    A truncated file must never empty the directory.

    >>> stops({"gone": 20, "changed": 1, "same": 79}, 80)
    ''
    >>> stops({"gone": 21, "changed": 0, "same": 79}, 79), stops({"refused": 6, "same": 94}, 100)
    ('gone', 'refused')
    """
    gone, refused = counts.get("gone", 0), counts.get("refused", 0)
    known = gone + counts.get("changed", 0) + counts.get("same", 0)
    if refused * 100 > lines * MOST_REFUSED:
        return "refused"
    return "gone" if gone * 100 > known * MOST_GONE else ""


LABELS = {one.code: one.label for one in COLUMNS}


def read(rank: int, cells: Mapping[str, str]) -> Line:
    """Read one line, and say everything that is wrong in it.

    >>> told = {"number": "44-2021 7", "family_name": "Benali", "given_name": "Nadia"}
    >>> told |= {"first": "01/05/2024", "last": "30/04/2029", "postcode": "44000"}
    >>> told |= {"city": "Nantes", "children": "4", "status": "Suspendu"}
    >>> found = read(2, told).said
    >>> found.number, found.accreditation.status, found.place.children
    ('4420217', 'suspended', 4)
    >>> found = read(3, told | {"children": "", "status": "Retiré"}).said
    >>> found.accreditation.status
    'withdrawn'
    >>> told |= {"status": "", "civility": "Monsieur", "accredited_since": "1/5/2009"}
    >>> found = read(3, told).said
    >>> found.civility, found.accredited_since.year
    ('m', 2009)
    >>> read(3, told | {"last": "hier", "children": "9"}).wrong
    ('Fin de l’agrément : « hier » n’est pas une date', 'Nombre d’enfants : « 9 », de 1 à 6 attendu')
    """
    one = _Reading(cells)
    number = re.sub(r"[\s./-]", "", one.text("number", 40, needed=True))
    if number and not NUMBER.fullmatch(number):
        one.wrong.append("Numéro d’agrément : vingt chiffres ou lettres au plus")
    family_name = one.text("family_name", 80, needed=True)
    given_name = one.text("given_name", 80, needed=True)
    first, last = one.day("first", needed=True), one.day("last", needed=True)
    if first and last and last < first:
        one.wrong.append("Fin de l’agrément : avant son début")
    civility, since = one.known("civility", CIVILITY), one.day("accredited_since")
    if first and since and since > first:
        one.wrong.append("Premier agrément : après le début de celui-ci")
    status, activity = one.known("status", STATUS), one.known("activity", ACTIVITY)
    postcode, city = one.text("postcode", 5, needed=True), one.text("city", 80, needed=True)
    if postcode and not re.fullmatch(r"\d{5}", postcode):
        one.wrong.append(f"Code postal : « {postcode} », cinq chiffres attendus")
    where = "mam" if fold(one.text("where", 80)) in MAM else "home"
    children = _children(one, is_active=status == "active")
    ages = one.number("from_months", 0, 0, 216), one.number("to_months", 216, 1, 216)
    place = PlaceSaid(where, children, *ages, one.text("hours", 80))
    point, born_on = one.point(), one.day("born_on")
    if one.wrong or first is None or last is None:
        return Line(rank, None, tuple(one.wrong), number)
    said = Said(
        *(number, family_name, one.text("usual_name", 80), given_name, born_on),
        Accreditation(status, first, last, activity),
        *(one.text("line", 120), postcode, city, one.text("insee", 5)),
        *(one.text("quartier", 80), one.text("micro_quartier", 80)),
        point,
        place,
        civility=civility,
        accredited_since=since,
    )
    return Line(rank, said)


def placed(line: Line, found: Mapping[tuple[str, ...], Point]) -> Line:
    """Give a line without a point the one its address was found at, when it was.

    :param found: by number, line of the address, postcode and commune.
    """
    said = line.said
    if said is None or said.point is not None:
        return line
    at = found.get((said.number, said.line, said.postcode, said.city))
    return replace(line, said=replace(said, point=at))


def together(lines: Sequence[Line]) -> list[Line]:
    """Give all those of one cell, in one commune, the quartier and postcode that most of them have.

    Searched by micro-quartier, two neighbours of one cell on both sides of a boundary would be told
    apart: nearer than the cell. The commune tells them apart all the same: it is public, and shown.

    >>> told = {"number": "1", "family_name": "B", "given_name": "N", "first": "2024-05-01"}
    >>> told |= {"last": "2029-04-30", "postcode": "44000", "city": "Nantes", "children": "4"}
    >>> told |= {"latitude": "47.2001", "longitude": "-1.5501"}
    >>> names = ("Nord", "Sud", "Sud")
    >>> found = together([read(2, told | {"micro_quartier": name}) for name in names])
    >>> [line.said.micro_quartier for line in found]
    ['Sud', 'Sud', 'Sud']
    >>> other = read(5, told | {"city": "Rezé", "postcode": "44400", "micro_quartier": "Port"})
    >>> [line.said.micro_quartier for line in together([*found, other])]
    ['Sud', 'Sud', 'Sud', 'Port']
    >>> near = [read(2, told | {"postcode": code}) for code in ("44100", "44000", "44000")]
    >>> [(line.said.postcode, line.said.postal) for line in together(near)]
    [('44100', '44000'), ('44000', '44000'), ('44000', '44000')]
    """
    quartiers: dict[tuple[str, Point], Counter[tuple[str, str]]] = {}
    postcodes: dict[tuple[str, Point], Counter[str]] = {}
    for line in lines:
        if line.said is not None and line.said.point is not None:
            cell = fold(line.said.city), line.said.point
            names = line.said.quartier, line.said.micro_quartier
            quartiers.setdefault(cell, Counter())[names] += 1
            postcodes.setdefault(cell, Counter())[line.said.postcode] += 1
    names_of, postal_of = _most(quartiers), _most(postcodes)
    found = []
    for line in lines:
        said = line.said
        if said is not None and said.point is not None:
            cell = fold(said.city), said.point
            quartier, micro = names_of[cell]
            moved = replace(said, quartier=quartier, micro_quartier=micro, postal=postal_of[cell])
            found.append(replace(line, said=moved))
        else:
            found.append(line)
    return found


Name = TypeVar("Name", tuple[str, str], str)


def _most(
    counts: Mapping[tuple[str, Point], Counter[Name]],
) -> dict[tuple[str, Point], Name]:
    return {cell: min(some, key=lambda one: (-some[one], one)) for cell, some in counts.items()}


def _children(one: _Reading, *, is_active: bool) -> int:
    """Read how many children a place is for; who may work no more is believed whatever it says."""
    if not is_active:
        told = one.text("children", 6)
        return int(told) if told.isdecimal() and 0 < int(told) <= MOST_CHILDREN else 1
    children = one.number("children", 0, 1, MOST_CHILDREN)
    if not children and not one.wrong:
        one.wrong.append("Nombre d’enfants : rien n’est écrit")
    return children


MAM = frozenset({"mam", "maison d assistantes maternelles", "maison d assistants maternels", "oui"})
