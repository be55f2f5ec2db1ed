"""The log-likelihood of texts: by hand, against resampling written out, and how often the intervals cover."""

import math

import numpy as np
import pytest

from minipublic.evaluators import likelihood_difference, likelihood_table
from minipublic.evaluators.clusters import cluster_ratios

NAN, INF = math.nan, math.inf
UNITS = ("per_text", "per_token", "per_word")
TEXTS, TOKENS, WORDS, WHO = [-10.0, -30.0, -20.0, -4.0], [5, 10, 10, 3], [4, 8, 7, 1], ["e1", "e1", "e2", "e3"]


def test_by_hand():
    found = likelihood_table(TEXTS, TOKENS, WORDS, WHO)
    assert found["per_text"]["value"] == -16
    assert found["per_token"]["value"] == pytest.approx(-64 / 28)
    assert found["per_word"]["value"] == pytest.approx(-64 / 20)
    assert found["perplexity"]["value"] == pytest.approx(math.exp(64 / 28))
    assert found["n"] == {"texts": 4, "tokens": 28, "words": 20, "groups": 3, "missing": 0, "impossible": 0}


def test_perplexity_has_the_interval_of_its_logarithm():
    found = likelihood_table(TEXTS * 5, TOKENS * 5, WORDS * 5, np.arange(20))
    low, high = found["per_token"]["ci"]
    assert low < found["per_token"]["value"] < high
    assert found["perplexity"]["ci"] == pytest.approx([math.exp(-high), math.exp(-low)])


def test_ratios_agree_with_resampling_written_out():
    random = np.random.default_rng(0)
    groups = random.integers(0, 6, 40)
    x, y = random.normal(size=40), random.uniform(1, 3, 40)
    value, drawn = cluster_ratios(x, y, groups, 50, 9)
    assert value == pytest.approx(x.sum() / y.sum())
    counts = np.random.default_rng([9, 4]).multinomial(6, np.full(6, 1 / 6), size=50)
    for b, often in enumerate(counts):
        rows = np.concatenate([np.flatnonzero(groups == g) for g in range(6) for _ in range(often[g])])
        assert drawn[b] == pytest.approx(x[rows].sum() / y[rows].sum())


def test_missing_texts_are_counted_and_left_out():
    found = likelihood_table([*TEXTS, NAN], [*TOKENS, NAN], [*WORDS, 3], [*WHO, "e4"])
    assert {**found, "n": 0} == {**likelihood_table(TEXTS, TOKENS, WORDS, WHO), "n": 0}
    assert found["n"]["missing"] == 1
    assert found["n"]["groups"] == 3


def test_a_text_of_probability_0_is_not_passed_over():
    arguments = [*TEXTS, -INF], [*TOKENS, 2], [*WORDS, 2], [*WHO, "e4"]
    found = likelihood_table(*arguments)
    for name in (*UNITS, "perplexity"):
        assert found[name]["value"] is None
        assert "1 of 5 texts have probability 0" in found[name]["reason"]
    assert found["n"]["impossible"] == 1
    rest = likelihood_table(*arguments, drop_impossible=True)
    assert rest["per_text"] == likelihood_table(TEXTS, TOKENS, WORDS, WHO)["per_text"]
    assert (rest["n"]["texts"], rest["n"]["impossible"], rest["n"]["missing"]) == (4, 1, 0)


def test_what_has_no_value_or_interval_says_why():
    nothing = likelihood_table([NAN], [NAN], [NAN], ["a"])
    one = likelihood_table([-1.0, -2], [1, 1], [1, 1], ["a", "a"])
    for name in (*UNITS, "perplexity"):
        assert (nothing[name]["value"], nothing[name]["reason"]) == (None, "there is no value")
        assert (one[name]["ci"], one[name]["reason"]) == (None, "one group alone has no interval")
    assert likelihood_table([-1.0], [1], [0], ["a"])["per_word"]["value"] is None
    huge = likelihood_table([-2000.0, -2000], [1, 1], [1, 1], ["a", "b"])
    assert (huge["perplexity"]["value"], huge["perplexity"]["reason"]) == (
        None,
        "the perplexity is too large for a number",
    )


