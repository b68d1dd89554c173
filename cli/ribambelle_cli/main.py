"""The command `ribambelle`: exit code 0 done, 1 refused, 2 misused."""

import sys
from collections.abc import Iterable
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ribambelle.commands import err, say, say_json
from ribambelle.errors import RibambelleError
from ribambelle_cli import french

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from ribambelle.plugins import Plugins

PROGRAMS = "ribambelle.commands"
"""The entry points by which a package adds a program of its own, beside the plugins' commands."""


def application() -> typer.Typer:
    """Return the command with every plugin's own."""
    french.speak()
    from ribambelle.plugins import Plugins
    from ribambelle_cli import (
        account,
        api,
        command_reference,
        documents,
        families,
        fleet,
        fleet_statistics,
        fleet_status,
        fleet_upgrade,
        homologation,
        journal,
        plugin,
        privacy,
        roles,
        takeover,
        tenant,
        tenant_copy,
        tenant_life,
        tenant_plugin,
    )
    from ribambelle_cli.backup import backup, backup_key, restore, try_out
    from ribambelle_cli.doctor import doctor
    from ribambelle_cli.serve import demo, serve, work

    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        context_settings={"help_option_names": ["--help", "-h"]},
        rich_markup_mode="rich",
    )
    app.callback()(about)
    tenant_plugin.join(tenant.app)
    tenant_life.join(tenant.app)
    tenant_copy.join(tenant.app)
    fleet_status.join(fleet.app)
    fleet_upgrade.join(fleet.app)
    fleet_statistics.join(fleet.app)
    app.add_typer(tenant.app, name="tenant")
    app.add_typer(plugin.app, name="plugin")
    app.add_typer(account.app, name="account")
    app.add_typer(api.app, name="api")
    app.add_typer(documents.app, name="documents")
    app.add_typer(families.app, name="families")
    app.add_typer(takeover.app, name="takeover")
    app.add_typer(privacy.app, name="privacy")
    app.add_typer(fleet.app, name="fleet")
    app.add_typer(journal.app, name="journal")
    app.add_typer(homologation.app, name="homologation")
    app.add_typer(roles.app, name="roles")
    for command in (demo, serve, work, backup, restore, doctor):
        app.command()(command)
    app.command("backup-key")(backup_key)
    app.command("drill")(try_out)
    app.command("commands")(command_reference.write)
    mount(app, Plugins())
    add_programs(app, entry_points(group=PROGRAMS))
    return app


def about(
    shown: Annotated[
        bool,
        typer.Option(
            "--version",
            is_eager=True,
            callback=lambda asked: say_version() if asked else None,
            help="Dire la version de Ribambelle, de Python et de SQLite.",
        ),
    ] = False,
) -> None:
    """Administrer les portails famille des communes."""


def say_version() -> None:
    """Say which Ribambelle this is, and what it runs on, then leave."""
    from importlib.metadata import version
    from platform import python_version

    from pysqlite3.dbapi2 import sqlite_version

    ours = version("ribambelle-core")
    say(f"Ribambelle {ours}, Python {python_version()}, SQLite {sqlite_version}.")
    raise typer.Exit


def mount(app: typer.Typer, plugins: "Plugins") -> None:
    """Add each plugin's sub-command, under the plugin's name; one that cannot be is left out."""
    for name, sub in plugins.each("commands"):
        if sub is None:
            continue
        try:
            if name in taken(app):
                raise ValueError(f"le nom « {name} » est celui d’une commande de Ribambelle")
            typer.main.get_command(sub)
        except Exception as error:  # the other commands must go on working
            plugins.put_aside(name, error)
        else:
            app.add_typer(sub, name=name)


def add_programs(app: typer.Typer, found: Iterable["EntryPoint"]) -> None:
    """Add the programs that installed packages declare; one that cannot be is left out.

    Their modules are read for the help: each imports what is heavy when it runs.
    """
    for entry in sorted(found, key=lambda entry: entry.name):
        try:
            if entry.name in taken(app):
                raise ValueError(f"le nom « {entry.name} » est celui d’une commande de Ribambelle")
            program = typer.Typer(add_completion=False)
            program.command(name=entry.name)(entry.load())
            typer.main.get_command(program)
        except Exception as error:  # the other commands must go on working
            err.print(f"Programme {entry.name} laissé de côté : {error}", markup=False)
        else:
            app.registered_commands += program.registered_commands


def taken(app: typer.Typer) -> set[str | None]:
    """Return the names of commands that exist already."""
    return {group.name for group in app.registered_groups} | {
        command.name or command.callback.__name__
        for command in app.registered_commands
        if command.callback
    }


def main(arguments: list[str] | None = None) -> None:
    """Run the command and leave with its exit code."""
    from ribambelle_cli.logs import quiet

    quiet()
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Run the command and return its exit code."""
    from typer._click.exceptions import ClickException, NoArgsIsHelpError, UsageError

    from ribambelle_cli.refusals import of_step, report, sentence

    try:
        answer: Any = application()(arguments, standalone_mode=False)
        return answer if isinstance(answer, int) else 0
    except NoArgsIsHelpError as help_asked:
        err.print(help_asked.message, markup=False)
        return 2
    except UsageError as error:
        err.print(french.mistake(error), markup=False)
        if error.ctx is not None:
            err.print(f"Pour l’aide : {error.ctx.command_path} --help", markup=False)
        return 2
    except ClickException as error:
        err.print(french.mistake(error), markup=False)
        return 2
    except (RibambelleError, OSError) as error:
        if "--json" in arguments:
            say_json(report(error))
        else:
            err.print(sentence(error), markup=False)
        return 1
    except Exception as error:  # only a step of a database that stopped is told in words
        if (stopped := of_step(error)) is None:
            raise  # a fault of ours: all of it is shown, to be told
        err.print(stopped.message, markup=False)
        return 1
    except (KeyboardInterrupt, typer.Abort):
        err.print("Interrompu.", markup=False)
        return 1
