"""The fitted public of examples/atp_style: whole, free of microdata, and close to the humans it was fitted to."""

from pathlib import Path

import numpy as np
import pytest
import yaml

import minipublic
from minipublic.evaluators.distance import wasserstein
from minipublic.models import load_model
from minipublic.models.synthetic import as_people
from minipublic.simulation.codebook import load_codebook

EXAMPLES = Path(minipublic.__file__).parent / "examples"
TEXT = (EXAMPLES / "atp_style" / "public.yaml").read_text()


@pytest.fixture(scope="module")
def public():
    return load_model("synthetic:atp", **yaml.safe_load(TEXT)).public


@pytest.fixture(scope="module")
def codebook():
    return load_codebook(EXAMPLES / "nonvoters" / "codebook.yaml")


@pytest.fixture(scope="module")
def humans(data, codebook):
    from minipublic.simulation.tables import human_responses, read_table

    return human_responses(read_table(data / "nonvoters_2020" / "nonvoters_data.csv"), codebook).responses


def test_it_answers_every_item_of_the_codebook_and_places_its_traits(public, codebook):
    assert set(public.items) == set(codebook.items)
    assert set(public.positions) == set(public.shares) == set(codebook.attributes)
    assert all(set(public.positions[trait]) == set(public.shares[trait]) for trait in public.shares)
    assert public.whole_spread == pytest.approx((1.0,) * 3, abs=0.1)
    assert len(TEXT) < 10_000
    assert "CC BY 4.0" in TEXT


def test_its_labels_are_those_of_the_humans(public, humans):
    for trait, labels in humans.attributes.items():
        assert set(public.positions[trait]) == set(np.unique(labels)) - {""}


def test_those_who_tell_stories_are_not_the_people(public, humans):
    for trait, label, more in (("party", "Democrat", True), ("age", "65+", False), ("education", "College", True)):
        there = humans.attributes[trait] != ""
        share = np.average(humans.attributes[trait][there] == label, weights=humans.weights[there])
        assert (public.shares[trait][label] > share) == more
        assert abs(public.shares[trait][label] - share) > 0.1


def test_people_with_the_humans_attributes_answer_as_the_humans_do(public, humans):
    people = as_people(public)
    some = np.arange(0, len(humans), 5)
    total, weight = np.zeros((len(humans.items), 4)), 0.0
    for k in some:
        known = {trait: str(labels[k]) for trait, labels in humans.attributes.items() if labels[k]}
        person = {"persona": str(k), "attributes": known, "style": "qa"}
        total += humans.weights[k] * np.array(
            [people.probabilities(person | {"question": item.code}, 4) for item in humans.items]
        )
        weight += humans.weights[k]
    distances = []
    for j, item in enumerate(humans.items):
        counts = np.array([humans.weights[humans.answers[:, j] == k].sum() for k in range(4)])
        distances.append(float(wasserstein(total[j] / weight, counts / counts.sum(), item.values)))
    # Halves of the humans are 0.026 from each other (examples/atp_style/make_public.py --check).
    assert np.mean(distances) < 0.04
    assert max(distances) < 0.1
