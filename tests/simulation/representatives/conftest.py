"""A small world in which the truth is known, and two strangers who stand in for its people."""

import pytest

from minipublic.models.miniature import MiniatureModel
from minipublic.personas.representatives import Variant
from minipublic.personas.representatives.miniature import generate_study
from minipublic.simulation.representatives.contestants import line_up
from minipublic.simulation.representatives.evaluation_config import RepresentativesEvaluation
from minipublic.simulation.representatives.evaluation_plan import EvaluationPlan

WORLD = "here"


@pytest.fixture(scope="session")
def episodes():
    """Twelve episodes in four sessions."""
    return generate_study(12, public=WORLD, seed=3)


@pytest.fixture
def plan(episodes):
    """Makes a plan: `truth` knows the people; the keyword arguments are settings."""

    def make(representatives=(("ours", "small", "base+O3"),), truth=True, steps=("critique",), **settings):
        settings = {"bootstrap": 200, "mediators": {"mean": f"miniature:{WORLD}"}} | settings
        given = [(name, base, Variant.parse(variant)) for name, base, variant in representatives]
        config = RepresentativesEvaluation(**settings)
        return EvaluationPlan("small", 1, episodes, line_up(given, truth), config, tuple(steps))

    return make


@pytest.fixture
def truth():
    return MiniatureModel(WORLD)


@pytest.fixture
def strangers():
    """The policy of other people."""
    return MiniatureModel("elsewhere")
