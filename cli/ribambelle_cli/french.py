"""The command line in French: titles, help and mistakes.

typer carries its own parser, whose texts are English and mostly not translatable; the few that a
person meets are replaced here, by the class of the mistake.
"""

import re
from typing import Any

from typer import core, rich_utils
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


METAVARS = {"COMMAND [ARGS]...": "COMMANDE [ARGUMENTS]…", "[OPTIONS]": "[OPTIONS]"}
KINDS = {"int": "nombre", "float": "nombre", "str": "texte", "path": "chemin", "file": "chemin"}


class Formatter(formatting.HelpFormatter):
    """Writes the line of usage in French."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write « Usage : » in the French way."""
        for english, french in METAVARS.items():
            args = args.replace(english, french)
        super().write_usage(prog, args, prefix or "Usage : ")


def speak() -> None:
    """Make typer speak French; called once, before any command is made."""
    for name, text in TITLES.items():
        setattr(rich_utils, name, text)
    parsing.Context.formatter_class = Formatter
    for parameter in (core.TyperOption, core.TyperArgument):
        setattr(parameter, "display_type", _kind)  # noqa: B010 - a method of another's class
    english = decorators.help_option

    def help_option(param_decls: list[str]) -> Any:
        def decorate(command: Any) -> Any:
            made = english(param_decls)(command)
            command.params[-1].help = "Afficher cette aide."
            return made

        return decorate

    decorators.help_option = help_option


_english_kind = core.TyperOption.display_type


def _kind(parameter: Any, ctx: Any) -> Any:
    """Return the kind of value an option waits for, in French; a switch waits for none."""
    told = str(_english_kind(parameter, ctx) or "").strip("<>")
    word = told.removeprefix("list[").removesuffix("]").removesuffix(" range")
    if word == "bool":
        return ""
    return f"<{KINDS.get(word.lower(), word)}>"


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
        if "does not take a value" in error.message:
            return f"L’option {error.option_name} s’écrit sans valeur."
        return f"L’option {error.option_name} attend une valeur."
    message = str(getattr(error, "message", error))
    if message.startswith("No such command"):
        return f"Commande inconnue : {message.split(chr(39))[1]}."
    if message.startswith("Missing command"):
        return "Il manque une commande."
    if message.startswith("Got unexpected extra argument"):
        return f"Argument en trop : {message.rpartition('(')[2].rstrip(').')}."
    return message


def _named(error: exceptions.BadParameter) -> str:
    parameter = error.param
    if parameter is None:
        return "une valeur"
    hint = parameter.get_error_hint().replace("'", "").replace("(env var: ", "(variable : ")
    kind = "l’option" if parameter.param_type_name == "option" else "l’argument"
    return f"{kind} {hint}"


def _plain(message: str) -> str:
    """Return the refusals of values that typer words itself, in French.

    >>> _plain("Input should be greater than or equal to 1")
    'écrivez au moins 1.'
    """
    for english, french in VALUES:
        if found := re.search(english, message):
            return french.format(*found.groups())
    return "cette valeur ne convient pas."


VALUES = (
    (r"greater than or equal to (\S+)", "écrivez au moins {}."),
    (r"less than or equal to (\S+)", "écrivez au plus {}."),
    (r"greater than (\S+)", "écrivez plus de {}."),
    (r"less than (\S+)", "écrivez moins de {}."),
    (r"valid int", "écrivez un nombre entier."),
    (r"valid (?:float|number)", "écrivez un nombre."),
    (r"valid bool", "écrivez true ou false."),
    (r"does not exist", "ce fichier n’existe pas."),
    (r"is a directory", "c’est un dossier, un fichier est attendu."),
    (r"is a file", "c’est un fichier, un dossier est attendu."),
    (r"is not (?:readable|writable)", "l’accès à ce fichier est refusé."),
    (r"is not one of (.+)", "choisissez parmi {}"),
    (r"should be (.+)", "choisissez parmi {}"),
)
