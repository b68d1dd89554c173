"""What does the State's refusal mean, and what does a family do next?

The codes are those of API Particulier's documentation; what nobody documents falls back on the
status of the answer.
"""

from dataclasses import dataclass

from ribambelle.errors import RibambelleError


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason: what happened, what to do; `commune` is what only the town hall can put right."""

    title: str
    then: str
    commune: str = ""
    is_passing: bool = False
    """Whether the same question may be answered later."""


BY_HAND = "Vous pouvez aussi l’écrire vous-même et joindre une attestation."
NOT_YOURS = f"Ce n’est pas de votre faute, et la mairie doit le corriger. {BY_HAND}"

REFUSALS = {
    "unknown": Refusal(
        "La CAF et la MSA ne trouvent personne sous cette identité.",
        "Vérifiez le nom et le lieu de naissance. Seul le parent allocataire peut être trouvé : "
        f"c’est peut-être l’autre parent. {BY_HAND}",
    ),
    "no_caf": Refusal(
        "La CAF n’a pas de dossier à ce nom.",
        f"Si l’allocataire est l’autre parent, c’est à son nom qu’il faut demander. {BY_HAND}",
    ),
    "no_msa": Refusal(
        "La MSA n’a pas de dossier à ce nom.",
        f"Si l’allocataire est l’autre parent, c’est à son nom qu’il faut demander. {BY_HAND}",
    ),
    "gone": Refusal(
        "Aucune donnée n’est connue à ce nom en ce moment.",
        "Sans allocation versée, il n’y a plus de quotient : il n’est pas nul, il est inconnu. "
        f"{BY_HAND}",
    ),
    "identity": Refusal(
        "L’état civil envoyé n’a pas été compris.",
        f"Vérifiez le nom, la date et le lieu de naissance, puis recommencez. {BY_HAND}",
    ),
    "recipient": Refusal(
        "La mairie n’a pas pu poser la question.",
        NOT_YOURS,
        "« particulier.recipient » est refusé : écrivez le SIRET de la commune, pas celui de l’éditeur",
    ),
    "rights": Refusal(
        "La mairie n’a pas le droit de poser cette question.",
        NOT_YOURS,
        "le jeton n’ouvre pas cette donnée : complétez l’habilitation dans DataPass, ou retirez-la de "
        "« particulier.asks »",
    ),
    "token": Refusal(
        "La mairie n’a pas pu poser la question.",
        NOT_YOURS,
        "« particulier.token » est refusé ou expiré (il vit dix-huit mois) : demandez-en un autre sur "
        "le portail API Particulier",
    ),
    "running": Refusal(
        "La même question est déjà en route.",
        "Attendez une minute, puis recommencez.",
        is_passing=True,
    ),
    "busy": Refusal(
        "Trop de questions sont posées en ce moment.",
        f"Rien n’est perdu : réessayez dans quelques minutes. {BY_HAND}",
        is_passing=True,
    ),
    "silent": Refusal(
        "La CAF et la MSA ne répondent pas.",
        f"Rien n’est perdu : réessayez plus tard. {BY_HAND}",
        is_passing=True,
    ),
    "unreadable": Refusal(
        "La réponse reçue ne peut pas être lue.",
        f"Nous n’en avons rien gardé. Réessayez plus tard. {BY_HAND}",
        is_passing=True,
    ),
}
CODES = {
    "35003": "unknown",
    "23003": "no_caf",
    "10003": "no_msa",
    "00366": "identity",
    "00203": "recipient",
    "00100": "rights",
    **dict.fromkeys(("00101", "00103", "00105"), "token"),
    "00015": "running",
    "00429": "busy",
}


class Unanswered(RibambelleError):
    """The State did not say; `reason` is a code of REFUSALS, `request` what to quote to its support."""

    def __init__(self, reason: str, *, request: str = "", wait: float = 0) -> None:
        self.reason, self.request, self.wait = reason, request, wait
        super().__init__(f"{reason} {request}".strip())

    @property
    def refusal(self) -> Refusal:
        """What a family reads, and what the town hall has to do."""
        return REFUSALS[self.reason]


def reason(status: int, code: str) -> str:
    """Return why an answer is no: by its code, else by its status.

    A 404 that nobody documents is not a quotient of zero: nothing is known any more.

    >>> reason(404, "35003"), reason(404, ""), reason(409, "00015"), reason(429, "")
    ('unknown', 'gone', 'running', 'busy')
    >>> reason(401, ""), reason(403, ""), reason(422, "00203"), reason(422, "00999")
    ('token', 'rights', 'recipient', 'identity')
    >>> reason(504, "23003x"), reason(302, "")
    ('silent', 'silent')
    """
    if code in CODES:
        return CODES[code]
    by_status = {400: "identity", 401: "token", 403: "rights", 404: "gone", 409: "running"}
    return by_status.get(status) or {422: "identity", 429: "busy"}.get(status, "silent")
