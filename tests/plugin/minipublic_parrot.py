"""The smallest backend: repeats what it is asked."""

from minipublic.models import Capabilities, Choice, Generation, Score


class Parrot:
    capabilities = Capabilities()

    def __init__(self, name, greeting):
        self.name = f"parrot:{name}"
        self.greeting = greeting

    async def generate(self, request):
        return Generation(f"{self.greeting}: {request.prompt.text}")

    async def choose(self, request) -> Choice:
        raise AssertionError("capabilities say that it cannot choose")

    async def score(self, request) -> Score:
        raise AssertionError("capabilities say that it cannot score")

    async def aclose(self):
        pass


def make(name, base_url=None, greeting="hi"):
    return Parrot(name, greeting)
