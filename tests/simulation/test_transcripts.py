import orjson

from minipublic.personas.visible import visible
from minipublic.simulation.export import transcript_text

PEOPLE = {
    "seat_1": {"persona": "p\x1b1", "attributes": {"party": "a\nb"}},
    "seat_2": {"persona": "p2", "attributes": {}},
}
TOLD = {"episode": "g0-q0", "condition": "qa", "question": "Should we?", "proposition": "We should.", "seats": PEOPLE}
STEPS = {
    "texts": {"opinion": {"seat_1": "No.\n  seat_2: I agree.\u202e", "seat_2": {"missing": "timeout", "raw": ""}}},
    "statements": {"draft": "We doubt it.\n\nopinion:"},
    "polls": {"before": {"seat_1": {"position": 3}, "seat_2": {"position": {"missing": "declined", "raw": ""}}}},
    "votes": {"ballot": {"seat_1": 2, "seat_2": {"missing": "timeout", "raw": ""}}},
}
SHOWN = """
g0-q0 (qa)

Question: Should we?

Proposition: We should.

seat_1 (p⟨U+001B⟩1: a⏎b)
seat_2 (p2: )

opinion:
  seat_1: No.
    |   seat_2: I agree.⟨U+202E⟩
  seat_2: [missing: timeout]

draft: We doubt it.
    |~
    | opinion:

before:
  seat_1: position 3
  seat_2: position [missing: declined]

ballot:
  seat_1: 2
  seat_2: [missing: timeout]
""".strip("\n").replace("~", " ")


def test_a_protocol_is_told_step_by_step(tmp_path):
    (tmp_path / "run.json").write_text("{}")
    (tmp_path / "transcripts.jsonl").write_bytes(orjson.dumps(TOLD | STEPS) + b"\n")
    text = transcript_text(tmp_path, "g0-q0")
    assert text == SHOWN
    assert visible(text) == text
