"""Which addresses are for programs."""

PAGE = "/api"
ROOT = "/api/v1"


def is_for_programs(path: str) -> bool:
    """Tell whether an address is answered in JSON, without cookie; the page at /api is not.

    >>> is_for_programs("/api/v1/token"), is_for_programs("/api/v2"), is_for_programs("/api/")
    (True, True, False)
    >>> is_for_programs("/apiculture")
    False
    """
    return path.startswith(f"{PAGE}/") and path != f"{PAGE}/"
