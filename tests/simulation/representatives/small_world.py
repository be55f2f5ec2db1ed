"""Stand-ins for the models of a small world in which the truth is known."""

from minipublic.models.errors import UnsupportedError
from minipublic.models.protocol import Capabilities, Generation

WORLD = "here"


class Counting:
    """Hands calls on to a model, and counts by kind those that did not fail."""

    def __init__(self, model, calls, fail=lambda total: None):
        self._model, self._calls, self._fail = model, calls, fail
        self.name, self.capabilities = model.name, model.capabilities

    async def _asked(self, kind, request):
        if error := self._fail(self._calls.total()):
            raise error
        self._calls[kind] += 1
        return await getattr(self._model, kind)(request)

    async def generate(self, request):
        return await self._asked("generate", request)

    async def choose(self, request):
        return await self._asked("choose", request)

    async def score(self, request):
        return await self._asked("score", request)

    async def aclose(self):
        await self._model.aclose()


class Echo:
    """Says again what people said: the perfect substitute."""

    name, capabilities = "echo:x", Capabilities()

    def __init__(self, episodes):
        self._texts = {(s.persona, e.question): s.critique for e in episodes.episodes for s in e.seats}

    async def generate(self, request):
        return Generation(self._texts[request.context["persona"], request.context["question_text"]])

    async def score(self, request):
        raise UnsupportedError("echo:x gives no log-likelihood")

    async def aclose(self):
        pass
