"""What a commune may set for its payments: the table ``[paiement]`` of its file."""

import msgspec


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every key has a value that suits a commune that says nothing: nobody pays on line."""
