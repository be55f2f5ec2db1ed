"""One warning where a model puts little of its probability on the options."""

import asyncio
import json
import logging

import pytest

from minipublic.simulation.loading import load_study
from minipublic.simulation.mass import ENOUGH, MassWatch
from minipublic.simulation.planning import make_plan
from minipublic.simulation.run import run_study


def rows(*masses, model="m", **more):
    return [{"model": model, "captured_mass": mass, "raw": None, "missing": None, **more} for mass in masses]


def test_it_waits_for_enough_answers_and_warns_once():
    watch = MassWatch()
    assert watch.add(rows(*[0.2] * (ENOUGH - 1))) == ""
    said = watch.add(rows(0.2))
    assert said.startswith(f"m put only 20% of its probability on the options (mean of {ENOUGH} answers)")
    for remedy in (
        "completions for a base model",
        "asking.method: full_option, sampled or structured",
        "a prompt of your",
    ):
        assert remedy in said
    assert watch.add(rows(*[0.0] * 100)) == watch.close() == ""
    assert watch.warning == said


def test_few_answers_are_looked_at_in_the_end():
    watch = MassWatch()
    assert watch.add(rows(0.1, 0.3)) == ""
    assert "only 20% of its probability on the options (mean of 2 answers)" in watch.close()


@pytest.mark.parametrize("masses", [[0.5] * 40, [0.9, 0.2] * 40, [None] * 40, [None, 0.6] * 40, []])
def test_no_warning_without_need(masses):
    watch = MassWatch()
    assert watch.add(rows(*masses)) == watch.close() == ""


def test_a_model_is_judged_by_its_own_answers_and_quoted_with_its_own_words():
    watch = MassWatch()
    said = rows(*[0.0] * 12, model="low", raw="Well, I ", missing="no_option")
    said += rows(*[0.0] * 3, model="low", raw="As an AI " + "x" * 50, missing="no_option")
    other = rows(*[0.9] * 40, model="high", raw="Never said by low", missing="no_option")
    # An option that counts as no answer is an option, and its code is nothing that was said instead of one.
    declined = rows(*[0.3] * 20, model="low", raw="9", missing="declined")
    warning = watch.add(other + declined + said)
    assert warning.startswith("low put only 17%")
    assert f"it would have said 'Well, I', '{('As an AI ' + 'x' * 50)[:40]}'. What is reported" in warning


def test_a_run_warns_once_and_notes_it(survey, folder, server_beside, caplog):
    server_beside.always = "no_letters"
    path = survey(model=f"openai-completions:m@{server_beside.url}")
    with caplog.at_level(logging.WARNING):
        told = asyncio.run(run_study(make_plan(load_study(path), path), folder / "out"))
    notes = [note for note in told["notes"] if "of its probability" in note]
    assert len(notes) == 1
    assert notes[0].startswith("openai-completions:m put only 0% of its probability")
    assert "it would have said 'The'." in notes[0]
    assert [r.getMessage() for r in caplog.records if "of its probability" in r.getMessage()] == notes
    assert json.loads((folder / "out" / "run.json").read_text())["notes"] == told["notes"]


def test_the_likelihood_of_whole_options_is_small_by_nature():
    watch = MassWatch("full_option")
    assert watch.add(rows(*[1e-9] * 100)) == watch.close() == watch.warning == ""
