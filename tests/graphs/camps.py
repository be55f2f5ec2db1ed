"""Groups of two camps whose stances are known, on the synthetic model, and models that fail where a test says."""

from minipublic.graphs.context import Context
from minipublic.models.errors import ModelTimeoutError
from minipublic.models.registry import load_model
from minipublic.personas.persona import Persona

QUESTION = {"question": "Should we tax wealth?", "proposition": "We should tax wealth."}
ROLES = ("participant", "mediator", "predictor")


def public(strength=3.0, **dials):
    """Two camps, `left` and `right`, on one dimension; nobody differs from their camp.

    A camp's stance on a proposition p is ±tanh(0.8 · strength · |d(p)|); d is derived from p's words.
    """
    positions = {"camp": {"left": [strength], "right": [-strength], "none": [0.0]}}
    return load_model("synthetic:camps", dimensions=1, positions=positions, residual_sd=0.0, **dials)


def group(*camps, model=None, seed=0, **more):
    """A context of people of these camps, seat after seat; dials are the public's."""
    known = ("humans", "mediator", "unit")
    own = {k: more.pop(k) for k in known if k in more}
    seats = {f"seat_{k}": Persona(f"p{k}", {"camp": camp}) for k, camp in enumerate(camps, start=1)}
    model = model or public(**more)
    return Context(seats=seats, models=dict.fromkeys(ROLES, model), seed=seed, **own)


async def play(build, context, **options):
    """What a protocol leaves."""
    return await build(**options).compile().ainvoke(QUESTION, context=context)


class Fails:
    """A model that gives no answer where `when` says so of a request, and keeps what it was asked."""

    name = "failing"

    def __init__(self, model, when=lambda about: False):
        self.model, self.when, self.asked = model, when, []
        self.capabilities = model.capabilities

    async def generate(self, request):
        return await self._call(request, self.model.generate)

    async def choose(self, request):
        return await self._call(request, self.model.choose)

    async def _call(self, request, call):
        self.asked.append(request)
        if self.when(request.context):
            raise ModelTimeoutError("no answer")
        return await call(request)

    def prompts(self, step):
        """What was put before people at a step, as one text each, by persona."""
        return {
            request.context["persona"]: "\n".join(message.content for message in request.prompt.messages)
            for request in self.asked
            if request.context["step"] == step
        }

    async def aclose(self):
        pass
