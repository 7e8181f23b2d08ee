"""Import what warns about things that a user cannot mend."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quietly() -> Iterator[None]:
    """Let nothing inside warn: umap-learn asks for TensorFlow, which is not needed here, whenever it is imported."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
