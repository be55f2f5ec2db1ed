"""Models kept from run to run: for each event loop its own, closed when the loop ends or when many others were used since."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections import OrderedDict
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from ..models.protocol import LanguageModel
from ..models.registry import load_model
from .plain_parts import NamedModel

MOST = 8  # models that nobody uses are kept up to this number


@dataclass(slots=True)
class _Kept:
    model: LanguageModel
    users: list[weakref.ref[Any]] = field(default_factory=list)

    def in_use(self) -> bool:
        self.users = [user for user in self.users if user() is not None]
        return bool(self.users)


class KeptModels:
    """The models of one event loop.

    Args:
        most: How many are kept that nobody uses.
    """

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self._kept: OrderedDict[str, _Kept] = OrderedDict()  # the one used last at the end
        self._lock = threading.Lock()  # contexts are opened in threads
        self._guard: AsyncGenerator[None] | None = None

    def get(self, meant: NamedModel, user: object) -> LanguageModel:
        """The model of these settings, loaded where it is not here yet; to be called in a thread.

        Args:
            meant: Its spec and settings.
            user: As long as this lives, the model is in use.

        Raises:
            ModelError: It cannot be loaded.
        """
        key = meant.model_dump_json()
        with self._lock:
            if key not in self._kept:
                reach = meant.model_dump(exclude={"spec", "options"}, exclude_none=True)
                self._kept[key] = _Kept(load_model(meant.spec, **reach, **meant.options))
            self._kept.move_to_end(key)
            self._kept[key].users.append(weakref.ref(user))
            return self._kept[key].model

    def pass_on(self, user: object, other: object) -> None:
        """What one uses, another uses too."""
        with self._lock:
            for kept in self._kept.values():
                if any(held() is user for held in kept.users):
                    kept.users.append(weakref.ref(other))

    async def trim(self) -> None:
        """Closes those used longest ago of the models that nobody uses, down to `most`."""
        with self._lock:
            idle = [key for key, kept in self._kept.items() if not kept.in_use()]
            dropped = [self._kept.pop(key) for key in idle[: max(0, len(idle) - self.most)]]
        await _close(dropped)

    async def aclose(self) -> None:
        """Closes every model."""
        with self._lock:
            dropped = list(self._kept.values())
            self._kept.clear()
        await _close(dropped)

    def __len__(self) -> int:
        return len(self._kept)

    async def close_with_the_loop(self) -> None:
        """Has the models closed when `asyncio.run` (or a server) ends its loop."""
        # A loop that ends closes the generators that were begun in it, and offers no other moment to await something.
        self._guard = self._until_closed()
        await anext(self._guard)

    async def _until_closed(self) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            _of_loops.pop(asyncio.get_running_loop(), None)
            await self.aclose()


_of_loops: dict[asyncio.AbstractEventLoop, KeptModels] = {}


async def kept_models() -> KeptModels:
    """The models of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _of_loops:
        kept = _of_loops[loop] = KeptModels()
        await kept.close_with_the_loop()
        for ended in [other for other in _of_loops if other.is_closed()]:
            left = _of_loops.pop(ended, None)  # another thread may have been faster
            if left is not None:
                await left.aclose()
    return _of_loops[loop]


async def _close(dropped: list[_Kept]) -> None:
    await asyncio.gather(*(kept.model.aclose() for kept in dropped), return_exceptions=True)
