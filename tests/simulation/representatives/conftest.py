"""A small world in which the truth is known, and strangers who stand in for its people."""

import asyncio
import sys
from collections import Counter
from pathlib import Path

import pytest

from minipublic.models.journal import Journal
from minipublic.models.miniature import MiniatureModel
from minipublic.personas.representatives import Variant
from minipublic.personas.representatives.miniature import generate_study
from minipublic.simulation.representatives.evaluation.cast import Cast
from minipublic.simulation.representatives.evaluation.config import RepresentativesEvaluation
from minipublic.simulation.representatives.evaluation.contestants import line_up
from minipublic.simulation.representatives.evaluation.measuring import measure
from minipublic.simulation.representatives.evaluation.payoff_sources import TruePayoffs
from minipublic.simulation.representatives.evaluation.plan import EvaluationPlan

sys.path.insert(0, str(Path(__file__).parent))

from small_world import WORLD, Counting


@pytest.fixture(scope="session")
def episodes():
    """Twelve episodes in four sessions."""
    return generate_study(12, public=WORLD, seed=3)


@pytest.fixture
def plan(episodes):
    """Makes a plan; the keyword arguments are settings."""

    def make(
        representatives=(("ours", "small", "base+O3"),), truth=True, steps=("critique",), held=episodes, **settings
    ):
        settings = {"bootstrap": 200, "mediators": {"mean": f"miniature:{WORLD}"}} | settings
        given = [(name, base, Variant.parse(variant)) for name, base, variant in representatives]
        config = RepresentativesEvaluation(**settings)
        return EvaluationPlan("small", 1, held, line_up(given, truth), config, tuple(steps))

    return make


@pytest.fixture
def run(tmp_path):
    """Measures a plan with models by key: strangers by default, the truth where it is named; the journal stays."""

    def run(plan, models=None, calls=None, fail=lambda total: None, payoffs=True):
        known = {c.model: MiniatureModel("strangers") for c in plan.contestants}
        known |= {"truth": MiniatureModel(WORLD), "payoff": MiniatureModel(WORLD)}
        known |= {f"base {c.base}": MiniatureModel("strangers") for c in plan.contestants if c.base}
        known |= {f"mediator {m}": MiniatureModel(WORLD, m) for m in plan.config.mediators}
        known |= {"judge": MiniatureModel(WORLD)} if plan.config.judge else {}
        known |= models or {}
        counted = calls if calls is not None else Counter()
        journal = Journal(tmp_path / "calls.sqlite")
        cast = Cast({key: lambda m=m: Counting(m, counted, fail) for key, m in known.items()}, journal)
        source = (lambda model: TruePayoffs(model, ("small",))) if payoffs else None
        try:
            return asyncio.run(measure(plan, cast, source)), cast
        finally:
            journal.close()

    return run
