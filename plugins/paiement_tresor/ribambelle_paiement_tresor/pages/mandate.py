"""Paying by direct debit: a family signs a mandate, sees it masked, stops it."""

from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import NotYours, Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_paiement_tresor import mandating
from ribambelle_paiement_tresor.domain.debits import STATES, why
from ribambelle_paiement_tresor.domain.mandates import KINDS
from ribambelle_paiement_tresor.domain.mandates import STATES as MANDATE_STATES
from ribambelle_paiement_tresor.mandating import PAGE, Signed
from ribambelle_paiement_tresor.queries import debits
from ribambelle_paiement_tresor.queries.debits import Told
from ribambelle_paiement_tresor.settings import Settings
from ribambelle_paiement_tresor.tables import Mandate

WRONG = {
    "iban_wrong": ("iban", "Ce n’est pas un IBAN : vérifiez chaque signe sur votre RIB."),
    "iban_country": (
        "iban",
        "Ce compte est hors de la zone SEPA : nous ne pouvons pas le débiter.",
    ),
    "iban_key": ("iban", "La clé de cet IBAN ne va pas : deux chiffres sont peut-être inversés."),
    "bic_wrong": ("bic", "Ce BIC n’existe pas. Laissez ce champ vide si vous hésitez."),
}


class SignForm(msgspec.Struct, frozen=True):
    """What a family gives to be debited."""

    holder: Annotated[str, msgspec.Meta(max_length=70)] = ""
    iban: Annotated[str, msgspec.Meta(max_length=60)] = ""
    bic: Annotated[str, msgspec.Meta(max_length=20)] = ""
    kind: str = "recurrent"
    agree: bool = False


@dataclass(frozen=True)
class MandatePage:
    """The mandate of a family, its debits, and the form that signs another."""

    live: Mandate | None
    debits: list[Told]
    words: str
    name: str
    notice: int
    form: Bound[SignForm] | None = None
    kinds: list[tuple[str, str]] = field(default_factory=lambda: list(KINDS.items()))
    states: dict[str, str] = field(default_factory=lambda: STATES)
    mandate_states: dict[str, str] = field(default_factory=lambda: MANDATE_STATES)

    @property
    def is_asked(self) -> bool:
        """Tell whether the form is shown: nothing holds, or it is suspended."""
        return self.live is None or self.live.state != "active"

    def why(self, reason: str) -> str:
        """Why a bank returned a debit."""
        return why(reason)


async def page_of(
    tenant: Tenant, person: Person, form: Bound[SignForm] | None = None
) -> MandatePage:
    """Return what the page shows; it exists only where a régie debits."""
    payer = await mandating.payer_of(person)
    if mandating.debiting(tenant) is None or payer is None:
        raise NotYours
    _, words = await mandating.words(tenant, payer)
    return MandatePage(
        await debits.live(payer),
        await debits.of_payer(payer),
        words,
        person.name,
        tenant.of(Settings).debits.notice_days,
        form,
    )


@get(
    PAGE,
    name="paiement.mandate",
    told="Voir son mandat de prélèvement et ses prélèvements",
    guards=[guards.in_person],
)
async def mandate(person: NamedDependency[Person], tenant: NamedDependency[Tenant]) -> Page:
    """Show the mandate, masked, and each debit; or ask for one."""
    return Page("paiement/mandate.html", await page_of(tenant, person))


@post(
    PAGE,
    name="paiement.mandate_sign",
    told="Signer un mandat de prélèvement",
    guards=[guards.in_person],
)
async def sign(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Keep the mandate and the words signed."""
    payer = await mandating.payer_of(person)
    if mandating.debiting(tenant) is None or payer is None:
        raise NotYours
    form = await forms.read(request, SignForm)
    told, wrong = form.told, {}
    if not told.holder:
        wrong["holder"] = "Écrivez le nom du titulaire, comme sur le RIB."
    if told.kind not in KINDS:
        wrong["kind"] = "Choisissez ce qui sera prélevé."
    if not told.agree:
        wrong["agree"] = "Cochez cette case pour signer."
    if not wrong and form.struct is not None:
        try:
            what = Signed(told.holder, told.iban, told.bic, told.kind)
            await mandating.sign(tenant, person, payer, what)
        except Refused as refusal:
            if refusal.reason not in WRONG:
                raise
            name, words = WRONG[refusal.reason]
            wrong[name] = words
    if wrong or form.struct is None:
        page = await page_of(tenant, person, form.wrong(**wrong))
        return Page("paiement/mandate.html", page, status=422)
    seen.tell("ok", "Votre mandat est signé. Vous serez prévenu avant chaque prélèvement.")
    return Redirect(PAGE, status_code=303)


@post(
    f"{PAGE}/arreter",
    name="paiement.mandate_stop",
    told="Arrêter le prélèvement",
    guards=[guards.in_person],
)
async def stop(
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Stop the mandate at once; what was announced is debited all the same."""
    payer = await mandating.payer_of(person)
    if mandating.debiting(tenant) is None or payer is None:
        raise NotYours
    await mandating.revoke(tenant, person, payer)
    seen.tell("ok", "Le prélèvement est arrêté. Vos prochaines factures se paient autrement.")
    return Redirect(PAGE, status_code=303)


ROUTES = [mandate, sign, stop]
