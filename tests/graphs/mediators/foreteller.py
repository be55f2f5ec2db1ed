"""A group on a line from 0 to 60, and a model that reads the numbers: its statements have one too, drawn by their seeds."""

import asyncio
import re

from minipublic.graphs import Context
from minipublic.graphs.mediators import Case, Desk
from minipublic.graphs.mediators.protocol import rule
from minipublic.models.protocol import CHOOSE_METHODS, LETTERS, Capabilities, Choice, Generation
from minipublic.personas import Persona

OPINIONS = {"s0": "I stand at 10.", "s1": "I stand at 20.", "s2": "I stand at 45."}
CASE = Case("draft", "How far should we go?", "We should go to 60.", OPINIONS)


def at(text):
    return int(re.findall(r"\d+", text)[-1])


def placed(words, text):
    return abs(at(words["critique"] or words["opinion"]) - at(text))


class Foreteller:
    """Writes statements, and foretells that members like what is near them.

    Args:
        garble: Called with each request of a ranking; what it returns is said in place of the ranking.
        fail: Called with each request; an exception it returns is raised.
        write: Called with each request of a statement; gives the text.
        wait: Seconds that each call takes.
    """

    def __init__(self, garble=None, fail=None, write=None, wait=0.0, capabilities=None, name="foreteller:x"):
        self.garble, self.fail, self.wait, self.name = garble, fail, wait, name
        self.write = write or (lambda request: f"We stand at {request.seed % 60}.")
        self.capabilities = capabilities or Capabilities(score=True, choose=CHOOSE_METHODS)
        self.requests, self.under_way, self.most = [], 0, {}

    async def _note(self, request):
        step = request.context["step"]
        self.requests.append(request)
        self.under_way += 1
        self.most[step] = max(self.most.get(step, 0), self.under_way)
        await asyncio.sleep(self.wait)
        self.under_way -= 1
        if self.fail and (error := self.fail(request)):
            raise error

    async def generate(self, request):
        await self._note(request)
        if request.context["step"] != "ranking":
            return Generation(self.write(request))
        said = self.garble(request) if self.garble else None
        return Generation(self.ranking(request.context) if said is None else said)

    def ranking(self, words):
        far = {LETTERS[k]: placed(words, text) for k, text in enumerate(words["candidates"])}
        levels = [[letter for letter in far if far[letter] == value] for value in sorted(set(far.values()))]
        return " > ".join(" = ".join(level) for level in levels)

    async def choose(self, request):
        await self._note(request)
        liked = 6 - min(6, placed(request.context, request.context["statement"]) // 10)
        return Choice(tuple(float(rank == liked) for rank in request.context["option_rank"]), 0.9)

    async def aclose(self):
        pass

    def asked(self, step):
        return [r for r in self.requests if r.context["step"] == step]


def desk(model=None, predictor=None, **more):
    roles = {"mediator": model or Foreteller()} | ({"predictor": predictor} if predictor else {})
    people = {seat: Persona(f"p-{seat}") for seat in OPINIONS}
    return Desk(Context(seats=people, models=roles, unit="g0", **more))


async def decide(mediator, model=None, case=CASE, **more):
    """The statement and its record."""
    ruling = await rule(mediator, case, desk(model, **more))
    return ruling.statement, ruling.record
