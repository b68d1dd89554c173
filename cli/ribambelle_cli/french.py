"""The command line in French: titles, help and mistakes.

typer carries its own parser, whose texts are English and mostly not translatable; the few that a
person meets are replaced here, by the class of the mistake.
"""

from typing import Any

from typer import rich_utils
from typer._click import core as parsing
from typer._click import decorators, exceptions, formatting

TITLES = {
    "ARGUMENTS_PANEL_TITLE": "Arguments",
    "OPTIONS_PANEL_TITLE": "Options",
    "COMMANDS_PANEL_TITLE": "Commandes",
    "ERRORS_PANEL_TITLE": "Erreur",
    "ABORTED_TEXT": "Interrompu.",
    "DEFAULT_STRING": "[par défaut : {}]",
    "ENVVAR_STRING": "[variable : {}]",
    "REQUIRED_LONG_STRING": "[obligatoire]",
    "RICH_HELP": "Pour l’aide : [blue]{command_path} {help_option}[/]",
}


class Formatter(formatting.HelpFormatter):
    """Writes the line of usage in French."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write « Usage : » in the French way."""
        super().write_usage(prog, args, prefix or "Usage : ")


def speak() -> None:
    """Make typer speak French; called once, before any command is made."""
    for name, text in TITLES.items():
        setattr(rich_utils, name, text)
    parsing.Context.formatter_class = Formatter
    english = decorators.help_option

    def help_option(param_decls: list[str]) -> Any:
        def decorate(command: Any) -> Any:
            made = english(param_decls)(command)
            command.params[-1].help = "Afficher cette aide."
            return made

        return decorate

    decorators.help_option = help_option


def mistake(error: Exception) -> str:
    """Return what was wrong with a command line, in French.

    >>> mistake(exceptions.NoSuchOption("--jsn", possibilities=["--json"]))
    'Option inconnue : --jsn. Vouliez-vous écrire --json ?'
    """
    if isinstance(error, exceptions.NoSuchOption):
        near = f" Vouliez-vous écrire {error.possibilities[0]} ?" if error.possibilities else ""
        return f"Option inconnue : {error.option_name}.{near}"
    if isinstance(error, exceptions.MissingParameter):
        return f"Il manque {_named(error)}."
    if isinstance(error, exceptions.BadParameter):
        return f"Valeur refusée pour {_named(error)} : {_plain(error.message)}"
    if isinstance(error, exceptions.BadOptionUsage):
        return f"L’option {error.option_name} attend une valeur."
    message = str(getattr(error, "message", error))
    if message.startswith("No such command"):
        return f"Commande inconnue : {message.split(chr(39))[1]}."
    if message.startswith("Missing command"):
        return "Il manque une commande."
    if message.startswith("Got unexpected extra argument"):
        return f"Argument en trop : {message.partition('(')[2].rstrip(').')}."
    return message


def _named(error: exceptions.BadParameter) -> str:
    parameter = error.param
    if parameter is None:
        return "une valeur"
    hint = parameter.get_error_hint().replace("'", "")
    kind = "l’option" if parameter.param_type_name == "option" else "l’argument"
    return f"{kind} {hint}"


def _plain(message: str) -> str:
    """Return the few refusals of values that typer words itself, in French."""
    if "is not a valid integer" in message or "valid int" in message:
        return "écrivez un nombre entier."
    if "does not exist" in message:
        return "ce fichier n’existe pas."
    if "is not one of" in message:
        return f"choisissez parmi {message.partition('one of ')[2]}"
    return message
