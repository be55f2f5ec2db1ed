"""The built-in model's lists of questions."""

from minipublic.models import Prompt, Request
from minipublic.models.synthetic import SyntheticModel

EXAMPLES = ("Should we keep bees?", "Should we dig a moat?")


async def listed(seed, number=40):
    context = {"step": "questions", "examples": EXAMPLES, "number": number}
    return (await SyntheticModel().generate(Request(Prompt.of("x"), seed=seed, context=context))).text.splitlines()


async def test_as_many_lines_as_asked_for_of_which_some_are_no_good():
    lines = [line for seed in range(20) for line in await listed(seed, 10)]
    assert len(lines) == 200
    assert 120 < sum("?" in line and "Should" in line for line in lines) < 200
    assert any(example in line for line in lines for example in EXAMPLES)
    assert any("Here are some questions" in line or "People should talk" in line for line in lines)


async def test_the_seed_alone_decides():
    assert await listed(1) == await listed(1)
    assert await listed(1) != await listed(2)


async def test_a_context_that_says_nothing_is_enough():
    request = Request(Prompt.of("x"), seed=0, context={"step": "questions", "examples": None, "number": "many"})
    assert len((await SyntheticModel().generate(request)).text.splitlines()) == 10
