"""What to tell a person when a command is refused, and what to do about it."""

from ribambelle.errors import Misconfigured, NotYours, Refused, RibambelleError, Unavailable

SENTENCES = {
    "tenant_unknown": "Commune inconnue : {slug}. Communes connues : {known}.",
    "slug_invalid": "« {slug} » ne peut pas nommer une commune : "
    "des lettres minuscules, des chiffres et des tirets, par exemple saint-denis.",
    "slug_taken": "La commune « {slug} » existe déjà. Rien n’a été écrit.",
    "host_invalid": "« {host} » n’est pas une adresse possible : un nom d’hôte en minuscules, "
    "sans « https:// » ni port, par exemple famille.maville.fr.",
    "host_taken": "L’adresse {host} appartient déjà à la commune « {owner} ». Rien n’a été écrit.",
    "host_missing": "Il manque une adresse : ajoutez --host famille.maville.fr.",
    "insee_unknown": "Le code INSEE {insee} ne figure pas dans la liste officielle des communes. "
    "Vérifiez-le : ce n’est pas le code postal.",
    "name_missing": "Il manque le nom : ajoutez --insee, ou --name.",
    "plugin_unknown": "Module inconnu : {plugin}. Modules installés : {known}.",
    "plugin_disabled": "Le module {plugin} n’est pas activé pour {slug}. "
    "Activez-le : ribambelle tenant enable {slug} {plugin}",
    "plugin_already": "Le module {plugin} est déjà activé pour {slug}.",
    "email_unreadable": "Cette adresse e-mail ne peut pas être lue. Exemple : prenom.nom@exemple.fr",
    "email_taken_by_family": "{email} est déjà le compte d’une famille. "
    "Utilisez l’adresse professionnelle.",
    "unknown_role": "Rôle inconnu : {role}. Rôles possibles : {known}.",
    "scope_needed": "Le rôle {role} se limite à un objet : ajoutez par exemple "
    "--scope creche.facility:12.",
    "scope_unwanted": "Le rôle {role} vaut pour toute la commune : retirez --scope.",
    "account_unknown": "Aucun compte {email} dans cette commune. "
    "Créez-le : ribambelle account create {slug} {email}",
    "file_exists": "{file} existe déjà. Choisissez un autre nom : rien n’a été écrasé.",
    "file_unreadable": "{file} ne peut pas être lu : {why}.",
    "columns_missing": "Colonnes absentes : {columns}. Colonnes trouvées : {found}.",
    "not_a_demo": "{slug} n’est pas une commune de démonstration : rien n’y est inventé.",
}


def sentence(error: RibambelleError) -> str:
    """Return the French sentence of a refusal.

    >>> sentence(Refused("slug_taken", slug="nantes"))
    'La commune « nantes » existe déjà. Rien n’a été écrit.'
    """
    if isinstance(error, Refused):
        known = SENTENCES.get(error.reason)
        words = error.facts.get("words")
        return str(words) if words else known.format(**error.facts) if known else str(error)
    if isinstance(error, Misconfigured):
        return error.message
    if isinstance(error, Unavailable):
        return f"La base de données ne répond pas : {error}."
    if isinstance(error, NotYours):
        return "Cet objet n’existe pas dans cette commune."
    return str(error)
