"""Conversations of a demonstration: one answered and still to be read, two that wait."""

from datetime import timedelta

from ribambelle import tenants
from ribambelle.identity import Person, accounts
from ribambelle.identity.tables import Account
from ribambelle.messages import inbox
from ribambelle.messages.inbox import Written
from ribambelle.messages.tables import Conversation, Letter

FAMILIES = (
    (
        "famille@demo.example",
        "",
        "Changement d’adresse",
        (
            (
                52,
                "Bonjour,\n\nNous avons déménagé, toujours dans la commune. Faut-il renvoyer un "
                "justificatif de domicile ?",
            ),
            (
                27,
                "Bonjour,\n\nOui, envoyez-le depuis « Mes documents » : une photo nette suffit. "
                "Votre demande garde sa date.",
            ),
        ),
    ),
    (
        "ines.hoarau@demo.example",
        "Inès Hoarau",
        "Naissance plus tôt que prévu",
        (
            (
                31,
                "Bonjour,\n\nNotre fille est née trois semaines en avance. Que devons-nous changer ?",
            ),
        ),
    ),
    (
        "marc.lebreton@demo.example",
        "Marc Lebreton",
        "Une place le mercredi",
        ((4, "Bonjour,\n\nNous pourrions aussi le mercredi. Cela change-t-il quelque chose ?"),),
    ),
)
"""E-mail, name, subject, then what each side wrote in turn and how many hours ago."""


async def fill(seed: int) -> None:
    """Write the conversations; the seed changes nothing of them."""
    now = tenants.current().now()
    agent = await Account.objects().get(Account.kind == "staff")
    for email, name, subject, told in FAMILIES:
        account = await accounts.open_family(email, now)
        if name:
            await Account.update({Account.name: name}).where(Account.id == account.id)
        family = await inbox.family_of(account.id)
        number = await inbox.open_with(account.id, subject, None, Written(told[0][1]), family)
        if len(told) > 1 and agent:
            conversation = await inbox.of_person(family, number)
            (asked,) = await inbox.letters(number)
            by = Person(agent.id, 0, agent.email, agent.name, "staff", strong=True)
            await inbox.answer(conversation, Written(told[1][1]), by, asked.id)
        letters = await inbox.letters(number)
        for letter, (hours, _) in zip(letters, told, strict=False):
            await Letter.update({Letter.at: now - timedelta(hours=hours)}).where(
                Letter.id == letter.id
            )
        ago = now - timedelta(hours=told[len(letters) - 1][0])
        waits = Conversation.unread_since if len(letters) > 1 else Conversation.waiting_since
        await Conversation.update({Conversation.last_at: ago, waits: ago}).where(
            Conversation.id == number
        )
