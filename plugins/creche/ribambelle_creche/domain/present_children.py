"""Reading a crèche's list of the children it has: who, which half-days, from when until when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from ribambelle.search import fold
from ribambelle_creche.domain.import_list import columns_of, rows_of
from ribambelle_creche.domain.week import FULL, SLOTS, bits, days, shown

SYNONYMS = {
    "name": "enfant nom prenom_et_nom nom_et_prenom",
    "born_on": "ne_le nee_le date_de_naissance naissance",
    "week": "demi_journees semaine jours",
    "first": "premier_jour entree debut",
    "last": "dernier_jour sortie fin",
    "insertion": "insertion place_insertion parcours_d_insertion",
}
REQUIRED = ("name", "born_on", "week", "first")
MOST = 500
"""Lines of one list: the largest crèche has a third of it."""
YES, NO = ("oui", "o", "x", "1"), ("non", "n", "0", "")
FIVE_DAYS, SIX_DAYS = "du lundi au vendredi", "du lundi au samedi"
EVERY_DAY = ("toute la semaine", "semaine complete", "temps plein")


@dataclass(frozen=True, slots=True)
class Line:
    """One child of the list, or why its line is refused."""

    number: int
    name: str
    born_on: date | None = None
    slots: int = 0
    first: date | None = None
    last: date | None = None
    refusal: str = ""
    insertion: bool = False
    """Received on a place kept for parents on a path of insertion."""


def read(content: bytes, *, saturday: bool = False) -> Iterator[Line]:
    """Yield every line of a list; none is left out, one that cannot be kept says why.

    >>> head = "Enfant;Né le;Demi-journées;Premier jour;Dernier jour"
    >>> lines = list(read(f"{head}\\nZoé Martin;14/03/2026;lundi, mardi matin;01/09/2026;\\n"
    ...                   f"Tom;hier;lundi;01/09/2026;\\n".encode()))
    >>> lines[0].slots, lines[0].first, lines[0].refusal
    (7, datetime.date(2026, 9, 1), '')
    >>> lines[1].refusal
    'naissance illisible « hier » : écrivez-la comme 14/03/2026'
    >>> [line.insertion for line in read(f"{head};Insertion\\nZoé;14/03/2026;lundi;01/09/2026;;Oui\\n"
    ...                                  f"Tom;14/03/2026;lundi;01/09/2026;;\\n".encode())]
    [True, False]
    """
    headings, rows = rows_of(content)
    columns = columns_of(headings, SYNONYMS, REQUIRED)
    for number, row in rows:
        yield _line(
            number, {name: row[heading] for name, heading in columns.items()}, saturday=saturday
        )


def _line(number: int, given: Mapping[str, str], *, saturday: bool) -> Line:
    name, born_on = given["name"][:200], day_of(given["born_on"])
    slots, first = week_of(given["week"], saturday=saturday), day_of(given["first"])
    last = day_of(given["last"]) if given.get("last") else None
    refusal = ""
    if not name:
        refusal = "nom absent"
    elif born_on is None:
        refusal = f"naissance illisible « {given['born_on']} » : écrivez-la comme 14/03/2026"
    elif not slots and not saturday and "samedi" in fold(given["week"]):
        refusal = (
            f"« {given['week']} » : cette crèche n’ouvre pas le samedi ; "
            "corrigez la liste, ou la fiche de la crèche"
        )
    elif not slots:
        refusal = f"demi-journées illisibles « {given['week']} » : comme « lundi, mardi matin »"
    elif first is None:
        refusal = f"premier jour illisible « {given['first']} » : écrivez-le comme 01/09/2026"
    elif given.get("last") and last is None:
        refusal = f"dernier jour illisible « {given['last']} » : écrivez-le comme 31/07/2027"
    elif wrong := wrong_days(born_on, first, last):
        refusal = next(iter(wrong.values()))
    if not refusal and fold(given.get("insertion", "")) not in (*YES, *NO):
        refusal = f"insertion : écrivez oui ou non, et pas « {given['insertion']} »"
    insertion = fold(given.get("insertion", "")) in YES
    return Line(number, name, born_on, slots or 0, first, last, refusal, insertion)


def wrong_days(born_on: date | None, first: date, last: date | None) -> dict[str, str]:
    """Return one sentence per day of a contract that cannot be.

    >>> wrong_days(date(2026, 3, 14), date(2026, 9, 1), date(2026, 8, 31))
    {'last': 'Le dernier jour vient après le premier.'}
    """
    errors = {}
    if born_on is not None and born_on >= first:
        errors["first"] = "Le premier jour vient après la naissance."
    if last is not None and last < first:
        errors["last"] = "Le dernier jour vient après le premier."
    return errors


def day_of(text: str) -> date | None:
    """Return a day as spreadsheets write it, or None.

    >>> day_of("14/03/2026"), day_of("2026-03-14"), day_of("31/02/2026"), day_of("1/1/" + "9" * 40)
    (datetime.date(2026, 3, 14), datetime.date(2026, 3, 14), None, None)
    """
    parts = text.strip().replace("-", "/").split("/")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return None
    year, month, day = parts if len(parts[0]) == 4 else reversed(parts)
    try:
        return date(int(year), int(month), int(day))
    except (ValueError, OverflowError):
        return None


def week_of(text: str, *, saturday: bool = False) -> int | None:
    """Return the half-days somebody wrote, as a number; None when a word is not understood.

    >>> week_of("lundi, mardi matin, vendredi après-midi"), week_of("Toute la semaine")
    (519, 1023)

    The whole week is the days the crèche opens; a Saturday of one that is closed then is not
    understood.

    >>> week_of("Toute la semaine", saturday=True), week_of("vendredi, samedi matin", saturday=True)
    (4095, 1792)
    >>> week_of("samedi") is None, week_of("du lundi au vendredi", saturday=True)
    (True, 1023)
    >>> week_of("un jour sur deux") is None
    True
    """
    words = fold(text)
    if fold(FIVE_DAYS) in words:
        return FULL
    if saturday and fold(SIX_DAYS) in words:
        return bits(SLOTS)
    if any(fold(said) in words for said in EVERY_DAY):
        return bits(shown(saturday=saturday))
    found = 0
    for part in text.replace(";", ",").replace(" et ", ",").split(","):
        said = fold(part).split()
        rank = next(
            (n for n, (_, _, day) in enumerate(days(saturday=saturday)) if said and said[0] == day),
            None,
        )
        if rank is None:
            return None
        rest = " ".join(said[1:])
        half = {"": 3, "matin": 1, "apres midi": 2, "toute la journee": 3}.get(rest)
        if half is None:
            return None
        found |= half << 2 * rank
    return found or None
