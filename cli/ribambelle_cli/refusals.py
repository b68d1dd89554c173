"""What to tell a person when a command is refused, and what to do about it."""

import errno
import re
import socket

from ribambelle.errors import Misconfigured, NotYours, Refused, RibambelleError, Unavailable

SENTENCES = {
    "tenant_unknown": "Commune inconnue : {slug}. Communes connues : {known}.",
    "unknown_api_scope": "Portée inconnue : {scope}. Portées de cette commune : {known}.",
    "journal_seal_unreadable": (
        "« {kept} » n’est pas un sceau. Recopiez ce que la vérification d’avant a dit de garder : "
        "le numéro de la ligne, deux-points, puis 64 chiffres et lettres."
    ),
    "unknown_life": "Un jeton ne dure pas {days} jours. Durées possibles : {known}.",
    "unknown_token": "Aucun jeton ne commence par {prefix}. Jetons de la commune : {known}.",
    "unknown_webhook_kind": "Événement inconnu : {kind}. Événements de cette commune : {known}.",
    "unknown_webhook": "Aucun logiciel prévenu ne porte le code {code}. Codes de la commune : {known}.",
    "unknown_webhook_event": "Aucun avis {event} n’a été écrit pour ce logiciel, ou ses trente jours "
    "sont passés. Relisez son numéro : ribambelle api webhooks list {slug} --of {code}",
    "webhook_unreadable": "Cette adresse ne se lit pas. Exemple : https://logiciel.example.fr/avis",
    "webhook_not_https": "Cette adresse n’est pas protégée : donnez celle qui commence par https://.",
    "webhook_not_public": "Cette adresse mène à un réseau privé : donnez celle du logiciel sur "
    "Internet.",
    "too_many_webhooks": "La commune prévient déjà {most} logiciels. Retirez-en un d’abord : "
    "ribambelle api webhooks remove",
    "slug_invalid": "« {slug} » ne peut pas nommer une commune : "
    "des lettres minuscules, des chiffres et des tirets, par exemple saint-denis.",
    "slug_taken": "La commune « {slug} » existe déjà. Rien n’a été écrit.",
    "data_left": "{folder} contient déjà la base d’une commune « {slug} » où des personnes ont un "
    "compte, mais son fichier manque. Remettez {slug}.toml en place, ou rangez ce dossier "
    "ailleurs : rien n’a été supprimé.",
    "host_invalid": "« {host} » n’est pas une adresse possible : un nom d’hôte en minuscules, "
    "sans « https:// » ni port, par exemple famille.maville.fr.",
    "host_taken": "L’adresse {host} appartient déjà à la commune « {owner} ». Rien n’a été écrit.",
    "host_taken_by_restore": "L’adresse {host} de cette copie appartient déjà à la commune "
    "« {owner} ». Changez hosts dans le fichier tenant.toml de la copie, ou restaurez ailleurs "
    "avec --to : rien n’a été écrit.",
    "host_missing": "Il manque une adresse : ajoutez --host famille.maville.fr.",
    "insee_unknown": "Le code INSEE {insee} ne figure pas dans la liste officielle des communes. "
    "Vérifiez-le : ce n’est pas le code postal.",
    "insee_and_departement": "Choisissez : --insee pour une commune, --departement pour un "
    "département entier, jamais les deux.",
    "departement_unknown": "Le code de département {departement} ne figure pas dans la liste "
    "officielle. Codes possibles : {known}.",
    "name_missing": "Il manque le nom : ajoutez --insee, --departement, ou --name.",
    "plugin_unknown": "Module inconnu : {plugin}. Modules installés : {known}.",
    "plugin_broken": "Le module {plugin} est en panne. {why}",
    "kit_without": "La commune d’essai {slug} existe déjà, sans le module {plugin}. "
    "Ajoutez-le : ribambelle tenant enable {slug} {plugin}",
    "plugin_disabled": "Le module {plugin} n’est pas activé pour {slug}. "
    "Activez-le : ribambelle tenant enable {slug} {plugin}",
    "plugin_already": "Le module {plugin} est déjà activé pour {slug}.",
    "email_unreadable": "Cette adresse e-mail ne peut pas être lue. Exemple : prenom.nom@exemple.fr",
    "email_taken_by_family": "{email} est déjà le compte d’une famille. "
    "Utilisez l’adresse professionnelle.",
    "unknown_role": "Rôle inconnu : {role}. Rôles possibles : {known}.",
    "scope_needed": "Le rôle {role} se limite à un objet : ajoutez par exemple --scope {kind}:12.",
    "scope_unknown": "« {scope} » n’existe pas dans cette commune. Limites possibles : {known}.",
    "scope_unwanted": "Le rôle {role} vaut pour toute la commune : retirez --scope.",
    "account_unknown": "Aucun compte {email} dans cette commune. "
    "Créez-le : ribambelle account create {slug} {email}",
    "last_admin": "C’est le dernier administrateur qui peut se connecter. "
    "Donnez d’abord ce rôle à quelqu’un d’autre.",
    "sheet_unknown": "Aucune feuille ne s’appelle « {sheet} ». Feuilles de ce classeur : {known}.",
    "takeover_unknown": "Aucune reprise ne porte le numéro {number}. Les dernières : {known}.",
    "takeover_order": "La reprise n° {later} s’ajoute à celle-ci. Défaites-la d’abord : "
    "ribambelle takeover undo {later}. Rien n’a été changé.",
    "takeover_undone": "Cette reprise a déjà été défaite le {at:%d/%m/%Y}.",
    "takeover_too_old": "Cette reprise a plus de trente jours : ce qu’elle a changé n’est plus gardé. "
    "Restaurez une sauvegarde : ribambelle restore.",
    "list_empty": "Ce fichier ne contient aucune ligne sous ses titres.",
    "list_too_long": "Ce fichier a plus de {most} lignes. Coupez-le en plusieurs.",
    "list_unreadable": "Ce fichier ne s’ouvre pas. Enregistrez-le en CSV ou en XLSX.",
    "columns_unknown": "Aucune colonne ne dit : {columns}. Nommez-les, ou montrez-les une fois sur "
    "la page d’import.",
    "fleet_column_unknown": "Colonne inconnue : {column}. Colonnes possibles : {known}.",
    "fleet_column_missing": "Il manque la colonne {column}.",
    "fleet_twice": "{slug} est déjà à la ligne {line}. Gardez une seule ligne par commune.",
    "fleet_host_twice": "{host} est déjà à la ligne {line}. Une adresse est à une seule commune.",
    "month_unreadable": "« {month} » n’est pas un mois. Écrivez-le ainsi : 2026-10.",
    "canary_unknown": "{slug} n’a rien à mettre à niveau, ou n’existe pas : elle ne peut pas passer la "
    "première. Choisissez parmi : {known}.",
    "tenant_busy": "Une autre commande met déjà {slug} à niveau, ou la déplace. Attendez qu’elle ait "
    "fini.",
    "upgrade_frozen": "{slug} est en lecture seule : rien n’y a été changé. Rouvrez-la avec "
    "« ribambelle tenant freeze {slug} --off », puis relancez.",
    "upgrade_unfinished": "La mise à niveau de {slug} n’est pas finie : ce qui s’y écrirait maintenant "
    "pourrait être perdu. Finissez-la, et elle se rouvre : ribambelle fleet upgrade",
    "copy_not_fictional": "Une commune ne se copie qu’avec des personnes inventées. Pour un espace où "
    "apprendre : ribambelle tenant copy {slug} {new} --fictional ; pour une sauvegarde : ribambelle "
    "backup {slug}",
    "copy_of_copy": "{slug} est déjà un espace pour apprendre. Copiez la commune elle-même.",
    "fleet_other_commune": "{slug} existe déjà, pour le code INSEE {insee}. Donnez un autre nom à la "
    "nouvelle commune.",
    "fleet_other_database": "{slug} existe déjà, dans une autre base. Une liste ne déplace pas une "
    "base : laissez database_url vide.",
    "tenant_frozen": "{slug} est déjà en lecture seule. Si plus rien ne la déplace : "
    "ribambelle tenant freeze {slug} --off",
    "tenant_working": "Un travail de {slug} dure, ou un service arrêté ne l’a pas encore rendu : rien "
    "n’y a été changé. Attendez cinq minutes, puis relancez la même commande.",
    "tenant_writing": "Une écriture dure dans la base de {slug} : rien n’y a été changé. Attendez "
    "qu’elle finisse, puis relancez la même commande.",
    "move_differs": "Ce qui est arrivé n’est pas ce qui est parti ({tables}) : rien n’a été déplacé, "
    "la base nouvelle est retirée. Recommencez quand plus personne n’écrit.",
    "move_upgrade_first": "Mettez d’abord la base à niveau : ribambelle tenant upgrade {slug}",
    "move_already": "{slug} est déjà à cet endroit, ou quelque chose y est : {to}. Rien n’a changé.",
    "move_where": "Ce n’est pas un endroit possible. Donnez une adresse postgresql://…, ou sqlite.",
    "forget_bound": "Cette famille a encore quelque chose en cours. {told}",
    "visa_needed": "L’élimination demande le visa des archives. Voyez ce qu’elle prendrait avec "
    '--dry-run, faites viser le bordereau du portail, puis ajoutez --visa "sa date et son numéro".',
    "household_gone": "Cette famille n’est pas là. Prenez le numéro de sa fiche, dans l’adresse de "
    "la page Familles.",
    "file_exists": "{file} existe déjà. Choisissez un autre nom : rien n’a été écrasé.",
    "file_unreadable": "{file} ne peut pas être lu : {why}.",
    "copy_incomplete": "{folder} n’est pas une sauvegarde entière : {name} y manque ou ne se lit "
    "pas. Donnez le dossier que « ribambelle backup » a écrit : rien n’a été restauré.",
    "backup_busy": "Une autre copie de {slug} est en cours. Recommencez quand elle sera finie.",
    "backup_broken": "{folder} : « {name} » y manque, ou n’est plus ce qui avait été chiffré. "
    "Choisissez une autre copie avec --at : rien n’a été restauré.",
    "backup_key_there": "{slug} a déjà une clé de copies. Pour en changer, retirez d’abord celle de "
    "{file} : les copies faites avec elle ne s’ouvriront plus qu’avec elle.",
    "backup_key_missing": "Ces copies de {slug} sont chiffrées. Donnez leur clé dans un fichier : "
    "--key-file cle.txt.",
    "backup_key_unreadable": "{file} ne contient pas une clé de copies. Elle a 64 signes, des "
    "chiffres et des lettres de a à f.",
    "backup_key_other": "Aucune copie de {slug} ne s’ouvre avec cette clé dans {folder}. Donnez celle "
    "d’alors avec --key-file, et le dossier qui porte le nom de la commune.",
    "backup_unknown": "Aucune copie du {at}. Copies possibles : {known}.",
    "export_paper_broken": "Le justificatif {number} ne s’ouvre pas. Lancez « ribambelle tenant check » "
    "pour savoir pourquoi : rien n’a été écrit.",
    "export_unreadable": "{folder} n’est pas un export entier : {name} y manque, y est de trop, ou a "
    "changé. Reprenez l’export d’origine : rien n’a été importé.",
    "export_format": "Cet export est d’un format que cette version ne lit pas ({format}). Mettez "
    "Ribambelle à niveau.",
    "export_version": "Cet export vient d’une autre version ({step}). Mettez les deux machines à la "
    "même version, « ribambelle tenant upgrade », puis exportez de nouveau.",
    "import_differs": "Ce qui est arrivé n’est pas ce qui était exporté ({name}) : rien n’a été "
    "importé. Reprenez l’export d’origine.",
    "archive_nothing": "{plugin} ne garde rien pour {slug} : il n’y a rien à archiver.",
    "archive_other": "Cette archive est celle de « {what} », de {theirs}. Donnez celle de {plugin}, de "
    "{slug} : rien n’a été repris.",
    "archive_not_the_last": "Ce n’est pas la dernière archive de {plugin} que le journal de {slug} "
    "connaît, ou elle a changé. Donnez la dernière, telle qu’elle a été écrite : rien n’a été repris.",
    "archive_in_the_way": "{slug} a déjà des données de {plugin}. Archivez-les d’abord ailleurs, "
    "« ribambelle tenant disable {slug} {plugin} --archive DOSSIER » : rien n’a été repris.",
    "archive_version": "Cette archive vient d’une autre version du module ({step}). Reprenez-la avec "
    "cette version, puis mettez à niveau : rien n’a été repris.",
    "delete_unconfirmed": "Rien n’a été supprimé. Pour supprimer {slug} pour toujours, écrivez son nom "
    "une seconde fois : --confirm {slug}",
    "delete_left": "{slug} n’est pas entièrement supprimée, il reste {left}. Relancez la même commande.",
    "nothing_to_change": "Rien à changer : donnez --host, --name ou --colour.",
    "drill_differs": "L’essai de {slug} a échoué : {what}. Gardez les copies d’avant, vérifiez le "
    "disque des copies, puis recommencez.",
    "commission_unknown": "Aucune commission {number}. Voyez : ribambelle creche commission list",
    "commission_too_early": "Les familles ont jusqu’au {closes_on} : fermez les dossiers le lendemain.",
    "commission_not_open": "Les dossiers de cette commission sont déjà clos. Rien n’a changé.",
    "commission_not_closed": "Cette commission n’est pas en préparation : ses dossiers sont encore "
    "ouverts, ou elle est déjà décidée. Rien n’a changé.",
    "nothing_kept": "Aucune proposition n’est retenue. Retenez-en une sur la page de la commission.",
    "pin_since": "Une décision a été épinglée ou levée après la proposition retenue. "
    "Refaites la proposition, puis retenez-la.",
    "places_since": "Les places ont changé depuis la proposition retenue. "
    "Refaites la proposition, puis retenez-la.",
    "columns_missing": "Colonnes absentes : {columns}. Colonnes trouvées : {found}.",
    "not_a_demo": "{slug} n’est pas une commune de démonstration : rien n’y est inventé.",
}


