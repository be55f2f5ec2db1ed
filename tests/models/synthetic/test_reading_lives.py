from minipublic.models.synthetic.life_facts import say_attitude, say_trait
from minipublic.models.synthetic.lives import Life, read_life
from minipublic.models.synthetic.reading_lives import stated

KNOWN = {"age_band": ("18-29", "30-49"), "party": ("Democrat", "Republican")}


def test_several_answers_are_one_life():
    text = "\n\n".join(
        (
            f"I grew up by the sea. {say_trait('party', 'Democrat')} {say_attitude(2, -1.5)}",
            "Nothing much happened then.",
            f"{say_attitude(0, 0.5, 3)} {say_trait('age', '$1-$2', 2)}",
        )
    )
    assert read_life(text, 3) == Life({"party": "Democrat", "age": "$1-$2"}, (0.5, None, -1.5))


def test_the_last_statement_wins_and_the_contradiction_is_told():
    text = " ".join(
        (
            say_trait("party", "Democrat"),
            say_trait("age", "old"),
            say_attitude(0, 2.0),
            say_trait("party", "Republican", 1),
            say_attitude(0, -1.0, 1),
            say_trait("age", "old", 2),
        )
    )
    life = read_life(text, 2)
    assert life.traits == {"party": "Republican", "age": "old"}
    assert life.attitudes == (-1.0, None)
    assert life.contradictions == ("party", "a bigger role for government")


def test_dimensions_that_the_public_does_not_have_are_passed_over():
    assert read_life(say_attitude(5, 1.0), 3).attitudes == (None, None, None)
    assert read_life(say_attitude(5, 1.0), 0).attitudes == ()


def test_known_traits_and_labels_are_spelt_as_they_are_known():
    text = " ".join((say_trait("Age Band", "18-29"), say_trait("party", "republican"), say_trait("pet", "dog")))
    assert read_life(text, 0, KNOWN).traits == {"age_band": "18-29", "party": "Republican"}
    assert read_life(text, 0).traits == {"Age Band": "18-29", "party": "republican", "pet": "dog"}
    assert read_life(say_trait("party", "Green"), 0, KNOWN).traits == {}
    # Two spellings of one label are no contradiction.
    assert (
        read_life(f"{say_trait('party', 'democrat')} {say_trait('party', 'Democrat')}", 0, KNOWN).contradictions == ()
    )


def test_the_sentence_that_states_a_trait_is_the_last_one():
    first, last = say_trait("party", "Democrat"), say_trait("party", "republican", 3)
    fact = stated(f"{first} Then I moved. {last} And so on.", "party", ["Republican", "Democrat"])
    assert (fact.label, fact.sentence) == ("Republican", last)
    assert stated(first, "party", ["Green"]) is None
    assert stated(first, "age", ["Democrat"]) is None


def test_a_text_from_elsewhere_states_nothing():
    assert read_life("I am a nurse of 47 and vote for the Greens.", 2) == Life({}, (None, None))
