"""Direct debits at the régie: who signed, a batch to make, what the treasury took, what came back."""

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.documents import shelf
from ribambelle.errors import NotYours, Refused
from ribambelle.forms import Bound
from ribambelle.forms.files import sent
from ribambelle.identity import Person, limits
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_paiement_tresor import debiting, mandating
from ribambelle_paiement_tresor.debiting import Chosen
from ribambelle_paiement_tresor.domain import debits as rule
from ribambelle_paiement_tresor.domain import mandates as signing
from ribambelle_paiement_tresor.domain import report as reading
from ribambelle_paiement_tresor.domain.words import euros
from ribambelle_paiement_tresor.pages.office_guards import reading as may_read
from ribambelle_paiement_tresor.pages.office_guards import till as at_till
from ribambelle_paiement_tresor.queries import debits, people
from ribambelle_paiement_tresor.queries.debits import Candidate, Told
from ribambelle_paiement_tresor.settings import Settings
from ribambelle_paiement_tresor.tables import Batch, Mandate

DESK = "/bureau/paiement/prelevements"
HOUR = timedelta(hours=1)
SENTENCES = {
    "empty": "Choisissez la liste des rejets.",
    "too_big": "Ce fichier est trop grand : 4 Mo au plus.",
    "form_unreadable": "L’envoi s’est interrompu. Recommencez.",
}


class MakeForm(msgspec.Struct, frozen=True):
    """When accounts are debited, and whose."""

    key: Annotated[str, msgspec.Meta(max_length=64)] = ""
    on: date | None = None
    payers: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()


class RejectForm(msgspec.Struct, frozen=True):
    """Why a bank returned a debit."""

    reason: str = ""


@dataclass(frozen=True)
class DebitsPage:
    """Who may be debited, who signed, and the batches made."""

    on: date
    candidates: list[tuple[Candidate, str, str]]
    mandates: list[tuple[Mandate, str]]
    batches: list[Batch]
    notice: int
    may_change: bool
    form: Bound[MakeForm] | None = None
    wrong: str = ""
    states: dict[str, str] = field(default_factory=lambda: signing.STATES)
    sequences: dict[str, str] = field(default_factory=lambda: signing.SEQUENCES)
    key: str = field(default_factory=lambda: secrets.token_urlsafe(12))

    def is_chosen(self, payer: int) -> bool:
        """Tell whether a family is ticked: all are, until somebody unticks one."""
        return self.form is None or payer in self.form.told.payers

    def is_last(self, payer: int) -> bool:
        """Tell whether its mandate was said to end."""
        return self.form is not None and payer in self.form.told.ends

    @property
    def cents(self) -> int:
        """What may be debited, all together."""
        return sum(one.cents for one, _, _ in self.candidates)


async def page_of(
    tenant: Tenant,
    person: Person,
    on: date | None,
    form: Bound[MakeForm] | None = None,
    wrong: str = "",
) -> DebitsPage:
    """Return what the page shows for a day; where no régie debits, it does not exist."""
    regie, settings = mandating.debiting(tenant), tenant.of(Settings).debits
    if regie is None:
        raise NotYours
    day = on or rule.first_day(tenant.now().date(), settings.notice_days)
    found = await debits.candidates(regie.code, day)
    names = await people.payer_names({one.payer for one in found})
    return DebitsPage(
        day,
        [(one, names.get(one.payer, ""), signing.sequence(one.rule)) for one in found],
        await debits.every_live(),
        await debits.batches(),
        settings.notice_days,
        person.holds("regisseur", "admin"),
        form,
        wrong,
    )


@get(
    DESK,
    name="paiement.office.debits",
    told="Voir les mandats de prélèvement et les remises",
    guards=[may_read],
)
async def desk(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
) -> Page:
    """Show what a batch of a day would debit, and the batches made."""
    try:
        on = date.fromisoformat(str(request.query_params.get("jour", "")))
    except ValueError:
        on = None
    return Page("paiement/office/debits.html", await page_of(tenant, person, on))


