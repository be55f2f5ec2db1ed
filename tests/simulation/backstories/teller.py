"""A model that does as a test says, and a trait it is asked for."""

import json

from minipublic.models.protocol import CHOOSE_METHODS, Capabilities, Choice, Generation, Usage

PARTY = {"party": {"labels": ["Left", "Right"]}}


class Teller:
    """Tells "life of PERSONA, question K, attempt A", finds no flaws and no traits, and says the first option.

    Args:
        flawed: Called with the context of a critic's call; the criteria that are not met.
        fail: Called with each request; an exception it returns is raised.
    """

    capabilities = Capabilities(score=False, choose=CHOOSE_METHODS)

    def __init__(self, name="teller:x", flawed=lambda told: (), fail=lambda request: None):
        self.name, self.flawed, self.fail, self.requests = name, flawed, fail, []

    def asked(self, step):
        return [r for r in self.requests if r.context["step"] == step]

    def note(self, request):
        self.requests.append(request)
        error = self.fail(request)
        if error:
            raise error

    async def generate(self, request):
        self.note(request)
        told = request.context
        if told["step"] == "critic":
            flaws = self.flawed(told)
            said = json.dumps({c: {"evidence": "", "answer": "yes" if c in flaws else "no"} for c in told["criteria"]})
        elif told["step"] == "trait_stated":
            said = json.dumps({"evidence": "", "answer": "ABCDEFGH"[len(told["labels"])]})
        else:
            said = f"life of {told['persona']}, question {told['turn']}, attempt {told['attempt']}"
        return Generation(said, usage=Usage(20, 7))

    async def choose(self, request):
        self.note(request)
        return Choice((0.75, 0.25, *(0.0 for _ in request.options[2:])), 1.0)

    async def aclose(self):
        pass
