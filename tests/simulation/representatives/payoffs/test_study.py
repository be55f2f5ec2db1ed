"""The section `payoff` of a study: who is learned from, mistakes named before anything is trained, and the trained model."""

import csv
import json
from pathlib import Path

import pytest
import tiny_reader
from small_votes import votes
from typer.testing import CliRunner

from minipublic.personas.payoffs import persona_prompts
from minipublic.personas.representatives import PayoffError, Variant, rating_cases, save_episodes
from minipublic.personas.representatives.miniature import generate_study
from minipublic.personas.representatives.payoffs.cases import render_payoff
from minipublic.simulation.cli.app import app
from minipublic.simulation.errors import InputError
from minipublic.simulation.representatives.payoffs.measuring import part_cases
from minipublic.simulation.representatives.payoffs.training import payoff_sets
from minipublic.simulation.representatives.study import as_yaml, load_representatives
from minipublic.simulation.representatives.training.plan import make_training_plan

STUDY = """study: small
kind: representatives
episodes: {path: said.jsonl}
split: {validation: 0.25}
bases: {small: "hf:base"}
representatives: [{name: plain, base: small}]
training: {rate: 0.003, batch: 8, device_batch: 8, max_steps: 4, eval_every: 2, device: cpu}
payoff: {base: small, training: {batch: 16, device_batch: 16, max_steps: 6}}
"""
EPISODES = generate_study(24, seed=5)


@pytest.fixture
def folder(tmp_path):
    save_episodes(EPISODES, tmp_path / "said.jsonl")
    (tmp_path / "base").mkdir()
    (tmp_path / "s.yaml").write_text(STUDY)
    return tmp_path


def planned(folder, *overrides):
    return make_training_plan(load_representatives(folder / "s.yaml", overrides), folder / "s.yaml")


def vote_table(path, rows=None):
    rows = rows or [
        {"participant": v.persona, "question": v.question, "statement_id": v.statement_id, "statement": v.statement}
        | {"vote": "agree" if v.agree else "disagree"}
        for v in votes(20).votes
    ]
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, rows[0].keys())
        table.writeheader()
        table.writerows(rows)
    return path


def test_only_people_of_the_training_side_are_learned_from(folder):
    plan = planned(folder)
    train, validation = payoff_sets(plan.study.payoff, plan, seed=1)
    side = {p.id for p in plan.split.train.population}
    assert set(train.people) | set(validation.people) == side
    assert not set(train.people) & set(validation.people)
    assert len(train) + len(validation) == 2 * plan.split.train.seats
    assert {train.scale.value(t) for t in train.targets} <= set(range(1, 8))


def test_votes_of_held_out_people_and_on_their_statements_are_not_learned_from(folder):
    plan = planned(folder)
    held = sorted(p.id for p in plan.split.validation.population)
    known = sorted(p.id for p in plan.split.train.population)
    rows = [
        {"participant": voter, "question": "Q?", "statement_id": author, "statement": f"By {author}.", "author": author}
        | {"vote": "agree"}
        for voter in (*held[:3], *known)
        for author in (held[0], known[0], "stranger")
    ]
    vote_table(folder / "votes.csv", rows)
    plan = planned(folder, "payoff.targets=votes", "payoff.votes={table: votes.csv}")
    train, validation = payoff_sets(plan.study.payoff, plan, seed=1)
    assert set(train.people) | set(validation.people) == set(known)
    assert set(train.statements) == {known[0], "stranger"}
    assert Path(plan.study.payoff.votes.table).is_absolute()
    assert "votes.csv" in as_yaml(plan.study)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (["payoff.targets=votes"], "payoff: `targets: votes` and a section `votes` go together"),
        (["payoff.targets=votes", "payoff.votes={dialogue: both}"], "payoff.votes: give either `remesh` or `table`"),
        (["payoff.targets=votes", "payoff.votes={table: none.csv}"], "none.csv does not exist"),
        (["payoff.scale=[7, 1]"], "payoff.scale: a scale is the lowest rating and the highest"),
        (["payoff.scale=[1, 5]"], "payoff: .* is not on the scale from 1 to 5"),
        (["payoff.base=large"], "payoff.base: no base is called 'large'"),
        (["payoff.variant=D"], "payoff.variant: 'D' is no variant"),
        (["payoff.training={batch: 3, device_batch: 2}"], "payoff.training: a batch of 3"),
        (["payoff.validation=0"], "payoff.validation"),
    ],
)
def test_mistakes_are_named_before_anything_is_trained(folder, changes, said):
    with pytest.raises(InputError, match=said):
        planned(folder, *changes)


def test_episodes_without_ratings_are_refused(folder):
    text = "".join(
        json.dumps(row | {"seats": [seat | {"ratings": {}} for seat in row["seats"]]}) + "\n"
        for row in map(json.loads, (folder / "said.jsonl").read_text().splitlines())
    )
    (folder / "said.jsonl").write_text(text)
    with pytest.raises(InputError, match="no rating is on record"):
        planned(folder)


def test_whole_sessions_are_set_apart():
    cases = rating_cases(EPISODES)
    train, validation = part_cases(cases, 0.25, seed=0)
    assert not set(train.groups) & set(validation.groups)
    assert len(set(validation.groups)) == 2
    assert part_cases(cases, 0.25, seed=0) == (train, validation)
    with pytest.raises(PayoffError, match="cannot be parted"):
        part_cases(rating_cases(EPISODES.of([]), cases.scale), 0.5, seed=0)


@pytest.mark.local
def test_the_commands_train_it_and_measure_it(folder):
    for library in ("torch", "transformers", "trl", "peft"):
        pytest.importorskip(library, reason="needs pip install 'minipublic[local]'")
    texts = [render_payoff(c, Variant(True), persona_prompts()).text for c in rating_cases(EPISODES).cases]
    tiny_reader.make(folder / "base", texts, reads=512)
    done = CliRunner().invoke(app, ["train", str(folder / "s.yaml"), "--out", str(folder / "run"), "--only", "payoff"])
    assert done.exit_code == 0, done.output
    assert "payoff model (small, base+D, full, ratings; step" in done.stdout
    assert "partial: " in done.stdout  # the representative is not trained yet
    record = json.loads((folder / "run" / "training.json").read_text())
    assert record["payoff"]["n"]["train"]["cases"] > 50
    assert (folder / "run" / "payoff" / "payoff.json").is_file()
    command = ["evaluate", "payoffs", "--votes", str(vote_table(folder / "votes.csv"))]
    refused = CliRunner().invoke(app, [*command, "--trained", str(folder / "run"), "--json", str(folder / "o.json")])
    assert isinstance(refused.exception, InputError)
    assert "none of these people were trained on" in str(refused.exception)
    command = ["evaluate", "payoffs", "--ratings", str(folder / "said.jsonl"), "--trained", str(folder / "run")]
    found = CliRunner().invoke(app, [*command, "--by", "age", "--json", str(folder / "o.json"), "--bootstrap", "50"])
    assert found.exit_code == 0, found.output
    assert "Pearson" in found.output
    form = ["payoffs", "template", str(folder / "said.jsonl"), "--n", "4", "--trained", str(folder / "run")]
    made = CliRunner().invoke(app, [*form, "--out", str(folder / "form")])
    assert made.exit_code == 0, made.output
    assert (folder / "form" / "people.csv").read_text().startswith("respondent,")
