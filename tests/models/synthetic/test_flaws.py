import random
import time

import pytest

from minipublic.models.synthetic.flaws import FLAWS, contradict, contradicts, find_flaws, junk
from minipublic.models.synthetic.life_facts import Fact, say_attitude, say_trait

QUESTION = "Some people say that money is everything; what has it been to you?"
FOREIGN = {
    "code_or_markup": ["I was born <b>poor</b>.", "See `x`:\n```\nfoo()\n```", '{"age": 4}', "# My life\nIt began."],
    "interview_metadata": ["(The recording stops here.)", "This was part 2 of 7.", "End of the interview."],
    "another_speaker": ["I left.\nInterviewer: Why?\nI had to.", "Dr. Ann Lee: Thank you for that."],
    "question_repeated": [
        "some people say, that money is everything - what has it been to you",
        "And what about you? Have you children?",
    ],
    "factual_inconsistency": [],
}


@pytest.mark.parametrize(("flaw", "text"), [(flaw, text) for flaw, texts in FOREIGN.items() for text in texts])
def test_flaws_are_found_in_words_of_others(flaw, text):
    found = find_flaws(text, QUESTION, ["I was born in May."])
    assert list(found) == [flaw]
    assert found[flaw]


@pytest.mark.parametrize(
    "text",
    [
        "My sister was one of those who always ask: why not today? I never found out about you know what.",
        "We had 3 < 4 cows; then 5 > 4. It was a long way from there to the town, part of it on foot.",
        "I worked as a recording engineer, and then at the front desk of a hotel.\n\nI liked both.",
        say_trait("<b>name</b>", "Interviewer: “x” ```"),
        "",
    ],
)
def test_clean_words_of_others_are_cleared(text):
    assert find_flaws(text, QUESTION, []) == {}


@pytest.mark.parametrize("question", ["", "Why?", QUESTION, "{x}", "long " * 50_000, "\x00\u202e"])
@pytest.mark.parametrize("flaw", FLAWS[1:])
def test_every_flaw_is_committed_so_that_it_can_be_found(flaw, question):
    for seed in range(20):
        said = junk(flaw, question, "Rosa", random.Random(seed))
        assert len(said) < 500
        assert flaw in find_flaws(f"It was long ago. {said} That was that.", question, [])


def test_a_contradiction_is_found_between_and_within_answers():
    one, other = say_trait("party", "Democrat"), say_trait("party", "Republican", 2)
    for answer, told in ((other, [one]), (f"{one} {other}", [])):
        found = find_flaws(answer, QUESTION, told)
        assert found == {"factual_inconsistency": other}
    assert find_flaws(one, QUESTION, [one]) == {}
    assert find_flaws(say_attitude(0, 1.0), QUESTION, [say_attitude(0, 0.5), say_attitude(1, -2.0)]) == {}
    assert list(find_flaws(say_attitude(0, 1.0), QUESTION, [say_attitude(0, -0.5)])) == ["factual_inconsistency"]
    # What was said last counts: the contradiction is an earlier answer's.
    assert find_flaws(other, QUESTION, [one, other]) == {}


def test_what_contradicts_a_fact_can_be_said():
    shares = {"party": {"A": 0.5, "B": 0.5, "C": 0.0}}
    draw = random.Random(1)
    assert contradict(Fact(trait="party", label="A"), shares, draw).label == "B"
    assert contradict(Fact(trait="age", label="A"), shares, draw) is None
    for value in (-2.5, -0.5, 0.0, 2.5):
        other = contradict(Fact(dimension=1, value=value), shares, draw)
        assert -2.5 <= other.value <= 2.5
        assert contradicts(Fact(dimension=1, value=value), other)
    assert not contradicts(Fact(dimension=1, value=2.0), Fact(dimension=0, value=-2.0))


@pytest.mark.parametrize("text", ["\n" * 100_000, "A " * 50_000, "; " * 50_000, "<a" * 50_000, "“" * 100_000])
def test_long_texts_are_read_in_no_time(text):
    start = time.process_time()
    find_flaws(text, text, [text])
    assert time.process_time() - start < 1
