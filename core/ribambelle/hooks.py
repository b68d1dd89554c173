"""What a plugin may say. Every hook is a plain, synchronous declaration; nothing here is awaited.

What is asynchronous is a function that was declared (a job, a listener of a workflow).

Every hook is asked once when the portal starts. A plugin that raises then, or answers something
else than the hook asks for, is put aside with all that it offers: the log and ``ribambelle plugin
list`` say why, and every commune is served without it. One that raises later is logged and left
out of that answer; the others still answer.
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    import msgspec
    import typer
    from piccolo.table import Table

    from ribambelle.api import ApiScope
    from ribambelle.billing import BillableItem, Gap, Period
    from ribambelle.calendar.events import Event
    from ribambelle.childcare import Childcare, Cost, Situation
    from ribambelle.documents.types import DocumentType
    from ribambelle.documents.uses import Checked
    from ribambelle.families import FamilyGroup
    from ribambelle.identity import Person, Role
    from ribambelle.identity.households import MovedOut
    from ribambelle.jobs import Schedule
    from ribambelle.messages.types import MessageTemplate, PaperTemplate
    from ribambelle.particulier import StateUse
    from ribambelle.privacy import PersonalData
    from ribambelle.privacy.rules import Home
    from ribambelle.sharing import Shareable
    from ribambelle.statistics.fleet import Published
    from ribambelle.takeover import Matter
    from ribambelle.tenants import Tenant
    from ribambelle.tenants.checking import Remark
    from ribambelle.web.crawling import PublicPages
    from ribambelle.web.home import Card, Found, ToDo
    from ribambelle.web.menu import MenuEntry
    from ribambelle.workflow import Step, Workflow
    from ribambelle.workflow.followed import Followed

hookspec = pluggy.HookspecMarker("ribambelle")


@hookspec
def settings() -> "type[msgspec.Struct]":
    """The keys a commune may set for this plugin, as a frozen struct.

    Called once per commune when its file is read; the table of the file that bears the plugin's
    name is checked against it.

    Example::

        @hookimpl
        def settings():
            from ribambelle_creche.settings import Settings
            return Settings

    Called by ``ribambelle.tenants``. Implemented by ``assmat``, ``creche``, ``paiement``,
    ``periscolaire``. Since 0.1.
    """


@hookspec
def tables() -> "Iterable[type[Table]]":
    """The tables the plugin owns, in any order.

    Called to check that migrations and tables agree, by backups, and when two families are made
    one: what points at the row that goes then points at the one that stays. A column named
    ``account`` holds the family account a row belongs to, and follows it.

    Example::

        @hookimpl
        def tables():
            from ribambelle_creche.tables import Application, Facility
            return [Facility, Application]

    Called by ``ribambelle.database``, ``ribambelle.identity``. Implemented by ``core``, ``assmat``,
    ``creche``, ``paiement``, ``periscolaire``. Since 0.1.
    """


@hookspec
def routes() -> Iterable[Any]:
    """Litestar handlers, answered only in communes that have enabled the plugin.

    Called once when the portal starts. Every handler declares its guard: a route without one, or
    at an address already taken, puts the plugin aside. One that only reads figures says
    ``figures=True``: it is then answered from the standby, where the commune has one, and may
    write nothing.

    Example::

        @hookimpl
        def routes():
            from ribambelle_creche.pages import facility, family
            return [*facility.ROUTES, *family.ROUTES]

    Called by ``ribambelle.web``. Implemented by ``assmat``, ``creche``, ``paiement``,
    ``periscolaire``. Since 0.1.
    """


@hookspec
def roles() -> "Iterable[Role]":
    """The roles a member of staff may hold because of this plugin.

    Called when a role is given or listed; codes are unique over all plugins.

    Example::

        @hookimpl
        def roles():
            from ribambelle.identity import Role
            return [Role("creche_manager", "Direction de crèche", scope="creche.facility")]

    Called by ``ribambelle.identity``. Implemented by ``core``, ``creche``, ``assmat``. Since 0.1.
    """


@hookspec
def scopes() -> "dict[str, Callable[[], Awaitable[dict[int, str]]]]":
    """What a role may be limited to: by kind, a function that lists the things of the commune.

    Awaited when a role is given by the command, to refuse a thing that does not exist and name
    those that do: number → label.

    Example::

        @hookimpl
        def scopes():
            from ribambelle_creche.queries import facilities
            return {"creche.facility": facilities.names}

    Called by ``ribambelle.identity``. Implemented by ``core``, ``assmat``, ``creche``. Since 0.1.
    """


@hookspec
def api_scopes() -> "Iterable[ApiScope]":
    """What a token of the API may be given to do because of this plugin.

    Called when a token is made, and for the page of the API. A code begins with the plugin's name;
    each route under ``/api/v1/<plugin>/`` names one in its guard: ``guards.Scoped("creche:read")``.

    Example::

        @hookimpl
        def api_scopes():
            from ribambelle.api import ApiScope
            return [ApiScope("creche:read", "Lire les places", "Lit les places de chaque crèche.")]

    Called by ``ribambelle.api``. Implemented by ``core``, ``assmat``, ``periscolaire``. Since 0.2.
    """


@hookspec
def public_pages() -> "Iterable[PublicPages]":
    """The pages a search engine may list, that need no account.

    Called for ``/sitemap.xml``; a name begins with the plugin's and is unique. What it answers is
    read that moment: a page that no longer shows leaves the list at once. The route of each says
    ``indexed=True``, without which its answer carries ``X-Robots-Tag: noindex``.

    Example::

        @hookimpl
        def public_pages():
            from ribambelle.web.crawling import PublicPages
            from ribambelle_creche.queries.facilities import sheets
            return [PublicPages("creche.etablissements", sheets)]

    Called by ``ribambelle.web.crawling``. Implemented by ``core``, ``assmat``, ``creche``,
    ``periscolaire``. Since 0.3.
    """


@hookspec
def published_figures() -> "Iterable[Published]":
    """Figures the commune has published, small counts hidden, that may stand beside other communes'.

    Called inside each commune by ``ribambelle fleet statistics``. What is answered is read as it was
    published, never counted again: a new count would say, beside the published one, what it hides.

    Example::

        @hookimpl
        def published_figures():
            from ribambelle.statistics.fleet import Published
            from ribambelle_creche.freezing import of_the_town
            return [Published("creche.demandes", "Demandes", ("Bébés", "Total"), of_the_town)]

    Called by ``ribambelle_cli``. Implemented by ``creche``. Since 0.3.
    """


@hookspec
def menu(person: "Person | None") -> "Iterable[MenuEntry]":
    """Entries of the menu for this person, or for a visitor when None.

    Called for each page; answers are joined and sorted by their rank.

    :param person: who is signed in to this commune.

    Example::

        @hookimpl
        def menu(person):
            from ribambelle.web.menu import MenuEntry
            return [MenuEntry("Crèches", "/creche", "bebe", rank=20)]

    Called by ``ribambelle.web``. Implemented by ``core``, ``assmat``, ``creche``, ``paiement``,
    ``periscolaire``. Since 0.1.
    """


@hookspec
def shortcuts(person: "Person") -> "Iterable[MenuEntry]":
    """What a family opens most often, for the end of its home page.

    Called once per home page of a family; answers are joined and sorted by their rank.

    Example::

        @hookimpl
        def shortcuts(person):
            from ribambelle.web.menu import MenuEntry
            return [MenuEntry("Mes factures", "/paiement/factures", "euro", rank=20)]

    Called by ``ribambelle.web.home``. Implemented by ``core``, ``creche``, ``paiement``,
    ``periscolaire``. Since 0.2.
    """


@hookspec
def to_do() -> "Iterable[Callable[[Person], Awaitable[list[ToDo]]]]":
    """Functions that list what waits for this person, for the top of their home page.

    Called once per home page; the lists are joined, overdue first, then the oldest.

    Example::

        @hookimpl
        def to_do():
            from ribambelle_creche.pages.home import waiting
            return [waiting]

    Called by ``ribambelle.web.home``. Implemented by ``core``, ``creche``, ``paiement``,
    ``periscolaire``. Since 0.1.
    """


@hookspec
def cards() -> "Iterable[Callable[[Person | None], Awaitable[list[Card]]]]":
    """Functions that give the cards of the home page of a visitor, a family or staff.

    Called once per home page; a card names the template that shows it and its context.

    Example::

        @hookimpl
        def cards():
            from ribambelle_creche.pages.home import cards as mine
            return [mine]

    Called by ``ribambelle.web.home``. Implemented by ``core``, ``assmat``, ``creche``,
    ``periscolaire``. Since 0.1.
    """


@hookspec
def agenda() -> "Iterable[Callable[[Person, date, date], Awaitable[list[Event]]]]":
    """Functions that tell what is in a family's calendar between two days, both included.

    Called for « Cette semaine » on its home page, for its calendar, and each time a telephone
    reads it; the answers are joined. An event keeps its ``uid`` for ever.

    Example::

        @hookimpl
        def agenda():
            from ribambelle_creche.pages.home import deadlines
            return [deadlines]

    Called by ``ribambelle.web.agenda``. Implemented by ``core``, ``creche``, ``periscolaire``.
    Since 0.1.
    """


@hookspec
def search() -> "Iterable[Callable[[Person, str], Awaitable[list[Found]]]]":
    """Functions that answer the search field of the staff pages.

    Called with the folded text (no accents, lower case); each returns at most ten results.

    Example::

        @hookimpl
        def search():
            from ribambelle_creche.pages.home import find
            return [find]

    Called by ``ribambelle.web.home``. Implemented by ``core``, ``creche``, ``paiement``,
    ``periscolaire``. Since 0.1.
    """


@hookspec
def workflows() -> "Iterable[Workflow]":
    """The workflows of the requests this plugin receives.

    Called once per commune; codes are unique over all plugins. `label` is what the town hall calls
    such a request (« Demande de place en crèche »); without one, its code is shown.

    Example::

        @hookimpl
        def workflows():
            from ribambelle_creche.workflow import WORKFLOW
            return [WORKFLOW]

    Called by ``ribambelle.workflow``. Implemented by ``core``, ``creche``, ``periscolaire``.
    Since 0.1.
    """


@hookspec
def acts() -> "dict[str, str]":
    """What the acts of the journal are called when a family reads them, by code.

    Called when a family is told of what an agent or a program did in its name. The acts of a
    workflow need no line: they bear the labels of its transitions.

    Example::

        @hookimpl
        def acts():
            return {"creche.contested": "Réponse de la commission contestée"}

    Called by ``ribambelle.identity``. Implemented by ``core``, ``creche``, ``paiement``,
    ``periscolaire``. Since 0.2.
    """


@hookspec
def transition_allowed() -> "dict[str, Callable[[Step], Awaitable[str | None]]]":
    """Functions that may refuse a transition, by workflow code.

    Awaited before the change; the first that returns a reason in words refuses it.

    Example::

        @hookimpl
        def transition_allowed():
            async def explained(step):
                if step.transition == "withdraw" and not step.reason:
                    return "Dites pourquoi la demande est retirée."
            return {"creche.application": explained}

    Called by ``ribambelle.workflow``. Since 0.1.
    """


@hookspec
def transition_done() -> "dict[str, Callable[[Step], Awaitable[None]]]":
    """Functions told of a transition inside its transaction, by workflow code.

    Each runs in its own savepoint: one that fails is undone alone and logged.

    Example::

        @hookimpl
        def transition_done():
            from ribambelle_creche.listening import after
            return {"creche.application": after}

    Called by ``ribambelle.workflow``. Implemented by ``creche``. Since 0.1.
    """


@hookspec
def transition_announced() -> "dict[str, Callable[[Step], Awaitable[None]]]":
    """Functions told of a transition after it is committed, as a retried job, by workflow code.

    Example::

        @hookimpl
        def transition_announced():
            from ribambelle_creche.telling import tell_family
            return {"creche.application": tell_family}

    Called by ``ribambelle.workflow``. Implemented by ``core``, ``creche``, ``periscolaire``.
    Since 0.1.
    """


@hookspec
def jobs() -> "dict[str, Callable[..., Awaitable[None]]]":
    """Functions a worker may run, by name; each is called with the payload it was queued with.

    A job may run twice when a worker dies: it must stand that.

    Example::

        @hookimpl
        def jobs():
            from ribambelle_creche.telling import send_receipt
            return {"receipt": send_receipt}

    Called by ``ribambelle.jobs``. Implemented by ``core``, ``assmat``, ``creche``, ``paiement``,
    ``periscolaire``. Since 0.1.
    """


@hookspec
def schedules() -> "Iterable[Schedule]":
    """Jobs to queue once a day at a given hour of the commune.

    Example::

        @hookimpl
        def schedules():
            from ribambelle.jobs import Schedule
            return [Schedule("remind", hour=6)]

    Called by ``ribambelle.jobs``. Implemented by ``core``, ``assmat``, ``creche``, ``paiement``,
    ``periscolaire``. Since 0.1.
    """


@hookspec
def commands() -> "typer.Typer | None":
    """A sub-command of ``ribambelle``, named after the plugin.

    Called when the command line starts; ``--tenant`` is added to it, and it is refused for a
    commune that has not enabled the plugin.

    Example::

        @hookimpl
        def commands():
            from ribambelle_creche.commands import app
            return app

    Called by ``ribambelle_cli``. Implemented by ``assmat``, ``creche``, ``paiement``,
    ``periscolaire``. Since 0.1.
    """


@hookspec
def personal_data() -> "Iterable[PersonalData]":
    """Each personal column the plugin holds: why, for whom, and for how long.

    Example::

        @hookimpl
        def personal_data():
            from ribambelle_creche.personal_data import HELD
            return HELD

    Called by ``ribambelle.privacy``. Implemented by ``core``, ``assmat``, ``creche``, ``paiement``,
    ``periscolaire``. Since 0.1.
    """


@hookspec
def document_types() -> "Iterable[DocumentType]":
    """The kinds of papers the plugin asks families for, and how long each is worth something.

    Called when a paper is given, checked or listed. Two plugins that need the same paper declare
    the same code: the first in order of name says its label, and one paper serves both. A commune
    changes how long in the table ``[documents]`` of its file.

    Example::

        @hookimpl
        def document_types():
            from ribambelle.documents.types import DocumentType
            return [DocumentType("address", "Justificatif de domicile", months=3)]

    Called by ``ribambelle.documents``. Implemented by ``core``, ``creche``, ``periscolaire``.
    Since 0.1.
    """


@hookspec
def declared_beside() -> "dict[str, Callable[[int, str], Awaitable[list[tuple[str, str]]]]]":
    """Functions that tell what a family declared that a paper should prove, by workflow code.

    Awaited when an agent looks at a paper, with the demande and the kind of paper; the rows
    (label, answer) are shown beside it.

    Example::

        @hookimpl
        def declared_beside():
            from ribambelle_creche.pages.papers import beside
            return {"creche.application": beside}

    Called by ``ribambelle.web``. Implemented by ``core``, ``creche``, ``periscolaire``.
    Since 0.1.
    """


@hookspec
def document_checked() -> "Iterable[Callable[[Checked], Awaitable[None]]]":
    """Functions told of what was decided about a paper given for a demande.

    Awaited in the transaction of the decision, once per demande the paper serves, each in its own
    savepoint: one that fails is undone alone and logged. A paper already accepted is told when it
    is given for one more demande.

    Example::

        @hookimpl
        def document_checked():
            from ribambelle_creche.proofs import mark
            return [mark]

    Called by ``ribambelle.documents``. Implemented by ``core``, ``creche``. Since 0.1.
    """


@hookspec
def adult_moved_out() -> "Iterable[Callable[[MovedOut], Awaitable[None]]]":
    """Functions told that an adult no longer lives in a household: what is theirs follows them.

    Awaited in the transaction of the move; one that fails undoes it: nobody is left half moved,
    with a file that the other parent would still read.

    Example::

        @hookimpl
        def adult_moved_out():
            from ribambelle_creche.queries.applications import follow
            return [follow]

    Called by ``ribambelle.identity``. Implemented by ``creche``. Since 0.1.
    """


@hookspec
def family_groups() -> "Iterable[Callable[[], Awaitable[list[FamilyGroup]]]]":
    """Functions that list groups of families an agent may write to and follow.

    Awaited when letters are prepared and on the board of activations; a group names the households
    in it. Its key is unique in the plugin.

    Example::

        @hookimpl
        def family_groups():
            from ribambelle_creche.queries.family_groups import by_facility
            return [by_facility]

    Called by ``ribambelle.families``. Implemented by ``creche``, ``periscolaire``. Since 0.1.
    """


@hookspec
def shareable() -> "Iterable[Shareable]":
    """What the town hall may show to a partner, read only: a list, figures.

    Called when an agent chooses what to show, and each time a partner reads it: what is read is
    what stands that day. No address, no income, nothing of health is ever in it.

    Example::

        @hookimpl
        def shareable():
            from ribambelle_periscolaire.sharing import SHAREABLE
            return SHAREABLE

    Called by ``ribambelle.sharing``. Implemented by ``periscolaire``. Since 0.3.
    """


@hookspec
def family_demandes() -> "Iterable[Callable[[Person], Awaitable[list[Followed]]]]":
    """Functions that list the demandes a family follows, for it to say which it writes about.

    Awaited when a message is written or read; the lists are joined. The person is always a family.

    Example::

        @hookimpl
        def family_demandes():
            from ribambelle_creche.queries.applications import followed
            return [followed]

    Called by ``ribambelle.workflow``. Implemented by ``creche``, ``periscolaire``.
    Since 0.1.
    """


@hookspec
def childcare_supply() -> "Iterable[Callable[[date], Awaitable[list[Childcare]]]]":
    """Functions that tell the places a plugin knows of on a day, for children under three.

    Awaited with the day; the answers are joined. A mode nobody speaks of is unknown, never zero.
    Places told with their address are counted by parts of the town smaller than a quartier too.

    Example::

        @hookimpl
        def childcare_supply():
            from ribambelle_creche.queries.facilities import childcare
            return [childcare]

    Called by ``ribambelle.childcare``, ``creche``. Implemented by ``assmat``, ``creche``.
    Since 0.2.
    """


@hookspec
def childcare_costs() -> "Iterable[Callable[[Situation], Awaitable[list[Cost]]]]":
    """Functions that tell what a mode of care would cost a family in some situation.

    Awaited with the situation; the answers are joined. A plugin without a price for it returns an
    empty list.

    Example::

        @hookimpl
        def childcare_costs():
            from ribambelle_creche.pricing import costs
            return [costs]

    Called by ``ribambelle.childcare``. Implemented by ``assmat``, ``creche``. Since 0.2.
    """


@hookspec
def billable_items() -> "Iterable[Callable[[Period], Awaitable[list[BillableItem]]]]":
    """Functions that tell what families owe for a period, line by line.

    Awaited with the period when invoices are prepared; the answers are joined. A key names one line
    for ever: asked again, it says the same cents. Only what is final is told: days that may still
    change are left out. One that fails stops the invoices: a missing line would be wrong silently.

    Example::

        @hookimpl
        def billable_items():
            from ribambelle_periscolaire.billing import items
            return [items]

    Called by ``ribambelle.billing``. Implemented by ``periscolaire``. Since 0.2.
    """


@hookspec
def billing_gaps() -> "Iterable[Callable[[Period], Awaitable[list[Gap]]]]":
    """Functions that tell what a period cannot bill yet: days booked that nobody closed.

    Awaited with the period when it is tried; the answers are joined, and invoices wait until each
    is gone or somebody said why it may be left for later.

    Example::

        @hookimpl
        def billing_gaps():
            from ribambelle_periscolaire.billing import gaps
            return [gaps]

    Called by ``ribambelle.billing``. Implemented by ``periscolaire``. Since 0.2.
    """


@hookspec
def state_evidence() -> "Iterable[StateUse]":
    """What the plugin does with what the State knows of a family: for what, and what takes it.

    Called when a family reads what it may let the town hall ask (API Particulier), and when an
    answer comes back: `take` is awaited in its transaction, once the family agreed, and returns a
    sentence for it. A purpose told here is in the words the family agrees to.

    Example::

        @hookimpl
        def state_evidence():
            from ribambelle.particulier import StateUse
            from ribambelle_periscolaire.state_quotient import take
            return [StateUse("quotient", "calculer le prix de la cantine", take)]

    Called by ``ribambelle.particulier``. Implemented by ``creche``, ``periscolaire``. Since 0.2.
    """


@hookspec
def message_templates() -> "Iterable[MessageTemplate]":
    """What the plugin writes to people: when, to whom, and the facts each text may hold.

    Called when a message is written or its text is changed; codes are unique over all plugins. The
    original text is the file ``<path>.txt``, its facts between braces.

    Example::

        @hookimpl
        def message_templates():
            from ribambelle_creche.declared_messages import MESSAGES
            return MESSAGES

    Called by ``ribambelle.messages``. Implemented by ``core``, ``assmat``, ``creche``,
    ``paiement``, ``periscolaire``. Since 0.1.
    """


@hookspec
def paper_templates() -> "Iterable[PaperTemplate]":
    """The letters and certificates the plugin prints, and the facts each text may hold.

    Called when one is printed or its text is changed; codes are unique over all plugins. The
    original text is the file ``<path>.txt``: a first line for the title, then the text, its facts
    between braces. A plugin prints one with ``ribambelle.messages.printing``.

    Example::

        @hookimpl
        def paper_templates():
            from ribambelle_creche.declared_papers import PAPERS
            return PAPERS

    Called by ``ribambelle.messages``. Implemented by ``core``, ``creche``, ``paiement``,
    ``periscolaire``. Since 0.1.
    """


@hookspec
def checks() -> "Iterable[Callable[[Tenant], Awaitable[list[Remark]]]]":
    """Functions that tell what is wrong, or worth knowing, in how a commune uses the plugin.

    Awaited inside the commune by ``ribambelle tenant check``: a problem makes it fail, a remark is
    printed. A sentence names the key or the command that cures it.

    Example::

        @hookimpl
        def checks():
            from ribambelle_paiement_tresor.checking import remarks
            return [remarks]

    Called by ``ribambelle.tenants``. Implemented by ``paiement``. Since 0.1.
    """


@hookspec
def still_bound() -> "Iterable[Callable[[Home], Awaitable[list[str]]]]":
    """Functions that tell what a family has still to end before it can be forgotten.

    Awaited inside the commune when an agent answers a family that asks for erasure, and again the
    night it is done; each sentence says what stands and how it ends. Nothing to say, no sentence.

    Example::

        @hookimpl
        def still_bound():
            from ribambelle_paiement_tresor.binding import owed
            return [owed]

    Called by ``ribambelle.privacy``. Implemented by ``creche``, ``paiement``, ``periscolaire``.
    Since 0.2.
    """


@hookspec
def takeover_matters() -> "Iterable[Matter]":
    """What a commune may take over from the program it had before: fields, and how lines are written.

    Asked by the command that reads a mapping file. ``bring`` is awaited inside the commune, in the
    transaction of the whole takeover; what it made or changed is left in ``taking.traces``, and the
    way back is read from there.

    Example::

        @hookimpl
        def takeover_matters():
            from ribambelle_periscolaire.taking_over import MATTERS
            return MATTERS

    Called by ``ribambelle.takeover``. Implemented by ``core``, ``paiement``, ``periscolaire``.
    Since 0.2.
    """


@hookspec
def demo() -> "Callable[[int], Awaitable[None]] | None":
    """A function that fills a commune of demonstration, from a seed.

    Awaited once, inside the commune, when it is created for the demonstration; the plugins fill
    in the order the commune's file names them. One that raises leaves no commune, and its file and
    line are told.

    Example::

        @hookimpl
        def demo():
            from ribambelle_creche.demo import fill
            return fill

    Called by ``ribambelle.populating``. Implemented by ``core``, ``assmat``, ``creche``, ``paiement``,
    ``periscolaire``. Since 0.1.
    """


@hookspec
def demo_programs() -> "Iterable[tuple[str, ...]]":
    """Programs a demonstration runs beside the portal: a module of Python, then its arguments.

    Started with the portals and stopped with them; one that does not start leaves them open.

    Example::

        @hookimpl
        def demo_programs():
            return [("ribambelle_treasury_sim", "--port", "8010")]

    Called by ``ribambelle_cli``. Implemented by ``core``, ``paiement``. Since 0.1.
    """
