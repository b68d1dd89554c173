"""The reference of the command, written from the command itself: ``docs/commandes.md``."""

import inspect
import sys
from collections.abc import Iterator
from typing import Any

HEAD = """# La commande `ribambelle`

Écrit par `ribambelle commands` d’après la commande elle-même, celles des modules installés comprises :
ne changez rien ici. Code 0 : fait. Code 1 : refusé, et la phrase dit quoi faire. Code 2 : commande mal
écrite. Chaque commande répond aussi à `--help`.
"""


def write() -> None:
    """Écrire la référence de la commande, comme docs/commandes.md."""
    from typer.main import get_command

    from ribambelle_cli.main import application

    sys.stdout.write(reference(get_command(application())))


def reference(root: Any) -> str:
    """Return the whole page, in Markdown, from the command at the top."""
    return HEAD + "".join(_entry(words, command) for words, command in commands(root))


def commands(command: Any, words: tuple[str, ...] = ("ribambelle",)) -> Iterator[tuple[str, Any]]:
    """Yield each command that does something, with the words to type, in order of these words."""
    below = getattr(command, "commands", None)
    if below is None:
        yield " ".join(words), command
        return
    for name in sorted(below):
        yield from commands(below[name], (*words, name))


def _entry(words: str, command: Any) -> str:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option" and not one.hidden]
    typed = " ".join([words, *map(_placed, arguments)])
    lines = [f"\n## {words}\n", f"`{typed}`\n", inspect.cleandoc(command.help or "")]
    rows = [(f"`{_name(one)}`", one) for one in arguments] + [
        (", ".join(f"`{name}`" for name in (*one.opts, *one.secondary_opts)), one)
        for one in options
    ]
    if rows:
        lines += ["\n| argument ou option | ce que c’est |\n|---|---|"]
        lines += [f"| {name} | {_told(one)} |" for name, one in rows]
    return "\n".join(lines) + "\n"


def _placed(argument: Any) -> str:
    return _name(argument) if argument.required else f"[{_name(argument)}]"


def _name(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper()).strip("{}[]")


def _told(parameter: Any) -> str:
    told = " ".join((getattr(parameter, "help", "") or "").split()).replace("|", "\\|")
    return f"{told} Obligatoire." if parameter.required and told else told
