from collections import Counter

import pytest

from minipublic.models.miniature.grammar import read_critique, read_opinion, read_statement
from minipublic.personas.representatives import Variant, generate_study, pretraining_texts
from minipublic.personas.representatives.pretraining import others

CUE = "Participant's critique of the draft: "


def test_the_same_arguments_make_the_same_documents():
    texts = pretraining_texts(40, 3)
    assert texts == pretraining_texts(40, 3)
    assert texts != pretraining_texts(40, 4)
    assert len(texts) == 40


def test_shares_decide_the_shapes():
    texts = pretraining_texts(300, shares={"loose": 1, "prompted": 2})
    prompted = sum(text.startswith("Question: ") for text in texts)
    assert 160 <= prompted <= 240
    with pytest.raises(ValueError, match="loose, prompted, repeats, habits"):
        pretraining_texts(1, shares={"tight": 1.0})
    with pytest.raises(ValueError, match="above 0"):
        pretraining_texts(1, shares={"loose": 0.0})


def test_loose_documents_hold_every_kind_of_text():
    lines = [line for text in pretraining_texts(100, shares={"loose": 1}) for line in text.split("\n")]
    kinds = Counter(
        "question" if line.endswith("?") else next((f.__name__ for f in READERS if f(line)), "mumbled")
        for line in lines
    )
    for kind in ("question", "read_opinion", "read_critique", "read_statement"):
        assert kinds[kind] > len(lines) / 6
    assert kinds["mumbled"] < 10


READERS = (read_opinion, read_critique, read_statement)


def answers(texts):
    """What a prompted document's own opinion gives as a reason, and what its critique names."""
    for text in texts:
        sections = text.split("\n\n")
        opinion = read_opinion(sections[1].removeprefix("Participant's opinion: "))
        critique = read_critique(sections[-1].removeprefix(CUE))
        if opinion and critique and None not in (opinion.concern, critique.concern):
            yield opinion.concern, critique.concern


def test_in_prompted_documents_the_answer_goes_with_nothing():
    found = list(answers(pretraining_texts(3000, shares={"prompted": 1})))
    assert len(found) > 2000
    agree = sum(a == b for a, b in found) / len(found)
    assert abs(agree - 1 / 8) < 0.03  # 4 sd
    study = generate_study(600)
    real = [(read_opinion(s.opinion), read_critique(s.critique)) for e in study.episodes for s in e.seats]
    named = [(o.concern, c.concern) for o, c in real if o and c and None not in (o.concern, c.concern)]
    assert sum(a == b for a, b in named) / len(named) > 0.4


def test_prompts_have_the_sections_of_their_variants():
    (text,) = {t.count("Profile of") for t in pretraining_texts(20, shares={"prompted": 1}, variants=[Variant(True)])}
    assert text == 1
    opinions = pretraining_texts(20, shares={"prompted": 1}, variants=[Variant()], steps=("opinion",))
    assert all(t.split("\n\n")[1].startswith("Participant's opinion: ") and len(t.split("\n\n")) == 2 for t in opinions)


def test_habits_are_one_persons():
    for text in pretraining_texts(50, shares={"habits": 1}):
        lines = text.split("\n")
        assert len(lines) == 6
        openings = Counter(c.opening for c in map(read_critique, lines) if c)
        assert sum(openings.values()) <= 3
    repeated = [
        max(Counter(c.opening for c in map(read_critique, text.split("\n")) if c).values(), default=0) >= 2
        for text in pretraining_texts(200, shares={"habits": 1})
    ]
    assert sum(repeated) > 170


def test_repeated_lines_come_again_at_the_end():
    for text in pretraining_texts(50, shares={"repeats": 1}):
        *lines, last = text.split("\n")
        assert last in lines


def test_nobody_in_it_sits_in_a_study():
    people = {p.id for p in others("default", 0).population}
    assert len(people) == 2290
    for seed in range(3):
        assert not people & {p.id for p in generate_study(60, seed=seed).population}
