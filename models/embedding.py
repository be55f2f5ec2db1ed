"""Texts as vectors, from an OpenAI-compatible endpoint `/embeddings`."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from .errors import BadResponseError, ModelError, ModelSpecError, RequestRefusedError
from .openai import HOSTED, HOSTED_KEY_ENV
from .registry import ModelSpec
from .wire import Wire

Vector = tuple[float, ...]


class EmbeddingModel:
    """An embedding model behind an OpenAI-compatible server.

    Args:
        name: The model's name on the server.
        base_url: The server; OpenAI's own by default.
        api_key_env: The environment variable with the key; `OPENAI_API_KEY` for OpenAI's own server, else none.
        max_in_flight: The most requests at once.
        timeout_s: How long one try may take, in seconds.
        retries: How often a failed try is repeated.
        texts_per_request: How many texts travel together.

    Raises:
        AuthenticationError: The variable with the key is not set.
        ModelSpecError: The address is none.
    """

    def __init__(
        self,
        name: str,
        *,
        base_url: str | None = None,
        api_key_env: str | None = None,
        max_in_flight: int = 8,
        timeout_s: float = 120.0,
        retries: int = 6,
        texts_per_request: int = 16,
    ) -> None:
        self.name = f"openai:{name}"
        url = base_url or HOSTED
        key = api_key_env or (HOSTED_KEY_ENV if urlsplit(url).hostname == urlsplit(HOSTED).hostname else None)
        self._wire = Wire(url, api_key_env=key, max_in_flight=max_in_flight, timeout_s=timeout_s, retries=retries)
        self._model, self._together = name, texts_per_request

    @classmethod
    def from_spec(cls, spec: str, **options: Any) -> EmbeddingModel:
        """The model that `openai:NAME[@URL]` names.

        Raises:
            ModelSpecError: It is of another kind.
        """
        parsed = ModelSpec.parse(spec)
        if parsed.kind != "openai":
            raise ModelSpecError(f"{spec}: embeddings come from an OpenAI-compatible server; write openai:NAME@URL")
        return cls(parsed.name, base_url=parsed.base_url, **options)

    async def embed(self, texts: Sequence[str]) -> list[Vector | ModelError]:
        """A vector for every text in order, or the error it met; what the server refuses loses no other text."""
        groups = [texts[at : at + self._together] for at in range(0, len(texts), self._together)]
        done = await asyncio.gather(*(self._group(group) for group in groups))
        return [result for results in done for result in results]

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._wire.aclose()

    async def _group(self, texts: Sequence[str]) -> list[Vector | ModelError]:
        try:
            answer = await self._wire.post("/embeddings", {"model": self._model, "input": list(texts)})
            return list(_vectors(self.name, answer, len(texts)))
        except RequestRefusedError as error:  # too long a text, perhaps: one alone is at fault
            if len(texts) == 1:
                return [error]
            return [result for text in texts for result in await self._group([text])]
        except ModelError as error:
            return [error] * len(texts)


def _vectors(name: str, answer: dict[str, Any], wanted: int) -> list[Vector]:
    """The vectors in the order of the texts.

    Raises:
        BadResponseError: There are not as many, or one is no list of finite numbers.
    """
    held = answer.get("data")
    try:
        rows = sorted(held or [], key=lambda row: int(row["index"]))
        vectors = [tuple(float(x) for x in row["embedding"]) for row in rows]
    except (KeyError, TypeError, ValueError) as error:
        raise BadResponseError(f"{name}: the answer holds no embeddings ({error})", raw=str(answer)[:500]) from error
    if [row["index"] for row in rows] != list(range(wanted)):
        raise BadResponseError(f"{name}: {wanted} texts got {len(vectors)} embeddings", raw=str(answer)[:500])
    if any(not v or not all(map(math.isfinite, v)) or not any(v) for v in vectors):
        raise BadResponseError(f"{name}: an embedding is empty, 0, or not of finite numbers", raw=str(answer)[:500])
    return vectors
