"""What attributes and stories tell of a person."""

import pytest

from minipublic.models.synthetic import SyntheticPublic, telling
from minipublic.models.synthetic.life_facts import say_attitude, say_trait

POSITIONS = {"party": {"D": [0.8, 0.2], "R": [-0.8, 0.0]}, "age": {"old": [0.0, 0.5], "young": [0.0, -0.5]}}
SHARES = {"party": {"D": 1, "R": 1}, "age": {"old": 1, "young": 1}}
PUBLIC = SyntheticPublic(dimensions=2, positions=POSITIONS, shares=SHARES, residual_sd=0.6, wording_sd=0.0)
LEFT, OLD, SECOND = say_trait("party", "D"), say_trait("age", "old"), say_attitude(1, 1.5)


def told(*sentences, attributes=None, public=PUBLIC, persona="p"):
    story = " ".join(("I grew up by the sea.", *sentences))
    return public.attitude(persona, attributes, story, "backstory_with_traits" if attributes else "backstory")


def test_a_story_tells_what_it_states_and_no_more():
    assert told() == (0.0, 0.0)
    assert told(LEFT) == pytest.approx((0.8, 0.2))
    assert told(LEFT, OLD) == pytest.approx((0.8, 0.7))
    # Nothing is made up beside it: whoever tells this is this.
    assert told(LEFT, OLD) == told(LEFT, OLD, persona="q")


def test_an_attitude_that_is_told_beats_what_traits_say_in_its_dimension():
    assert told(SECOND) == pytest.approx((0.0, 1.5))
    assert told(LEFT, OLD, SECOND) == pytest.approx((0.8, 1.5))


def test_appended_traits_join_the_storys_and_meet_it_half_way_where_they_disagree():
    assert told(LEFT, attributes={"age": "old"}) == pytest.approx((0.8, 0.7))
    assert told(LEFT, attributes={"party": "D"}) == told(LEFT)
    assert told(LEFT, attributes={"party": "R"}) == pytest.approx((0.0, 0.1))
    assert told(LEFT, SECOND, attributes={"party": "R"}) == pytest.approx((0.0, 1.5))


def test_labels_are_read_as_the_public_spells_them():
    assert told(say_trait("Party", "d")) == told(LEFT)
    assert told(say_trait("shoe size", "44")) == (0.0, 0.0)


def test_a_bias_meets_whom_the_story_makes_known():
    biased = SyntheticPublic(
        dimensions=2, positions=POSITIONS, shares=SHARES, wording_sd=0.0, subgroup_bias={"party": {"D": [0.0, -1.0]}}
    )
    assert told(LEFT, public=biased) == pytest.approx((0.8, -0.8))
    assert told(SECOND, public=biased) == told(SECOND)
    assert told(LEFT, attributes={"party": "R"}, public=biased) == pytest.approx((0.0, -0.4))


def test_what_a_story_does_not_tell_is_not_misheard():
    vague = SyntheticPublic(dimensions=2, positions=POSITIONS, shares=SHARES, wording_sd=0.0, fidelity=0.5)
    # A party says little of the second dimension, and an attitude nothing of the first.
    assert told(SECOND, public=vague)[0] == 0.0
    assert told(SECOND, public=vague)[1] != pytest.approx(0.75)
    assert told(public=vague) == (0.0, 0.0)


def test_a_text_from_elsewhere_is_a_person_like_any_other_where_no_positions_are_given():
    public = SyntheticPublic(wording_sd=0.0)
    plain = [public.attitude(f"p{k}", None, "I grew up by the sea.", "backstory") for k in range(2000)]
    for k in range(3):
        values = [a[k] for a in plain]
        assert sum(v * v for v in values) / 2000 == pytest.approx(1.0, rel=0.15)
    # And one that states something is what it states.
    stated = "I grew up by the sea. " + say_attitude(0, 1.0)
    assert public.attitude("p", None, stated, "backstory") == (1.0, 0.0, 0.0)


def test_a_storys_traits_say_as_much_as_they_say_of_the_whole_person_where_positions_are_derived():
    public = SyntheticPublic(shares=SHARES, wording_sd=0.0)
    whole = public.people.attitude("p", {"party": "D", "age": "old"})
    own = public.people.attitude("p", {"party": "R", "age": "young"})
    parts = [public.attitude("p", None, sentence, "backstory") for sentence in (LEFT, OLD)]
    other = [public.attitude("p", None, say_trait(*t), "backstory") for t in (("party", "R"), ("age", "young"))]
    difference = [a + b - c - d for a, b, c, d in zip(*parts, *other, strict=True)]
    assert difference == pytest.approx([a - b for a, b in zip(whole, own, strict=True)])
    assert public.label_position("party", "D") == pytest.approx(parts[0])


def test_what_is_told_is_as_wide_as_the_people_who_tell_it():
    assert PUBLIC.whole_spread == pytest.approx(((0.36 + 0.64) ** 0.5, (0.36 + 0.01 + 0.25) ** 0.5))
    assert PUBLIC.trait_variances["age"] == pytest.approx((0.0, 0.25))
    short = telling.told(PUBLIC, "p", {}, LEFT)
    assert short.spread == pytest.approx((0.8, 0.1))
    assert telling.told(PUBLIC, "p", {}, f"{LEFT} {SECOND}").spread == pytest.approx((0.8, PUBLIC.whole_spread[1]))
