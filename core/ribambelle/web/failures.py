"""What to answer when something cannot be: in the commune's colours, with the way out."""

from dataclasses import dataclass, field
from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from litestar.types import ExceptionHandlersMap

from ribambelle import traces
from ribambelle.api.addresses import is_for_programs
from ribambelle.errors import NotYours, Refused, Unavailable
from ribambelle.web import away
from ribambelle.web.blame import blame
from ribambelle.web.guards import NotForYou, NotMandated, SignInFirst
from ribambelle.web.page import Page, render
from ribambelle.web.security import ALWAYS
from ribambelle.web.visit import Visit, visit

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ErrorPage:
    """What a person needs when a page cannot be shown: whose fault, what is safe, what now."""

    status: int
    title: str
    sentences: tuple[str, ...]
    reference: str
    retry: bool = False
    facts: dict[str, Any] = field(default_factory=dict)


SENTENCES: dict[int, tuple[str, tuple[str, ...]]] = {
    400: (
        "Cette demande ne peut pas être lue",
        ("Revenez à la page précédente et recommencez.",),
    ),
    403: (
        "Cette page est réservée",
        (
            "Votre compte ne donne pas accès à cette page.",
            "Si vous pensez que c’est une erreur, appelez-nous : nous vérifierons ensemble.",
        ),
    ),
    404: (
        "Cette page n’existe pas",
        (
            "L’adresse est peut-être incomplète, ou la page a été retirée.",
            "Vos demandes et vos informations sont intactes.",
        ),
    ),
    405: (
        "Cette page ne peut pas être ouverte ainsi",
        ("Revenez à la page précédente et utilisez ses boutons.",),
    ),
    413: (
        "C’est trop volumineux",
        ("L’envoi dépasse 12 Mo. Réduisez les fichiers, puis recommencez.",),
    ),
    429: (
        "Trop d’essais",
        ("Par sécurité, attendez quelques minutes, puis recommencez.",),
    ),
    500: (
        "Nous avons un problème",
        (
            "Ce n’est pas de votre faute. Ce que vous aviez enregistré est intact.",
            "Réessayez dans quelques minutes. Si cela continue, donnez-nous la référence ci-dessous.",
        ),
    ),
    503: (
        "Le portail est indisponible un instant",
        (
            "Ce n’est pas de votre faute. Ce que vous aviez enregistré est intact.",
            "Réessayez dans quelques minutes.",
        ),
    ),
}
FOREIGN = (
    "Cet envoi ne vient pas du portail",
    (
        "Par sécurité il est refusé : rien n’a changé.",
        "Revenez à l’accueil et recommencez depuis les pages du portail.",
    ),
)
OUTSIDE_MANDATE = (
    "Un mandat ne permet pas d’ouvrir cette page",
    (
        "Un aidant ne lit pas les messages de la personne et ne change pas son compte.",
        "Elle peut le faire elle-même, ou demander de l’aide à la mairie.",
    ),
)
PLAIN = {
    400: "Adresse illisible.",
    421: "Aucun portail n’est servi à cette adresse.",
    503: "Ce portail est indisponible. Les autres communes ne sont pas touchées.",
}


