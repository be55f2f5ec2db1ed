"""Backstories told by a model that does as a test says: what is asked again, what is kept, what is on record."""

import json

import pytest

from minipublic.graphs.backstories import (
    STORY_SAMPLING,
    build_demographics_primed,
    build_interview,
    build_natural,
    read_story,
)
from minipublic.graphs.context import Context
from minipublic.graphs.critic import Critic, build_answer
from minipublic.models.errors import AuthenticationError, ModelTimeoutError
from minipublic.models.protocol import Capabilities, Generation, Usage
from minipublic.personas import Persona
from minipublic.personas.answers import Missing
from minipublic.personas.backstories import Criterion, Script

SCRIPT = Script("three", ("Who are you?", "Where do you live?", "What do you do?"))
CRITERIA = (Criterion("markup", "Is there markup?"), Criterion("repeated", "Is the question repeated?"))
CRITIC = Critic(CRITERIA)


class Teller:
    """Answers by turn and attempt, and criticises by what the answer says.

    Args:
        answers: (turn, attempt) to a text or an exception; "answer T.A" where nothing is said.
        verdicts: The answer's text to the critic's replies in turn; no flaws where nothing is said.
    """

    name = "teller:x"

    def __init__(self, answers=None, verdicts=None, chat=False, schema=False):
        self.answers, self.verdicts, self.requests = answers or {}, verdicts or {}, []
        self.capabilities = Capabilities(chat=chat, schema=schema)

    def asked(self, step):
        return [r for r in self.requests if r.context["step"] == step]

    async def generate(self, request):
        self.requests.append(request)
        told = request.context
        if told["step"] == "critic":
            replies = self.verdicts.get(told["answer"], [])
            said = replies.pop(0) if replies else verdict()
        else:
            said = self.answers.get((told["turn"], told["attempt"]), f"answer {told['turn']}.{told['attempt']}")
        if isinstance(said, Exception):
            raise said
        return said if isinstance(said, Generation) else Generation(said, usage=Usage(10, 3))


def verdict(**flaws):
    return json.dumps(
        {c.name: {"evidence": flaws.get(c.name, ""), "answer": "yes" if c.name in flaws else "no"} for c in CRITERIA}
    )


async def tell(graph, teller, persona=Persona("p1"), judge=None, **more):
    models = {"participant": teller} | ({"judge": judge} if judge else {})
    context = Context({"respondent": persona}, models, study="s", sampling=STORY_SAMPLING, **more)
    return await graph.compile().ainvoke({}, context=context)


async def test_every_question_is_asked_with_the_whole_interview_before_it():
    teller = Teller()
    state = await tell(build_interview(SCRIPT, CRITIC), teller)
    assert [t.question for t in read_story(state)] == list(SCRIPT.questions)
    assert [t.answer for t in read_story(state)] == ["answer 1.1", "answer 2.1", "answer 3.1"]
    last = teller.asked("story")[-1]
    assert last.prompt.text == (
        "Question: Who are you?\nAnswer: answer 1.1\n\nQuestion: Where do you live?\nAnswer: answer 2.1\n\n"
        "Question: What do you do?\nAnswer:"
    )
    assert last.sampling.stop == ("Question:",)
    assert (last.sampling.temperature, last.sampling.top_p, last.sampling.max_tokens) == (1.0, 1.0, 1500)
    assert last.context == {
        "step": "story",
        "persona": "p1",
        "attributes": {},
        "turn": 3,
        "turns": 3,
        "story_question": "What do you do?",
        "told": [
            {"question": "Who are you?", "answer": "answer 1.1"},
            {"question": "Where do you live?", "answer": "answer 2.1"},
        ],
        "attempt": 1,
    }
    row = state["answers"][1]
    assert (row["status"], row["attempts"], row["words"], row["tokens"], row["finish_reason"]) == (
        "accepted",
        1,
        2,
        3,
        "stop",
    )


async def test_the_critic_reads_the_interview_the_answer_and_the_criteria():
    teller, judge = Teller(), Teller()
    await tell(build_interview(SCRIPT, CRITIC), teller, judge=judge)
    assert not teller.asked("critic")
    first, second, _ = judge.asked("critic")
    assert "nothing was said before" in first.prompt.text
    assert "Answer: answer 1.1" in second.prompt.text
    assert "Question: Where do you live?\nAnswer: answer 2.1" in second.prompt.text
    assert "- markup: Is there markup?" in second.prompt.text
    assert second.sampling.temperature == 0
    assert second.context["criteria"] == ["markup", "repeated"]