def sentence(error: Exception) -> str:
    """Return the French sentence of a refusal.

    >>> sentence(Refused("slug_taken", slug="nantes"))
    'La commune « nantes » existe déjà. Rien n’a été écrit.'
    >>> sentence(PermissionError(13, "Permission denied", "/srv/tenants/nantes.toml"))
    '/srv/tenants/nantes.toml : l’accès est refusé. Donnez ce droit au compte qui lance la \
commande, ou placez RIBAMBELLE_TENANTS et RIBAMBELLE_DATA ailleurs.'
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
    if isinstance(error, OSError):
        return _of_the_system(error)
    return str(error) if isinstance(error, RibambelleError) else f"Panne imprévue : {error!r}."


def report(error: Exception) -> dict[str, str]:
    """Return what a program is told of a refusal: what is wrong, and what to do.

    >>> report(Refused("name_missing"))
    {'error': 'Il manque le nom : ajoutez --insee, --departement, ou --name.', 'cure': ''}
    >>> report(Misconfigured("adresse invalide", file="a.toml", key="hosts", cure="corrigez-la"))
    {'error': 'a.toml, clé « hosts » : adresse invalide.', 'cure': 'Corrigez-la.'}
    """
    told, cure = sentence(error), ""
    if isinstance(error, Misconfigured):
        cure = f"{error.cure[:1].upper()}{error.cure[1:]}." if error.cure else ""
        told = told.removesuffix(cure).rstrip()
    elif found := END_OF_SENTENCE.search(told):
        told, cure = told[: found.start() + 1], told[found.end() :]
    return {"error": told, "cure": cure}


END_OF_SENTENCE = re.compile(r"\. (?=[A-ZÀÉ])")
RIGHTS = (
    "Donnez ce droit au compte qui lance la commande, "
    "ou placez RIBAMBELLE_TENANTS et RIBAMBELLE_DATA ailleurs."
)
CAUSES = {
    errno.EACCES: f"l’accès est refusé. {RIGHTS}",
    errno.EPERM: f"l’accès est refusé. {RIGHTS}",
    errno.EROFS: f"ce disque est en lecture seule. {RIGHTS}",
    errno.ENOSPC: "le disque est plein. Faites de la place, puis recommencez.",
    errno.ENOENT: "ce fichier n’existe pas. Vérifiez le chemin.",
    errno.EEXIST: "il y a déjà quelque chose à cet endroit. Choisissez un autre nom.",
    errno.ENOTDIR: "un fichier se trouve là où un dossier est attendu. Vérifiez le chemin.",
    errno.EISDIR: "un dossier se trouve là où un fichier est attendu. Vérifiez le chemin.",
    socket.EAI_NONAME: "aucune machine ne porte ce nom. Vérifiez l’adresse.",
    errno.EADDRNOTAVAIL: "cette machine n’a pas cette adresse. Changez --address.",
    errno.EADDRINUSE: "ce port est déjà pris. Choisissez-en un autre avec --port.",
}


def _of_the_system(error: OSError) -> str:
    cause = CAUSES.get(error.errno or 0, f"le système refuse ({error.strerror or error}).")
    where = error.filename2 or error.filename
    return f"{where} : {cause}" if where else f"{cause[:1].upper()}{cause[1:]}"


STEP = re.compile(r"step (?P<app>\S+) (?P<name>\w+)(?:, statement (?P<number>\d+))?")


def of_step(error: BaseException) -> Misconfigured | None:
    """Return what to tell when a step of a plugin's migrations stopped; None for another error.

    >>> error = ValueError('near "INDEXE": syntax error')
    >>> error.add_note("step ludotheque 0001_first, statement 2: CREATE INDEXE …")
    >>> print(of_step(error))
    migrations/0001_first : l’étape « 0001_first » du module « ludotheque » s’arrête à son \
instruction 2 (near "INDEXE": syntax error). Rien n’en est gardé et la commune est servie comme \
avant : corrigez l’étape, puis recommencez.
    """
    found = next(filter(None, map(STEP.match, getattr(error, "__notes__", []))), None)
    if found is None:
        return None
    at = f" à son instruction {found['number']}" if found["number"] else ""
    # what follows the first line may quote a row
    words = (str(error) or type(error).__name__).splitlines()[0]
    return Misconfigured(
        f"l’étape « {found['name']} » du module « {found['app']} » s’arrête{at} ({words})",
        file=f"migrations/{found['name']}",
        cure="rien n’en est gardé et la commune est servie comme avant : corrigez l’étape, puis "
        "recommencez",
    )
