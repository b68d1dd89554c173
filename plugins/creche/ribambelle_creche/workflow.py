"""The life of a pre-registration file, from the first page to its end."""

from collections.abc import Sequence
from typing import Final

from ribambelle.workflow import State, Transition, Workflow

CODE = "creche.application"
FAMILY: Final = "family"
OFFICE: Final = "office"
FACILITY: Final = "facility"
CLOCK: Final = "clock"
FREE = (
    *("submitted", "incomplete", "dormant", "complete", "to_confirm"),
    *("waiting", "not_examined"),
)
"""States of demand that no commission holds at this moment: the next one may look at the file."""
COMPLETED = ("complete", "complete_waiting")
"""Transitions by which the town hall finds a file complete."""
CONFIRMED = {
    "submitted": "confirm_unchecked",
    "incomplete": "confirm_incomplete",
    "waiting": "confirm_waiting",
}
"""By the state a file was in when its family was asked, the transition that confirms it."""
WITHOUT_PLACE = ("waiting", "not_examined")
"""States in which a commission left a file: the next one looks at it again, its day being past."""
LIVING = (*FREE, "in_session", "offered")
"""States in which a file waits for a place: sent, not ended, and no place accepted yet."""
ACTIVE = ("complete", *WITHOUT_PLACE, "in_session", "offered")
"""States of active demand, which is counted: the file found complete, no confirmation of it awaited."""
CHANGEABLE = (*FREE, "in_session")
"""States in which a family may change what it asks; with an offer, it answers first."""
ADMITTED = ("accepted", "enrolled")
"""States in which a child has its place."""

