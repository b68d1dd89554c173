"""The payment page that families see: five ways to end it, without JavaScript."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from ribambelle_treasury_sim import service
from ribambelle_treasury_sim.notifying import Notifier
from ribambelle_treasury_sim.operation import OUTCOMES, Operation
from ribambelle_treasury_sim.treasury import Treasury

PATH = "/tpa/paiementws.web"
STYLE = "/tpa/sim.css"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
templates = Environment(
    loader=PackageLoader("ribambelle_treasury_sim"), autoescape=True, undefined=StrictUndefined
)


def page(name: str, status: int = 200, **shown: Any) -> Response[str]:
    """Show a page, under the banner that says no money moves."""
    text = templates.get_template(name).render(style=STYLE, **shown)
    return Response(text, status_code=status, media_type="text/html", headers=HEADERS)


def refused(title: str, told: str, status: int) -> Response[str]:
    """Show why a payment cannot be made here."""
    return page("refused.html", status, title=title, told=told)


def euros(montant: str) -> str:
    """Write an amount in centimes as French readers do.

    >>> euros("123456"), euros("050")
    ('1\u202f234,56\xa0€', '0,50\xa0€')
    """
    whole, cents = divmod(int(montant), 100)
    return f"{whole:,}".replace(",", "\u202f") + f",{cents:02d}\xa0€"


def back(address: str, idop: str) -> str:
    """Return where the family's browser goes back to, the number of the payment added.

    >>> back("https://famille.example/retour?a=1", "x-1")
    'https://famille.example/retour?a=1&idop=x-1'
    """
    parts = urlsplit(address)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("idop", idop)]
    return urlunsplit(parts._replace(query=urlencode(query)))


def closed(treasury: Treasury, operation: Operation | None) -> Response[str] | None:
    """Return why a payment can no longer be opened, if so."""
    if operation is None or operation.mode != "ws":
        return refused("Paiement inconnu", "Ce numéro de paiement n’existe pas ou plus.", 404)
    if operation.openable(treasury.clock.now()):
        return None
    if operation.resultrans in ("", "A"):
        told = "Il fallait ouvrir cette page dans les 15 minutes. Rien n’a été débité."
        return refused("Délai dépassé", told, 410)
    told = "Ce paiement a déjà été fait ou refusé. Pour payer, repartez du portail."
    return refused("Page déjà utilisée", told, 409)


@get(PATH)
async def show(treasury: NamedDependency[Treasury], idop: FromQuery[str] = "") -> Response[str]:
    """Show the payment, while it can be opened."""
    operation = treasury.known(idop)
    gone = closed(treasury, operation)
    if gone is not None or operation is None:
        return gone or refused("Paiement inconnu", "", 404)
    return page(
        "payment.html",
        operation=operation,
        amount=euros(operation.montant),
        labels=treasury.clients[operation.numcli],
        action=PATH,
        hidden={"idop": idop},
    )


@post(PATH, status_code=200)
async def end(
    request: Request[Any, Any, Any],
    treasury: NamedDependency[Treasury],
    notifier: NamedDependency[Notifier],
) -> Response[str] | Redirect:
    """End the payment as the family chose, tell the commune, and send the browser back."""
    form = await request.form()
    operation = treasury.known(str(form.get("idop", "")))
    gone = closed(treasury, operation)
    if gone is not None or operation is None:
        return gone or refused("Paiement inconnu", "", 404)
    letter = OUTCOMES.get(str(form.get("outcome", "")))
    if letter is None:
        told = "Vous avez fermé la page de paiement. Le Trésor n’a rien reçu et ne dira rien."
        return page("ended.html", title="Page fermée", told=told)
    service.settle(treasury, operation, letter)
    await notifier.settled(operation)
    return Redirect(back(operation.urlredirect, operation.idop), status_code=303)