async def test_a_rejected_answer_is_written_again_alone():
    teller = Teller(
        verdicts={"answer 2.1": [verdict(markup="<b>", repeated="Where")], "answer 2.2": [verdict(markup="<i>")]}
    )
    state = await tell(build_interview(SCRIPT, CRITIC), teller)
    asked = [(r.context["turn"], r.context["attempt"]) for r in teller.asked("story")]
    assert asked == [(1, 1), (2, 1), (2, 2), (2, 3), (3, 1)]
    assert [t.answer for t in read_story(state)] == ["answer 1.1", "answer 2.3", "answer 3.1"]
    row = state["answers"][1]
    assert (row["status"], row["attempts"]) == ("accepted", 3)
    assert row["rejections"] == [
        {"attempt": 1, "criterion": "markup", "evidence": "<b>", "text": "answer 2.1"},
        {"attempt": 1, "criterion": "repeated", "evidence": "Where", "text": "answer 2.1"},
        {"attempt": 2, "criterion": "markup", "evidence": "<i>", "text": "answer 2.2"},
    ]
    assert state["answers"][2]["rejections"] == []
    # Independent draws of one and the same prompt, and nothing of what was rejected in later ones.
    again = teller.asked("story")[1:4]
    assert len({r.prompt.hash for r in again}) == 1
    assert len({r.seed for r in again}) == 3
    assert "answer 2.1" not in teller.asked("story")[-1].prompt.text


def always_flawed(n):
    return {f"answer 2.{k}": [verdict(markup=f"flaw {k}")] for k in range(1, n + 1)}


async def test_a_story_is_dropped_when_the_last_attempt_is_rejected_too():
    teller = Teller(verdicts=always_flawed(9))
    state = await tell(build_interview(SCRIPT, Critic(CRITERIA, attempts=3)), teller)
    assert read_story(state) == Missing("rejected", "")
    assert [r.context["turn"] for r in teller.asked("story")] == [1, 2, 2, 2]
    row = state["answers"][-1]
    assert (row["status"], row["missing"], row["text"], row["attempts"]) == ("rejected", "rejected", None, 3)
    assert [r["evidence"] for r in row["rejections"]] == ["flaw 1", "flaw 2", "flaw 3"]


async def test_the_last_attempt_may_be_kept_and_is_marked():
    teller = Teller(verdicts=always_flawed(9))
    state = await tell(build_interview(SCRIPT, Critic(CRITERIA, attempts=2, after="keep")), teller)
    assert [t.answer for t in read_story(state)] == ["answer 1.1", "answer 2.2", "answer 3.1"]
    assert [row["status"] for row in state["answers"]] == ["accepted", "kept", "accepted"]
    assert len(state["answers"][1]["rejections"]) == 2


async def test_a_verdict_that_cannot_be_read_is_asked_for_again():
    teller = Teller(verdicts={"answer 2.1": ["I think it is fine.", verdict(markup="<b>")]})
    state = await tell(build_interview(SCRIPT, CRITIC), teller)
    assert state["answers"][1]["status"] == "accepted"
    assert state["answers"][1]["attempts"] == 2
    asked = [r for r in teller.asked("critic") if r.context["answer"] == "answer 2.1"]
    assert len(asked) == 2
    assert "I think it is fine." in asked[1].prompt.text
    assert "no JSON object" in asked[1].prompt.text
    assert asked[1].prompt.text.startswith(asked[0].prompt.text)


async def test_what_is_never_judged_is_recorded_as_such():
    teller = Teller(verdicts={"answer 2.1": ["fine", "still fine", "as I said", verdict(markup="<b>")]})
    state = await tell(build_interview(SCRIPT, Critic(CRITERIA, tries=3)), teller)
    row = state["answers"][1]
    assert (row["status"], row["text"], row["attempts"]) == ("not_judged", "answer 2.1", 1)
    assert "no JSON object" in row["critic_missing"]
    assert not row["critic_failed"]
    assert len([r for r in teller.asked("critic") if r.context["answer"] == "answer 2.1"]) == 3
    assert len(read_story(state)) == 3


async def test_a_critic_that_cannot_be_reached_did_not_judge():
    teller = Teller(verdicts={"answer 2.1": [ModelTimeoutError("late")]})
    row = (await tell(build_interview(SCRIPT, CRITIC), teller))["answers"][1]
    assert (row["status"], row["critic_missing"], row["critic_failed"]) == (
        "not_judged",
        ModelTimeoutError.reason,
        True,
    )