LISTED = ("waiting", "submitted", "complete", "to_confirm")
"""States of a file on the list of a decided commission: correcting it, or being asked whether it still
stands, costs no turn. It is called for what the commission froze."""
WORKFLOW = Workflow(
    CODE,
    label="Demande de place en crèche",
    states=(
        State(
            "draft",
            "Brouillon",
            "Vous pouvez reprendre votre demande où vous l’avez laissée.",
        ),
        State(
            "submitted",
            "Envoyée",
            "La mairie vérifie votre dossier. Elle vous écrit s’il manque quelque chose.",
        ),
        State(
            "incomplete",
            "À compléter",
            "La mairie attend ce qui manque. Vous gardez la date de votre demande.",
        ),
        State(
            "dormant",
            "En sommeil",
            "Dites la naissance et joignez l’acte : votre demande dort, et garde sa date.",
        ),
        State(
            "complete",
            "Complète",
            "Votre dossier est complet. Les crèches demandées le voient.",
        ),
        State(
            "to_confirm",
            "À confirmer",
            "Dites-nous si vous cherchez toujours une place : un clic suffit.",
        ),
        State(
            "in_session",
            "En commission",
            "La commission examine votre demande. Elle vous répond après sa séance.",
        ),
        State(
            "waiting",
            "En attente",
            "Aucune place pour l’instant. Votre demande reste sur la liste et sera réexaminée.",
        ),
        State(
            "not_examined",
            "Pas examinée",
            "La commission ne l’a pas examinée. La suivante le fera si votre dossier est à jour.",
        ),
        State(
            "offered",
            "Place proposée",
            "Une place vous attend : répondez avant la date limite.",
        ),
        State(
            "accepted",
            "Place acceptée",
            "La place est à vous. La crèche vous appelle pour préparer l’arrivée.",
        ),
        State("declined", "Place refusée", "Vous avez refusé la place proposée."),
        State("lapsed", "Sans réponse", "La place proposée n’a pas reçu de réponse à temps."),
        State("enrolled", "Admise", "Votre enfant est inscrit à la crèche."),
        State("left", "Accueil terminé", "Votre enfant a quitté la crèche.", final=True),
        State(
            "aged_out",
            "Âge de l’école",
            "Votre enfant a l’âge d’entrer à l’école : l’inscription se fait en mairie.",
            final=True,
        ),
        State(
            "ineligible",
            "Hors conditions",
            "La demande ne remplit pas les conditions. Vous pouvez en faire une autre.",
            final=True,
        ),
        State(
            "closed",
            "Terminée",
            "Elle a pris fin sans place. Vous pouvez faire une nouvelle demande.",
            final=True,
        ),
        State("withdrawn", "Retirée", "Vous pouvez faire une nouvelle demande.", final=True),
        State(
            "expired",
            "Expirée",
            "Elle a attendu trop longtemps une réponse. Vous pouvez faire une nouvelle demande.",
            final=True,
        ),
        State(
            "merged",
            "Réunie à une autre",
            "La même demande existait déjà : suivez l’autre.",
            final=True,
        ),
    ),
    transitions=(
        Transition(
            "submit",
            "Demande envoyée",
            ("draft",),
            "submitted",
            frozenset({FAMILY, OFFICE, FACILITY}),
        ),
        Transition(
            "edit",
            "Demande modifiée",
            FREE,
            "submitted",
            frozenset({FAMILY, OFFICE, FACILITY}),
        ),
        # the commission keeps looking at what it froze: the file stays where it is
        Transition(
            "edit_in_session",
            "Demande modifiée",
            ("in_session",),
            "in_session",
            frozenset({FAMILY, OFFICE, FACILITY}),
        ),
        Transition(
            "ask_more",
            "Pièce demandée",
            ("submitted", "complete", "incomplete", "waiting", "not_examined"),
            "incomplete",
            frozenset({OFFICE, CLOCK}),
            needs_reason=True,
        ),
        # the birth that was expected is past, and nobody said it
        Transition(
            "sleep",
            "Naissance à dire",
            ("complete", "waiting", "not_examined"),
            "dormant",
            frozenset({CLOCK}),
            needs_reason=True,
        ),
        Transition(
            "complete",
            "Dossier complet",
            ("submitted", "incomplete", "dormant", "not_examined"),
            "complete",
            frozenset({OFFICE}),
        ),
        # a commission had left it waiting: a change takes nothing away of its turn to be called
        Transition(
            "complete_waiting",
            "Dossier complet",
            ("submitted", "incomplete", "dormant"),
            "waiting",
            frozenset({OFFICE}),
        ),
        Transition(
            "ask_confirmation",
            "Confirmation demandée",
            ("submitted", "incomplete", "complete", "waiting", "not_examined"),
            "to_confirm",
            frozenset({CLOCK}),
        ),
        Transition(
            "confirm",
            "Demande confirmée",
            ("to_confirm",),
            "complete",
            frozenset({FAMILY, OFFICE, FACILITY}),
        ),
        # asked before the town hall had found the file complete: it goes back to be checked
        Transition(
            "confirm_unchecked",
            "Demande confirmée",
            ("to_confirm",),
            "submitted",
            frozenset({FAMILY, OFFICE, FACILITY}),
        ),
        # what the town hall asked for is still missing: the answer to another question keeps it
        Transition(
            "confirm_incomplete",
            "Demande confirmée",
            ("to_confirm",),
            "incomplete",
            frozenset({FAMILY, OFFICE, FACILITY}),
        ),
        Transition(
            "confirm_waiting",
            "Demande confirmée",
            ("to_confirm",),
            "waiting",
            frozenset({FAMILY, OFFICE, FACILITY}),
        ),
        Transition(
            "expire",
            "Demande expirée",
            ("to_confirm", "dormant"),
            "expired",
            frozenset({CLOCK}),
        ),
        Transition(
            "withdraw",
            "Demande retirée",
            (*LIVING, "accepted"),
            "withdrawn",
            frozenset({FAMILY, OFFICE}),
        ),
        Transition(
            "merge",
            "Réunie à une autre demande",
            FREE,
            "merged",
            frozenset({OFFICE}),
            needs_reason=True,
        ),
        Transition(
            "examine",
            "Confiée à la commission",
            ("complete", "waiting", "not_examined"),
            "in_session",
            frozenset({OFFICE, CLOCK}),
        ),
        Transition(
            "postpone",
            "Retirée de la séance",
            ("in_session",),
            "not_examined",
            frozenset({OFFICE}),
            needs_reason=True,
        ),
        Transition(
            "offer",
            "Proposition envoyée",
            ("in_session", *LISTED),
            "offered",
            frozenset({OFFICE, CLOCK}),
        ),
        Transition(
            "wait",
            "Maintenue sur la liste d’attente",
            ("in_session",),
            "waiting",
            frozenset({OFFICE, CLOCK}),
        ),
        Transition(
            "accept",
            "Place acceptée",
            ("offered",),
            "accepted",
            # the clock: its family said yes, and the place was left since
            frozenset({FAMILY, OFFICE, CLOCK}),
        ),
        Transition(
            "fall", "Place gardée par qui l’occupe", ("offered",), "waiting", frozenset({CLOCK})
        ),
        Transition(
            "decline", "Place refusée", ("offered",), "declined", frozenset({FAMILY, OFFICE})
        ),
        Transition("lapse", "Sans réponse à temps", ("offered",), "lapsed", frozenset({CLOCK})),
        Transition(
            "wait_again",
            "De nouveau en attente",
            ("declined", "lapsed"),
            "waiting",
            frozenset({CLOCK}),
        ),
        Transition(
            "close",
            "Demande terminée",
            ("declined", "lapsed"),
            "closed",
            frozenset({CLOCK}),
        ),
        Transition(
            "enroll", "Enfant accueilli", ("accepted",), "enrolled", frozenset({OFFICE, FACILITY})
        ),
        Transition(
            "leave",
            "Accueil terminé",
            ("enrolled",),
            "left",
            frozenset({OFFICE, FACILITY, CLOCK}),
        ),
        Transition("age_out", "Âge de l’école", FREE, "aged_out", frozenset({OFFICE, CLOCK})),
        Transition(
            "rule_out",
            "Hors conditions",
            FREE,
            "ineligible",
            frozenset({OFFICE}),
            needs_reason=True,
        ),
    ),
)


def completing(targets: Sequence[str]) -> str:
    """Return the transition that finds a file complete: one that waited before waits again.

    >>> completing(["submitted", "complete", "in_session", "waiting", "submitted"])
    'complete_waiting'
    >>> completing(["submitted"])
    'complete'
    >>> completing(["submitted", "in_session", "waiting", "in_session", "not_examined", "submitted"])
    'complete'

    :param targets: the states it went through, the first first.
    """
    left_in = [one for one in targets if one in ("in_session", "offered", *WITHOUT_PLACE)]
    return "complete_waiting" if left_in[-1:] == ["waiting"] else "complete"
