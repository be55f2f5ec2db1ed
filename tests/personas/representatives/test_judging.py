"""A judge is asked in both orders; what it says is about the contestant's text, wherever that stands."""

import re

import pytest

from minipublic.models.errors import AuthenticationError, ServerError
from minipublic.models.protocol import CHOOSE_METHODS, Capabilities, Choice
from minipublic.personas.payoffs import persona_prompts
from minipublic.personas.persona import Past, Persona
from minipublic.personas.representatives import Variant
from minipublic.personas.representatives.judging import judge_pair, matter_of_statement, matter_of_text

PERSON = Persona("p", {"age": "20"}, past=(Past("Ban cars?", "agree", "PAST OPINION", "PAST CRITIQUE"),))


class Judge:
    """Takes the better text with some probability, and likes what stands first a little more."""

    name, capabilities = "judge:x", Capabilities(choose=CHOOSE_METHODS)

    def __init__(self, better="good", sure=0.8, bias=0.1, fail=lambda request: None):
        self.better, self.sure, self.bias, self.fail, self.asked = better, sure, bias, fail, []

    async def choose(self, request):
        self.asked.append(request)
        if error := self.fail(request):
            raise error
        p = (self.sure if request.options[0] == self.better else 1 - self.sure) + self.bias
        return Choice((p, 1 - p), 1.0)


def matter(told="base+D+O3", step="critique"):
    return matter_of_text(
        step, PERSON, Variant.parse(told), persona_prompts(), question="Tax?", opinion="OPINION", draft="DRAFT"
    )


async def verdict(judge, text="good", other="bad", about=None):
    return await judge_pair(judge, about or matter(), text, other, names=("s", 1), prompts=persona_prompts())


async def test_both_orders_are_about_the_contestants_text():
    judge = Judge()
    found = await verdict(judge)
    assert (found.first, found.second) == pytest.approx((0.9, 0.7))
    lost = await verdict(judge, "bad", "good")
    assert (lost.first, lost.second) == pytest.approx((0.3, 0.1))
    assert [r.options for r in judge.asked[:2]] == [("good", "bad"), ("bad", "good")]
    assert judge.asked[0].seed != judge.asked[1].seed
    assert judge.asked[0].context["texts"] == ["good", "bad"]


async def test_the_judge_reads_the_matter_and_both_texts():
    judge = Judge()
    await verdict(judge)
    text = judge.asked[0].prompt.text
    for part in (
        "Question: Tax?",
        "OPINION",
        "DRAFT",
        "age: 20.",
        "PAST OPINION",
        "(A)\n[BEGIN Text A ",
        "]\ngood\n[END Text A ",
        "]\nbad\n[END Text B ",
    ):
        assert part in text
    assert "PAST CRITIQUE" not in text
    await verdict(judge, about=matter(step="opinion"))
    assert "OPINION" not in judge.asked[-1].prompt.text.replace("PAST OPINION", "")


async def test_statements_are_judged_for_the_group():
    judge = Judge()
    about = matter_of_statement("Tax?", {"a": "Yes.", "b": "No."}, persona_prompts())
    await verdict(judge, about=about)
    first, second = (r.prompt.text for r in judge.asked)
    assert re.search(
        r"\[BEGIN Opinion 1 (\w{16})\]\nYes\.\n\[END Opinion 1 \1\]\n\n\[BEGIN Opinion 2 \1\]\nNo\.", first
    )
    assert first.partition("(A)")[0] == second.partition("(A)")[0]
    assert judge.asked[0].context["personas"] == ["a", "b"]


async def test_an_order_that_fails_is_missing_and_the_other_stays():
    found = await verdict(Judge(fail=lambda r: ServerError("busy") if r.options[0] == "bad" else None))
    assert (found.first, found.second, found.missing.reason) == (pytest.approx(0.9), None, "server_error")
    with pytest.raises(AuthenticationError):
        await verdict(Judge(fail=lambda r: AuthenticationError("no key")))


async def test_no_letter_is_no_verdict():
    class Mute(Judge):
        async def choose(self, request):
            return Choice((0.0, 0.0), 0.0, raw="Both are fine.")

    found = await verdict(Mute())
    assert (found.first, found.second, found.missing.reason, found.missing.raw) == (
        None,
        None,
        "no_option",
        "Both are fine.",
    )
