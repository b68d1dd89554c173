"""Does a plugin keep the rules of the house? What ``ribambelle plugin check`` asks, and its tests.

Each rule has a level, from bronze to platinum; a plugin claims one in its ``quality.toml``, and may
set a rule aside with a reason. docs/quality.md tells each rule, with why and an example.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from ribambelle.errors import Misconfigured
from ribambelle.testing.conformance.candidate import Candidate, candidate
from ribambelle.testing.conformance.rules import LEVELS, RULES, Rule

__all__ = ["LEVELS", "RULES", "Report", "Verdict", "examine"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one rule."""

    rule: str
    level: str
    faults: tuple[str, ...]
    """Each names the file and the cure; none when the rule is kept."""
    excuse: str = ""
    """Why the plugin sets it aside."""


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found of a plugin."""

    name: str
    claimed: str
    verdicts: tuple[Verdict, ...]

    @property
    def left(self) -> dict[str, tuple[str, ...]]:
        """What stands between the plugin and the level it claims, by rule."""
        needed = LEVELS[: LEVELS.index(self.claimed) + 1]
        return {
            one.rule: one.faults
            for one in self.verdicts
            if one.faults and one.level in needed and not one.excuse
        }

    @property
    def reached(self) -> str:
        """The highest level whose rules are all kept or set aside; empty below bronze."""
        reached = ""
        for level in LEVELS:
            if any(one.faults and not one.excuse for one in self.verdicts if one.level == level):
                break
            reached = level
        return reached


def examine(root: Path) -> Report:
    """Examine the plugin of a folder; raises Misconfigured when it cannot be read at all."""
    plugin = candidate(root)
    claimed, excuses = _claimed(root / "quality.toml")
    verdicts = tuple(
        Verdict(rule.code, rule.level, _faults(rule, plugin), excuses.get(rule.code, ""))
        for rule in RULES
    )
    return Report(plugin.name, claimed, verdicts)


def _faults(rule: Rule, plugin: Candidate) -> tuple[str, ...]:
    """Return what breaks a rule; of a plugin that is not served, nothing else can be seen."""
    found = tuple(rule.faults(plugin))
    if found or rule is RULES[0] or plugin.name not in plugin.plugins.broken:
        return found
    return ("non vérifiée : le module n’est pas servi, voyez « served »",)


def _claimed(file: Path) -> tuple[str, dict[str, str]]:
    """Return the level a plugin claims, bronze when it says nothing, and the rules it sets aside."""
    if not file.is_file():
        return LEVELS[0], {}
    try:
        told = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(
            f"quality.toml ne se lit pas : {error}", file=str(file), cure="corrigez cette ligne"
        ) from error
    level, excuses = told.get("level", LEVELS[0]), told.get("exceptions", {})
    if level not in LEVELS:
        raise Misconfigured(
            f"le niveau « {level} » n’existe pas",
            file=str(file),
            key="level",
            cure=f"choisissez parmi {', '.join(LEVELS)}",
        )
    if not isinstance(excuses, dict):
        raise Misconfigured(
            "les exceptions ne sont pas une table",
            file=str(file),
            key="exceptions",
            cure='écrivez [exceptions], puis une ligne par règle : languages = "sa raison"',
        )
    # below bronze a plugin is not served at all: nothing sets that aside
    known = {rule.code for rule in RULES if rule.level != LEVELS[0]}
    for code, why in excuses.items():
        if code not in known or not str(why).strip():
            raise Misconfigured(
                f"l’exception « {code} » ne dit pas une règle connue et sa raison",
                file=str(file),
                key=f"exceptions.{code}",
                cure="donnez le nom d’une règle de docs/quality.md, et pourquoi elle ne vaut pas ici",
            )
    return level, {code: str(why) for code, why in excuses.items()}
