"""How far the stories of a pool lie apart in the eyes of an embedding model; no text is embedded twice."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...evaluators.diversity import cosine_spread
from ...models.embedding import EmbeddingModel
from ...models.errors import ModelError, SetupError
from ...personas.population import Population
from .tables import PoolFolder

_BLOCK = 512  # texts after which what is there is written


async def embedding_spread(folder: PoolFolder, model: EmbeddingModel) -> dict[str, Any]:
    """The mean cosine distance between two stories, as `evaluators.diversity.cosine_spread` gives it.

    `left_out` counts the stories that have no embedding, by reason, and `model` names the model.

    Raises:
        SetupError: The server cannot be used at all.
    """
    texts = [p.story for p in Population.load(folder.population)]
    held = _Vectors(folder, model.name)
    left_out: Counter[str] = Counter()
    fresh = [text for text in dict.fromkeys(texts) if text not in held]
    for at in range(0, len(fresh), _BLOCK):
        block = fresh[at : at + _BLOCK]
        for text, found in zip(block, await model.embed(block), strict=True):
            if isinstance(found, SetupError):
                raise found
            if isinstance(found, ModelError):
                left_out[found.reason] += 1
            else:
                held.add(text, found)
        held.save()
    return cosine_spread(held.of(texts)) | {"left_out": dict(left_out), "model": model.name}


class _Vectors:
    """Embeddings by text, in a file beside the pool."""

    def __init__(self, folder: PoolFolder, model: str) -> None:
        self._path, self._model = folder.embeddings, model
        self._held: dict[str, Sequence[float]] = {}
        if self._path.exists():
            with np.load(self._path) as file:
                if str(file["model"]) == model:
                    self._held = dict(zip(file["texts"].tolist(), file["vectors"], strict=True))

    def __contains__(self, text: str) -> bool:
        return _name(text) in self._held

    def add(self, text: str, vector: Sequence[float]) -> None:
        self._held[_name(text)] = vector

    def of(self, texts: Sequence[str]) -> np.ndarray[Any, Any]:
        found = [self._held[name] for name in map(_name, texts) if name in self._held]
        return np.array(found, dtype=float) if found else np.empty((0, 1))

    def save(self) -> None:
        partial = self._path.with_name("partial.npz")
        vectors = np.array(list(self._held.values()), dtype=np.float32)
        np.savez(partial, model=self._model, texts=np.array(list(self._held)), vectors=vectors)
        partial.replace(self._path)


def _name(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
