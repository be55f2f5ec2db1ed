"""Settings of a training: what they refuse, and which of them make it another training."""

from dataclasses import replace

import pytest

from minipublic.personas.representatives.training.libraries import check_libraries
from minipublic.personas.representatives.training.settings import TrainingError, TrainingSettings


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"batch": 100}, "a batch of 100 is no multiple of device_batch 16"),
        ({"rate": 0}, "rate is above 0"),
        ({"rate": float("nan")}, "rate is above 0"),
        ({"max_steps": 0}, "max_steps is at least 1"),
        ({"max_length": 0}, "max_length is at least 1"),
        ({"weight_decay": -1}, "weight_decay is at least 0"),
    ],
)
def test_what_cannot_be_is_refused(wrong, said):
    with pytest.raises(TrainingError, match=said):
        TrainingSettings(**wrong)


def test_every_method_has_a_rate_of_its_own():
    assert TrainingSettings().learning_rate < TrainingSettings(method="lora").learning_rate
    assert TrainingSettings(rate=1e-3).learning_rate == 1e-3


def test_how_fast_it_goes_is_no_part_of_a_training_and_what_comes_out_is():
    base = TrainingSettings()
    assert replace(base, device_batch=4, checkpointing=True, device="cpu").identity() == base.identity()
    assert (
        replace(base, rate=1e-5, rank=4).identity() == base.identity()
    )  # the method's own rate; nothing of an adapter
    for other in ({"rate": 1e-3}, {"seed": 1}, {"batch": 64}, {"method": "lora"}, {"max_steps": 7}):
        assert replace(base, **other).identity() != base.identity()
    assert TrainingSettings(batch=4).rows == 4


def test_a_missing_library_names_the_extra(monkeypatch):
    from minipublic.personas.representatives.training import libraries

    monkeypatch.setattr(libraries, "find_spec", lambda name: None if name in ("torch", "trl") else object())
    with pytest.raises(TrainingError, match=r"needs torch, trl: pip install 'minipublic\[local\]'"):
        check_libraries()
