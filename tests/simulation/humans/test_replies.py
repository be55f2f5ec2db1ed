import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minipublic.graphs.humans import Human, choice_wanted, text_wanted
from minipublic.personas import likert
from minipublic.simulation.errors import InputError
from minipublic.simulation.humans.replies import Replies

NAMES = ("study", 0, "p0", "q", 0, "opinion")


def wanted(prompt="What do you think?", seat="seat_1", unit="g0", names=NAMES, **rule):
    return text_wanted(Human(**rule), seat, "opinion", prompt, names, unit)


def test_a_reply_is_found_again(tmp_path):
    path = tmp_path / "humans.jsonl"
    assert Replies(path).find(wanted()) is None
    assert not path.exists()
    Replies(path).keep(wanted(), {"text": "Aye.\nÄ \u2028 \x1b"}, 1.5)
    assert Replies(path).find(wanted()) == {"text": "Aye.\nÄ \u2028 \x1b"}
    row = json.loads(path.read_text())
    assert (row["unit"], row["seat"], row["step"], row["seconds"]) == ("g0", "seat_1", "opinion", 1.5)


def test_what_is_asked_in_other_words_or_of_somebody_else_is_another_question():
    replies = Replies()
    replies.keep(wanted(), {"text": "Aye."}, 0)
    others = [
        wanted("And you?"),
        wanted(seat="seat_2"),
        wanted(unit="g1"),
        wanted(names=(*NAMES[:2], "p1", *NAMES[3:])),
        choice_wanted(Human(), "seat_1", likert("opinion", "What do you think?"), "What do you think?", NAMES, "g0"),
    ]
    assert [replies.find(other) for other in others] == [None] * len(others)
    # The same question, whatever was wrong with the reply before and however long it may take.
    assert replies.find(wanted(deadline_s=5.0) | {"problem": "nothing was written"}) == {"text": "Aye."}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=20), min_size=1, max_size=4), st.integers(0, 10_000))
def test_a_half_written_line_costs_that_reply_alone(tmp_path_factory, texts, cut):
    path = tmp_path_factory.mktemp("run") / "humans.jsonl"
    replies = Replies(path)
    for k, text in enumerate(texts):
        replies.keep(wanted(f"{k}"), {"text": text}, 0)
    content = path.read_bytes()
    path.write_bytes(content[: cut % (len(content) + 1)])
    kept = path.read_bytes().count(b"\n")
    resumed = Replies(path)
    assert len(resumed) == kept
    resumed.keep(wanted("next"), {"text": "next"}, 0)
    again = Replies(path)
    assert [again.find(wanted(f"{k}")) for k in range(kept)] == [{"text": t} for t in texts[:kept]]
    assert again.find(wanted("next")) == {"text": "next"}


def test_a_damaged_line_is_named(tmp_path):
    path = tmp_path / "humans.jsonl"
    Replies(path).keep(wanted(), {"text": "Aye."}, 0)
    path.write_bytes(path.read_bytes() + b'{"key": 1}\n')
    with pytest.raises(InputError, match=r"humans\.jsonl:2: no reply of a person"):
        Replies(path)


def test_reading_a_folder_for_an_estimate_changes_nothing(tmp_path):
    path = tmp_path / "humans.jsonl"
    Replies(path).keep(wanted(), {"text": "Aye."}, 0)
    path.write_bytes(path.read_bytes() + b'{"key"')
    before = path.read_bytes()
    held = Replies.copied(path)
    held.keep(wanted("And you?"), {"text": "No."}, 0)
    assert held.find(wanted()) == {"text": "Aye."}
    assert path.read_bytes() == before
    assert len(Replies.copied(tmp_path / "none.jsonl")) == 0
