"""compare_effects on a real survey."""

from pathlib import Path

import numpy as np

from minipublic.evaluators import Contrast, compare_effects


def test_two_halves_of_real_people_have_the_same_effects(data):
    from minipublic.simulation.codebook import load_codebook
    from minipublic.simulation.tables import human_responses, read_table

    codebook = Path(__file__).parents[2] / "examples" / "nonvoters" / "codebook.yaml"
    (file,) = (data / "nonvoters_2020").glob("*.csv")
    people = human_responses(read_table(file), load_codebook(codebook)).responses
    first = np.random.default_rng(0).random(len(people)) < 0.5
    contrasts = [Contrast("party", "Democrat", "Republican"), Contrast("age", "18-29", "65+")]
    halves = people.rows(first), people.rows(~first)
    found = compare_effects(*halves, contrasts, bootstrap=100, simulated_weighted=True)
    low, high = found["slope"]["without_noise"]["ci"]
    assert low < 1 < high
    assert high - low < 0.3
    assert found["correlation"]["without_noise"]["value"] > 0.97
    assert found["sign_agreement_where_significant"]["value"] > 0.97
    assert found["verdicts"]["opposite"] == 0
