"""Growing a set: what is asked, what is kept, when it ends, and that it resumes."""

import contextlib

import pytest

from minipublic.models import Generation, Journal, JournaledModel, load_model
from minipublic.models.errors import AuthenticationError, ModelTimeoutError
from minipublic.models.protocol import Capabilities, Choice
from minipublic.personas.question_sets import CRITERIA, Effort, Judge, Rules, SeenQuestions, grow_questions

SEEDS = [
    f"Should we close road {word}?"
    for word in ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
]


class Writer:
    """Says what a test decides; as a judge it dislikes questions with a word in them."""

    name = "writer:x"
    capabilities = Capabilities(choose=("first_token",))

    def __init__(self, text, bad=(), fail=lambda request: None):
        self.text, self.bad, self.fail, self.requests = text, bad, fail, []

    async def generate(self, request):
        self.requests.append(request)
        if error := self.fail(request):
            raise error
        said = self.text(request, len(self.requests))
        return said if isinstance(said, Generation) else Generation(said)

    async def choose(self, request):
        self.requests.append(request)
        if error := self.fail(request):
            raise error
        yes = 0.2 if any(word in request.prompt.text for word in self.bad) else 0.9
        return Choice((yes, 1 - yes) if request.options[0] == "Yes" else (1 - yes, yes), 1.0)

    async def aclose(self):
        pass


def numbered(request, call):
    return "\n".join(f"{k}. Should we fund thing{request.seed} part{k}?" for k in (1, 2, 3))


async def test_each_call_shows_other_seeds():
    model = Writer(numbered)
    found = await grow_questions(SEEDS, model, target=12, effort=Effort(sample=3, number=3))
    assert (len(found.entries), found.calls, found.suggested, found.stopped) == (12, 4, 12, "target")
    shown = [request.context["examples"] for request in model.requests]
    assert len(set(shown)) == len(shown)
    assert all(len(set(s)) == 3 and set(s) <= set(SEEDS) for s in shown)
    for request, examples in zip(model.requests, shown, strict=True):
        assert all(f"- {example}\n" in request.prompt.text for example in examples)
    assert len({request.seed for request in model.requests}) == len(model.requests)


async def test_entries_say_who_wrote_them_and_what_they_claim():
    found = await grow_questions(SEEDS, Writer(numbered), target=1)
    (entry,) = found.entries
    assert entry.source == "writer:x"
    assert entry.affirming_statement == entry.question.replace("Should we", "We should").replace("?", ".")


async def test_every_line_is_kept_or_counted():
    text = "Sure:\n1. Should we close road one?\n2. Should we tax zebras?\n3. should we tax zebras\n4. Should we tax zebras ??\n5. Why us?"
    effort = Effort(together=1, max_calls=1)
    found = await grow_questions(SEEDS, Writer(lambda *_: text), target=9, effort=effort)
    assert [e.question for e in found.entries] == ["Should we tax zebras?"]
    assert found.filtered == {"not_a_question": 2, "seed": 1, "duplicate": 1, "too_short": 1}
    assert found.suggested == len(found.entries) + found.filtered.total()
    assert [(r.question, r.reason) for r in found.rejected][1] == ("Should we close road one?", "seed")
    assert found.stopped == "max_calls"


async def test_it_ends_when_nothing_new_comes():
    model = Writer(lambda *_: "Should we tax zebras?\nShould we ban gnus?")
    found = await grow_questions(SEEDS, model, target=50, effort=Effort(window=5))
    assert (len(found.entries), found.stopped, found.calls) == (2, "dried_up", 6)


async def test_it_ends_when_too_little_new_comes():
    def text(request, call):
        return "\n".join(["Should we tax zebras?"] * 9 + [f"Should we fund thing{request.seed}?"])

    slow = await grow_questions(SEEDS, Writer(text), target=50, effort=Effort(window=5, least_yield=0.2))
    assert (slow.stopped, slow.calls) == ("dried_up", 5)
    patient = await grow_questions(SEEDS, Writer(text), target=50, effort=Effort(window=5, least_yield=0.05))
    assert patient.stopped == "target"


async def test_failed_calls_are_counted_and_end_it():
    down = Writer(numbered, fail=lambda r: ModelTimeoutError("down"))
    found = await grow_questions(SEEDS, down, target=5, effort=Effort(window=3))
    assert (found.stopped, found.failed, found.entries) == ("no_answers", {"timeout": 3}, [])
    silent = Writer(lambda r, n: Generation("I cannot.", "refusal"))
    found = await grow_questions(SEEDS, silent, target=5, effort=Effort(window=3))
    assert (found.stopped, found.failed) == ("no_answers", {"refusal": 3})


