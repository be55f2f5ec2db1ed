import json

import pytest

from minipublic.personas.answers import Missing
from minipublic.personas.backstories import Criterion, Finding, read_verdict, verdict_schema
from minipublic.personas.backstories.verdict import verdict_form

TWO = (Criterion("markup", "Is there markup?"), Criterion("repeated", "Is the question repeated?"))
SAID = {"markup": {"evidence": "<b>", "answer": "yes"}, "repeated": {"evidence": "", "answer": "no"}}


def test_a_verdict_is_read_in_the_order_of_the_criteria():
    verdict = read_verdict(json.dumps(dict(reversed(SAID.items()))), TWO)
    assert verdict.findings == (Finding("markup", "<b>", True), Finding("repeated", "", False))
    assert verdict.flaws == (Finding("markup", "<b>", True),)


@pytest.mark.parametrize(
    "text",
    [
        "```json\n" + json.dumps(SAID, indent=2) + "\n```",
        "Here you are {as asked}: " + json.dumps(SAID) + " I hope {this} helps.",
        json.dumps({**SAID, "other": {"evidence": "", "answer": "maybe"}}),
        json.dumps(
            {"markup": {"evidence": "<b>", "answer": " Yes. "}, "repeated": {"answer": False, "evidence": None}}
        ),
    ],
)
def test_what_stands_around_a_verdict_is_passed_over(text):
    assert [f.flawed for f in read_verdict(text, TWO).findings] == [True, False]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("No flaws at all.", "no JSON object"),
        ('{"markup": {"evidence": "", "answer": "no"}', "nothing is said of markup"),
        (json.dumps({"markup": SAID["markup"]}), "nothing is said of repeated"),
        (json.dumps({**SAID, "repeated": {"evidence": ""}}), "repeated.answer"),
        (json.dumps({**SAID, "repeated": {"evidence": "", "answer": "perhaps"}}), "repeated.answer"),
        (json.dumps({**SAID, "repeated": "no"}), "repeated"),
        ("[]", "no JSON object"),
        ("", "no JSON object"),
    ],
)
def test_what_cannot_be_read_says_why(text, problem):
    said = read_verdict(text, TWO)
    assert isinstance(said, Missing)
    assert said.reason == "unparseable"
    assert problem in said.raw


def test_the_schema_asks_for_the_evidence_first():
    schema = json.loads(verdict_schema(TWO))
    assert list(schema["properties"]) == ["markup", "repeated"]
    for said in schema["properties"].values():
        assert list(said["properties"]) == ["evidence", "answer"]
        assert said["properties"]["answer"]["enum"] == ["yes", "no"]
        assert said["required"] == ["evidence", "answer"]


def test_the_form_shown_takes_no_side():
    assert {one["answer"] for one in json.loads(verdict_form(TWO)).values()} == {"yes or no"}
