import pytest

from minipublic.models.synthetic import read_stance
from minipublic.models.synthetic.stance import GRADES, first_person, frame, phrase_of, stance_of, topic, topic_of

EVERY = [(round(-1 + 0.2 * k, 1), phrase) for k, phrases in enumerate(GRADES) for phrase in phrases]


@pytest.mark.parametrize(("stance", "phrase"), EVERY)
@pytest.mark.parametrize(
    "proposition", ["We should do it.", "Should we do it?", "I oppose the idea that we support the idea."]
)
def test_every_phrase_is_read_back(stance, phrase, proposition):
    for said in (f"we {phrase} {frame(proposition)}.", f"I {first_person(phrase)} {frame(proposition)}, because."):
        assert read_stance(said) == stance
        assert read_stance(f"> **{said}**\n") == stance
        assert read_stance(f"She wrote: “{said.replace('the idea', '*the* <b>idea</b>')}” and left.") == stance
        assert read_stance(said.replace(" ", "\n")) == stance
        assert read_stance(said.upper()) == stance


def test_there_are_eleven_grades_and_no_phrase_twice():
    assert len(GRADES) == 11
    assert len({phrase for _, phrase in EVERY}) == len(EVERY)


@pytest.mark.parametrize("stance", [-7.0, -1.0, -0.55, -0.1, 0.09, 0.31, 1.0, 3.0])
def test_the_phrase_is_the_nearest(stance):
    for wording in range(6):
        read = read_stance(f"I {first_person(phrase_of(stance, wording))} that so.")
        assert abs(read - max(-1, min(1, stance))) <= 0.1 + 1e-9


@pytest.mark.parametrize(
    "text",
    ["", "Taxes are too high.", "They support the idea that we pay.", "I do not firmly support the idea", "<<<<" * 9],
)
def test_a_text_from_elsewhere_has_no_stance_to_read(text):
    assert read_stance(text) is None


def test_a_text_from_elsewhere_has_a_stable_stance_of_its_own():
    assert stance_of("") == stance_of("  \n") == 0.0
    # Golden: from the hash alone, computed once by this package.
    assert stance_of("Taxes.") == pytest.approx(GOLDEN, abs=1e-12)
    assert len({stance_of(f"Taxes {k}.") for k in range(100)}) == 100
    assert stance_of("I disagree. It is unfair and does harm, never do it.") < -0.3
    assert stance_of("I agree. It is fair and good, we should welcome it.") > 0.3
    assert all(-1 <= stance_of(f"Yes {k}" * k) <= 1 for k in range(50))


GOLDEN = 0.45251133883006256


@pytest.mark.parametrize(
    ("proposition", "clause"),
    [
        ("The tax should rise.", "the tax should rise"),
        ("Should we do it?", "should we do it"),
        ("USA first!", "USA first"),
        ("I like it.", "I like it"),
        ("Donald Trump should go.", "Donald Trump should go"),
        ("  Many\n\nlines.  ", "many lines"),
        ("", "this should be done"),
        ("?!…", "this should be done"),
    ],
)
def test_a_proposition_becomes_a_clause(proposition, clause):
    assert topic(proposition) == clause


def test_frames_fit_sentences_questions_and_fragments():
    assert frame("The tax should rise.") == "that the tax should rise"
    assert frame("Should we do it?") == "behind the question “Should we do it?”"
    assert frame("Nationalise?") == "behind the question “Nationalise?”"
    assert frame("Taxes") == "behind the words “taxes”"


@pytest.mark.parametrize(
    "proposition", ["The tax should rise.", "Should we do it?", "Taxes", "word " * 400, "x" * 5000]
)
def test_what_a_text_is_about_is_read_back(proposition):
    for text in (
        f"All in all, we support {'the idea'} {frame(proposition)}. Others do not.",
        f"I oppose the idea {frame(proposition)}, because so.",
    ):
        assert topic(topic_of(text)) == topic(proposition)
    assert len(topic(proposition)) <= 240
    assert topic_of("Something else.") == "Something else."