async def plain(send: Any, status: int, number: str) -> None:
    """Answer without a commune: a sentence, the headers of every answer, and nothing else."""
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-request-id", number.encode()),
        *ALWAYS,
    ]
    if status == 503:
        headers.append((b"retry-after", b"60"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": PLAIN[status].encode()})


async def early(send: Any, seen: Visit, path: str, status: int) -> None:
    """Answer before any route is asked, in the commune's colours."""
    title, sentences = FOREIGN if status == 403 else SENTENCES[status]
    page = ErrorPage(status, title, sentences, seen.number)
    body = render(seen, path, "error.html", page).encode()
    headers = [(b"content-type", b"text/html; charset=utf-8")]
    if status == 503:
        headers.append((b"retry-after", b"60"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _page(request: Request[Any, Any, Any], status: int, **facts: Any) -> Page:
    title, sentences = SENTENCES.get(status, SENTENCES[500])
    number = visit(request).number
    retry = status in (500, 503) and request.method == "GET"
    page = ErrorPage(status, title, sentences, number, retry, facts)
    return Page("error.html", page, status=status)


def http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Answer what Litestar refused: unknown address, wrong method, too large…"""
    status = error.status_code if error.status_code in SENTENCES else 400
    if error.status_code >= 500:
        return fault(request, error)
    return _page(request, status)


def not_yours(request: Request[Any, Any, Any], error: NotYours) -> Response[Any]:
    """Somebody else's thing and a thing that never was look the same."""
    return _page(request, 404)


def not_for_you(request: Request[Any, Any, Any], error: NotForYou) -> Response[Any]:
    """This page is for others."""
    if isinstance(error, NotMandated):
        page = ErrorPage(403, *OUTSIDE_MANDATE, visit(request).number)
        return Page("error.html", page, status=403)
    return _page(request, 403)


def sign_in_first(request: Request[Any, Any, Any], error: SignInFirst) -> Response[Any]:
    """Send to the sign-in page, and back here afterwards when here is a page to see."""
    back = request.url.path if request.method == "GET" else "/"
    office = back.startswith(("/bureau", "/creche/direction", "/_boite"))
    where = "/connexion/mot-de-passe" if office else "/connexion"
    return Redirect(f"{where}?suite={back}", status_code=303)


def refused(request: Request[Any, Any, Any], error: Refused) -> Response[Any]:
    """Show why a rule refused; pages that know better catch it before."""
    title, sentences = REFUSALS.get(error.reason, (None, ()))
    if title is None:
        log.warning("refusal_without_sentence", reason=error.reason)
        title, sentences = (
            "Ce n’est pas possible maintenant",
            (
                "La situation a changé depuis l’affichage de la page. Revenez en arrière et vérifiez.",
            ),
        )
    words = error.facts.get("words")
    told = (str(words),) if words else sentences
    status = 429 if error.reason == "too_many_tries" else 409
    page = ErrorPage(status, title, told, visit(request).number, False, error.facts)
    return Page("error.html", page, status=status)


REFUSALS: dict[str, tuple[str, tuple[str, ...]]] = {
    "too_many_tries": SENTENCES[429],
    "already_moved": (
        "Quelqu’un a été plus rapide",
        ("Cette demande vient de changer d’état. Rouvrez-la pour voir où elle en est.",),
    ),
    "wrong_state": (
        "Cette action n’est plus possible",
        ("La demande n’est plus dans le même état. Rouvrez-la pour voir où elle en est.",),
    ),
    "reason_needed": (
        "Il manque un motif",
        ("Revenez à la page précédente et écrivez la raison : la famille la lira.",),
    ),
    "conversation_moved": (
        "Un message vient d’arriver",
        ("La famille a écrit entre-temps. Rouvrez la conversation pour le lire.",),
    ),
    "document_moved": (
        "Ce justificatif vient de changer",
        ("Quelqu’un l’a remplacé ou vérifié entre-temps. Rouvrez-le pour voir où il en est.",),
    ),
    "household_gone": (
        "Cette famille n’est plus là",
        ("Elle a été oubliée, ou réunie à une autre. Rouvrez la liste des familles.",),
    ),
    "consent_needed": (
        "Votre accord est retiré",
        (
            "Rien n’a été demandé ni gardé. Vous pouvez le redonner depuis « Vos données ».",
            "Ou donnez vous-même le montant dans votre démarche, avec une attestation.",
        ),
    ),
    "forget_asked": (
        "Votre demande est déjà enregistrée",
        (
            "La mairie vous répond sous un mois. Vous pouvez la retirer depuis la page de vos données.",
        ),
    ),
    "forget_bound": (
        "Cette famille a encore quelque chose en cours",
        ("Terminez d’abord ce que dit la page de sa demande, puis répondez oui.",),
    ),
    "forget_none": (
        "Aucune demande à retirer",
        ("Elle a été retirée, ou la mairie y a répondu. Rouvrez la page de vos données.",),
    ),
    "forget_moved": (
        "Cette demande vient de changer",
        ("La famille l’a retirée, ou un autre agent y a répondu. Rouvrez la liste.",),
    ),
    "document_in_use": (
        "Ce justificatif ne peut pas être retiré",
        (
            "Il a été accepté pour une demande en cours.",
            "Vous pouvez en envoyer un plus récent : il servira à sa place.",
        ),
    ),
    "last_admin": (
        "Il faut toujours un administrateur",
        (
            "C’est le dernier qui peut se connecter : sans lui, plus personne n’ouvrirait d’accès.",
            "Donnez d’abord ce rôle à quelqu’un d’autre, et attendez qu’il se connecte.",
        ),
    ),
    "cannot_disable_oneself": (
        "Vous ne pouvez pas fermer votre propre accès",
        ("Demandez-le à un autre administrateur : il le fera depuis la page de l’équipe.",),
    ),
    "cannot_reset_oneself": (
        "Ce n’est pas possible pour vous-même",
        (
            "Vous seriez déconnecté sans pouvoir revenir.",
            "Demandez-le à un autre administrateur : il le fera depuis la page de l’équipe.",
        ),
    ),
    "account_disabled": (
        "Cet accès est fermé",
        ("Rouvrez-le d’abord depuis la page de l’équipe.",),
    ),
    "already_active": (
        "Cette personne s’est déjà connectée",
        ("Une invitation ne lui sert plus. Si elle a perdu son code, remettez-le à zéro.",),
    ),
    "list_done": (
        "Cette liste est déjà importée",
        ("Envoyez-la de nouveau pour en relire les lignes : rien n’est fait deux fois.",),
    ),
    "takeover_undone": (
        "Cette reprise est déjà défaite",
        ("Revenez aux données reprises pour voir les autres.",),
    ),
    "takeover_too_old": (
        "Il est trop tard pour revenir en arrière",
        (
            "Cette reprise a plus de trente jours : ce qu’elle a changé n’est plus gardé.",
            "Demandez à votre service informatique s’il peut restaurer une sauvegarde.",
        ),
    ),
    "takeover_order": (
        "Une reprise plus récente s’ajoute à celle-ci",
        ("Défaites d’abord la plus récente, dans la liste des données reprises.",),
    ),
    "https_needed": (
        "Connexion impossible à cette adresse",
        ("Le portail doit être ouvert en « https ». Prévenez la mairie.",),
    ),
    "plugin_refuses": ("Ce n’est pas possible maintenant", ()),
}


def unavailable(request: Request[Any, Any, Any], error: Unavailable) -> Response[Any]:
    """The commune's database cannot answer: say so, and ask to come back."""
    traces.failed(error)
    away.note(error)
    page = _page(request, 503)
    page.headers["retry-after"] = "60"
    return page


def fault(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A fault of ours: nothing of it is shown, all of it is logged under the reference."""
    traces.failed(error)
    log.error("fault", exc_info=error, **blame(request, error))
    return _page(request, 500)


def by_reader(programs: ExceptionHandlersMap) -> ExceptionHandlersMap:
    """Return what answers each failure: a page, or what a program reads where the address is its."""

    def either(kind: Any) -> Any:
        def answer(request: Request[Any, Any, Any], error: Any) -> Response[Any]:
            found: Any = programs if is_for_programs(request.url.path) else HANDLERS
            response: Response[Any] = found.get(kind, found[Exception])(request, error)
            return response

        return answer

    return {kind: either(kind) for kind in {*HANDLERS, *programs}}


HANDLERS: ExceptionHandlersMap = {
    HTTPException: http,
    NotYours: not_yours,
    NotForYou: not_for_you,
    SignInFirst: sign_in_first,
    Refused: refused,
    Unavailable: unavailable,
    Exception: fault,
}
