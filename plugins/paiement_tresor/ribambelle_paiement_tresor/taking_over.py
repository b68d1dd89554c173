"""What families owed, or had paid ahead, in the program the commune leaves.

A debt becomes an invoice the family sees and pays like any other; an advance becomes its credit.
Neither counts as income: both stand against an account of their own, which says what was taken over.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

import msgspec

from ribambelle.database import Prepared, locks, many
from ribambelle.families.columns import Field
from ribambelle.families.planning import Done, Outcome
from ribambelle.takeover import Line, Matter, Taking, Trace, Unread, household
from ribambelle.takeover.finding import NUMBER, Families, families
from ribambelle.takeover.tables import Takeover
from ribambelle_paiement_tresor.domain import accounts
from ribambelle_paiement_tresor.domain.accounts import Entry
from ribambelle_paiement_tresor.domain.drafting import Line as Billed
from ribambelle_paiement_tresor.domain.terms import Recipient
from ribambelle_paiement_tresor.issuing import told_of
from ribambelle_paiement_tresor.queries import books, debits, invoices, people
from ribambelle_paiement_tresor.settings import Regie, Settings
from ribambelle_paiement_tresor.tables import Entry as EntryRow
from ribambelle_paiement_tresor.tables import Payer, Posting

FIELDS = (
    NUMBER,
    Field("due", "Reste dû", ("reste du", "solde du", "du", "impaye", "montant du", "solde")),
    Field("credit", "Avance", ("avance", "credit", "avoir", "trop percu", "porte monnaie")),
    Field("label", "Ce qui est dû", ("libelle", "facture", "numero facture", "objet")),
    Field("day", "Date", ("date", "date facture", "emission", "date emission")),
    Field("regie", "Régie", ("regie",)),
)
OPENED = Prepared(
    lambda given: Posting.raw(
        "SELECT p.payer, p.ledger, SUM(p.cents) AS cents FROM paiement_posting p"
        " JOIN paiement_entry e ON e.id = p.entry WHERE e.kind IN ('opening', 'opening_undone')"
        " AND e.regie = {} AND p.ledger IN ('families', 'credit') GROUP BY p.payer, p.ledger"
        " HAVING SUM(p.cents) <> 0",
        given.regie,
    )
)
TAKEN = Prepared(
    lambda given: Posting.raw(
        "SELECT p.payer, p.invoice, a.household FROM paiement_posting p"
        " JOIN paiement_entry e ON e.id = p.entry JOIN paiement_payer y ON y.id = p.payer"
        " JOIN core_adult a ON a.id = y.adult WHERE e.key LIKE {} ORDER BY p.id",
        given.key,
    )
)
PAYING = Prepared(
    lambda given: Posting.raw(
        "SELECT holds FROM paiement_allocation WHERE "  # noqa: S608 - a name of ours
        + many.among("holds"),
        given.some,
    )
)
USED = Prepared(
    lambda given: Posting.raw(
        "SELECT DISTINCT a.household, e.key, e.kind"  # noqa: S608 - names of ours
        " FROM paiement_posting p"
        " JOIN paiement_entry e ON e.id = p.entry JOIN paiement_payer y ON y.id = p.payer"
        " JOIN core_adult a ON a.id = y.adult WHERE e.id >= {} AND e.key NOT LIKE {} AND "
        + many.among("a.household"),
        given.first,
        given.key,
        given.some,
    )
)


NOTHING = (0, 0)
UNDONE = "opening_undone"


@dataclass(slots=True)
class Balance:
    """What one payer owes one régie, and what it had paid ahead, in cents."""

    household: int
    due: int = 0
    credit: int = 0
    lines: list[tuple[int, str, date, int]] = field(default_factory=list)
    """Rank in the file, what is due, since when, how much: nothing for an advance."""

    @property
    def both(self) -> tuple[int, int]:
        """What is due, and what was paid ahead: they may be equal, and still be something."""
        return self.due, self.credit


async def bring(lines: Sequence[Line], taking: Taking) -> list[Outcome]:
    """Write the balances of families, each once: a file read again changes nothing."""
    settings, known = taking.tenant.of(Settings), await families()
    found: list[Outcome] = []
    gathered: dict[str, dict[int, Balance]] = {}
    doubtful: set[int] = set()
    for line in lines:
        try:
            _gather(line, gathered, settings, known, taking)
        except Unread as unread:
            found.append(Outcome(line.rank, "refused", str(unread)))
            if (number := known.numbers.get(line.said.get("number", ""))) is not None:
                doubtful.add(number)
    found += _whole(gathered, doubtful)
    for code, balances in gathered.items():
        if not balances:
            continue
        regie = settings.regie(code) or settings.known[0]
        found += await _write(regie, balances, taking)
    return sorted(found, key=lambda one: one.rank)


def _whole(gathered: Mapping[str, dict[int, Balance]], doubtful: Collection[int]) -> list[Outcome]:
    """Refuse all the lines of a household of which one is refused: a balance is taken over once."""
    found = []
    for balances in gathered.values():
        for adult in [adult for adult, one in balances.items() if one.household in doubtful]:
            balance = balances.pop(adult)
            told = "une autre ligne de cette famille est à corriger : elles se reprennent ensemble"
            found += [Outcome(rank, "refused", told) for rank, *_ in balance.lines]
    return found


def _gather(
    line: Line,
    gathered: dict[str, dict[int, Balance]],
    settings: Settings,
    known: Families,
    taking: Taking,
) -> None:
    """Add what a line says to the balance of its payer."""
    adult, at = known.adult(line), known.household(line)
    regie = _regie(line.text("regie"), settings)
    due, credit = line.cents("due"), line.cents("credit")
    if due is None and credit is None:
        raise Unread("il manque le montant dû, ou l’avance")
    owed, ahead = due or 0, credit or 0
    if ahead < 0:
        raise Unread("une avance n’est pas négative : écrivez-la dans le montant dû")
    if owed < 0:  # a balance below nothing is an advance
        owed, ahead = 0, ahead - owed
    what = line.text("label", longest=160) or f"Reste dû repris de {taking.name}"[:160]
    day = line.day("day") or taking.now.date()
    balance = gathered.setdefault(regie.code, {}).setdefault(adult, Balance(at))
    balance.due += owed
    balance.credit += ahead
    balance.lines.append((line.rank, what, day, owed))


def _regie(told: str, settings: Settings) -> Regie:
    if not told:
        if len(settings.known) > 1:
            raise Unread(f"dites la régie parmi {', '.join(one.code for one in settings.known)}")
        return settings.known[0]
    found = settings.regie(told)
    if found is None:
        known = ", ".join(one.code for one in settings.known)
        raise Unread(f"régie inconnue « {told} ». Régies de la commune : {known}")
    return found


async def _write(regie: Regie, balances: Mapping[int, Balance], taking: Taking) -> list[Outcome]:
    top = max(balances) + 1
    payers = await people.payers(0, top, sorted(balances))
    before = await _opened(regie)
    found: list[Outcome] = []
    fresh: dict[int, Balance] = {}
    for adult, balance in sorted(balances.items()):
        done, told = _judged(balance, before.get(payers[adult], NOTHING))
        found += [Outcome(rank, done, told) for rank, *_ in balance.lines]
        if done == "created":
            fresh[adult] = balance
    if not fresh:
        return found
    bills = await _bills(regie, fresh, payers, taking, await people.recipients(0, top))
    entries = []
    for adult, balance in fresh.items():
        payer, invoice = payers[adult], bills.get(adult)
        postings = accounts.opening(payer, balance.credit, invoice, balance.due)
        key = f"{_key(taking)}{regie.code}:{payer}"
        entries.append(Entry(key, "opening", taking.now.date(), postings, regie.code))
        left = {"regie": regie.code, "payer": payer, "invoice": invoice}
        left |= {"due": balance.due, "credit": balance.credit}
        taking.traces.append(Trace(household(balance.household), None, payer, {}, left))
    await books.write(entries, taking.now)
    _tell(regie, fresh, taking)
    return found


async def _opened(regie: Regie) -> dict[int, tuple[int, int]]:
    """Return what was taken over already and still stands, by payer: due, then paid ahead."""
    found: dict[int, tuple[int, int]] = {}
    for row in await OPENED.ask(regie=regie.code):
        due, credit = found.get(row["payer"], NOTHING)
        is_due, cents = row["ledger"] == "families", int(row["cents"])
        found[row["payer"]] = (cents, credit) if is_due else (due, -cents)
    return found


def _judged(balance: Balance, before: tuple[int, int]) -> tuple[Done, str]:
    """Tell what becomes of a balance, when so many cents were due, or ahead, already.

    >>> _judged(Balance(1, 500), (0, 0)), _judged(Balance(1, 500, 500), (500, 500))
    (('created', ''), ('same', ''))
    >>> _judged(Balance(1), (0, 0)), _judged(Balance(1, 700), (500, 0))[0]
    (('same', 'rien n’est dû'), 'refused')
    """
    if before != NOTHING:
        if before == balance.both:
            return "same", ""
        told = f"{(before[0] - before[1]) / 100:.2f}".replace(".", ",")
        return "refused", (
            f"un solde de {told} € a déjà été repris pour cette famille : "
            "pour le changer, défaites d’abord cette reprise"
        )
    if balance.both == NOTHING:
        return "same", "rien n’est dû"
    return "created", ""


def _key(taking: Taking) -> str:
    return f"takeover:{taking.number}:"


async def _bills(
    regie: Regie,
    balances: Mapping[int, Balance],
    payers: Mapping[int, int],
    taking: Taking,
    recipients: Mapping[int, Recipient],
) -> dict[int, int]:
    """Write an invoice for each family that owes something; return them by adult."""
    owing = {adult: one for adult, one in balances.items() if one.due}
    if not owing:
        return {}
    today = taking.now.date()
    numbers = count(await invoices.next_number(regie.code, today.year))
    terms = await invoices.terms(told_of(taking.tenant, regie))
    due_on = today + timedelta(days=regie.due_days)
    rows, lines = [], []
    for adult, balance in owing.items():
        found = recipients.get(adult)
        recipient = msgspec.json.encode(found).decode() if found else "[]"
        rows.append(
            (
                *("invoice", regie.code, today.year, next(numbers), None, payers[adult], None),
                *(today, due_on, balance.due, recipient, terms),
            )
        )
        key = f"{_key(taking)}{payers[adult]}:"
        lines.append(
            [
                Billed(f"{key}{rank}", 0, day, what, "other", 1, cents, cents, False)
                for rank, what, day, cents in balance.lines
                if cents
            ]
        )
    written = await invoices.write(rows, lines, {})
    return dict(zip(owing, written, strict=True))


def _tell(regie: Regie, balances: Mapping[int, Balance], taking: Taking) -> None:
    for what, cents in (
        ("dus", [one.due for one in balances.values() if one.due]),
        ("d’avance", [one.credit for one in balances.values() if one.credit]),
    ):
        if cents:
            told = f"{sum(cents) / 100:.2f}".replace(".", ",")
            families = "famille" if len(cents) == 1 else "familles"
            taking.told.append(f"{regie.label} : {told} € {what}, {len(cents)} {families}")


async def used(households: Sequence[int], taking: Taking) -> dict[int, str]:
    """Return the families that were billed, or paid, since: nothing of theirs is taken back.

    What another takeover wrote counts as long as it stands. Nobody pays between this and the end.
    """
    taken = await TAKEN.ask(key=f"{_key(taking)}%")
    if taken:
        await locks.advisory(*(f"paiement.payer:{row['payer']}" for row in taken))
    paying = await _paying(taken)
    begun = Takeover.select(Takeover.created_at).where(Takeover.id == taking.number)
    since = [row["created_at"] for row in await begun]
    after = EntryRow.select(EntryRow.id).where(EntryRow.at >= since[0]).order_by(EntryRow.id)
    first = await after.first()
    if first is None:
        return paying
    rows = await USED.ask(first=first["id"], key=f"{_key(taking)}%", some=many.listed(households))
    gone = {row["key"].replace(":undone:", ":") for row in rows if row["kind"] == UNDONE}
    return paying | {
        row["household"]: "a été facturée, ou a payé, depuis"
        for row in rows
        if row["kind"] != UNDONE and row["key"] not in gone
    }


async def _paying(taken: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Return the families whose payment is on its way: on line, or in a batch of debits."""
    households = {row["invoice"]: row["household"] for row in taken if row["invoice"]}
    if not households:
        return {}
    numbers = sorted(households)
    on_line = [row["holds"] for row in await PAYING.ask(some=many.listed(numbers))]
    return {
        households[one]: "un paiement est en cours"
        for one in (*on_line, *await debits.held(numbers))
    }


