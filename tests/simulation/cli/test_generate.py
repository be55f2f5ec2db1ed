"""`minipublic personas generate`: what is said while stories are made."""

from types import SimpleNamespace

from minipublic.simulation.cli import generate
from minipublic.simulation.cli.generate import story_progress


def test_the_time_left_is_told_from_the_second_story_on(monkeypatch, capsys):
    clock = iter([100.0, 130.0])
    monkeypatch.setattr(generate.time, "monotonic", lambda: next(clock))
    progress = story_progress()
    for stories in (1, 4):  # three more stories in 30 s, six to go
        progress("open", 10, SimpleNamespace(stories=stories, answers=stories, rejected=0, missing={}))
    first, second = capsys.readouterr().err.splitlines()
    assert first == "open: 1 of 10 stories · 1 answers · 0 rejected · 0 dropped"
    assert second == "open: 4 of 10 stories · 4 answers · 0 rejected · 0 dropped · 60 s left"
