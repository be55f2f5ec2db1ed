"""Payoffs beside held-out votes: who is held out, which rates are known, and what the command says."""

import csv
import json

import numpy as np
import pytest
from small_votes import CHANCES, votes
from typer.testing import CliRunner

from minipublic.personas.representatives import vote_cases
from minipublic.personas.representatives.payoffs.cases import rating_scale
from minipublic.personas.representatives.payoffs.seen import Seen
from minipublic.simulation.cli.app import app
from minipublic.simulation.episodes.remesh_votes import load_remesh_votes
from minipublic.simulation.episodes.vote_table import load_vote_table
from minipublic.simulation.errors import InputError
from minipublic.simulation.representatives.payoffs.measuring import (
    foretell,
    hold_out,
    hold_out_voters,
    measure_payoffs,
    recalibrated,
    some,
)
from minipublic.simulation.representatives.payoffs.showing import save_reliability, table_lines

CASES = vote_cases(votes(80))


def write(path, rows):
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, rows[0].keys())
        table.writeheader()
        table.writerows(rows)
    return path


def rows(people=40):
    table = votes(people)
    return [
        {"participant": v.persona, "party": table.persona(v.persona).attributes["party"], "question": v.question}
        | {"statement_id": v.statement_id, "statement": v.statement, "vote": ("disagree", "Agree")[v.agree]}
        for v in table.votes
    ]


def test_people_who_were_trained_on_are_not_measured_on():
    trained = some(CASES, [k for k, p in enumerate(CASES.people) if int(p[1:]) < 50])
    data = hold_out(CASES, Seen.of(trained))
    assert set(data.known.people) == set(trained.people)
    assert not set(data.known.people) & set(data.held.people)
    assert len(data.known) + len(data.held) == len(CASES)
    with pytest.raises(InputError, match="all of these people were trained on"):
        hold_out(trained, Seen.of(trained))


def test_a_record_of_what_was_seen_reads_back_and_names_nobody():
    seen = Seen.of(CASES)
    assert Seen.from_record(json.loads(json.dumps(seen.record()))) == seen
    assert "p1" not in json.dumps(seen.record())


def test_on_new_statements_no_rate_of_the_statement_is_known():
    old = [
        k for k, c in enumerate(CASES.cases) if int(c.persona.id[1:]) < 50 and c.statement != "We refuse this firmly."
    ]
    data = hold_out(CASES, Seen.of(some(CASES, old)))
    found = measure_payoffs(data, {"true": truth(data.held)}, bootstrap=100)
    assert list(found["settings"]["same statements"]["predictors"]) == [
        *("true", "overall rate", "party rate", "statement rate", "party × statement rate")
    ]
    new = found["settings"]["new statements"]
    assert list(new["predictors"]) == ["true", "overall rate", "party rate"]
    assert new["n"] == {"rows": 60, "people": 30, "statements": 1}
    assert found["settings"]["same statements"]["differences"]["overall rate"]["brier"]["ci"][1] < 0


def test_rates_rest_on_other_people_alone():
    """Rates computed from scratch on the known people's votes; no vote of a held-out person moves them."""
    data = hold_out(CASES, Seen.of(some(CASES, [k for k, p in enumerate(CASES.people) if int(p[1:]) < 50])))
    before = measure_payoffs(data, {"true": truth(data.held)}, bootstrap=0)["rates"]
    flipped = hold_out(
        type(CASES)(
            CASES.cases,
            tuple(1 - y if int(p[1:]) >= 50 else y for p, y in zip(CASES.people, CASES.outcomes, strict=True)),
            CASES.statements,
            CASES.scale,
        ),
        data.seen,
    )
    assert measure_payoffs(flipped, {"true": truth(data.held)}, bootstrap=0)["rates"] == before


def truth(cases):
    kinds = {"We want this badly.": "for", "We refuse this firmly.": "against", "Everybody wants sunshine.": "all"}
    return np.array([CHANCES[c.group, kinds[c.statement]] for c in cases.cases])


def test_held_out_voters_take_their_statements_with_them(data):
    found = hold_out_voters(load_remesh_votes(data / "remesh_polarized"), 0.3, 0, "party")
    settings = [found.seen.setting(case) for case in found.held.cases]
    assert settings.count("new statements") > 500
    assert settings.count("same statements") > 1000


def test_recalibration_finds_the_line():
    random = np.random.default_rng(0)
    odds = random.normal(size=4000)
    y = (random.random(4000) < 1 / (1 + np.exp(-odds))).astype(float)
    extreme = 1 / (1 + np.exp(-(3 * odds + 1)))
    back = recalibrated(extreme, extreme, y.tolist())
    assert np.abs(back - 1 / (1 + np.exp(-odds))).max() < 0.05
    assert recalibrated(extreme, np.full(4000, 0.5), y.tolist()) is extreme


def test_the_command_on_a_table_of_votes(tmp_path):
    table, out = write(tmp_path / "votes.csv", rows(60)), tmp_path / "out" / "payoffs.json"
    command = ["evaluate", "payoffs", "--votes", str(table), "--json", str(out), "--bootstrap", "50"]
    done = CliRunner().invoke(app, [*command, "--model", "synthetic:default", "--calibrate", "20"])
    assert done.exit_code == 0, done.output
    for part in ("scale, synthetic:default, recalibrated", "party × statement rate", "party = left", "AUC"):
        assert part in done.output
    found = json.loads(out.read_text())
    assert found["asked"]["model"] == "synthetic:default"
    assert out.with_suffix(".png").stat().st_size > 5000
    again = CliRunner().invoke(app, [*command, "--model", "synthetic:default", "--calibrate", "20"])
    assert again.output == done.output


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"vote": "perhaps"}, "row 2: the vote is 'perhaps'"),
        ({"party": "other"}, "row 3: 'p0' has other attributes"),
        ({"statement": ""}, "row 2: statement is blank"),
    ],
)
def test_a_wrong_table_is_named(tmp_path, change, said):
    table = rows(4)
    with pytest.raises(InputError, match=said):
        load_vote_table(write(tmp_path / "v.csv", [table[0] | change, *table[1:]]))


def test_the_table_and_the_figure_say_how_many(tmp_path):
    data = hold_out(CASES, Seen.of(some(CASES, [k for k, p in enumerate(CASES.people) if int(p[1:]) < 50])))
    found = measure_payoffs(data, {"true": truth(data.held)}, bootstrap=50)
    assert "n = 180 by 30 people, 3 statements" in "\n".join(table_lines(found))
    assert save_reliability(found, tmp_path / "figure.svg")
    assert "predicted chance of agreement" in (tmp_path / "figure.svg").read_text()


async def test_a_scale_is_put_on_another_in_proportion():
    class Asked:
        scale = rating_scale()

        async def payoffs(self, cases):
            return [1.0, 4.0, 7.0, float("nan")]

    assert (await foretell(Asked(), some(CASES, range(4))))[:3].tolist() == [0.0, 0.5, 1.0]
