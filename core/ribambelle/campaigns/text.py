"""The text of a campaign: what an agent wrote, in the frame the commune gives all of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from ribambelle import tenants
from ribambelle.messages import catalogue, outbox, sms, texts, wording
from ribambelle.messages.types import MessageTemplate, Placeholder, greeting
from ribambelle.messages.wording import Wording

FRAME = "campaign"
LONGEST_SUBJECT = 120
OWN = (
    Placeholder("prenom", "Le prénom de la personne, s’il est connu", "Camille"),
    Placeholder("bonjour", "« Bonjour », avec le prénom s’il est connu", "Bonjour Camille"),
)
"""What a campaign may say of whoever reads it: never a child, never the other parent."""


def known() -> tuple[Placeholder, ...]:
    """Return every fact the text of a campaign may hold."""
    return (*OWN, *catalogue.COMMUNE)


def frame() -> MessageTemplate:
    """Return the message all campaigns are sent as: families choose how they receive it."""
    return catalogue.named(FRAME)


def require(told: Wording) -> None:
    """Refuse a text that could not be sent."""
    names = {one.name for one in known()}
    for part in (told.subject, told.body):
        wording.require(part, names)


@dataclass(frozen=True, slots=True)
class Framed:
    """A text in its frame, ready to be filled for one reader after the other."""

    told: Wording
    around: Wording
    commune: Mapping[str, str]

    def to(self, given_name: str) -> Wording:
        """Return the text for one reader."""
        mine = {"prenom": given_name, "bonjour": greeting(given_name)}
        own = outbox.said(self.told, {**self.commune, **mine})
        facts = {"objet": own.subject, "texte": own.body}
        return outbox.said(self.around, {**self.commune, **facts})

    @property
    def is_short(self) -> bool:
        """Tell whether its SMS may leave."""
        return sms.fits(self.to(OWN[0].sample).sms)


async def framed(subject: str, body: str) -> Framed:
    """Put a text in the frame of the commune."""
    tenant = tenants.current()
    links = {"lien": tenant.url("/messages"), "choix": tenant.url("/compte/messages")}
    commune = {**catalogue.of_commune(tenant), **links}
    return Framed(Wording(subject, body), await texts.wording_of(frame()), commune)
