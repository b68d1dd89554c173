"""The life of a pre-registration file, from the first page to its end."""

from typing import Final

from ribambelle.workflow import State, Transition, Workflow

CODE = "creche.application"
FAMILY: Final = "family"
OFFICE: Final = "office"
FACILITY: Final = "facility"
CLOCK: Final = "clock"
LIVING = ("submitted", "incomplete", "complete", "to_confirm")
"""States in which a file counts as demand: sent, and neither withdrawn nor expired."""

WORKFLOW = Workflow(
    CODE,
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
            "complete",
            "Complète",
            "Votre dossier est complet. Les crèches demandées le voient.",
        ),
        State(
            "to_confirm",
            "À confirmer",
            "Dites-nous si vous cherchez toujours une place : un clic suffit.",
        ),
        State("withdrawn", "Retirée", "Vous pouvez faire une nouvelle demande.", final=True),
        State(
            "expired",
            "Expirée",
            "Elle n’a pas été confirmée à temps. Vous pouvez faire une nouvelle demande.",
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
            LIVING,
            "submitted",
            frozenset({FAMILY, OFFICE, FACILITY}),
        ),
        Transition(
            "ask_more",
            "Pièce demandée",
            ("submitted", "complete", "incomplete"),
            "incomplete",
            frozenset({OFFICE}),
            needs_reason=True,
        ),
        Transition(
            "complete",
            "Dossier complet",
            ("submitted", "incomplete"),
            "complete",
            frozenset({OFFICE}),
        ),
        Transition(
            "ask_confirmation",
            "Confirmation demandée",
            ("submitted", "incomplete", "complete"),
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
        Transition("expire", "Demande expirée", ("to_confirm",), "expired", frozenset({CLOCK})),
        Transition(
            "withdraw",
            "Demande retirée",
            LIVING,
            "withdrawn",
            frozenset({FAMILY, OFFICE}),
        ),
        Transition(
            "merge",
            "Réunie à une autre demande",
            LIVING,
            "merged",
            frozenset({OFFICE}),
            needs_reason=True,
        ),
    ),
)
