"""Form mode: the debt comes in the address, the result goes to `urlcl`, unsigned."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from ribambelle_treasury_sim import checks, service
from ribambelle_treasury_sim.notifying import Notifier
from ribambelle_treasury_sim.operation import OUTCOMES, Operation
from ribambelle_treasury_sim.pages import euros, page, refused
from ribambelle_treasury_sim.soap import Fields, SoapFault, functional
from ribambelle_treasury_sim.treasury import Treasury

PATH = "/tpa/paiement.web"
NAMES = "numcli exer refdet objet montant mel urlcl saisie".split()
TYPED = {"refdet": "Référence", "montant": "Montant en centimes", "mel": "Adresse e-mail"}


def check(treasury: Treasury, fields: Fields) -> None:
    """Refuse a debt that is not to the letter; `urlcl` may be absent, for a titre."""
    checks.check_client(treasury, fields["numcli"])
    if not treasury.allows(fields["saisie"], "T X A M"):
        raise functional("SIM-SAISIE", "SIM Type de saisie refusé par le simulateur")
    checks.check_debt(fields)
    if fields["urlcl"] and not checks.absolute(fields["urlcl"]):
        raise functional("SIM-URLCL", "SIM Adresse urlcl incorrecte")


@get(PATH)
async def show_form(
    request: Request[Any, Any, Any], treasury: NamedDependency[Treasury]
) -> Response[str]:
    """Show the debt of the address; with `saisie=M` the family types it."""
    return shown(treasury, {name: request.query_params.get(name, "") for name in NAMES})


def shown(treasury: Treasury, fields: Fields) -> Response[str]:
    """Show a debt, or why it is refused."""
    if fields["saisie"] == "M" and treasury.allows("M", "M") and fields["numcli"]:
        return page(
            "typed.html", action=PATH, hidden=hidden(fields, TYPED), typed=TYPED, fields=fields
        )
    try:
        check(treasury, fields)
    except SoapFault as fault:
        return refused("Demande refusée", f"{fault.code} : {fault.libelle}", 400)
    return page(
        "payment.html",
        operation=fields,
        amount=euros(fields["montant"]),
        labels=treasury.clients[fields["numcli"]],
        action=PATH,
        hidden=hidden(fields, {}),
    )


def hidden(fields: Fields, typed: dict[str, str]) -> Fields:
    """Return the fields the page carries unseen."""
    return {name: value for name, value in fields.items() if name not in typed}


@post(PATH, status_code=200)
async def end_form(
    request: Request[Any, Any, Any],
    treasury: NamedDependency[Treasury],
    notifier: NamedDependency[Notifier],
) -> Response[str]:
    """End the payment; the browser stays here, `urlcl` is told in the background."""
    form = await request.form()
    fields = {name: str(form.get(name, "")) for name in NAMES}
    if "outcome" not in form:  # a commune may send the debt as a form too
        return shown(treasury, fields)
    try:
        check(treasury, fields)
    except SoapFault as fault:
        return refused("Demande refusée", f"{fault.code} : {fault.libelle}", 400)
    letter = OUTCOMES.get(str(form.get("outcome", "")))
    if letter is None:
        return page("ended.html", title="Page fermée", told="Rien n’a été payé.")
    operation = opened(treasury, fields)
    service.settle(treasury, operation, letter)
    if operation.urlnotif:
        await notifier.settled(operation)
    told = "Paiement enregistré." if letter in "PV" else "Rien n’a été payé."
    return page("ended.html", title="C’est terminé", told=told)


def opened(treasury: Treasury, fields: Fields) -> Operation:
    """Keep a payment of form mode."""
    told = fields | {"urlnotif": fields["urlcl"]}
    operation = Operation.opened(treasury.numbers.idop(), told, treasury.clock.now(), "form")
    treasury.operations[operation.idop] = operation
    return operation
