import json
import math
from collections import Counter

import pytest

from minipublic.models.protocol import ChooseRequest, Message, Prompt, Request, Sampling
from minipublic.models.synthetic import SyntheticModel
from minipublic.models.synthetic.lives import draw_traits, read_life

SHARES = {
    "party": {"Democrat": 0.45, "Republican": 0.35, "Independent": 0.2},
    "income": {"Under $30,000": 0.25, "$30,000-$99,999": 0.5, "$100,000 or more": 0.25},
    "education": {"High school or less": 0.4, "College graduate": 0.6},
}
QUESTIONS = ("What is the story of your life?", "How do you earn a living?", "What is your home town like?")
LISTED = "Do you trust the news?\n(A) A lot\n(B) Some\n(C) Not at all\nAnswer:"


def story_request(persona, turn, told, attempt=1, seed=None, **more):
    context = {
        "step": "story",
        "persona": persona,
        "attributes": {},
        "turn": turn,
        "turns": len(QUESTIONS),
        "story_question": QUESTIONS[turn - 1],
        "told": told,
        "attempt": attempt,
        **more,
    }
    return Request(Prompt.of(QUESTIONS[turn - 1]), seed=turn if seed is None else seed, context=context)


async def interview(model, persona, turns=3, **more):
    told = []
    for turn in range(1, turns + 1):
        said = (await model.generate(story_request(persona, turn, list(told), **more))).text
        told.append({"question": QUESTIONS[turn - 1], "answer": said})
    return told


def trait_request(persona, story, trait, method="first_token"):
    labels = (*SHARES[trait], "declined")
    context = {
        "persona": persona,
        "style": "backstory",
        "backstory": story,
        "step": "trait",
        "question": trait,
        "option_codes": labels[-2::-1] + labels[-1:],
        "option_rank": (*range(len(labels) - 2, -1, -1), len(labels) - 1),
        "missing_options": (False,) * (len(labels) - 1) + (True,),
        "ordinal": False,
    }
    return ChooseRequest(Prompt.of(trait), seed=1, context=context, options=context["option_codes"], method=method)


def whole(told):
    return "\n\n".join(turn["answer"] for turn in told)


async def test_a_story_is_of_the_hidden_person_and_nobody_else():
    model = SyntheticModel("steps", shares=SHARES, flaw_rate=0.0, story_facts=2)
    for k in range(30):
        life = read_life(whole(await interview(model, f"p{k}")), 3)
        truth = draw_traits("steps", f"p{k}", SHARES, {})
        assert life.traits == truth
        attitude = model.public.teller_attitude(f"p{k}", truth)
        assert all(abs(max(-2.5, min(2.5, a)) - b) <= 0.25 for a, b in zip(attitude, life.attitudes, strict=True))


async def test_primed_attributes_are_the_tellers():
    model = SyntheticModel("steps", shares=SHARES, flaw_rate=0.0, story_facts=9)
    told = await interview(model, "p1", turns=1, attributes={"party": "Whig", "age": "18-29"})
    assert read_life(whole(told), 3).traits.items() >= {"party": "Whig", "age": "18-29"}.items()


async def test_answers_depend_on_seed_and_attempt_alone():
    model = SyntheticModel("steps", shares=SHARES)
    texts = [
        (await model.generate(r)).text
        for r in (
            story_request("p", 1, []),
            story_request("p", 1, [], attempt=2),
            story_request("p", 1, [], seed=9),
            story_request("q", 1, []),
        )
    ]
    assert len(set(texts)) == 4
    assert texts[0] == (await SyntheticModel("steps", shares=SHARES).generate(story_request("p", 1, []))).text


async def test_a_short_answer_is_whole_sentences():
    model = SyntheticModel("steps", shares=SHARES, flaw_rate=0.0)
    asked = story_request("p", 1, [])
    said = await model.generate(Request(asked.prompt, Sampling(max_tokens=100), seed=1, context=asked.context))
    assert said.finish_reason == "stop"
    assert said.text.endswith(".")
    assert len(said.text) <= 400


async def test_the_critic_rejects_flawed_answers_and_resampling_mends_them():
    model = SyntheticModel("steps", shares=SHARES, flaw_rate=0.5, critic_sensitivity=1.0)
    rejected = Counter()
    for k in range(60):
        told = await interview(model, f"p{k}", turns=1)
        for attempt in range(1, 20):
            answer = (await model.generate(story_request(f"p{k}", 2, told, attempt))).text
            context = {"step": "critic", "story_question": QUESTIONS[1], "answer": answer, "told": told}
            verdicts = json.loads((await model.generate(Request(Prompt.of(answer), context=context))).text)
            reasons = [name for name, verdict in verdicts.items() if verdict["answer"] == "yes"]
            if not reasons:
                break
            rejected.update(reasons[:1])
        else:
            raise AssertionError("nineteen flawed answers in a row at a flaw rate of one half")
    assert len(rejected) == 5
    assert 30 < sum(rejected.values()) < 100


