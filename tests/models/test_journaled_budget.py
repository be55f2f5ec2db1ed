"""What the journal and a budget make of one another: the same calls count in both."""

import pytest

from minipublic.models.budget import KNOWN_AFTER, MESSAGE_TOKENS, Budget
from minipublic.models.errors import BudgetError, ContentFilterError, ModelTimeoutError
from minipublic.models.journal import Journal
from minipublic.models.journaled import JournaledModel
from minipublic.models.protocol import Capabilities, Choice, ChooseRequest, Prompt, Usage


class Answering:
    """Chooses, and fails where it is told to."""

    name, capabilities = "m", Capabilities(choose=("first_token",))

    def __init__(self, **errors):
        self.errors = errors

    async def choose(self, request):
        error = self.errors.get(request.prompt.text[0])
        if error:
            raise error
        return Choice((0.25, 0.75), 0.5, request.prompt.text, Usage(7, 1))


def asks(*texts):
    return [ChooseRequest(Prompt.of(text), seed=1, options=("Yes", "No")) for text in texts]


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "calls.sqlite")
    yield journal
    journal.close()


async def test_a_bound_refuses_all_of_a_list_and_keeps_what_was_asked_before(journal):
    held = JournaledModel(Answering(), journal, Budget(max_calls=4))
    await held.choose_all(asks(*"abc"))
    refused = await held.choose_all(asks(*"cde"))
    assert refused[0].raw == "c"  # known, so free
    assert [type(r) for r in refused[1:]] == [BudgetError] * 2
    assert held.counts.asked == 3
    assert [c.raw for c in await held.choose_all(asks(*"ad"))] == ["a", "d"]
    assert journal.totals() == {"calls": 4, "prompt_tokens": 28, "completion_tokens": 4}
    assert (held.budget.spent.calls, held.budget.spent.tokens) == (4, 32)


async def test_calls_that_fail_leave_their_place_to_others(journal):
    held = JournaledModel(Answering(a=ModelTimeoutError("too slow")), journal, Budget(max_calls=2))
    assert [type(c) for c in await held.choose_all(asks(*"ab"))] == [ModelTimeoutError, Choice]
    assert [type(c) for c in await held.choose_all(asks(*"c"))] == [Choice]
    assert held.budget.spent.calls == journal.totals()["calls"] == 2


async def test_a_filtered_prompt_is_a_call_and_says_nothing_of_tokens(journal):
    budget = Budget(max_calls=KNOWN_AFTER + 1, max_tokens=10**6)
    held = JournaledModel(Answering(f=ContentFilterError("stopped")), journal, budget)
    for k in range(KNOWN_AFTER):
        (stopped,) = await held.choose_all(asks(f"f{k}"))
        assert isinstance(stopped, ContentFilterError)
    assert budget.spent.calls == journal.totals()["calls"] == KNOWN_AFTER
    assert (budget.spent.tokens, journal.uncounted()) == (0, [])
    assert (await budget.reserve("m", asks("x" * 1000))).most.prompt_tokens == 1000 + 2 * MESSAGE_TOKENS
