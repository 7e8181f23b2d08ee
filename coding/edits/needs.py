"""Which role a kind of edit takes in a team: what its operation declares as ``needs``."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from coding.roles import CoderRole


def needs_of(kind: str) -> CoderRole | None:
    """Return the role that edits of one kind need.

    A kind that no operation here has was made by another version; only those who lead may take it back.

    >>> needs_of("add-coding"), needs_of("from-elsewhere")
    (<CoderRole.RESEARCHER: 'researcher'>, <CoderRole.LEAD: 'lead'>)
    """
    return _by_kind().get(kind, CoderRole.LEAD)


@cache
def _by_kind() -> dict[str, CoderRole | None]:
    """Return what every operation of this package declares."""
    import coding.edits as package

    names = [found.name for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    classes = [
        item
        for name in names
        for item in vars(importlib.import_module(name)).values()
        if isinstance(item, type) and isinstance(getattr(item, "kind", None), str) and hasattr(item, "plan")
    ]
    return {str(vars(item)["kind"]): vars(item)["needs"] for item in classes}