@post(
    DESK,
    name="paiement.office.make_batch",
    told="Faire une remise de prélèvements",
    guards=[at_till],
)
async def make(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Make the file, hold the invoices, tell the families."""
    form = await forms.read(request, MakeForm)
    told, wrong = form.told, {}
    if told.on is None:
        wrong["on"] = "Écrivez le jour du prélèvement."
    if not told.payers:
        wrong["payers"] = "Cochez au moins une famille."
    if form.struct is not None and not wrong and told.on is not None:
        what = Chosen(told.on, told.payers, told.ends, told.key)
        try:
            number = await debiting.make(tenant, person, what)
        except Refused as refusal:
            wrong["on"] = refused(refusal)
    if wrong or form.struct is None:
        page = await page_of(tenant, person, told.on, form.wrong(**wrong))
        return Page("paiement/office/debits.html", page, status=422)
    seen.tell("ok", "Remise faite, familles prévenues. Téléchargez le fichier pour le Trésor.")
    return Redirect(f"{DESK}/{number}", status_code=303)


def refused(refusal: Refused) -> str:
    """Return why a batch cannot be made, in words."""
    match refusal.reason:
        case "too_soon":
            first = formats.jour(refusal.facts["first"], True)
            return f"Les familles doivent être prévenues avant : au plus tôt le {first}."
        case "no_money_moves":
            return "Les banques ne travaillent pas ce jour-là. Choisissez-en un autre."
        case "nothing_to_debit":
            return "Rien à prélever ce jour-là pour ces familles."
    raise refusal


@dataclass(frozen=True)
class BatchPage:
    """One batch: its debits, and what can be done."""

    row: Batch
    debits: list[Told]
    today: date
    may_change: bool
    wrong: str = ""
    states: dict[str, str] = field(default_factory=lambda: rule.STATES)
    sequences: dict[str, str] = field(default_factory=lambda: signing.SEQUENCES)
    reasons: list[tuple[str, str]] = field(
        default_factory=lambda: [
            (code, f"{code} : {words}") for code, words in rule.REASONS.items()
        ]
    )
    shapes: dict[str, tuple[str, str]] = field(
        default_factory=lambda: {
            **{"planned": ("moitie", "info"), "debited": ("moitie", "info")},
            **{"confirmed": ("coche", "ok"), "returned": ("croix", "erreur")},
            "cancelled": ("barres", ""),
        }
    )

    def sum(self, *states: str) -> int:
        """What the debits in some states come to, in cents."""
        return sum(one.row.cents for one in self.debits if one.row.state in states)

    def why(self, reason: str) -> str:
        """Why a bank returned a debit."""
        return rule.why(reason)

    @property
    def may_cancel(self) -> bool:
        """Tell whether its day is to come."""
        return self.row.cancelled_at is None and self.row.on > self.today

    @property
    def may_confirm(self) -> bool:
        """Tell whether its money is awaited."""
        return self.row.booked_at is not None and self.row.confirmed_at is None


async def batch_page(tenant: Tenant, person: Person, number: int, wrong: str = "") -> BatchPage:
    """Return what the page of a batch shows."""
    return BatchPage(
        await debits.batch(number),
        await debits.told(await debits.debits(number)),
        tenant.now().date(),
        person.holds("regisseur", "admin"),
        wrong,
    )


@get(
    f"{DESK}/{{number:int}}",
    name="paiement.office.batch",
    told="Voir une remise de prélèvements",
    guards=[may_read],
)
async def batch(
    number: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Page:
    """Show each debit of a batch, and where it stands."""
    return Page("paiement/office/batch.html", await batch_page(tenant, person, number))


@post(
    f"{DESK}/{{number:int}}/fichier",
    name="paiement.office.batch_file",
    told="Télécharger le fichier d’une remise, pour le Trésor",
    guards=[at_till],
)
async def file(
    number: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Response[Any]:
    """Send the file as it was made; who took it is kept."""
    try:
        name, content = await debiting.take(tenant, person, number)
    except Refused as refusal:
        raise NotYours from refusal
    headers = {
        "content-disposition": f'attachment; filename="{name}.xml"',
        "cache-control": "no-store",
    }
    return Response(content, media_type="application/xml", headers=headers)


@post(
    f"{DESK}/{{number:int}}/confirmer",
    name="paiement.office.confirm_batch",
    told="Écrire que le Trésor a encaissé une remise",
    guards=[at_till],
)
async def confirm(
    number: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Move the money of a batch to the treasury's account."""
    try:
        cents = await debiting.confirm(tenant, person, number)
    except Refused:
        seen.tell("info", "Ce prélèvement n’a pas encore eu lieu.")
    else:
        seen.tell("ok", f"{euros(cents)} encaissés au Trésor.")
    return Redirect(f"{DESK}/{number}", status_code=303)


@post(
    f"{DESK}/{{number:int}}/annuler",
    name="paiement.office.cancel_batch",
    told="Annuler une remise avant son jour",
    guards=[at_till],
)
async def cancel(
    number: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Let the invoices go; the name of the batch stays taken."""
    try:
        await debiting.cancel(tenant, person, number)
    except Refused:
        seen.tell("info", "Il est trop tard pour annuler cette remise.")
    else:
        seen.tell("ok", "Remise annulée. Les factures sont à payer, les familles sont prévenues.")
    return Redirect(f"{DESK}/{number}", status_code=303)


@post(
    f"{DESK}/rejets",
    name="paiement.office.send_returns",
    told="Envoyer la liste des prélèvements rejetés",
    guards=[at_till],
    request_max_body_size=2 * rule.LARGEST,
)
async def send_returns(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Write each return of a list, once; a list that is wrong changes nothing."""
    await limits.require(f"paiement-returns:{person.account}", now, at_most=60, per=HOUR)
    try:
        async with sent(request, shelf.reception(), largest=rule.LARGEST) as form:
            content = form.require_file().read_bytes()
        count, unknown = await debiting.returns(tenant, person, content)
    except Refused as refusal:
        page = await page_of(tenant, person, None, wrong=sentence(refusal))
        return Page("paiement/office/debits.html", page, status=422)
    seen.tell(
        "ok", f"{formats.pluriel(count, 'rejet écrit', 'rejets écrits')}, familles prévenues."
    )
    if unknown:
        told = ", ".join(unknown[:5])
        seen.tell("erreur", f"Prélèvements inconnus ici : {told}. Rien n’est écrit pour eux.")
    return Redirect(DESK, status_code=303)


def sentence(refusal: Refused) -> str:
    """Return why a list was refused, in words; what is no file's fault goes on."""
    if refusal.reason == "report":
        return reading.sentence(refusal)
    if refusal.reason not in SENTENCES:
        raise refusal
    return SENTENCES[refusal.reason]


@post(
    f"{DESK}/debits/{{number:int}}/rejeter",
    name="paiement.office.reject_debit",
    told="Écrire à la main qu’une banque a rejeté un prélèvement",
    guards=[at_till],
)
async def reject(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Take one debit back, with the reason the bank gives."""
    one = await debits.debit(number)
    told = (await forms.read(request, RejectForm)).told
    if told.reason not in rule.REASONS:
        page = await batch_page(tenant, person, one.batch, "Choisissez le motif du rejet.")
        return Page("paiement/office/batch.html", page, status=422)
    if await debiting.reject(tenant, person, number, told.reason):
        seen.tell("ok", "Rejet écrit : les factures sont de nouveau dues, la famille est prévenue.")
    else:
        seen.tell("info", "Ce rejet était déjà écrit.")
    return Redirect(f"{DESK}/{one.batch}", status_code=303)


@post(
    f"{DESK}/mandats/{{number:int}}/retablir",
    name="paiement.office.restore_mandate",
    told="Rétablir un mandat suspendu après des rejets",
    guards=[at_till],
)
async def restore(
    number: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Let a suspended mandate be used again."""
    try:
        await mandating.restore(tenant, person, number)
    except Refused:
        seen.tell("info", "Ce mandat n’est pas suspendu.")
    else:
        seen.tell("ok", "Mandat rétabli : il servira à la prochaine remise.")
    return Redirect(DESK, status_code=303)


ROUTES = [desk, make, batch, file, confirm, cancel, send_returns, reject, restore]
