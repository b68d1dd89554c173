"""What a commune may set for its périscolaire: the table ``[periscolaire]`` of its file."""

import msgspec


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every key has a value that suits a town that says nothing."""
