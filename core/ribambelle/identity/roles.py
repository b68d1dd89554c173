"""The roles every commune may give, whatever its plugins.

One that is limited to something names the kind of thing: given without its limit it would open all.
"""

from ribambelle.identity.person import Role

ROLES = [
    Role("agent", "Agent de la mairie", told="Suit les demandes et vérifie les justificatifs."),
    Role(
        "admin",
        "Administrateur de la commune",
        told="Fait tout ce que fait un agent, règle les guichets et ouvre les accès.",
    ),
    Role(
        "commission_member",
        "Membre d’une commission",
        told="Lit l’ordre du jour d’une commission et donne son avis.",
    ),
    Role(
        "partner",
        "Partenaire (CAF, département, association)",
        told="Lit ce que la commune lui montre, sans rien changer.",
        read_only=True,
    ),
    Role("regisseur", "Régisseur", told="Encaisse, rembourse et arrête la régie."),
    Role(
        "accountant",
        "Comptable",
        told="Lit les factures, les encaissements et les écritures, sans rien changer.",
        read_only=True,
    ),
    Role(
        "kitchen",
        "Cuisine centrale",
        told="Lit le nombre de repas à préparer, sans rien changer.",
        read_only=True,
    ),
    Role(
        "caf_operator",
        "Correspondant CAF",
        told="Prend les fiches des assistantes maternelles que la CAF peut recevoir.",
    ),
    Role(
        "school_staff",
        "Personnel d’école",
        scope="core.school",
        told="Voit les enfants de son école et pointe leur présence.",
    ),
    Role(
        "paired_device",
        "Tablette d’une école",
        scope="core.school",
        told="Pointe les présences de son école, sans connexion d’une personne.",
    ),
]
