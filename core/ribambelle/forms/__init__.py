"""Read a submitted form into a frozen struct, and say every error at once, in French."""

from ribambelle.forms.binding import Bound, bind, read

__all__ = ["Bound", "bind", "read"]
