"""What does a period bill, whom, and what should somebody look at first?

What was billed before is never changed: a line that costs less now gives a credit note of the
invoice that bore it, a line that costs more is billed for the difference.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from ribambelle.billing.items import BillableItem, Gap

DOUBTS = {
    "gap": "Jours réservés, pointage non clos",
    "no_payer": "Personne ne peut payer",
    "no_address": "Aucune adresse",
    "no_quotient": "Quotient familial non connu",
    "negative": "Montant négatif",
    "duplicate": "Facturé deux fois le même jour",
    "no_regie": "Régie inconnue",
}
ADVICE = {
    "gap": "Closez le pointage, ou dites pourquoi ces jours attendront la prochaine facture.",
    "no_payer": "Dites dans le foyer qui paie pour cet enfant. Sans cela, rien n’en est facturé.",
    "no_address": "Demandez l’adresse à la famille : une facture la porte.",
    "no_quotient": "La famille paie le tarif le plus haut. Demandez-lui son quotient.",
    "negative": "Vérifiez le tarif : un montant négatif diminue la facture.",
    "duplicate": "Deux lignes se ressemblent : gardez-les si l’enfant a bien eu les deux.",
    "no_regie": "L’activité nomme une régie que le fichier de la commune ne connaît pas.",
}
AGAIN = "Rectification : "


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing to look at before invoices leave."""

    code: str
    key: str
    """Names it from one night to the next."""
    label: str
    payer: int = 0
    child: int = 0
    day: date | None = None
    cents: int = 0


@dataclass(frozen=True, slots=True)
class Billed:
    """What invoices already say of one key, all together."""

    payer: int
    cents: int
    invoice: int
    """The last that bore it, which a credit note corrects."""
    label: str = ""
    child: int = 0
    child_name: str = ""
    day: date | None = None
    kind: str = "other"
    tax_care: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line to write."""

    key: str
    child: int
    day: date
    label: str
    kind: str
    quantity: int
    unit_cents: int
    cents: int
    tax_care: bool
    inputs: tuple[tuple[str, str], ...] = ()
    steps: tuple[str, ...] = ()
    child_name: str = ""
    """As it was written before, when the child is no longer known."""


@dataclass(slots=True)
class Draft:
    """What one adult is billed: new lines, and lines given back by the invoice that bore them."""

    payer: int
    lines: list[Line] = field(default_factory=list)
    credits: dict[int, list[Line]] = field(default_factory=lambda: defaultdict(list))

    @property
    def cents(self) -> int:
        """What the new lines come to."""
        return sum(line.cents for line in self.lines)

    @property
    def total(self) -> int:
        """What changes for the family, credit notes counted."""
        return self.cents + sum(one.cents for lines in self.credits.values() for one in lines)


def drafts(
    items: Iterable[BillableItem], billed: Mapping[str, Billed], first: date
) -> dict[int, Draft]:
    """Return what each adult is billed, by adult; what nobody pays is left out.

    :param billed: what invoices already say, for these adults and days.
    :param first: first day looked at: what was billed from it on and is no longer due is given back.

    >>> day = date(2026, 10, 1)
    >>> one = BillableItem("a", 2, 1, day, "Repas", "meal", 1, 310, 310, False, "")
    >>> [(line.key, line.cents) for line in drafts([one], {}, day)[2].lines]
    [('a', 310)]
    >>> less = drafts([one], {"a": Billed(2, 400, 7, day=day)}, day)[2]
    >>> less.lines, [(line.label, line.cents) for line in less.credits[7]]
    ([], [('Rectification : Repas', -90)])
    >>> drafts([one], {"a": Billed(2, 310, 7, day=day)}, day)
    {}
    """
    found: dict[int, Draft] = {}
    seen = set()
    for item in items:
        if item.payer is None:
            continue
        seen.add(item.key)
        before = billed.get(item.key)
        if before is None or not before.cents:
            if item.amount_cents:
                _of(found, item.payer).lines.append(_line(item))
        elif before.payer != item.payer:
            _give_back(found, item.key, before)
            if item.amount_cents:
                _of(found, item.payer).lines.append(_line(item))
        elif item.amount_cents != before.cents:
            line = _line(item, item.amount_cents - before.cents)
            draft = _of(found, item.payer)
            (draft.lines if line.cents > 0 else draft.credits[before.invoice]).append(line)
    for key, before in billed.items():
        if key not in seen and before.cents and before.day and before.day >= first:
            _give_back(found, key, before)
    return {payer: draft for payer, draft in found.items() if draft.lines or draft.credits}


def _of(found: dict[int, Draft], payer: int) -> Draft:
    draft = found.get(payer)
    if draft is None:
        draft = found[payer] = Draft(payer)
    return draft


def _line(item: BillableItem, cents: int | None = None) -> Line:
    """Return the line of an item; with `cents`, the difference with what was billed before."""
    again = cents is not None
    return Line(
        item.key,
        item.child,
        item.day,
        AGAIN + item.label if again else item.label,
        item.kind,
        1 if again else item.quantity,
        cents if cents is not None else item.unit_cents,
        cents if cents is not None else item.amount_cents,
        item.tax_care,
        item.inputs,
        item.steps,
    )


def _give_back(found: dict[int, Draft], key: str, before: Billed) -> None:
    assert before.day
    line = Line(
        *(key, before.child, before.day, AGAIN + before.label, before.kind, 1),
        *(-before.cents, -before.cents, before.tax_care),
        child_name=before.child_name,
    )
    _of(found, before.payer).credits[before.invoice].append(line)


def doubts(items: Iterable[BillableItem], addressed: Collection[int]) -> list[Doubt]:
    """Return what to look at in some items, once each.

    :param addressed: the adults whose address is known.

    >>> day = date(2026, 10, 1)
    >>> one = BillableItem("a", None, 1, day, "Repas", "meal", 1, 310, 310, False, "")
    >>> [(doubt.code, doubt.key) for doubt in doubts([one], [])]
    [('no_payer', 'no_payer:1')]
    """
    found: dict[str, Doubt] = {}
    lines: dict[tuple[int, date, str], str] = {}

    def note(code: str, name: object, item: BillableItem) -> None:
        key = f"{code}:{name}"
        found.setdefault(
            key,
            Doubt(code, key, item.label, item.payer or 0, item.child, item.day, item.amount_cents),
        )

    for item in items:
        if item.payer is None:
            note("no_payer", item.child, item)
        elif item.payer not in addressed:
            note("no_address", item.payer, item)
        if "quotient" in item.missing:
            note("no_quotient", f"{item.payer}:{item.child}", item)
        if item.amount_cents < 0:
            note("negative", item.key, item)
        same = lines.setdefault((item.child, item.day, item.label), item.key)
        if same != item.key:
            note("duplicate", item.key, item)
    return list(found.values())


def held_back(gap: Gap) -> Doubt:
    """Return the doubt of days nobody closed.

    >>> held_back(Gap("periscolaire:3:2026-10-01", "Cantine", date(2026, 10, 1), "…")).key
    'gap:periscolaire:3:2026-10-01'
    """
    return Doubt("gap", f"gap:{gap.key}", gap.label, day=gap.day)
