"""What does the treasury's daily report say a régie received? And which line is wrong in it?

The layout known is EN-TETE, LIGNE, PIED-DE-PAGE; the first LIGNE holds the titles of the columns. What
the treasury may write otherwise is found in the file itself: separator, quote, columns, how days
and amounts are written. A file that is cut, or says two things, is refused whole.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ribambelle.errors import Refused

LARGEST = 4_000_000
"""Bytes of a report; a thousand payments take about sixty thousand."""
MOST_LINES = 20_000
HEAD, LINE, FOOT = "EN-TETE", "LIGNE", "PIED-DE-PAGE"
SEPARATORS = ";\t|,"
TITLES = {
    "day": ("date", "dattrans", "jour"),
    "reference": ("refdet", "reference", "ref"),
    "cents": ("montant", "mt"),
    "means": ("moyen", "mode", "typepaiement"),
    "authorisation": ("numauto", "autorisation", "numeroautorisation"),
    "sense": ("sens", "nature", "statut", "typeoperation"),
}
BY_PLACE = {"day": 1, "reference": 2, "cents": 3}
RETURNED = ("REJET", "IMPAYE", "REPRISE", "CONTREPASS")
MEANS = {
    **dict.fromkeys(("CB", "CARTE", "P"), "card"),
    **dict.fromkeys(("PRLV", "PRELEVEMENT", "V"), "debit"),
}
WORDS = {
    "not_text": "Ce n’est pas un fichier de texte. Envoyez le relevé tel que PayFiP le donne.",
    "not_a_report": "Ligne {line} : « EN-TETE » est attendu. Ce n’est pas un relevé PayFiP.",
    "unknown_record": "Ligne {line} : « {told} » n’est ni un en-tête, ni une ligne, ni un pied de page.",
    "no_day": "Ligne {line} : « {told} » n’est pas une date.",
    "no_amount": "Ligne {line} : « {told} » n’est pas un montant.",
    "no_reference": "Ligne {line} : la référence manque, ou elle est trop longue.",
    "too_short": "Ligne {line} : il manque des colonnes.",
    "no_titles": "Ligne {line} : les titres des colonnes sont attendus ici.",
    "cut": "Le fichier s’arrête à la ligne {line}, sans pied de page. Il est coupé : redemandez-le.",
    "count": "Ligne {line} : le pied de page annonce {told} lignes, le fichier en a {found}.",
    "total": "Ligne {line} : le total annoncé n’est pas celui des lignes.",
    "too_long": "Ligne {line} : un relevé a 20 000 lignes au plus.",
    "xml": "Ce fichier XML est coupé ou illisible à la ligne {line}.",
    "hostile": "Ligne {line} : ce fichier déclare un DOCTYPE, qu’aucune banque n’écrit.",
    "all_rejected": "La banque rejette tout le fichier de prélèvements. Ouvrez la remise, et écrivez le "
    "rejet de chaque ligne.",
    "no_message": "Ce fichier XML n’est ni un pain.002 ni un camt.054.",
    "no_returns": "Ligne {line} : les colonnes ENDTOEND et MOTIF sont attendues.",
    "no_reason": "Ligne {line} : « {told} » n’est pas un motif de rejet, comme AM04.",
    "other_amount": "Ligne {line} : le montant n’est pas celui du prélèvement.",
    "badly_quoted": "Ligne {line} : un guillemet n’est pas fermé.",
}
AFTER = " Rien n’est enregistré."
EUROS = re.compile(r"([-+]?)(\d{1,9})(?:[.,](\d{1,2}))?")


@dataclass(frozen=True, slots=True)
class Shape:
    """How reports are written, when the file itself must not say it."""

    separator: str = ""
    quote: str = ""
    unit: str = ""
    """``cents`` or ``euros``; empty: euros when one amount has decimals."""


@dataclass(frozen=True, slots=True)
class Received:
    """One line: money that came for a reference, or went back."""

    line: int
    """Its number in the file."""
    day: date
    reference: str
    cents: int
    """More than nothing: money came; less: the bank took it back."""
    means: str = ""
    authorisation: str = ""
    rank: int = 1
    """Its place among lines that say exactly the same, in the same file."""

    @property
    def key(self) -> str:
        """What this line says, so that said again it counts once.

        >>> Received(3, date(2026, 11, 25), "F20260000034501", 4820).key
        'F20260000034501:2026-11-25:4820:1'
        """
        return f"{self.reference}:{self.day}:{self.cents}:{self.rank}"


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report."""

    numbers: tuple[str, ...]
    """What its heads say that may be the number of a régie: six digits."""
    lines: tuple[Received, ...]

    @property
    def cents(self) -> int:
        """What it comes to."""
        return sum(one.cents for one in self.lines)

    @property
    def days(self) -> tuple[date, date] | None:
        """Its first and last days; None for a day without a payment."""
        found = [one.day for one in self.lines]
        return (min(found), max(found)) if found else None


