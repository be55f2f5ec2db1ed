"""The models of an evaluation: each behind the journal, and open only while it is needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from ....models.journal import Journal
from ....models.journaled import JournaledModel
from ....models.protocol import LanguageModel


class Cast:
    """Opens models by key, and closes them when the last who asked for them is done: weights take memory.

    Args:
        makers: By key, what opens the model.
        journal: Where calls are written.
    """

    def __init__(self, makers: Mapping[str, Callable[[], LanguageModel]], journal: Journal) -> None:
        self._makers, self._journal = makers, journal
        self._open: dict[str, JournaledModel] = {}
        self._users: Counter[str] = Counter()
        self.names: dict[str, str] = {}
        self.asked = self.replayed = 0

    def __contains__(self, key: str) -> bool:
        return key in self._makers

    @asynccontextmanager
    async def model(self, key: str) -> AsyncIterator[LanguageModel]:
        """The model of this key, open."""
        if key not in self._open:
            self._open[key] = JournaledModel(self._makers[key](), self._journal)
            self.names[key] = self._open[key].name
        self._users[key] += 1
        try:
            yield self._open[key]
        finally:
            self._users[key] -= 1
            if not self._users[key]:
                await self._close(self._open.pop(key))

    @asynccontextmanager
    async def several(self, keys: Mapping[str, str]) -> AsyncIterator[dict[str, LanguageModel]]:
        """Several models, under other names.

        Args:
            keys: By name, the model's key.
        """
        async with AsyncExitStack() as stack:
            yield {name: await stack.enter_async_context(self.model(key)) for name, key in keys.items()}

    async def _close(self, model: JournaledModel) -> None:
        await model.aclose()
        self.asked += model.counts.asked
        self.replayed += model.counts.replayed
