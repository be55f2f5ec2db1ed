import math

import pytest

from minipublic.graphs import Context, build_consensus
from minipublic.models import load_model
from minipublic.models.errors import ModelSpecError, UnsupportedError
from minipublic.models.miniature import MiniatureModel
from minipublic.models.miniature.grammar import read_critique, read_opinion, read_statement
from minipublic.models.protocol import ChooseRequest, LanguageModel, Prompt, Request, Sampling, ScoreRequest
from minipublic.personas import Persona, expected_agreement

QUESTION = "Should we fund rural schools?"
DRAFT = "As a group, we support this, and we look after clean air. It should be tried first."
TOLD = {"persona": "p1", "question_text": QUESTION, "proposition": "We should fund rural schools.", "statement": DRAFT}
MODEL = MiniatureModel()


def request(step, seed=1, sampling=Sampling(), **told):
    return Request(Prompt.of("Say it."), sampling, seed=seed, context=TOLD | {"step": step} | told)


def choice(step, options=7, method="first_token", draws=10, **told):
    named = tuple(f"option {k}" for k in range(options))
    context = TOLD | {"step": step} | told
    return ChooseRequest(Prompt.of("Choose."), seed=1, context=context, options=named, method=method, draws=draws)


def test_it_is_a_language_model_that_says_what_it_is():
    model = load_model("miniature:small", mechanism="median")
    assert isinstance(model, LanguageModel)
    assert model.name == "miniature:small+median"
    assert load_model("miniature:small").name == "miniature:small"
    assert "not from a language model" in model.describe()
    assert model.capabilities.score


@pytest.mark.parametrize(("spec", "options"), [("miniature:x@http://a/v1", {}), ("miniature:x", {"mechanism": "mode"})])
def test_a_wrong_spec_says_what_is_wrong(spec, options):
    with pytest.raises(ModelSpecError, match=r"miniature:x.*(address|mode)"):
        load_model(spec, **options)


async def test_an_episode_of_the_consensus_protocol():
    seats = {f"s{k}": Persona(f"p{k}") for k in range(4)}
    models = {"participant": MODEL, "mediator": load_model("miniature:default", mechanism="median")}
    graph = build_consensus().compile()
    state = await graph.ainvoke({"question": QUESTION}, context=Context(seats=seats, models=models, style="none"))
    assert state["proposition"] == "We should fund rural schools."
    assert all(map(read_opinion, state["opinions"].values()))
    assert all(map(read_critique, state["critiques"].values()))
    assert read_statement(state["draft"])
    assert read_statement(state["revised"])
    rated = state["answers"]["endorsement_revised/s1"]["probabilities"]
    assert list(rated) == pytest.approx(MODEL.public.rating("p1", QUESTION, state["revised"]))


async def test_texts_are_drawn_by_seed_and_not_by_prompt():
    texts = {(await MODEL.generate(request("critique", seed=k))).text for k in range(20)}
    assert len(texts) > 5
    one, other = request("critique"), Request(Prompt.of("Other words."), seed=1, context=TOLD | {"step": "critique"})
    assert await MODEL.generate(one) == await MODEL.generate(one)
    assert (await MODEL.generate(one)).text == (await MODEL.generate(other)).text
    short = await MODEL.generate(request("critique", sampling=Sampling(max_tokens=3)))
    assert (len(short.text.split()), short.finish_reason) == (3, "length")
    stopped = await MODEL.generate(request("critique", sampling=Sampling(stop=("this",))))
    assert "this" not in stopped.text


async def test_a_score_is_the_exact_log_likelihood():
    for step in ("opinion", "critique"):
        text = (await MODEL.generate(request(step, seed=5))).text
        asked = ScoreRequest(Prompt.of("?"), context=TOLD | {"step": step}, continuation=f" {text}")
        score = await MODEL.score(asked)
        draft = DRAFT if step == "critique" else ""
        assert score.log_likelihood == MODEL.public.log_likelihood(step, text, "p1", QUESTION, draft)
        assert score.tokens == len(text.split())
        assert -15 < score.log_likelihood < 0


async def test_options_come_back_as_presented():
    forward = await MODEL.choose(choice("position"))
    backward = await MODEL.choose(choice("position", option_rank=(6, 5, 4, 3, 2, 1, 0)))
    assert forward.probabilities == pytest.approx(MODEL.public.position("p1", QUESTION))
    assert backward.probabilities == pytest.approx(forward.probabilities[::-1])
    flagged = await MODEL.choose(choice("rating", 8, missing_options=(*(False,) * 7, True)))
    assert flagged.probabilities[7] == 0
    assert sum(flagged.probabilities) == pytest.approx(1)
    sampled = await MODEL.choose(choice("agreement", method="sampled", draws=5000))
    exact = MODEL.public.rating("p1", QUESTION, DRAFT)
    for share, p in zip(sampled.probabilities, exact, strict=True):
        assert abs(share - p) < 4 * math.sqrt(p * (1 - p) / 5000) + 1e-9


async def test_expected_agreement_is_the_true_payoff():
    asked = {"proposition": "We should fund rural schools."}
    got = await expected_agreement(MODEL, Persona("p1"), DRAFT, style="none", context=asked)
    assert got.value == pytest.approx(MODEL.public.payoff("p1", QUESTION, DRAFT))


async def test_it_judges():
    own = (await MODEL.generate(request("critique", seed=5))).text
    told = {"about": "critique", "texts": [own, "mm mm mm mm mm."]}
    first = await MODEL.choose(choice("judge", 2, **told))
    second = await MODEL.choose(choice("judge", 2, **(told | {"texts": told["texts"][::-1]})))
    assert first.probabilities[0] > 0.9
    assert 0.8 < second.probabilities[1] <= 0.9 + 1e-9
    both = {"about": "statement", "texts": (DRAFT, DRAFT), "personas": ("p1", "p2")}
    assert (await MODEL.choose(choice("judge", 2, **both))).probabilities == pytest.approx((0.55, 0.45))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (choice("judge", 3, about="critique", texts=["a", "b"]), "two texts by two options; got 2 and 3"),
        (choice("judge", 2, about="critique", texts=["a"]), "got 1 and 2"),
        (choice("judge", 2, about="taste", texts=["a", "b"]), "'opinion' or 'statement'; the context says 'taste'"),
        (choice("rating", statement=None), "no 'statement', which the step 'rating'"),
        (choice("position", persona=""), "no 'persona'"),
        (choice("position", question_text="", proposition=None), "no 'question_text'"),
    ],
)
async def test_a_context_that_lacks_something_is_an_error(asked, said):
    with pytest.raises(ModelSpecError, match=said):
        await MODEL.choose(asked)


async def test_other_steps_are_not_offered():
    with pytest.raises(UnsupportedError, match=r"position, rating, agreement and judge, not 'item'.*synthetic:NAME"):
        await MODEL.choose(choice("item"))
    with pytest.raises(UnsupportedError, match="not 'battery'"):
        await MODEL.generate(request("battery"))
    with pytest.raises(UnsupportedError, match="not 'draft'"):
        await MODEL.score(ScoreRequest(Prompt.of("?"), context=TOLD | {"step": "draft"}, continuation="x"))
    assert (await MODEL.generate(request("proposition"))).text == "We should fund rural schools."
