"""What steps in a study file refer to, and of what kind their options are, is looked at before anything is asked."""

import pytest

from minipublic.graphs.protocols import build_protocol, build_steps
from minipublic.graphs.steps import StepError

OPINION = {"collect": "opinion", "instruction": "Write."}
BEFORE = [
    {"position": "stand"},
    OPINION,
    {"mediate": "draft", "positions": "stand"},
    {"discuss": "talk", "rounds": 3, "moderated": True, "table_size": 2},
]


@pytest.mark.parametrize(
    "step",
    [
        {"rate": "r", "of": "draft", "recalls": "opinion"},
        {"rate": "r", "of": ["draft", "opinion", "talk_3"]},
        {"rank": "r", "of": ["opinion"]},
        {"vote": "v", "on": "draft"},
        {"position": "again", "feedback": "stand", "sees": ["talk_3", "talk_3_moderator_table_1"]},
        {"collect": "critique", "instruction": "Criticise.", "sees": "draft", "hears": "ring"},
        {"mediate": "revised", "critiques": "opinion", "previous": "draft"},
    ],
)
def test_what_a_step_before_leaves_can_be_named(step):
    build_steps([*BEFORE, step]).compile()


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"rate": "r", "of": "drft"}, r"steps.5 \(rate\): of: .* leaves 'drft' \(there are: opinion, draft, talk_1"),
        ({"rate": "r", "of": ["r"]}, "leaves 'r'"),
        ({"rate": "r", "of": ["stand"]}, "leaves 'stand'"),
        ({"rate": "r", "of": ["draft"], "recalls": ["draft"]}, "recalls: .* leaves 'draft'"),
        ({"position": "again", "sees": ["talk"]}, "sees: .* leaves 'talk'"),
        ({"position": "again", "feedback": ["opinion"]}, "feedback: .* leaves 'opinion'"),
        ({"vote": "v", "on": "talk_4"}, "on: .* leaves 'talk_4'"),
        ({"mediate": "m", "opinions": "views"}, "opinions: .* leaves 'views'"),
        ({"mediate": "m", "critiques": "opinion", "previous": "opinion"}, "previous: .* leaves 'opinion'"),
        ({"mediate": "m", "positions": "opinion"}, "positions: .* leaves 'opinion'"),
        ({"discuss": "more", "rounds": "two"}, "`rounds` is a whole number, got 'two'"),
        ({"discuss": "more", "rounds": True}, "`rounds` is a whole number, got True"),
        ({"discuss": "more", "moderated": "yes"}, "`moderated` is true or false, got 'yes'"),
        ({"vote": "v", "options": "Yes"}, "`options` is a list of texts, got 'Yes'"),
        ({"position": "p", "labels": [1, 2]}, "`labels` is a list of texts"),
        ({"collect": "c", "instruction": ["Write."]}, "`instruction` is a text"),
        ({"position": None}, r"steps.5 \(position\): a step's kind is followed by its name"),
        ({"collect": ["c"], "instruction": "Write."}, "followed by its name"),
    ],
)
def test_what_is_not_there_or_does_not_fit_is_named(step, said):
    with pytest.raises(StepError, match=said):
        build_steps([*BEFORE, step])


def test_a_mediator_reads_opinions_unless_told_otherwise():
    with pytest.raises(StepError, match=r"steps.1 \(mediate\): opinions: .* leaves 'opinion' \(there are: none\)"):
        build_steps([{"mediate": "draft"}, OPINION])


def test_options_of_a_protocol_are_looked_at_too():
    with pytest.raises(StepError, match="delphi: `rounds` is a whole number, got 'three'"):
        build_protocol("delphi", rounds="three")
