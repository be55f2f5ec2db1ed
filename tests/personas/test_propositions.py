"""The declarative form of a question by rule: by hand, and against published statements."""

import json
import re

import pytest

from minipublic.personas.propositions import both_sides, declare


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Should the UK ban single-use plastics?", "The UK should ban single-use plastics."),
        ("Should people be allowed to vote online?", "People should be allowed to vote online."),
        ("Is it right to close the town centre to cars?", "It is right to close the town centre to cars."),
        ("Are there too many cars on our roads?", "There are too many cars on our roads."),
        ("Do we need a monarchy?", "We need a monarchy."),
        ("Does the government have a duty to the young?", "The government has a duty to the young."),
        ("Is the monarchy a good thing?", "The monarchy is a good thing."),
        ("What should we do?", None),
        ("Is it right?", None),
        ("Is it fair?", None),
        ("Is it ever right to lie?", None),
        ("Do you support a tax on wealth?", None),
        ("Is there anything wrong with fireworks?", None),
        ("Is legalising the sale of fireworks a good idea?", None),
        ("Should we tax wealth or income?", None),
        ("", None),
        ("Should?", None),
    ],
)
def test_the_rule_never_guesses(question, sentence):
    assert declare(question) == sentence


@pytest.mark.parametrize(
    ("question", "negation"),
    [
        ("Should we tax wealth?", "We should NOT tax wealth."),
        ("Is it right to eat meat?", "It is NOT right to eat meat."),
        ("Do we need a monarchy?", "We do NOT need a monarchy."),
        ("Does the UK need a written constitution?", "The UK does NOT need a written constitution."),
    ],
)
def test_a_no_has_a_sentence_too(question, negation):
    assert both_sides(question).negating == negation


def test_the_rule_agrees_with_published_statements(data):
    """5,645 policy questions with both statements (Tessler et al. 2024): where the rule speaks, it says the same."""
    rows = json.loads((data / "habermas_questions" / "230118_chinchilla_questions.json").read_text())
    turned = [(sides, row) for row in rows if (sides := both_sides(row["question"]))]
    assert len(turned) == 4580
    affirmed = sum(words(sides.affirming) == words(row["affirming_statement"]) for sides, row in turned)
    negated = sum(words(sides.negating) == words(row["negating_statement"]) for sides, row in turned)
    assert affirmed / len(turned) == pytest.approx(0.979, abs=0.001)
    # The published negations also say "never", "fewer" and the like, which the rule does not try to.
    assert negated / len(turned) == pytest.approx(0.935, abs=0.001)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
