"""Cut a SQL script into its statements, without being fooled by what stands inside them."""

import re
from collections.abc import Iterator

PIECE = re.compile(
    r"""
      '(?:[^']|'')*'            # text
    | "(?:[^"]|"")*"            # name
    | --[^\n]*                  # comment to the end of the line
    | /\*.*?\*/                 # comment
    | \$(\w*)\$.*?\$\1\$        # body of a PostgreSQL function
    | ;
    | [^'"$/;-]+                # anything plain
    | .
    """,
    re.DOTALL | re.VERBOSE,
)
COMMENTS = ("--", "/*")
# The body of a SQLite trigger holds statements of its own, up to “; END”.
TRIGGER = re.compile(r"\s*CREATE\s+(TEMP\w*\s+)?TRIGGER\b.*\bBEGIN\b", re.DOTALL | re.IGNORECASE)
BODY_ENDS = re.compile(r";\s*END\s*$", re.IGNORECASE)


def split(script: str) -> list[str]:
    """Return the statements of a script, comments left out.

    >>> split("INSERT INTO a VALUES ('x;y'); -- then; this\\nSELECT 1")
    ["INSERT INTO a VALUES ('x;y')", 'SELECT 1']
    >>> split("CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; END; SELECT 2;")
    ['CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; END', 'SELECT 2']
    """
    return [text for each in _cut(script) if (text := each.strip())]


def outside_quotes(statement: str) -> str:
    """Return a statement without its texts, names and comments: the words of SQL alone.

    >>> outside_quotes("CHECK (a <> 'CHECK (') -- CHECK (")
    'CHECK (a <> ) '
    """
    pieces = (found[0] for found in PIECE.finditer(statement))
    return "".join(piece for piece in pieces if not piece.startswith(("'", '"', *COMMENTS)))


def _cut(script: str) -> Iterator[str]:
    statement = ""
    for piece in (found[0] for found in PIECE.finditer(script)):
        if piece.startswith(COMMENTS):
            statement += " "
        elif piece == ";" and not (TRIGGER.match(statement) and not BODY_ENDS.search(statement)):
            yield statement
            statement = ""
        else:
            statement += piece
    yield statement