async def taken_back(traces: Sequence[Trace], taking: Taking) -> None:
    """Write the contrary of each balance: nothing of the books is ever removed."""
    if not traces:
        return
    left = [dict(one.after or {}) for one in traces]
    today = taking.now.date()
    entries = [
        Entry(
            f"{_key(taking)}undone:{one['regie']}:{one['payer']}",
            UNDONE,
            today,
            tuple(
                accounts.Posting(each.ledger, -each.cents, each.payer, each.invoice)
                for each in accounts.opening(
                    one["payer"], one["credit"], one["invoice"], one["due"]
                )
            ),
            one["regie"],
        )
        for one in left
    ]
    for code in sorted({one["regie"] for one in left}):
        await _credit_notes(code, [one for one in left if one["regie"] == code], taking)
    await books.write(entries, taking.now)


async def _credit_notes(code: str, left: Sequence[Mapping[str, int]], taking: Taking) -> None:
    owing = [one for one in left if one["invoice"]]
    if not owing:
        return
    settings, today = taking.tenant.of(Settings), taking.now.date()
    terms = await invoices.terms(told_of(taking.tenant, settings.regie(code) or settings.known[0]))
    numbers = count(await invoices.next_number(code, today.year))
    rows = [
        (
            *("credit", code, today.year, next(numbers), None, one["payer"], one["invoice"]),
            *(today, today, -one["due"], "[]", terms),
        )
        for one in owing
    ]
    what = f"Reprise de {taking.name} défaite"[:200]
    lines = [
        [
            Billed(
                f"{invoices.GIVEN}{_key(taking)}{one['payer']}",
                *(0, today, what, "other", 1, -one["due"], -one["due"], False),
            )
        ]
        for one in owing
    ]
    await invoices.write(rows, lines, {})


BALANCES = Matter(
    "balances",
    "Soldes",
    70,
    FIELDS,
    bring,
    used=used,
    taken_back=taken_back,
    frees=(Payer,),
    is_whole=True,
)