async def test_an_empty_answer_or_a_refusal_is_written_again_without_the_critic():
    teller = Teller({(1, 1): "  ", (1, 2): Generation("I cannot do that.", "refusal")})
    state = await tell(build_natural(), teller)
    assert read_story(state)[0].answer == "answer 1.3"
    assert [r["criterion"] for r in state["answers"][0]["rejections"]] == ["empty", "refusal"]
    assert state["answers"][0]["status"] == "unchecked"
    assert not teller.asked("critic")


async def test_a_story_of_refusals_is_missing_even_if_the_last_attempt_is_kept():
    teller = Teller({(1, k): "" for k in range(1, 9)})
    state = await tell(build_natural(Critic((), attempts=4, after="keep")), teller)
    assert read_story(state).reason == "rejected"
    assert len(teller.requests) == 4


async def test_a_failed_call_ends_the_story():
    teller = Teller({(2, 1): ModelTimeoutError("late", raw="504")})
    state = await tell(build_interview(SCRIPT, CRITIC), teller)
    assert read_story(state) == Missing(ModelTimeoutError.reason, "504")
    assert [row["status"] for row in state["answers"]] == ["accepted", "missing"]
    assert [r.context["turn"] for r in teller.asked("story")] == [1, 2]


async def test_what_would_meet_every_call_is_raised():
    with pytest.raises(AuthenticationError):
        await tell(build_natural(), Teller({(1, 1): AuthenticationError("no key")}))


async def test_an_answer_ends_where_the_next_question_begins():
    teller = Teller({(1, 1): " I am Ann.\n\nQuestion: And you?\nAnswer: Bob."})
    assert read_story(await tell(build_natural(), teller))[0].answer == "I am Ann."


async def test_a_chat_model_is_told_what_to_do_and_a_base_model_goes_on():
    chat, base = Teller(chat=True), Teller()
    await tell(build_interview(SCRIPT, CRITIC), chat)
    await tell(build_natural(), base)
    roles = [m.role for m in chat.asked("story")[-1].prompt.messages]
    assert roles == ["system", "user", "assistant", "user", "assistant", "user"]
    assert "interviewed" in chat.requests[0].prompt.messages[0].content
    assert base.requests[0].prompt.text == "Question: Tell me about yourself.\nAnswer:"


async def test_only_priming_tells_the_attributes():
    persona = Persona("p1", {"party": "Green"})
    natural, primed = Teller(), Teller(chat=True)
    await tell(build_natural(), natural, persona)
    await tell(build_demographics_primed(), primed, persona, style="bio")
    assert "Green" not in natural.requests[0].prompt.text
    assert natural.requests[0].context["attributes"] == {}
    assert [m.role for m in primed.requests[0].prompt.messages] == ["system", "user"]
    assert "Green" in primed.requests[0].prompt.messages[0].content
    assert primed.requests[0].context["attributes"] == {"party": "Green"}


async def test_people_draw_independently_and_pools_alike():
    first, second, other_way = Teller(), Teller(), Teller()
    await tell(build_natural(), first, Persona("s1"), replicate=1)
    await tell(build_natural(), second, Persona("s2"), replicate=2)
    await tell(
        build_interview(Script("own", ("Tell me about yourself.",)), CRITIC), other_way, Persona("s1"), replicate=1
    )
    a, b, c = first.requests[0], second.requests[0], other_way.requests[0]
    assert a.prompt.hash == b.prompt.hash
    assert (a.seed, a.replicate) != (b.seed, b.replicate)
    assert (a.seed, a.replicate, a.prompt.hash) == (c.seed, c.replicate, c.prompt.hash)


async def test_a_judge_that_can_is_held_to_the_schema():
    free, held = Teller(), Teller(schema=True)
    await tell(build_interview(SCRIPT, CRITIC), free)
    await tell(build_interview(SCRIPT, CRITIC), held)
    assert {r.schema for r in free.requests} == {""}
    assert list(json.loads(held.asked("critic")[0].schema)["properties"]) == ["markup", "repeated"]
    assert {r.schema for r in held.asked("story")} == {""}


async def test_the_subgraph_answers_one_question():
    context = Context({"respondent": Persona("p")}, {"participant": Teller()}, sampling=STORY_SAMPLING)
    asked = {"question": "Why?", "turn": 2, "turns": 2, "told": [{"question": "Who?", "answer": "Me."}]}
    state = await build_answer(CRITIC).compile().ainvoke(asked, context=context)
    assert list(state) == ["answered"]
    assert state["answered"]["text"] == "answer 2.1"


def test_settings_that_cannot_be():
    with pytest.raises(ValueError, match="at least 1"):
        Critic(attempts=0)