def sentence(refusal: Refused) -> str:
    """Return what is wrong in a report, in words.

    >>> sentence(Refused("report", why="cut", line=12))[:45]
    'Le fichier s’arrête à la ligne 12, sans pied '
    """
    facts = {"line": 1, "told": "", "found": "", **refusal.facts}
    return WORDS[facts["why"]].format(**facts) + AFTER


def read(content: bytes, shape: Shape = Shape()) -> Report:
    """Return what a report says. Raises Refused("report", why=…, line=…), and nothing is read.

    >>> text = '''EN-TETE;SIM;090909;25/11/2026
    ... LIGNE;DATE;REFDET;MONTANT;MOYEN
    ... LIGNE;25/11/2026;F20260000034501;4820;CB
    ... PIED-DE-PAGE;1;4820
    ... '''
    >>> found = read(text.encode("cp1252"))
    >>> found.numbers, [(one.reference, one.cents, one.means) for one in found.lines]
    (('090909',), [('F20260000034501', 4820, 'card')])
    >>> read(text.replace("4820", "48,20").replace(";", "|").encode()).cents
    4820
    >>> read(text.partition("PIED")[0].encode())
    Traceback (most recent call last):
    ribambelle.errors.Refused: report (why=cut, line=3)
    """
    text = text_of(content)
    rows = _rows(text, shape)
    if rows[0][1][0].upper() != HEAD:
        raise Refused("report", why="not_a_report", line=rows[0][0])
    heads: list[Sequence[str]] = []
    said: list[tuple[int, dict[str, str]]] = []
    columns: dict[str, int] | None = None
    since, is_open = 0, False
    feet: list[tuple[int, Sequence[str], int]] = []
    for number, cells in rows:
        kind = cells[0].upper()
        if kind == HEAD and not is_open:
            heads.append(cells)
            is_open, columns, since = True, None, len(said)
        elif kind == LINE and is_open and columns is None:
            columns = _columns(cells, number)
        elif kind == LINE and is_open and columns is not None:
            said.append((number, _told(cells, columns, number)))
        elif kind == FOOT and is_open:
            feet.append((number, cells, since))
            is_open = False
        else:
            raise Refused("report", why="unknown_record", line=number, told=cells[0][:30])
    if is_open:
        raise Refused("report", why="cut", line=rows[-1][0])
    cents = _unit(said, shape)
    lines = _ranked([_received(number, told, cents) for number, told in said])
    _check(feet, lines, cents)
    numbers = (cell for head in heads for cell in head if re.fullmatch(r"\d{6}", cell))
    return Report(tuple(dict.fromkeys(numbers)), tuple(lines))


def text_of(content: bytes) -> str:
    """Return the text of a file: UTF-8 or Windows' own alphabet; nothing else is text."""
    if b"\0" in content or content.lstrip()[:1] in (b"<", b"%", b"P\x4b"):
        raise Refused("report", why="not_text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _rows(text: str, shape: Shape) -> list[tuple[int, list[str]]]:
    """Return each row with its number in the file; empty ones are left out."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = shape.separator or max(SEPARATORS, key=first.count)
    quote = shape.quote or ("'" if first.startswith("'") else '"')
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, quotechar=quote, strict=True
    )
    found = []
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                found.append((reader.line_num, cells))
            if len(found) > MOST_LINES:
                raise Refused("report", why="too_long", line=reader.line_num)
    except csv.Error:
        raise Refused("report", why="badly_quoted", line=reader.line_num) from None
    if not found:
        raise Refused("report", why="not_a_report", line=1)
    return found


def folded(title: str) -> str:
    """Return a title without accents, spaces or signs.

    >>> folded("Réf. dette")
    'refdette'
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z]", "", plain.lower())


def _columns(cells: Sequence[str], number: int) -> dict[str, int]:
    """Return where each thing is, by its title; by its known place when a title says nothing."""
    found: dict[str, int] = {}
    titles = [folded(cell) for cell in cells]
    for name, known in TITLES.items():
        for place, title in enumerate(titles[1:], start=1):
            if title in known or any(len(one) > 3 and title.startswith(one) for one in known):
                found.setdefault(name, place)
    if any(day_of(cell) for cell in cells[1:]):
        raise Refused("report", why="no_titles", line=number)
    return {**{name: at for name, at in BY_PLACE.items() if name not in found}, **found}


