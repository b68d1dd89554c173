"""The messages about ways to sign in: FranceConnect, ProConnect, passkeys."""

from ribambelle.messages.types import MessageTemplate, Placeholder

AREA = "Comptes et connexion"
OWNER = "la personne dont c’est le compte"
PROVIDER = Placeholder(
    "fournisseur", "FranceConnect ou ProConnect", "FranceConnect", fact="provider"
)

MESSAGES = (
    MessageTemplate(
        "messages/identity_linked",
        "FranceConnect ou ProConnect lié",
        "dès qu’une personne lie son compte à FranceConnect ou à ProConnect",
        OWNER,
        (PROVIDER,),
        AREA,
    ),
    MessageTemplate(
        "messages/identity_unlinked",
        "FranceConnect ou ProConnect retiré",
        "dès que FranceConnect ou ProConnect n’ouvre plus un compte",
        OWNER,
        (PROVIDER,),
        AREA,
    ),
    MessageTemplate(
        "messages/identity_email",
        "Adresse à prouver après FranceConnect",
        "dès qu’une personne venue de FranceConnect donne son adresse",
        "l’adresse donnée",
        (
            Placeholder(
                "lien",
                "Le lien qui ouvre le compte, une seule fois",
                "https://famille.exemple.fr/identite/lien/abc",
                fact="link",
                required=True,
            ),
        ),
        AREA,
    ),
    MessageTemplate(
        "messages/passkey_added",
        "Clé d’accès ajoutée",
        "dès qu’une clé d’accès ouvre un compte",
        OWNER,
        (),
        AREA,
    ),
    MessageTemplate(
        "messages/passkey_removed",
        "Clé d’accès retirée",
        "dès qu’une clé d’accès n’ouvre plus un compte",
        OWNER,
        (),
        AREA,
    ),
)
