import json
import random

import pytest

from minipublic.models.synthetic.flaws import FLAWS, junk
from minipublic.models.synthetic.interviewing import (
    FALSE_ALARMS,
    criticise,
    interpret,
    judge_trait,
    reason,
    reflect,
)
from minipublic.models.synthetic.life_facts import say_attitude, say_trait

QUESTION = "Where did you grow up, and with whom?"


def verdicts(answer, told=(), seed=1, sensitivity=1.0, criteria=FLAWS):
    context = {"criteria": list(criteria), "answer": answer, "story_question": QUESTION}
    return json.loads(criticise(context, told, random.Random(seed), sensitivity))


@pytest.mark.parametrize("flaw", FLAWS[1:])
def test_the_critic_says_which_flaw_an_answer_has_and_shows_it(flaw):
    answer = f"It was long ago. {junk(flaw, QUESTION, 'Rosa', random.Random(2))} That was that."
    found = verdicts(answer)
    assert {name: verdict["answer"] for name, verdict in found.items()} == {
        name: "yes" if name == flaw else "no" for name in FLAWS
    }
    assert found[flaw]["evidence"]


def test_the_critic_compares_with_what_was_told():
    answer, told = say_trait("party", "A"), [say_trait("party", "B", 1)]
    assert verdicts(answer, told)["factual_inconsistency"]["answer"] == "yes"
    assert verdicts(answer)["factual_inconsistency"]["answer"] == "no"


def test_the_critic_overlooks_and_imagines_as_often_as_it_should():
    seen = [verdicts("It was <b>long</b> ago.", seed=k, sensitivity=0.7) for k in range(2000)]
    assert abs(sum(v["code_or_markup"]["answer"] == "yes" for v in seen) / 2000 - 0.7) < 0.05
    clean = [verdicts("It was long ago.", seed=k) for k in range(4000)]
    alarms = [[name for name, verdict in v.items() if verdict["answer"] == "yes"] for v in clean]
    assert abs(sum(map(bool, alarms)) / 4000 - FALSE_ALARMS) < 0.005
    assert {name for names in alarms for name in names} == set(FLAWS)


def test_the_critic_answers_the_criteria_it_is_given():
    found = verdicts("```\nx\n```", criteria=("too_short", "code_or_markup"))
    assert list(found) == ["too_short", "code_or_markup"]
    assert [v["answer"] for v in found.values()] == ["no", "yes"]
    assert list(verdicts("", criteria=())) == list(FLAWS)


@pytest.mark.parametrize(("label", "letter"), [("$1 or less", "B"), ("18-29", "A"), (None, "C")])
def test_the_judge_quotes_and_gives_the_letter_as_presented(label, letter):
    said = say_trait("band", label, 3) if label else "Nobody asked me."
    story = f"I was born. {said} {say_trait('other', '18-29')} And so on."
    context = {"trait": "band", "labels": ["18-29", "$1 or less"], "story": story}
    assert json.loads(judge_trait(context)) == {"evidence": said if label else "", "answer": letter}


def test_reflections_are_numbered_observations_of_what_is_known():
    story = f"{say_trait('party', 'Green')} {say_attitude(1, -2.0)} {say_attitude(0, 0.0)}"
    lines = reflect({"attributes": {"age": "30-49"}, "backstory": story}, random.Random(1)).split("\n")
    assert len(lines) == 6
    assert [line.partition(". ")[0] for line in lines] == list("123456")
    assert lines[0].endswith("as to age, as 30-49.")
    assert "party: Green" in lines[1]
    assert "Strongly opposes keeping to the old ways" in lines[2]
    assert "Takes no side on a bigger role for government" in lines[3]
    many = {"attributes": {f"trait {k}": "x" for k in range(50)}}
    assert len(reflect(many, random.Random(1)).split("\n")) == 19


def test_options_are_interpreted_a_line_each_and_the_likeliest_is_named():
    assert [line[:3] for line in interpret(["Yes", "No", "Maybe"]).split("\n")] == ["(A)", "(B)", "(C)"]
    assert interpret([])
    assert "(B) “No” is clearly the likeliest" in reason(["Yes", "No"], (0.2, 0.8))
    assert "(A) “Yes” is only just the likeliest" in reason(["Yes", "No"], (0.6, 0.4))
    assert "(A)" in reason(["Yes"], (1.0,))
    assert reason([], ())
