"""The childminders a visitor keeps to compare: in the session, without an account."""

from ribambelle.web.visit import Visit

KEY = "assmat.kept"
MOST = 12


def kept(seen: Visit) -> tuple[int, ...]:
    """Return the childminders kept, in the order they were."""
    return tuple(seen.session.data.get(KEY, ()))


def keep(seen: Visit, number: int) -> bool:
    """Keep one more; False when there are as many as a page compares."""
    now = kept(seen)
    if number in now:
        return True
    if len(now) >= MOST:
        return False
    seen.session.set(KEY, [*now, number])
    return True


def drop(seen: Visit, number: int) -> None:
    """Keep one no more; dropped twice, the same."""
    left = [one for one in kept(seen) if one != number]
    if left:
        seen.session.set(KEY, left)
    else:
        seen.session.drop(KEY)
