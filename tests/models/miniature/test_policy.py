import math
import random
from collections import Counter

import pytest

from minipublic.models.miniature import MiniaturePublic, mumble, policy
from minipublic.models.miniature.grammar import CRITIQUE, OPINION, write_statement

PUBLIC = MiniaturePublic()
QUESTION = "Should we fund rural schools?"
PERSON = PUBLIC.person("p1")
DRAFT = write_statement(5, [PERSON.concern], random.Random(0))
OTHER_DRAFT = write_statement(5, [(PERSON.concern + 1) % 8], random.Random(0))


def chances_of(step, stance=0.3, draft=DRAFT):
    if step == "opinion":
        return OPINION, policy.opinion_chances(PERSON, stance)
    return CRITIQUE, policy.critique_chances(PERSON, stance, draft)


@pytest.mark.parametrize("step", ["opinion", "critique"])
@pytest.mark.parametrize("draft", [DRAFT, OTHER_DRAFT, "Nobody can read this."])
@pytest.mark.parametrize("stance", [-0.99, -0.2, 0.55])
def test_probabilities_of_all_derivations_sum_to_1(step, stance, draft):
    form, chances = chances_of(step, stance, draft)
    for slot, given in zip(form.slots, chances, strict=True):
        assert len(slot) == len(given)
    assert math.fsum(math.exp(form.log_probability(t, chances)) for t in form.texts()) == pytest.approx(1, abs=1e-12)


def test_mumbled_texts_of_one_and_two_words_sum_to_their_share():
    tokens = [*mumble.vocabulary(), mumble.UNKNOWN]
    assert len(tokens) == len(set(tokens))
    stop = 1 / mumble.MEAN_LENGTH
    assert math.fsum(math.exp(mumble.log_probability(t)) for t in tokens) == pytest.approx(stop)
    pairs = math.fsum(math.exp(mumble.log_probability(f"{a} {b}")) for a in tokens for b in tokens)
    assert pairs == pytest.approx(stop * (1 - stop))


@pytest.mark.parametrize("step", ["opinion", "critique"])
def test_samples_have_the_frequencies_of_the_likelihood(step):
    n = 20_000
    drawn = Counter(PUBLIC.sample(step, seed, "p1", QUESTION, DRAFT) for seed in range(n))
    likely = {text: math.exp(PUBLIC.log_likelihood(step, text, "p1", QUESTION, DRAFT)) for text in drawn}
    common = {text: p for text, p in likely.items() if n * p >= 20}
    assert len(common) > 20
    rest = 1 - sum(common.values())
    expected = [*(n * p for p in common.values()), n * rest]
    seen = [*(drawn[text] for text in common), n - sum(drawn[text] for text in common)]
    chi2 = sum((s - e) ** 2 / e for s, e in zip(seen, expected, strict=True))
    df = len(common)
    assert abs(chi2 - df) < 4 * math.sqrt(2 * df)  # a chi-square's mean and standard deviation


def test_people_mumble_as_often_as_they_should():
    draw, n = random.Random(3), 200_000
    form, chances = chances_of("opinion")
    mumbled = sum(form.read(policy.sample_opinion(PERSON, 0.3, draw)) is None for _ in range(n // 10))
    assert 5 <= mumbled <= 40  # 20 expected
    assert policy.opinion_log_likelihood(PERSON, 0.3, "price price") == pytest.approx(
        math.log(mumble.EPSILON) + mumble.log_probability("price price")
    )
    assert chances[0][PERSON.opinion_habit] == policy.OPINION_HABIT


def test_every_text_has_a_number_but_the_empty_one():
    assert PUBLIC.log_likelihood("critique", "", "p1", QUESTION, DRAFT) == -math.inf
    for text in ("mm", "Straße ☃ 42", "Frankly,", "x" * 5000):
        got = PUBLIC.log_likelihood("critique", text, "p1", QUESTION, DRAFT)
        assert -60 < got < -5
    # Words outside the vocabulary are not told apart.
    assert policy.opinion_log_likelihood(PERSON, 0, "zebra") == policy.opinion_log_likelihood(PERSON, 0, "quagga")


def test_habit_and_concern_show():
    def named(remark):
        return sum(
            math.exp(CRITIQUE.log_probability(t, chances)) for t in CRITIQUE.texts() if CRITIQUE.read(t)[2] == remark
        )

    chances = policy.critique_chances(PERSON, 0.3, OTHER_DRAFT)
    assert named(1 + PERSON.concern) == pytest.approx(0.95 * 0.75)  # asks
    assert named(1 + 8 + PERSON.concern) == 0
    chances = policy.critique_chances(PERSON, 0.3, DRAFT)
    assert named(1 + PERSON.concern) == 0  # the draft has it: praises
    assert named(1 + 8 + PERSON.concern) == pytest.approx(0.95 * 0.75)


def test_reactions_follow_the_gap():
    def mean(gap):
        return sum((k - 2) * p for k, p in enumerate(policy.reaction_chances(gap)))

    gaps = [-1.5, -0.5, 0, 0.5, 1.5]
    assert [mean(g) for g in gaps] == sorted(mean(g) for g in gaps)
    assert policy.reaction_chances(0)[2] > 0.9
    assert policy.reaction_chances(1.5)[4] > 0.99


def test_a_position_follows_the_stance():
    for k in (3, 5, 7):
        assert sum(policy.position_chances(0.4, k)) == pytest.approx(1)
    assert (
        policy.position_chances(0.95, 7)[6] > policy.position_chances(0.3, 7)[6] > policy.position_chances(-0.9, 7)[6]
    )
