"""What a token may be given of the directory: one scope a desk, none of which holds another."""

from ribambelle.api import ApiScope

SCOPES = [
    ApiScope(
        "assmat:read",
        "Lire l’annuaire des assistantes maternelles",
        "Cherche et lit ce que chacune accepte de montrer aux familles.",
    ),
    ApiScope(
        "assmat:write",
        "Dire les places des assistantes maternelles",
        "Écrit où en est une place, comme un agent le fait sur sa fiche.",
    ),
    ApiScope(
        "assmat:legal",
        "Lire la liste légale des communes",
        "Lit qui est agréée dans chaque commune, comme la loi le dit à sa mairie.",
    ),
    ApiScope(
        "assmat:pmi",
        "Lire le suivi de la PMI",
        "Lit les fiches à valider, les agréments qui finissent, les dépassements, et où en sont les SMS "
        "envoyés à chacune, sans ce qu’ils disent.",
    ),
    ApiScope(
        "assmat:cares",
        "Lire les accueils déclarés",
        "Lit les enfants accueillis et qui répond d’eux : pour la PMI seule.",
    ),
    ApiScope(
        "assmat:relais",
        "Lire les rencontres des relais",
        "Lit les rencontres à venir et leurs places, sans qui y vient.",
    ),
    ApiScope(
        "assmat:followed",
        "Lire qui un relais suit",
        "Lit celles qui exercent chez un relais et si leurs places sont à jour ; leur téléphone "
        "et leur e-mail si elles l’acceptent. Chaque lecture est au journal.",
    ),
    ApiScope(
        "assmat:figures",
        "Lire les chiffres de l’annuaire",
        "Lit les tableaux des chiffres, les petits nombres masqués.",
    ),
    ApiScope(
        "assmat:contact",
        "Écrire pour une famille",
        "Écrit à une assistante maternelle sans voir son adresse, et demande une alerte.",
    ),
    ApiScope(
        "assmat:declare",
        "Déclarer des accueils",
        "Dit à la PMI qu’un accueil commence ou finit, le corrige, l’annule, et dit ce qui change "
        "chez l’assistante maternelle : elle a le reçu.",
    ),
    ApiScope(
        "assmat:profile",
        "Tenir la fiche d’une assistante maternelle",
        "Lit et écrit ce qu’elle dit d’elle-même, sa photo et ce qu’elle accepte de montrer, l’inscrit "
        "à une rencontre ou l’en retire : pour son propre outil. Chaque lecture est au journal.",
    ),
    ApiScope(
        "assmat:caf",
        "Recevoir les fiches pour la CAF",
        "Lit les fiches de celles qui acceptent que la CAF les reçoive, et de personne d’autre. "
        "Chaque lecture est au journal.",
    ),
    ApiScope(
        "assmat:decide",
        "Décider des fiches pour la PMI",
        "Valide une fiche, la retire de l’annuaire avec sa raison, ou l’y remet.",
    ),
    ApiScope(
        "assmat:register",
        "Envoyer le registre des agréments",
        "Envoie le registre entier du département, à blanc ou pour de bon : qui y entre, change ou "
        "en sort.",
    ),
    ApiScope(
        "assmat:announce",
        "Annoncer les rencontres des relais",
        "Annonce une rencontre ou l’annule : les inscrites sont prévenues.",
    ),
]