async def test_an_error_that_meets_every_call_is_raised():
    with pytest.raises(AuthenticationError):
        await grow_questions(SEEDS, Writer(numbered, fail=lambda r: AuthenticationError("no key")), target=5)


@pytest.mark.parametrize("judged", [False, True])
async def test_the_result_does_not_depend_on_calls_at_once(judged):
    def judge():
        return Judge(load_model("synthetic:judge"), 0.4) if judged else None

    found = [
        await grow_questions(
            SEEDS, load_model("synthetic:default"), target=60, effort=Effort(together=n), judge=judge()
        )
        for n in (1, 5, 16)
    ]
    assert found[0] == found[1] == found[2]
    assert len(found[0].entries) == 60


async def test_other_seeds_draw_other_questions():
    model = load_model("synthetic:default")
    one, other = [await grow_questions(SEEDS, model, target=20, seed=k) for k in (0, 1)]
    assert {e.id for e in one.entries} != {e.id for e in other.entries}


async def test_the_built_in_model_keeps_the_filter_busy():
    found = await grow_questions(SEEDS, load_model("synthetic:default"), target=150)
    assert found.stopped == "target"
    assert {"not_a_question", "several_questions", "seed", "duplicate", "near_duplicate"} <= found.filtered.keys()
    kept = SeenQuestions()
    for question in [*SEEDS, *(e.question for e in found.entries)]:
        assert kept.nearest(question) is None or question in SEEDS
        kept.add(question)


async def test_the_judge_says_why():
    def text(*_):
        return "Should we tax zebras?\nShould we fund lions?\nShould we ban gnus?"

    judge = Writer(None, bad=("lions",))
    found = await grow_questions(SEEDS, Writer(text), target=9, judge=Judge(judge), effort=Effort(max_calls=1))
    assert [e.question for e in found.entries] == ["Should we tax zebras?", "Should we ban gnus?"]
    assert found.entries[0].judged == pytest.approx(dict.fromkeys(CRITERIA, 0.9))
    (rejected,) = found.rejected
    assert (rejected.question, rejected.reason, rejected.detail) == (
        "Should we fund lions?",
        "not_understandable",
        "0.200",
    )
    assert {r.options for r in judge.requests} == {("Yes", "No"), ("No", "Yes")}
    assert all(
        "(A) " in r.prompt.text and "zebras" not in r.prompt.text.replace("tax zebras", "") for r in judge.requests
    )


async def test_a_judge_without_an_answer_lets_nothing_through():
    judge = Writer(None, fail=lambda r: ModelTimeoutError("down") if "zebras" in r.prompt.text else None)
    found = await grow_questions(
        SEEDS, Writer(lambda *_: "Should we tax zebras?\nShould we ban gnus?"), target=1, judge=Judge(judge)
    )
    assert [e.question for e in found.entries] == ["Should we ban gnus?"]
    assert found.filtered == {"not_judged": 1}


async def test_what_is_on_record_is_not_asked_again(tmp_path):
    async def grow(target, fail=lambda r: None):
        with contextlib.closing(Journal(tmp_path / "calls.sqlite")) as journal:
            model = JournaledModel(Writer(numbered, fail=fail), journal)
            found = await grow_questions(SEEDS, model, target=target, judge=Judge(model), effort=Effort(together=2))
            return found, model.counts

    calls = []
    broken = await grow(12, lambda r: calls.append(r) or (ModelTimeoutError("down") if len(calls) % 4 == 0 else None))
    assert broken[0].failed or broken[0].filtered
    whole, counts = await grow(12)
    assert counts.asked > 0
    assert not whole.failed
    again, counts = await grow(12)
    assert (counts.asked, again) == (0, whole)
    more, _ = await grow(30)
    assert more.entries[:12] == whole.entries


async def test_rules_are_the_users():
    found = await grow_questions(
        SEEDS,
        Writer(lambda *_: "Should we tax zebras?\nShould we ban gnus?"),
        target=1,
        rules=Rules(blocked=("Zebras",)),
    )
    assert [e.question for e in found.entries] == ["Should we ban gnus?"]
    assert found.rejected[0].detail == "zebras"


@pytest.mark.parametrize(
    "settings", [{"sample": 0}, {"window": 0}, {"least_yield": 0}, {"least_yield": 1.5}, {"max_calls": 0}]
)
def test_an_effort_that_cannot_end_is_refused(settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        Effort(**settings)


async def test_nothing_to_start_from_is_refused():
    with pytest.raises(ValueError, match="at least one seed"):
        await grow_questions([], Writer(numbered), target=1)
