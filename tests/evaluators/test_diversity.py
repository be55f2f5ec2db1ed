"""Measures of diversity against cases worked out by hand."""

import math
import random

import numpy as np
import pytest

from minipublic.evaluators.diversity import (
    cosine_spread,
    distinct_n,
    jaccard,
    mtld,
    near_duplicates,
    ngrams,
    shingles,
    words,
)


def test_words_are_lower_case_and_keep_their_apostrophes():
    assert words("I'm Ann—from Aix. I’m 40!") == ["i'm", "ann", "from", "aix", "i’m", "40"]


def test_ngrams():
    assert list(ngrams("a b c", 2)) == [("a", "b"), ("b", "c")]
    assert list(ngrams("a", 2)) == []


def test_shingles_count_each_ngram_once():
    assert len(shingles("a b c d e f")) == 2
    assert len(shingles("a b c d e " * 3)) == 5  # five rotations of the same five words
    assert len(shingles("a b")) == 1  # shorter than an n-gram
    assert len(shingles("...")) == 0
    assert not set(shingles("a b c d e")) & set(shingles("e d c b a"))


def test_jaccard_by_hand():
    # abcde, bcdef against bcdef, cdefg: one of three.
    assert jaccard(shingles("a b c d e f"), shingles("b c d e f g")) == pytest.approx(1 / 3)
    assert jaccard(shingles(""), shingles("")) == 0


def texts(n, length=200, seed=3):
    draw = random.Random(seed)
    return [" ".join(f"w{draw.randrange(5000)}" for _ in range(length)) for _ in range(n)]


def test_near_duplicates_are_found_and_measured():
    held = texts(50)
    parts = held[7].split()
    held += [held[3], " ".join([*parts[:150], *(f"new{k}" for k in range(50))])]
    found = near_duplicates(held, threshold=0.5)
    assert [(i, j) for i, j, _ in found.pairs] == [(3, 50), (7, 51)]
    assert found.pairs[0][2] == 1.0
    assert found.pairs[1][2] == pytest.approx(146 / (196 + 196 - 146))  # 5-grams of the first 150 words out of both
    assert found.texts == {3, 7, 50, 51}


def test_the_threshold_decides():
    held = texts(10)
    held.append(" ".join([*held[0].split()[:150], *(f"new{k}" for k in range(50))]))
    assert not near_duplicates(held, threshold=0.7).pairs
    with pytest.raises(ValueError, match="threshold"):
        near_duplicates(held, threshold=0)


def test_hardly_a_pair_above_the_threshold_is_missed():
    base = texts(200, length=120, seed=5)
    copies = [" ".join([*t.split()[:100], *(f"n{k}x{j}" for j in range(20))]) for k, t in enumerate(base)]
    exact = sum(jaccard(shingles(a), shingles(b)) >= 0.5 for a, b in zip(base, copies, strict=True))
    found = near_duplicates(base + copies, threshold=0.5)
    assert exact == 200
    assert len(found.pairs) >= 0.99 * exact
    assert found.missed < 0.005


def test_very_many_repetitions_stay_few_pairs():
    held = ["the same short life again and again"] * 3000
    found = near_duplicates(held)
    assert len(found.pairs) == 2999
    assert len(found.texts) == 3000
    assert not near_duplicates(["", "...", ""]).pairs


def test_distinct_n_by_hand():
    held = ["the cat the cat", "the dog"]
    assert distinct_n(held, 1)["value"] == pytest.approx(3 / 6)
    two = distinct_n(held, 2)  # the cat, cat the, the cat, the dog
    assert two["value"] == pytest.approx(3 / 4)
    assert (two["n"], two["ci"]) == (4, None)
    assert two["reason"]
    assert distinct_n(["one"], 2)["value"] is None


def test_mtld_by_hand():
    # The share of different words falls below 0.72 with every third "a" (1, 1/2): two words make a factor.
    assert mtld("a " * 60) == pytest.approx(2.0)
    # x y x y: 1, 1, 2/3 < 0.72: three words make a factor, both ways.
    assert mtld("x y " * 30) == pytest.approx(3.0)
    assert math.isnan(mtld("too short to tell"))
    assert math.isnan(mtld(" ".join(f"w{k}" for k in range(80))))  # nothing repeats


def test_mtld_counts_the_rest_in_part():
    # 63 times x y: 42 factors of three words; then the rest "z": no repetition, no part of a factor.
    assert mtld("x y " * 63 + "z") == pytest.approx((127 / 42 + 127 / 42) / 2, rel=0.02)


def test_more_varied_texts_have_a_higher_mtld():
    draw = random.Random(1)
    poor, rich = (" ".join(str(draw.randrange(n)) for _ in range(500)) for n in (30, 300))
    assert mtld(rich) > 2 * mtld(poor)


def test_cosine_spread_by_hand():
    # Two directions at a right angle, twice each: of six pairs two have distance 0 and four distance 1.
    found = cosine_spread([[1, 0], [3, 0], [0, 1], [0, 2]])
    assert found["value"] == pytest.approx(4 / 6)
    assert found["n"] == 4
    assert found["ci"][0] <= found["value"] <= found["ci"][1]
    assert cosine_spread([[1, 0], [-1, 0]])["value"] == pytest.approx(2.0)
    assert cosine_spread([[1, 0], [-1, 0]])["reason"]
    assert cosine_spread([[1, 2]])["value"] is None
    with pytest.raises(ValueError, match="0, or not"):
        cosine_spread([[0, 0], [1, 0]])


def test_the_jackknife_covers():
    """Distances between points drawn around a centre; the truth from many points."""
    truth = cosine_spread(np.random.default_rng(0).normal(1.0, 1.0, (20_000, 5)))["value"]
    covered = 0
    for k in range(300):
        low, high = cosine_spread(np.random.default_rng([1, k]).normal(1.0, 1.0, (60, 5)))["ci"]
        covered += low <= truth <= high
    assert 0.91 <= covered / 300 <= 0.99
