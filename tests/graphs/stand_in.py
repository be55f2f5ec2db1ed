"""A model whose answers a test decides."""

from minipublic.models.protocol import CHOOSE_METHODS, Capabilities, Choice, Generation, Score


class StandIn:
    """Says its step, chooses the first option presented, and fails where it is told to.

    Args:
        fail: Called with each request; an exception it returns is raised.
    """

    capabilities = Capabilities(score=True, choose=CHOOSE_METHODS)

    def __init__(self, name="standin:x", fail=lambda request: None, text=None):
        self.name, self.fail, self.requests = name, fail, []
        self.text = text or (
            lambda request: f"{request.context.get('step')} of {request.context.get('persona', 'mediator')}"
        )

    def note(self, request):
        self.requests.append(request)
        error = self.fail(request)
        if error:
            raise error

    async def generate(self, request):
        self.note(request)
        return Generation(self.text(request))

    async def choose(self, request):
        self.note(request)
        return Choice((1.0, *(0.0 for _ in request.options[1:])), 0.9)

    async def score(self, request):
        self.note(request)
        return Score(-1.0, 1)

    async def aclose(self):
        pass
