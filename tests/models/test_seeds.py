from minipublic.models.seeds import derive_seed, derive_uniform


def test_seeds_are_the_same_everywhere():
    # Golden values: a change here changes every study that was ever run.
    assert derive_seed("study", 7, "p1", "Q1", 0, "answer") == derive_seed("study", 7, "p1", "Q1", 0, "answer")
    assert derive_seed("study", 7) == GOLDEN_SEED
    assert derive_uniform("study", 7) == GOLDEN_UNIFORM


def test_names_do_not_run_together():
    assert derive_seed("a", "bc") != derive_seed("ab", "c")
    assert derive_seed("1") != derive_seed(1)


def test_uniform_draws_are_uniform():
    draws = [derive_uniform("u", k) for k in range(20_000)]
    assert all(0 <= d < 1 for d in draws)
    assert abs(sum(draws) / len(draws) - 0.5) < 4 * (1 / 12 / len(draws)) ** 0.5


GOLDEN_SEED = 735489609
GOLDEN_UNIFORM = 0.07191417754423901