def _told(cells: Sequence[str], columns: dict[str, int], number: int) -> dict[str, str]:
    if len(cells) <= max(columns[name] for name in BY_PLACE):
        raise Refused("report", why="too_short", line=number)
    return {name: cells[at] if at < len(cells) else "" for name, at in columns.items()}


def _unit(said: Iterable[tuple[int, dict[str, str]]], shape: Shape) -> bool:
    """Tell whether amounts are in cents: so they are, unless one of them has decimals."""
    if shape.unit:
        return shape.unit == "cents"
    return not any(re.search(r"[.,]\d{1,2}\D*$", told["cents"]) for _, told in said)


def _received(number: int, told: dict[str, str], in_cents: bool) -> Received:
    day, cents = day_of(told["day"]), cents_of(told["cents"], in_cents)
    if day is None:
        raise Refused("report", why="no_day", line=number, told=told["day"][:30])
    if cents is None:
        raise Refused("report", why="no_amount", line=number, told=told["cents"][:30])
    if not 0 < len(told["reference"]) <= 40:
        raise Refused("report", why="no_reference", line=number)
    sense = f"{told.get('sense', '')} {told.get('means', '')}".upper()
    plain = unicodedata.normalize("NFKD", sense).encode("ascii", "ignore").decode()
    if cents > 0 and any(word in plain for word in RETURNED):
        cents = -cents
    means = next((code for word, code in MEANS.items() if word in plain.split()), "")
    return Received(
        number, day, told["reference"], cents, means, told.get("authorisation", "")[:64]
    )


def _ranked(lines: Sequence[Received]) -> list[Received]:
    """Number lines that say exactly the same, so that two payments of one reference stay two."""
    seen: dict[str, int] = {}
    found = []
    for one in lines:
        rank = seen[one.key] = seen.get(one.key, 0) + 1
        told = one.line, one.day, one.reference, one.cents, one.means, one.authorisation
        found.append(Received(*told, rank))
    return found


def _check(
    feet: Sequence[tuple[int, Sequence[str], int]], lines: Sequence[Received], in_cents: bool
) -> None:
    """Refuse a report whose feet say something else than its lines; a foot may say nothing."""
    starts = [since for _, _, since in feet] + [len(lines)]
    for rank, (number, cells, since) in enumerate(feet):
        own = lines[since : starts[rank + 1]]
        told = [cell for cell in cells[1:] if cell]
        if told and told[0].isdecimal() and int(told[0]) != len(own):
            raise Refused("report", why="count", line=number, told=told[0][:9], found=len(own))
        if len(told) > 1:
            total = cents_of(told[1], in_cents)
            if total is not None and total != sum(one.cents for one in own):
                raise Refused("report", why="total", line=number)


def day_of(text: str) -> date | None:
    """Read a day as the treasury may write it.

    >>> told = ("25/11/2026", "25112026", "2026-11-25T10:00", "20261125", "25/11/26", "35/11/2026")
    >>> [str(day_of(one)) for one in told]
    ['2026-11-25', '2026-11-25', '2026-11-25', '2026-11-25', '2026-11-25', 'None']
    """
    head = re.split(r"[ T]", text)[0]
    for pattern, order in (
        (r"(\d{2})[/.-]?(\d{2})[/.-]?(20\d{2})", (2, 1, 0)),
        (r"(20\d{2})[/.-]?(\d{2})[/.-]?(\d{2})", (0, 1, 2)),
        (r"(\d{2})/(\d{2})/(\d{2})", (2, 1, 0)),
    ):
        found = re.fullmatch(pattern, head)
        if found:
            year, month, day = (int(found.groups()[at]) for at in order)
            try:
                return date(year if year > 99 else 2000 + year, month, day)
            except ValueError:
                continue
    return None


def cents_of(text: str, in_cents: bool) -> int | None:
    """Read an amount.

    >>> [cents_of(*one) for one in (("4820", True), ("1 234,5 €", False), ("-48.20", False))]
    [4820, 123450, -4820]
    >>> [cents_of(one, False) for one in ("", "abc", "1,234", "0")]
    [None, None, None, None]
    """
    found = EUROS.fullmatch(re.sub(r"[\s\u00a0\u202f€]|EUR", "", text))
    if found is None or (in_cents and found[3]):
        return None
    cents = int(found[2]) if in_cents else int(found[2]) * 100 + int((found[3] or "").ljust(2, "0"))
    return (-cents if found[1] == "-" else cents) or None