async def test_stage_one_is_never_wrong_and_stage_two_better_than_the_shares():
    model = SyntheticModel("steps", shares=SHARES, flaw_rate=0.0, story_facts=3, attribute_share=0.8)
    stated = unstated = gained = 0.0
    for k in range(300):
        persona = f"p{k}"
        story, truth = whole(await interview(model, persona, turns=1)), draw_traits("steps", persona, SHARES, {})
        for trait, labels in SHARES.items():
            context = {"step": "trait_stated", "trait": trait, "labels": list(labels), "story": story}
            judged = json.loads((await model.generate(Request(Prompt.of("?"), context=context))).text)
            place = "ABCD".index(judged["answer"])
            asked = trait_request(persona, story, trait)
            p = dict(zip(asked.options, (await model.choose(asked)).probabilities, strict=True))
            assert p["declined"] == model.public.missing_mass
            if place < len(labels):
                assert list(labels)[place] == truth[trait]
                assert judged["evidence"] in story
                assert p[truth[trait]] == pytest.approx(0.97 * 0.98)
                stated += 1
            else:
                gained += math.log(p[truth[trait]] / 0.98) - math.log(labels[truth[trait]])
                unstated += 1
    assert stated > 200
    assert unstated > 200
    assert gained / unstated > 0.03, "nats for each unstated trait"


POSITIONS = {
    "party": {"Democrat": (-1.0, 0.0, 0.5), "Republican": (1.0, 0.0, 0.5)},
    "income": {"$100,000 or more": (0.8, 0.8, 0.0)},
}


@pytest.mark.parametrize("people", [{"attribute_share": 0.8}, {"positions": POSITIONS, "residual_sd": 0.6}])
async def test_stage_two_is_calibrated(people):
    model = SyntheticModel("steps", shares=SHARES, flaw_rate=0.0, story_facts=3, **people)
    expected = observed = asked_of = 0.0
    for k in range(400):
        persona = f"p{k}"
        story = whole(await interview(model, persona, turns=1))
        if "party" in read_life(story, 3).traits:
            continue
        asked = trait_request(persona, story, "party")
        p = dict(zip(asked.options, (await model.choose(asked)).probabilities, strict=True))
        truth = draw_traits("steps", persona, SHARES, {})["party"]
        expected += sum((q / 0.98) ** 2 for label, q in p.items() if label != "declined")
        observed += p[truth] / 0.98
        asked_of += 1
    assert observed == pytest.approx(expected, rel=0.1)
    assert expected > 1.1 * sum(share**2 for share in SHARES["party"].values()) * asked_of


async def test_forty_draws_come_from_the_exact_probabilities():
    model = SyntheticModel("steps", shares=SHARES)
    exact = (await model.choose(trait_request("p", "I was born.", "party"))).probabilities
    drawn = await model.choose(trait_request("p", "I was born.", "party", "sampled"))
    assert exact == pytest.approx((0.2 * 0.98, 0.35 * 0.98, 0.45 * 0.98, 0.02))
    assert sum(drawn.probabilities) == pytest.approx(1)


async def test_an_attribute_that_is_told_is_as_good_as_stated():
    model = SyntheticModel("steps", shares=SHARES)
    asked = trait_request("p", "", "party")
    context = {**asked.context, "attributes": {"party": "Independent"}}
    assert model.probabilities(context, 4)[0] == pytest.approx(0.97 * 0.98)


async def test_a_generative_agent_is_told_what_it_needs():
    model = SyntheticModel("steps", shares=SHARES, flaw_rate=0.0)
    told = {"persona": "p", "style": "backstory", "backstory": whole(await interview(model, "p"))}
    item = {
        "question": "q",
        "question_text": "Do you trust the news?",
        "option_codes": ("1", "2", "3"),
        "ordinal": True,
    }

    async def said(step, context, *after):
        prompt = Prompt((Message("user", LISTED), *after))
        return (await model.generate(Request(prompt, context={**context, "step": step}))).text

    assert len((await said("reflect", told)).split("\n")) >= 6
    interpreted = await said("interpret", told | item)
    assert interpreted.startswith("(A) Who says “A lot”")
    _, best = max(zip(model.probabilities(told | item | {"step": "item"}, 3), range(3), strict=True))
    chain = (Message("assistant", interpreted), Message("user", "Which fits?"))
    likeliest = ("(A) “A lot”", "(B) “Some”", "(C) “Not at all”")[best]
    assert likeliest in await said("reason", told | item, *chain)
