"""Every page of the portal, and who opens it: what the look at barriers goes through."""

from tests.periscolaire.builders import THURSDAY

from ribambelle_creche.domain.dossier import STEPS
from ribambelle_periscolaire.domain.enrolments import STEPS as ENROLMENT_STEPS

NOT_PAGES = {
    *("/robots.txt", "/sitemap.xml", "/bureau/communes/export/{kind}"),
    *("/api/v1/openapi.json", "/api/v1/token", "/api/v1/periscolaire/activities"),
    "/api/v1/requests/{number}",
    *("/api/v1/periscolaire/slots", "/api/v1/periscolaire/bookings"),
    "/api/v1/periscolaire/children",
    *("/identite/{provider}", "/identite/{provider}/retour", "/deconnexion/retour"),
    *("/bureau/donnees/registre/export/{kind}", "/bureau/donnees/eliminations/a-viser/{kind}"),
    "/bureau/donnees/eliminations/{number}/{kind}",
    "/api/v1/periscolaire/children/{child}/weeks/{monday}",
    "/assmat/activation/code",
    *("/assmat/selection.pdf", "/bureau/assmat/caf/export/{kind}"),
    "/assmat/fiches/{childminder}/photo/{code}",
    "/assmat/espace/{childminder}/photo/{code}",
    *("/static/{name}", "/creche/demandes/{number}/recu-pdf"),
    *("/creche/statistiques/export/{kind}", "/bureau/creche/statistiques/export/{kind}"),
    "/bureau/creche/demandes/export/{kind}",
    "/bureau/creche/commissions/{commission}/proces-verbal.pdf",
    "/creche/demandes/{number}/pourquoi/calcul/{kind}",
    "/bureau/creche/statistiques/admissions/export/{kind}",
    "/creche/commissions/{commission}/seuils/export/{kind}",
    *("/documents/{number}/fichier", "/documents/{number}/pages/{sheet}"),
    *("/bureau/documents/suivant", "/agenda/flux/{secret}"),
    *("/bureau/documents/suivant", "/bureau/activations/suivi/export"),
    "/bureau/familles/import/{number}/erreurs",
    "/periscolaire/semaine",
    "/bureau/periscolaire/inscriptions/export",
    *("/paiement/tresor/avis", "/paiement/factures/{number}/pdf"),
    *("/paiement/factures/{number}/avis", "/assmat/espace"),
    "/bureau/assmat/communes/{commune}/export/{kind}",
    "/bureau/assmat/relais/{relais}/export/{kind}",
    "/bureau/assmat/relais/{relais}/rencontres/{event}/export/{kind}",
    "/paiement/paiements/{number}/tresor",
    *("/bureau/assmat/chiffres/export/csv", "/assmat/donnees.csv", "/assmat/donnees.geojson"),
    *("/api/v1/assmat/communes", "/api/v1/assmat/communes/{insee}"),
    *("/api/v1/assmat/pmi/waiting", "/api/v1/assmat/pmi/expiring", "/api/v1/assmat/pmi/over"),
    *("/api/v1/assmat/cares", "/api/v1/assmat/meetings", "/api/v1/assmat/figures"),
    *("/api/v1/assmat/registers", "/api/v1/assmat/caf"),
    "/api/v1/assmat/childminders/{childminder}/profile",
    "/api/v1/assmat/childminders/{childminder}/photo",
    "/api/v1/assmat/pmi/childminders/{childminder}/sms",
    "/api/v1/assmat/relais/{relais}/childminders",
    *("/api/v1/assmat/childminders", "/api/v1/assmat/childminders/{childminder}"),
    *("/bureau/paiement/jour", "/bureau/paiement/facturation/{number}/anomalies"),
    "/bureau/paiement/rapprochement/liste",
    *("/bureau/paiement/factures/liste", "/bureau/paiement/factures/{number}/pdf"),
    *("/bureau/paiement/titres/{number}/fichier", "/bureau/paiement/titres/{number}/avis"),
    *("/pointage/service.js", "/bureau/periscolaire/cuisine/{day}/export"),
    "/bureau/periscolaire/onde/{sent}/erreurs",
    *("/bureau/periscolaire/jour", "/bureau/periscolaire/jour/{day}/enfants/export/{kind}"),
    "/bureau/periscolaire/remplissage/export/{kind}",
    *(
        "/bureau/periscolaire/pointages/export/{kind}",
        "/bureau/periscolaire/fermetures/export/{kind}",
    ),
    "/bureau/periscolaire/jour/{day}/export/{kind}",
    "/creche/demandes/{number}/decision",
    "/bureau/campagnes/{number}/export",
    *("/bureau/informations/affiche", "/informations/{slug}/fichiers/{paper}"),
    *("/bureau/documents/suivant", "/bureau/messages/suivant"),
    "/messages/{number}/pieces/{paper}/fichier",
    "/messages/{number}/pieces/{paper}/pages/{sheet}",
}
"""What a browser saves rather than shows, and what only leads elsewhere."""
SPACES = ("visitor", "family")
"""Those of staff are looked at beside, in a file of their own: there are many."""
PAGES: dict[str, dict[str, tuple[str, ...]]] = {
    "/": {"visitor": ("/",), "family": ("/",)},
    "/_boite": {"visitor": ("/_boite",)},
    "/_composants": {"visitor": ("/_composants", "/_composants?espace=bureau")},
    "/accessibilite": {"visitor": ("/accessibilite",)},
    "/agenda": {"family": ("/agenda",)},
    "/cout-de-garde": {
        "visitor": ("/cout-de-garde", "/cout-de-garde?ressources=3000&heures=125&salaire=9")
    },
    "/activation": {"visitor": ("/activation", "/activation?code=KM7Q-X4TA")},
    "/activation/adresse": {"visitor": ("/activation/adresse",)},
    "/activation/lien/{secret}": {"visitor": ("{letter}", "/activation/lien/mort")},
    "/assmat": {"visitor": ("/assmat", "/assmat?pres=Centre&rayon=1000&jours=mon&age=18")},
    "/assmat/communes": {"visitor": ("/assmat/communes",)},
    "/assmat/communes/{insee}": {"visitor": ("/assmat/communes/autres",)},
    "/assmat/alertes": {"visitor": ("/assmat/alertes?jours=mon",)},
    "/assmat/alertes/{search}/{code}": {"visitor": ("{alert}",)},
    "/assmat/confirmer/{place}/{code}": {"visitor": ("{still_free}",)},
    "/assmat/selection": {"visitor": ("/assmat/selection",)},
    "/assmat/fiches/{childminder}/ecrire": {
        "visitor": ("/assmat/fiches/{childminder}/ecrire",),
        "family": ("/assmat/fiches/{childminder}/ecrire",),
    },
    "/assmat/activation": {"visitor": ("/assmat/activation",)},
    "/assmat/activation/relire/{secret}": {"visitor": ("{read_back}",)},
    "/assmat/fiches/{childminder}": {"visitor": ("/assmat/fiches/{childminder}",)},
    "/assmat/espace/{childminder}": {"office": ("/assmat/espace/{childminder}",)},
    "/assmat/espace/{childminder}/apercu": {"office": ("/assmat/espace/{childminder}/apercu",)},
    "/bureau/assmat": {"office": ("/bureau/assmat", "/bureau/assmat?nom=personne")},
    "/assmat/espace/{childminder}/relais": {"office": ("/assmat/espace/{childminder}/relais",)},
    "/bureau/assmat/communes": {"office": ("/bureau/assmat/communes",)},
    "/bureau/assmat/communes/{commune}": {"office": ("/bureau/assmat/communes/0",)},
    "/bureau/assmat/relais": {"office": ("/bureau/assmat/relais",)},
    "/bureau/assmat/relais/{relais}": {"office": ("/bureau/assmat/relais/1",)},
    "/bureau/assmat/relais/{relais}/rencontres": {
        "office": ("/bureau/assmat/relais/1/rencontres",)
    },
    "/bureau/assmat/relais/{relais}/rencontres/{event}": {
        "office": ("/bureau/assmat/relais/1/rencontres/{event}",)
    },
    "/assmat/espace/{childminder}/accueils": {"office": ("/assmat/espace/{childminder}/accueils",)},
    "/assmat/espace/{childminder}/accueils/{care}": {
        "office": ("/assmat/espace/{childminder}/accueils/1",)
    },
    "/assmat/espace/{childminder}/declarations": {
        "office": ("/assmat/espace/{childminder}/declarations",)
    },
    "/assmat/espace/{childminder}/declarations/{statement}": {
        "office": ("/assmat/espace/{childminder}/declarations/{statement}",)
    },
    "/bureau/assmat/suivi": {"office": ("/bureau/assmat/suivi",)},
    "/bureau/assmat/{childminder}": {"office": ("/bureau/assmat/{childminder}",)},
    "/bureau/assmat/chiffres": {"office": ("/bureau/assmat/chiffres",)},
    "/bureau/assmat/caf": {"office": ("/bureau/assmat/caf",)},
    "/bureau/assmat/registre": {"office": ("/bureau/assmat/registre",)},
    "/bureau/assmat/registre/{register}": {
        "office": ("/bureau/assmat/registre/1", "/bureau/assmat/registre/{register}")
    },
    "/creche/demandes/{number}/famille-connue": {
        "office": ("/creche/demandes/{on_behalf}/famille-connue?q=a",)
    },
    "/bureau/communes": {"office": ("/bureau/communes",)},
    "/bureau/partages": {"office": ("/bureau/partages",)},
    "/partages/{number}": {"office": ("/partages/{share}",)},
    "/periscolaire": {"visitor": ("/periscolaire",), "family": ("/periscolaire",)},
    "/periscolaire/ouvertures": {"family": ("/periscolaire/ouvertures",)},
    "/periscolaire/ouvertures/{opening}": {
        "family": tuple(
            f"/periscolaire/ouvertures/{{opening_{one}}}" for one in ("room", "wishes", "answered")
        )
    },
    "/periscolaire/ouvertures/{opening}/tirage": {
        "family": ("/periscolaire/ouvertures/{opening_answered}/tirage",)
    },
    "/bureau/periscolaire/ouvertures": {"office": ("/bureau/periscolaire/ouvertures",)},
    "/bureau/periscolaire/ouvertures/{opening}": {
        "office": tuple(
            f"/bureau/periscolaire/ouvertures/{{opening_{one}}}"
            for one in ("room", "answered", "to_allocate")
        )
    },
    "/paiement/attestations": {"family": ("/paiement/attestations",)},
    "/paiement/prelevement": {"family": ("/paiement/prelevement",)},
    "/paiement/compte": {"family": ("/paiement/compte",)},
    "/paiement/factures": {"family": ("/paiement/factures",)},
    "/paiement/factures/{number}": {
        "family": tuple(
            f"/paiement/factures/{{invoice_{state}}}"
            for state in ("due", "paying", "settled", "titre")
        )
    },
    "/paiement/paiements/{number}": {
        "family": tuple(
            f"/paiement/paiements/{{payment_{state}}}"
            for state in ("open", "awaiting", "paid", "refused", "disputed", "reversed")
        )
    },
    "/paiement/retour": {"visitor": ("/paiement/retour?idop=inconnu",)},
    "/bureau/paiement": {"office": ("/bureau/paiement",)},
    "/bureau/paiement/prelevements": {"office": ("/bureau/paiement/prelevements",)},
    "/bureau/paiement/prelevements/{number}": {
        "office": ("/bureau/paiement/prelevements/{batch}",)
    },
    "/bureau/paiement/rapprochement": {
        "office": (
            "/bureau/paiement/rapprochement",
            "/bureau/paiement/rapprochement?jour=2026-11-25",
        )
    },
    "/bureau/paiement/rapprochement/releves/{number}": {
        "office": tuple(
            f"/bureau/paiement/rapprochement/releves/{{report_{one}}}" for one in ("new", "counted")
        )
    },
    "/bureau/paiement/paiements/{number}": {
        "office": tuple(
            f"/bureau/paiement/paiements/{{payment_{state}}}" for state in ("open", "disputed")
        )
    },
    "/bureau/paiement/facturation": {"office": ("/bureau/paiement/facturation",)},
    "/bureau/paiement/facturation/{number}": {
        "office": tuple(
            f"/bureau/paiement/facturation/{{{name}}}" for name in ("period", "period_issued")
        )
    },
    "/bureau/paiement/factures": {
        "office": ("/bureau/paiement/factures", "/bureau/paiement/factures?q=personne")
    },
    "/bureau/paiement/factures/{number}": {"office": ("/bureau/paiement/factures/{invoice_due}",)},
    "/bureau/paiement/titres": {"office": ("/bureau/paiement/titres",)},
    "/bureau/paiement/titres/{number}": {
        "office": (
            "/bureau/paiement/titres/{bordereau}",
            "/bureau/paiement/titres/{bordereau_rejected}",
        )
    },
    "/bureau/paiement/titres/retours/{number}": {
        "office": tuple(
            f"/bureau/paiement/titres/retours/{{file_{state}}}" for state in ("counted", "retour")
        )
    },
    "/bureau/paiement/comptes/{payer}": {"office": ("/bureau/paiement/comptes/{payer}",)},
    "/bureau/periscolaire/laboratoire": {"office": ("/bureau/periscolaire/laboratoire",)},
    "/periscolaire/tarifs": {
        "visitor": ("/periscolaire/tarifs", "/periscolaire/tarifs?quotient=640&enfants=2")
    },
    "/periscolaire/absence": {"family": ("/periscolaire/absence",)},
    "/periscolaire/annee/{year}": {"family": ("/periscolaire/annee/2026",)},
    "/periscolaire/mois/{month}": {"family": ("/periscolaire/mois/2026-12",)},
    "/periscolaire/semaine-type": {"family": ("/periscolaire/semaine-type",)},
    "/periscolaire/inscription": {"family": ("/periscolaire/inscription",)},
    "/periscolaire/inscription/{enrolment}": {
        "family": tuple(
            f"/periscolaire/inscription/{{enrolment_{state}}}"
            for state in ("draft", "submitted", "incomplete", "accepted", "refused")
        )
    },
    "/periscolaire/inscription/{enrolment}/etape/{code}": {
        "family": tuple(
            f"/periscolaire/inscription/{{enrolment_draft}}/etape/{code}"
            for code in ENROLMENT_STEPS
        )
    },
    "/periscolaire/inscription/{enrolment}/pieces/{kind}": {
        "family": ("/periscolaire/inscription/{enrolment_draft}/pieces/insurance",)
    },
    "/periscolaire/inscription/{enrolment}/verification": {
        "family": ("/periscolaire/inscription/{enrolment_incomplete}/verification",)
    },
    "/periscolaire/quotient": {"family": ("/periscolaire/quotient",)},
    "/periscolaire/reglement": {"visitor": ("/periscolaire/reglement",)},
    "/periscolaire/reglement/{version}": {"visitor": ("/periscolaire/reglement/{rules}",)},
    "/bureau/periscolaire/inscriptions": {
        "office": (
            "/bureau/periscolaire/inscriptions?vue=toutes",
            "/bureau/periscolaire/inscriptions?vue=closes&q=personne",
        )
    },
    "/pointage": {"visitor": ("/pointage",), "office": ("/pointage",)},
    "/pointage/{roll}/{day}": {"office": ("/pointage/1/2026-12-03",)},
    "/bureau/periscolaire/cuisine": {
        "office": tuple(
            f"/bureau/periscolaire/cuisine?{asked}"
            for asked in (f"jour={THURSDAY}", f"mois={THURSDAY:%Y-%m}")
        )
    },
    "/bureau/periscolaire/pointages": {
        "office": (f"/bureau/periscolaire/pointages?jour={THURSDAY}",)
    },
    "/bureau/periscolaire/pointages/{day}/{child}/{unit}": {
        "office": ("/bureau/periscolaire/pointages/2026-12-03/{canteen_child}/1",)
    },
    "/bureau/periscolaire/tablettes": {"office": ("/bureau/periscolaire/tablettes",)},
    "/bureau/periscolaire/inscriptions/accepter": {
        "office": ("/bureau/periscolaire/inscriptions/accepter",)
    },
    "/bureau/periscolaire/inscriptions/{enrolment}": {
        "office": tuple(
            f"/bureau/periscolaire/inscriptions/{{enrolment_{state}}}"
            for state in ("submitted", "accepted", "refused")
        )
    },
    "/bureau/periscolaire/reglement": {"office": ("/bureau/periscolaire/reglement",)},
    "/bureau/periscolaire/reglement/nouvelle": {
        "office": ("/bureau/periscolaire/reglement/nouvelle",)
    },
    "/bureau/periscolaire/reglement/{version}": {
        "office": (
            "/bureau/periscolaire/reglement/{rules}",
            "/bureau/periscolaire/reglement/{rules_draft}",
        )
    },
    "/bureau/periscolaire/quotients": {"office": ("/bureau/periscolaire/quotients?q=hoarau",)},
    "/bureau/periscolaire/quotients/{household}": {
        "office": ("/bureau/periscolaire/quotients/{household}",)
    },
    "/bureau/periscolaire/onde": {"office": ("/bureau/periscolaire/onde",)},
    "/bureau/periscolaire/onde/{sent}": {"office": ("/bureau/periscolaire/onde/{onde}",)},
    "/periscolaire/offres": {"family": ("/periscolaire/offres",)},
    "/periscolaire/semaine/{day}": {
        "family": ("/periscolaire/semaine/2026-11-30", "/periscolaire/semaine/2026-11-23")
    },
    "/bureau/periscolaire": {"office": ("/bureau/periscolaire",)},
    "/bureau/periscolaire/activites/nouvelle": {
        "office": ("/bureau/periscolaire/activites/nouvelle",)
    },
    "/bureau/periscolaire/activites/{number}": {"office": ("/bureau/periscolaire/activites/1",)},
    "/bureau/periscolaire/activites/{number}/unites/nouvelle": {
        "office": ("/bureau/periscolaire/activites/1/unites/nouvelle",)
    },
    "/bureau/periscolaire/activites/{number}/groupes/nouveau": {
        "office": ("/bureau/periscolaire/activites/1/groupes/nouveau",)
    },
    "/bureau/periscolaire/unites/{number}": {"office": ("/bureau/periscolaire/unites/1",)},
    "/bureau/periscolaire/groupes/{number}": {"office": ("/bureau/periscolaire/groupes/1",)},
    "/bureau/periscolaire/fermetures": {"office": ("/bureau/periscolaire/fermetures",)},
    "/bureau/periscolaire/fermetures/{number}": {
        "office": ("/bureau/periscolaire/fermetures/{shut}",)
    },
    "/bureau/periscolaire/jour/{day}": {
        "office": ("/bureau/periscolaire/jour/2026-12-01", "/bureau/periscolaire/jour/2026-11-29")
    },
    "/bureau/periscolaire/jour/{day}/enfants": {
        "office": ("/bureau/periscolaire/jour/2026-12-01/enfants",)
    },
    "/bureau/periscolaire/enfants/{number}": {"office": ("/bureau/periscolaire/enfants/{pupil}",)},
    "/bureau/periscolaire/classes": {"office": ("/bureau/periscolaire/classes",)},
    "/bureau/periscolaire/remplissage": {
        "office": ("/bureau/periscolaire/remplissage?de=2026-12",)
    },
    "/bureau": {"office": ("/bureau",), "facility": ("/bureau",)},
    "/bureau/activations": {
        "office": ("/bureau/activations", "/bureau/activations?vue=en-cours"),
    },
    "/bureau/activations/suivi": {"office": ("/bureau/activations/suivi?groupe=tous",)},
    "/bureau/campagnes": {"office": ("/bureau/campagnes",)},
    "/bureau/campagnes/nouvelle": {"office": ("/bureau/campagnes/nouvelle",)},
    "/bureau/campagnes/{number}": {
        "office": ("/bureau/campagnes/{campaign}", "/bureau/campagnes/{leaving}")
    },
    "/bureau/campagnes/{number}/envoi": {"office": ("/bureau/campagnes/{campaign}/envoi",)},
    "/bureau/permanences": {"office": ("/bureau/permanences",)},
    "/bureau/permanences/{number}": {"office": ("/bureau/permanences/{help}",)},
    "/bureau/creche/commissions": {"office": ("/bureau/creche/commissions",)},
    "/bureau/creche/commissions/nouvelle": {"office": ("/bureau/creche/commissions/nouvelle",)},
    "/bureau/creche/commissions/{commission}": {"office": ("/bureau/creche/commissions/1",)},
    "/bureau/creche/commissions/{commission}/reponses": {
        "office": (
            "/bureau/creche/commissions/1/reponses",
            "/bureau/creche/commissions/{answering}/reponses",
        )
    },
    "/bureau/creche/commissions/{commission}/laissees": {
        "office": ("/bureau/creche/commissions/1/laissees",)
    },
    "/bureau/creche/commissions/{commission}/modifier": {
        "office": ("/bureau/creche/commissions/1/modifier",)
    },
    "/bureau/creche/demandes/{number}/situation": {
        "office": ("/bureau/creche/demandes/{answered}/situation",)
    },
    "/creche/situations": {"office": ("/creche/situations",)},
    "/creche/situations/{case}": {"office": ("/creche/situations/{case}",)},
    "/bureau/creche/recours": {"office": ("/bureau/creche/recours",)},
    "/bureau/creche/recours/{appeal}": {"office": ("/bureau/creche/recours/{appeal}",)},
    "/bureau/creche/urgences": {"office": ("/bureau/creche/urgences",)},
    "/bureau/creche/demandes": {
        "office": (
            "/bureau/creche/demandes?vue=toutes",
            "/bureau/creche/demandes?vue=toutes&q=personne&age=babies&naissance=ne",
        )
    },
    "/bureau/creche/demandes/{number}": {
        "office": tuple(
            f"/bureau/creche/demandes/{{{state}}}"
            for state in (
                *("submitted", "incomplete", "dormant", "complete", "to_confirm", "withdrawn"),
            )
        )
    },
    "/bureau/creche/criteres": {"office": ("/bureau/creche/criteres",)},
    "/bureau/creche/criteres/{grid}": {"office": ("/bureau/creche/criteres/1",)},
    "/bureau/creche/demandes/{number}/points": {
        "office": ("/bureau/creche/demandes/{complete}/points",)
    },
    "/bureau/creche/demandes/{number}/fusionner": {
        "office": (
            "/bureau/creche/demandes/{submitted}/fusionner",
            "/bureau/creche/demandes/{submitted}/fusionner?avec={other}",
            "/bureau/creche/demandes/{submitted}/fusionner?avec=C-0",
        )
    },
    "/bureau/creche/guichets": {"office": ("/bureau/creche/guichets",)},
    "/bureau/creche/guichets/{desk}": {"office": ("/bureau/creche/guichets/1",)},
    "/bureau/creche/statistiques/admissions": {
        "office": ("/bureau/creche/statistiques/admissions",)
    },
    "/bureau/creche/statistiques/moins-de-trois-ans": {
        "office": ("/bureau/creche/statistiques/moins-de-trois-ans",)
    },
    "/bureau/creche/statistiques/besoins": {"office": ("/bureau/creche/statistiques/besoins",)},
    "/bureau/creche/statistiques": {
        "office": ("/bureau/creche/statistiques", "/bureau/creche/statistiques?compter=wishes"),
        "facility": ("/bureau/creche/statistiques",),
    },
    "/bureau/documents": {
        "office": ("/bureau/documents", "/bureau/documents?vue=refuses"),
    },
    "/bureau/documents/{number}": {"office": ("/bureau/documents/{paper}",)},
    "/bureau/informations": {"office": ("/bureau/informations",)},
    "/bureau/informations/nouvelle": {"office": ("/bureau/informations/nouvelle",)},
    "/bureau/informations/{number}": {"office": ("/bureau/informations/{information}",)},
    "/bureau/familles": {
        "office": ("/bureau/familles", "/bureau/familles?q=hoarau", "/bureau/familles?q=zzz")
    },
    "/bureau/familles/doublons": {"office": ("/bureau/familles/doublons",)},
    "/bureau/familles/{number}/reunir/{other}": {
        "office": ("/bureau/familles/{household}/reunir/{twin}",)
    },
    "/bureau/familles/{number}/courrier": {"office": ("/bureau/familles/{household}/courrier",)},
    "/bureau/familles/{number}": {"office": ("/bureau/familles/{household}",)},
    "/bureau/ecoles": {"office": ("/bureau/ecoles",)},
    "/bureau/ecoles/{number}": {"office": ("/bureau/ecoles/{school}",)},
    "/bureau/equipe": {"office": ("/bureau/equipe",)},
    "/bureau/equipe/jetons": {"office": ("/bureau/equipe/jetons",)},
    "/bureau/equipe/avis": {"office": ("/bureau/equipe/avis",)},
    "/bureau/equipe/avis/{number}": {
        "office": ("/bureau/equipe/avis/{webhook}", "/bureau/equipe/avis/{webhook}?etat=given_up")
    },
    "/api": {"visitor": ("/api",)},
    "/bureau/equipe/inviter": {"office": ("/bureau/equipe/inviter",)},
    "/bureau/equipe/{number}": {"office": ("/bureau/equipe/{oneself}", "/bureau/equipe/{invited}")},
    "/bureau/familles/import": {"office": ("/bureau/familles/import",)},
    "/bureau/reprises": {"office": ("/bureau/reprises",)},
    "/bureau/reprises/{number}": {"office": ("/bureau/reprises/{takeover}",)},
    "/bureau/familles/import/{number}": {"office": ("/bureau/familles/import/{list}",)},
    "/bureau/messages": {"office": ("/bureau/messages", "/bureau/messages?vue=les-miennes")},
    "/bureau/messages/nouveau": {"office": ("/bureau/messages/nouveau",)},
    "/bureau/messages/{number}": {"office": ("/bureau/messages/{conversation}",)},
    "/bureau/modeles": {"office": ("/bureau/modeles",)},
    "/bureau/modeles/{model}": {
        "office": ("/bureau/modeles/document_ending", "/bureau/modeles/paper.free")
    },
    "/bureau/recherche": {
        "office": ("/bureau/recherche?q=payet", "/bureau/recherche?q=personne"),
    },
    "/compte": {"family": ("/compte",), "office": ("/compte",)},
    "/compte/connexion": {"family": ("/compte/connexion",), "office": ("/compte/connexion",)},
    "/compte/messages": {"family": ("/compte/messages",)},
    "/compte/donnees": {"family": ("/compte/donnees",)},
    "/compte/donnees/etat": {"family": ("/compte/donnees/etat",)},
    "/compte/donnees/etat/{kind}": {
        "family": ("/compte/donnees/etat/quotient", "/compte/donnees/etat/schooling")
    },
    "/bureau/donnees": {"office": ("/bureau/donnees",)},
    "/bureau/donnees/registre": {"office": ("/bureau/donnees/registre",)},
    "/bureau/donnees/effacements/{number}": {
        "office": ("/bureau/donnees/effacements/{forgetting}",)
    },
    "/compte/adresse": {"family": ("/compte/adresse",), "office": ("/compte/adresse",)},
    "/compte/adresse/{secret}": {"visitor": ("{new_email}", "/compte/adresse/mort")},
    "/connexion": {"visitor": ("/connexion", "/connexion?suite=/compte")},
    "/connexion/code": {"visitor": ("/connexion/code",)},
    "/connexion/lien/{secret}": {"visitor": ("{sign_in}", "/connexion/lien/mort")},
    "/connexion/mot-de-passe": {"visitor": ("/connexion/mot-de-passe",)},
    "/identite/premiere-fois": {"visitor": ("/identite/premiere-fois",)},
    "/identite/lien/{secret}": {"visitor": ("{new_identity}", "/identite/lien/mort")},
    "/creche": {"visitor": ("/creche", "/creche?type=prive&distance=1")},
    "/bureau/creche/commissions/{commission}/proposition": {
        "office": (
            "/bureau/creche/commissions/1/proposition",
            "/bureau/creche/commissions/2/proposition",
        )
    },
    "/bureau/creche/commissions/{commission}/listes/{facility}/{group}": {
        "office": ("/bureau/creche/commissions/2/listes/{section}?noms=oui",)
    },
    "/bureau/creche/commissions/{commission}/places-gardees": {
        "office": (
            "/bureau/creche/commissions/2/places-gardees",
            "/bureau/creche/commissions/2/places-gardees?{holding}&places=1",
        )
    },
    "/bureau/creche/commissions/{commission}/epingles/{file}": {
        "office": ("/bureau/creche/commissions/2/epingles/{pinned}?option=aucune",)
    },
    "/creche/direction/{facility}/commissions/{commission}/liste/{group}": {
        "office": ("/creche/direction/{own_list}",)
    },
    "/creche/direction/{facility}/commissions/{commission}/liste/{group}/{file}": {
        "office": ("/creche/direction/{own_file}",)
    },
    "/creche/commissions": {"visitor": ("/creche/commissions",)},
    "/creche/commissions/decisions-motivees": {
        "visitor": ("/creche/commissions/decisions-motivees",)
    },
    "/creche/commissions/{commission}/seuils": {
        "visitor": (
            "/creche/commissions/{decided}/seuils",
            "/creche/commissions/{decided}/seuils?creche=1&section=babies&points=75&jours=mon-am",
            "/creche/commissions/{decided}/seuils?points=",
        )
    },
    "/creche/methode": {"visitor": ("/creche/methode",)},
    "/creche/confirmer/{number}/{code}": {
        "visitor": ("{confirmation}", "{confirmation}?reponse=non")
    },
    "/creche/criteres": {"visitor": ("/creche/criteres",)},
    "/creche/criteres/simulateur": {
        "visitor": (
            "/creche/criteres/simulateur",
            "/creche/criteres/simulateur?vrai=lives_in_town&work=both_work&commissions_waited=2",
        )
    },
    "/creche/demandes/{number}/tarif": {
        "family": ("/creche/demandes/{submitted}/tarif",),
        "office": ("/creche/demandes/{on_behalf}/tarif",),
    },
    "/creche/tarif": {"visitor": ("/creche/tarif", "/creche/tarif?ressources=36000&aeeh=1")},
    "/creche/demandes/{number}/contester": {"family": ("/creche/demandes/{answered}/contester",)},
    "/creche/offres/{offer}": {
        "family": tuple(
            f"/creche/offres/{{{one}}}"
            for one in ("offer", "kept_offer", "resting_offer", "late_offer")
        ),
        "office": ("/creche/offres/{offer}", "/creche/offres/{kept_offer}"),
    },
    "/creche/demandes": {
        **dict.fromkeys(("family", "office", "facility"), ("/creche/demandes",)),
    },
    "/creche/demandes/nouvelle": {
        "family": ("/creche/demandes/nouvelle",),
        "office": ("/creche/demandes/nouvelle",),
        "facility": ("/creche/demandes/nouvelle",),
    },
    "/creche/demandes/{number}": {
        "family": tuple(
            f"/creche/demandes/{{{state}}}"
            for state in (
                *("submitted", "incomplete", "dormant", "complete", "to_confirm", "withdrawn"),
                "kept_yes",
            )
        )
    },
    "/creche/demandes/{number}/pourquoi": {
        "family": (
            "/creche/demandes/{complete}/pourquoi",
            "/creche/demandes/{to_confirm}/pourquoi",
            "/creche/demandes/{kept_yes}/pourquoi",
            "/creche/demandes/{empty}/pourquoi",
        )
    },
    "/creche/demandes/{number}/etape/{code}": {
        "family": (
            *(f"/creche/demandes/{{draft}}/etape/{step.code}" for step in STEPS),
            *(f"/creche/demandes/{{empty}}/etape/{code}" for code in ("enfant", "voeux")),
        ),
        "office": ("/creche/demandes/{on_behalf}/etape/enfant?attendu=oui",),
    },
    "/creche/demandes/{number}/etapes": {
        "family": ("/creche/demandes/{draft}/etapes", "/creche/demandes/{empty}/etapes"),
        "office": ("/creche/demandes/{on_behalf}/etapes",),
    },
    "/creche/demandes/{number}/justificatifs/{kind}": {
        "family": ("/creche/demandes/{submitted}/justificatifs/birth",)
    },
    "/creche/demandes/{number}/recu": {"family": ("/creche/demandes/{submitted}/recu",)},
    "/creche/demandes/{number}/retirer": {
        "family": tuple(
            f"/creche/demandes/{{{one}}}/retirer" for one in ("submitted", "moved_away")
        )
    },
    "/creche/demandes/{number}/verification": {
        "family": ("/creche/demandes/{submitted}/verification",)
    },
    "/creche/direction": {"facility": ("/creche/direction",), "office": ("/creche/direction",)},
    "/creche/direction/{facility}": {"facility": ("/creche/direction/1",)},
    "/creche/direction/{facility}/commissions": {"facility": ("/creche/direction/1/commissions",)},
    "/creche/direction/{facility}/commissions/{commission}": {
        "facility": ("/creche/direction/1/commissions/1",),
        "office": ("/creche/direction/1/commissions/1",),
    },
    "/creche/direction/{facility}/enfants": {"facility": ("/creche/direction/1/enfants",)},
    "/creche/direction/{facility}/enfants/{contract}": {
        "facility": ("/creche/direction/1/enfants/1",)
    },
    "/creche/direction/{facility}/demandes": {
        "facility": (
            "/creche/direction/1/demandes",
            "/creche/direction/1/demandes?vue=jointes",
        )
    },
    "/creche/direction/{facility}/demandes/{number}": {
        "facility": ("/creche/direction/1/demandes/{complete}",)
    },
    "/creche/direction/{facility}/fermer": {"office": ("/creche/direction/1/fermer",)},
    "/creche/direction/{facility}/fiche": {"facility": ("/creche/direction/1/fiche",)},
    "/creche/direction/{facility}/insertion": {
        "facility": ("/creche/direction/1/insertion",),
        "office": ("/creche/direction/1/insertion",),
    },
    "/creche/direction/{facility}/autorisation": {
        "facility": ("/creche/direction/1/autorisation",),
        "office": ("/creche/direction/1/autorisation",),
    },
    "/creche/direction/{facility}/places": {"facility": ("/creche/direction/1/places",)},
    "/creche/etablissements/{facility}": {"visitor": ("/creche/etablissements/1",)},
    "/creche/recu": {"visitor": ("/creche/recu", "{receipt}", "/creche/recu?numero=C-0&code=A")},
    "/creche/statistiques": {"visitor": ("/creche/statistiques",)},
    "/documents": {"family": ("/documents",)},
    "/documents/ajouter": {"family": ("/documents/ajouter",)},
    "/documents/{number}": {"family": ("/documents/{paper}",)},
    "/donnees": {"visitor": ("/donnees",)},
    "/famille": {"family": ("/famille",)},
    "/famille/actes": {"family": ("/famille/actes",)},
    "/famille/adresse": {"family": ("/famille/adresse",)},
    "/famille/adultes/ajouter": {
        "family": ("/famille/adultes/ajouter?lien=parent", "/famille/adultes/ajouter?lien=proche")
    },
    "/famille/adultes/{adult}/depart": {"family": ("/famille/adultes/{housemate}/depart",)},
    "/famille/enfants/ajouter": {"family": ("/famille/enfants/ajouter",)},
    "/famille/enfants/{child}/garde": {
        "family": ("/famille/enfants/{shared}/garde", "/famille/enfants/{other_child}/garde")
    },
    "/famille/garde/{custody}": {"family": ("/famille/garde/{custody}",)},
    "/famille/invitation/{secret}": {"visitor": ("{join}", "/famille/invitation/mort")},
    "/famille/liens/{held}": {
        "family": ("/famille/liens/{held_parent}", "/famille/liens/{held_relative}")
    },
    "/famille/moi": {"family": ("/famille/moi",)},
    "/famille/verifier": {"family": ("/famille/verifier",)},
    "/informations": {"visitor": ("/informations",), "family": ("/informations",)},
    "/informations/{slug}": {"visitor": ("/informations/reglement",)},
    "/invitation/{secret}": {"visitor": ("{invitation}", "{activation}", "/invitation/mort")},
    "/langues": {"visitor": ("/langues", "/langues?retour=/creche")},
    "/mentions": {"visitor": ("/mentions",)},
    "/messages": {"family": ("/messages",)},
    "/permanences": {"visitor": ("/permanences",), "family": ("/permanences",)},
    "/messages/nouveau": {"family": ("/messages/nouveau",)},
    "/messages/{number}": {"family": ("/messages/{conversation}",)},
}
"""Every page, for each kind of person who sees it, in the states worth looking at."""
