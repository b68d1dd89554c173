"""What a family asks of the directory, as the address of its search writes it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from urllib.parse import urlencode

from ribambelle.web import formats
from ribambelle_assmat.domain.accreditation import PLACES
from ribambelle_assmat.domain.home import LANGUAGES, WISHES
from ribambelle_assmat.domain.matching import Wish
from ribambelle_assmat.domain.publication import CARES, taken
from ribambelle_assmat.domain.slots import DAYS, listed, mask_between

AGES = (("6", "Moins d’un an"), ("18", "Un an"), ("30", "Deux ans"), ("60", "Trois ans et plus"))
RADII = (
    *(("quartier", "Dans ce quartier"), ("500", "500 m"), ("1000", "1 km"), ("2000", "2 km")),
    *(("5000", "5 km"), ("10000", "10 km")),
)
CHILDREN = (("2", "Deux enfants"), ("3", "Trois enfants"))
WEEK = [(code, name.capitalize()) for code, _, name in DAYS]
LONGEST = 1_000


@dataclass(frozen=True)
class Search:
    """What a family asked, as the form shows it again."""

    town: str = ""
    near: str = ""
    """Code of a quartier."""
    address: str = ""
    work: str = ""
    """The other end of the way to work."""
    within: str = ""
    age: str = ""
    start: date | None = None
    days: tuple[str, ...] = ()
    arrives: str = ""
    leaves: str = ""
    children: str = ""
    where: str = ""
    cares: tuple[str, ...] = ()
    name: str = ""
    page: int = 0
    home: tuple[str, ...] = ()
    """What is asked of her home."""
    language: str = ""

    @property
    def is_said(self) -> bool:
        """Tell whether anything was asked."""
        return self != Search(page=self.page)

    @property
    def is_refined(self) -> bool:
        """Tell whether what few families ask was asked."""
        of_her = self.cares or self.name or self.home or self.language
        return bool(self.where or of_her or self.town or self.children)

    @property
    def wish(self) -> Wish:
        """What is looked for, as its rules read it."""
        moments = mask_between(self.days, hour(self.arrives), hour(self.leaves))
        months = int(self.age) if self.age else None
        return Wish(moments, self.start, months, "urgent" in self.cares)

    @property
    def query(self) -> str:
        """The search as an address writes it, whatever the page."""
        told = [
            *(("ou", self.town), ("pres", self.near), ("adresse", self.address)),
            *(("vers", self.work), ("rayon", self.within), ("age", self.age)),
            ("debut", f"{self.start:%Y-%m-%d}" if self.start else ""),
            *(("jours", day) for day in self.days),
            *(("arrivee", self.arrives), ("depart", self.leaves), ("enfants", self.children)),
            ("lieu", self.where),
            *(("accueil", care) for care in self.cares),
            *(("chez", wish) for wish in self.home),
            *(("langue", self.language), ("nom", self.name)),
        ]
        return urlencode([(name, value) for name, value in told if value])

    def to(self, page: int) -> str:
        """Return the address of a page of the results."""
        return "?" + "&".join(filter(None, (self.query, f"page={page}" if page else "")))

    @property
    def told(self) -> str:
        """What was asked, in words."""
        days = [name.lower() for code, name in WEEK if code in self.days]
        radius = dict(RADII).get(self.within, "")
        found = [
            dict(AGES).get(self.age, ""),
            dict(CHILDREN).get(self.children, ""),
            listed(days) if days else "",
            f"dès {_told(self.arrives)}" if self.arrives else "",
            f"jusqu’à {_told(self.leaves)}" if self.leaves else "",
            f"à partir du {formats.jour_du_mois(self.start, True)}" if self.start else "",
            *self._place(radius),
            PLACES.get(self.where, ""),
            taken(self.cares).lower(),
            *(WISHES[code].lower() for code in self.home),
            f"qui parle {LANGUAGES[self.language]}" if self.language else "",
            f"nommée {self.name}" if self.name else "",
        ]
        words = ", ".join(filter(None, found))
        return f"{words[:1].upper()}{words[1:]}"

    def _place(self, radius: str) -> list[str]:
        """Say where, in words."""
        if self.address and self.work:
            return [f"sur le trajet de {self.address} à {self.work}", radius and f"à {radius}"]
        if self.within == "quartier" and self.near:
            return [f"dans le quartier {self.near}"]
        from_ = self.address or self.near
        told = [f"près de {from_}" if from_ else ""]
        told.append(f"à moins de {radius}" if radius and from_ else "")
        return [*told, self.town]


def read(told: Mapping[str, str], many: Mapping[str, Sequence[str]]) -> Search:
    """Return what an address asks; what is no answer of the form counts for nothing.

    :param many: the fields that may come several times.

    >>> asked = read({"adresse": " 4 rue des Écoles ", "rayon": "2000", "age": "3"}, {})
    >>> asked.address, asked.within, asked.age
    ('4 rue des Écoles', '2000', '')
    >>> read({"arrivee": "07:30", "depart": "25:00"}, {"jours": ["mon", "hier"]}).query
    'jours=mon&arrivee=07%3A30'
    """
    page, start = told.get("page", ""), told.get("debut", "")
    try:
        opens = date.fromisoformat(start) if start else None
    except ValueError:
        opens = None

    def one(name: str, allowed: Iterable[str]) -> str:
        value = told.get(name, "")
        return value if value in allowed else ""

    def words(name: str, most: int = 120) -> str:
        return " ".join(told.get(name, "").replace("\0", "").split())[:most]

    days, cares = many.get("jours", ()), many.get("accueil", ())
    return Search(
        *(words("ou", 80), words("pres", 170), words("adresse"), words("vers")),
        *(one("rayon", dict(RADII)), one("age", dict(AGES)), opens),
        tuple(day for day, _, _ in DAYS if day in days),
        *(_said(told.get("arrivee", "")), _said(told.get("depart", ""))),
        *(one("enfants", dict(CHILDREN)), one("lieu", PLACES)),
        tuple(care for care in CARES if care in cares),
        words("nom", 80),
        int(page) if page.isdecimal() and len(page) < 5 else 0,
        tuple(wish for wish in WISHES if wish in many.get("chez", ())),
        one("langue", LANGUAGES),
    )


def _said(told: str) -> str:
    said = hour(told)
    return f"{said:%H:%M}" if said else ""


def hour(told: str) -> time | None:
    """Return an hour as it is typed; nothing when it is none."""
    try:
        return time.fromisoformat(told) if len(told) == 5 else None
    except ValueError:
        return None


def _told(hour: str) -> str:
    """Say an hour.

    >>> _told("07:30"), _told("18:00")
    ('7 h 30', '18 h')
    """
    hours, _, minutes = hour.partition(":")
    return f"{int(hours)} h" + (f" {minutes}" if minutes != "00" else "")
