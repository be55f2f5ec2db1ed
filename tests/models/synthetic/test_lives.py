import random
from collections import Counter
from itertools import pairwise

import pytest

from minipublic.models.synthetic.flaws import FLAWS, find_flaws
from minipublic.models.synthetic.life_facts import graded, read_facts
from minipublic.models.synthetic.lives import Teller, answer_question, draw_traits, read_life, texts_told

SHARES = {
    "party": {"Democrat": 0.5, "Republican": 0.3, "Independent": 0.2},
    "income": {"Under $30,000": 0.25, "$30,000-$99,999": 0.5, "$100,000 or more": 0.25},
    "race": {"White": 0.7, "Asian/Pacific": 0.3},
}
QUESTIONS = (
    "Please tell me the story of your life.",
    "What were the turning points?",
    "How do you make a living?",
    "What is it like where you live?",
    "Which hopes do you have for the years to come?",
)


def teller(persona="p1", **given):
    return Teller("public", persona, draw_traits("public", persona, SHARES, given), (0.4, -1.3, 9.0))


def interview(who, questions=QUESTIONS, seed=0, **settings):
    answers = []
    for turn, question in enumerate(questions):
        told = [answer.text for answer in answers]
        draw = random.Random(f"{who.persona} {turn} {seed}")
        answers.append(answer_question(who, question, told, draw, **{"shares": SHARES, "flaw_rate": 0.0} | settings))
    return answers


def test_traits_are_drawn_from_names_by_their_shares():
    drawn = [draw_traits("public", f"p{k}", SHARES, {}) for k in range(4000)]
    counts = Counter(traits["party"] for traits in drawn)
    for label, share in SHARES["party"].items():
        assert abs(counts[label] / 4000 - share) < 0.03
    both = Counter((traits["party"], traits["race"]) for traits in drawn)
    assert abs(both["Democrat", "White"] / 4000 - 0.35) < 0.03
    assert drawn[7] == draw_traits("public", "p7", SHARES, {})
    assert drawn != [draw_traits("other", f"p{k}", SHARES, {}) for k in range(4000)]


def test_what_is_given_stays():
    assert draw_traits("public", "p1", SHARES, {"party": "Green", "age": "30"}) | {"income": "", "race": ""} == {
        "party": "Green",
        "age": "30",
        "income": "",
        "race": "",
    }


def test_later_answers_tell_what_was_not_told_until_all_is():
    for k in range(50):
        who = teller(f"p{k}")
        answers = interview(who, facts=2)
        told = [{fact.about for fact in read_facts(answer.text)} for answer in answers]
        assert [len(facts) for facts in told] == [2, 2, 2, 0, 0]
        assert not any(told[i] & told[j] for i in range(5) for j in range(i))
        life = read_life("\n\n".join(answer.text for answer in answers), 3)
        assert life.traits == who.traits
        assert life.attitudes == (graded(0.4), graded(-1.3), 2.5)
        assert not any(find_flaws(b.text, QUESTIONS[1], [a.text]) for a, b in pairwise(answers))


def test_who_tells_what_first_differs_and_stays():
    first = [tuple(fact.about for fact in teller(f"p{k}").facts()) for k in range(40)]
    assert len(set(first)) > 20
    assert first == [tuple(fact.about for fact in teller(f"p{k}").facts()) for k in range(40)]


def test_given_traits_are_told_word_for_word():
    who = teller(party="Party of the Far. And Near”")
    text = " ".join(a.text for a in interview(who))
    assert read_life(text, 3).traits["party"] == "Party of the Far. And Near”"


def test_flaws_come_as_often_as_they_should_and_are_what_they_are_called():
    flaws = Counter(interview(teller(f"p{k}"), flaw_rate=0.4, seed=k)[-1].flaw for k in range(600))
    assert abs(sum(flaws[flaw] for flaw in FLAWS) / 600 - 0.4) < 0.08
    assert set(flaws) == {"", *FLAWS}
    for flaw in FLAWS:
        assert 0.03 < flaws[flaw] / 600 < 0.14


def test_a_flawed_answer_loses_its_facts_and_a_contradiction_only_one():
    seen = Counter()
    for k in range(300):
        before = interview(teller(f"p{k}"), QUESTIONS[:1])
        flawed = answer_question(
            teller(f"p{k}"), QUESTIONS[1], [before[0].text], random.Random(k), shares=SHARES, facts=2, flaw_rate=1.0
        )
        known = read_life(f"{before[0].text} {flawed.text}", 3)
        seen[flawed.flaw] += 1
        if flawed.flaw == "factual_inconsistency":
            assert len(read_facts(flawed.text)) == 2
            assert len(known.contradictions) == 1
        else:
            assert read_facts(flawed.text) == ()
            assert known.contradictions == ()
        assert list(find_flaws(flawed.text, QUESTIONS[1], [before[0].text])) == [flawed.flaw]
    assert set(seen) == set(FLAWS)


def test_where_nothing_was_told_there_is_nothing_to_contradict():
    first = [
        answer_question(teller(), "Who are you?", [], random.Random(k), shares=SHARES, flaw_rate=1.0).flaw
        for k in range(100)
    ]
    assert set(first) == set(FLAWS) - {"factual_inconsistency"}


@pytest.mark.parametrize("room", [4, 40, 200, 400, 1000])
def test_whole_sentences_where_there_is_room(room):
    for k in range(30):
        text = answer_question(teller(f"p{k}"), "", [], random.Random(k), shares=SHARES, flaw_rate=0.0, room=room).text
        assert text
        if room >= 200:
            assert len(text) <= room
            assert text.endswith(".")
            assert read_facts(text)


def test_no_facts_are_told_where_none_shall_be():
    assert all(read_facts(answer.text) == () for answer in interview(teller(), facts=0))


def test_answers_are_on_the_question_and_seldom_alike():
    work = [interview(teller(f"p{k}"), ("How do you earn your money?",))[0].text for k in range(100)]
    assert len(set(work)) == 100
    assert sum("job" in text or "work" in text or "rent" in text for text in work) > 60
    assert not any("?" in text or "{" in text for text in work)


def test_the_answers_told_are_read_from_any_context():
    assert texts_told({"told": [{"question": "?", "answer": "a"}, {"answer": 3}, "x", {"answer": "b"}]}) == ["a", "b"]
    assert texts_told({"told": "abc"}) == []
    assert texts_told({}) == []