def test_an_interval_holds_only_what_there_can_be():
    found = likelihood_table([-0.1, -3.0], [1, 1], [1, 1], ["a", "b"])
    assert found["per_text"]["ci"][1] == 0
    assert found["perplexity"]["ci"][0] == 1


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (([-1.0], [1], [1], ["a", "b"]), "one row per text"),
        (([1.0], [1], [1], ["a"]), "at most 0, got .*loss"),
        (([-1.0], [0], [1], ["a"]), "tokens must be above 0"),
        (([-1.0], [1], [NAN], ["a"]), "words must be 0 or above"),
    ],
)
def test_what_is_no_likelihood_is_refused(arguments, what):
    with pytest.raises(ValueError, match=what):
        likelihood_table(*arguments)


def test_difference_by_hand():
    other = [-12.0, -33.0, -20.0, NAN]
    found = likelihood_difference(TEXTS, other, TOKENS, WORDS, WHO)
    assert found["per_text"]["value"] == pytest.approx(5 / 3)
    assert found["per_token"]["value"] == pytest.approx(5 / 25)
    assert found["per_word"]["value"] == pytest.approx(5 / 19)
    assert found["perplexity_ratio"]["value"] == pytest.approx(math.exp(-5 / 25))
    assert found["n"] == {"texts": 3, "groups": 2, "missing": 1, "impossible": 0}


def test_what_two_models_share_cancels():
    x, y, tokens, words, groups = two_models(0, 30)
    apart = [likelihood_table(each, tokens, words, groups)["per_token"]["ci"] for each in (x, y)]
    paired = likelihood_difference(x, y, tokens, words, groups)["per_token"]["ci"]
    assert paired[1] - paired[0] < min(high - low for low, high in apart) / 4
    always = likelihood_difference(x, x - 0.5 * tokens, tokens, words, groups)["per_token"]
    assert always["ci"] == pytest.approx([0.5, 0.5])


def test_models_may_have_tokens_of_their_own():
    found = likelihood_difference(TEXTS, TEXTS, TOKENS, WORDS, WHO, b_tokens=np.array(TOKENS) * 2)
    assert found["per_token"]["value"] == pytest.approx(-64 / 28 + 64 / 56)
    assert found["per_word"]["value"] == 0


def test_a_difference_from_a_text_of_probability_0_is_undefined():
    found = likelihood_difference([-1.0, -INF], [-INF, -INF], [1, 1], [1, 1], ["a", "b"])
    assert found["per_text"]["value"] is None
    assert "2 of 2 texts" in found["perplexity_ratio"]["reason"]
    rest = likelihood_difference([-1.0, -2, -3], [-2.0, -INF, -3], [1] * 3, [1] * 3, list("abc"), drop_impossible=True)
    assert (rest["per_text"]["value"], rest["n"]["impossible"]) == (0.5, 1)


def two_models(seed, episodes):
    """Texts of one episode are alike in difficulty and length; long texts are easier by the token."""
    random = np.random.default_rng(seed)
    groups = np.repeat(np.arange(episodes), 4)
    tokens = 5 + random.poisson(25 * random.gamma(4, 0.25, episodes)[groups])
    hard = (
        3 - 0.02 * tokens + 0.4 * random.standard_normal(episodes)[groups] + 0.3 * random.standard_normal(len(groups))
    )
    gain = 0.2 + 0.1 * random.standard_normal(len(groups))
    x = -tokens * np.maximum(hard, 0.05)
    return x, np.minimum(x - tokens * gain, -0.01), tokens, np.maximum(tokens * 3 // 4, 1), groups


@pytest.mark.slow
@pytest.mark.parametrize("episodes", [20, 100])
def test_the_intervals_cover_the_truth(episodes):
    x, y, tokens, words, groups = two_models(999_999, 400_000)
    settings = {"bootstrap": 0}
    endless = {
        **likelihood_table(x, tokens, words, groups, **settings),
        "difference": likelihood_difference(x, y, tokens, words, groups, **settings)["per_token"],
    }
    hits, studies = dict.fromkeys([*UNITS, "perplexity", "difference"], 0), 1000
    for seed in range(studies):
        x, y, tokens, words, groups = two_models(seed, episodes)
        settings = {"bootstrap": 300, "seed": seed}
        found = likelihood_table(x, tokens, words, groups, **settings)
        found["difference"] = likelihood_difference(x, y, tokens, words, groups, **settings)["per_token"]
        for name in hits:
            low, high = found[name]["ci"]
            hits[name] += low <= endless[name]["value"] <= high
    # 1,000 studies have a standard error of 0.7 points.
    assert all(0.92 <= n / studies <= 0.98 for n in hits.values()), hits
