import pytest

from minipublic.models.miniature.questions import QUESTIONS, proposition, question, sample_questions, topic
from minipublic.models.synthetic.graded import dot
from minipublic.personas.propositions import declare


def test_there_are_thousands_all_different_and_short():
    asked = [question(k) for k in range(QUESTIONS)]
    assert len(set(asked)) == QUESTIONS == 6400
    assert max(len(q.split()) for q in asked) <= 8


def test_the_rule_of_the_protocol_makes_the_same_proposition():
    for k in range(0, QUESTIONS, 7):
        assert declare(question(k)) == proposition(question(k))
    assert proposition("Should we ban old mines?") == "We should ban old mines."


def test_a_sample_has_no_question_twice():
    drawn = sample_questions(3000, 4)
    assert len(set(drawn)) == 3000
    assert drawn == sample_questions(3000, 4)
    assert drawn != sample_questions(3000, 5)
    with pytest.raises(ValueError, match="6400 different questions"):
        sample_questions(6401)
    with pytest.raises(IndexError, match="6400 questions"):
        question(6400)


def test_topics_are_of_unit_length_and_learnable_from_the_words():
    for text in ("Should we fund rural schools?", "Anything else."):
        assert dot(topic("default", text), topic("default", text)) == pytest.approx(1)
    alike = dot(topic("default", "Should we fund rural schools?"), topic("default", "Should we build urban schools?"))
    against = dot(topic("default", "Should we fund rural schools?"), topic("default", "Should we ban urban schools?"))
    assert alike == pytest.approx(-against)
