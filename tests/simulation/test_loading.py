"""Study files: mistakes are named with line, field and remedy, before anything is asked."""

import subprocess
import sys

import pytest

from minipublic.simulation.errors import InputError
from minipublic.simulation.loading import load_study
from minipublic.simulation.planning import make_plan

STUDY = """study: small
kind: survey
humans: {table: humans.csv, codebook: codebook.yaml}
population: {from_humans: true}
survey:
  presentation: independent
conditions: [qa]
"""


def plan(folder, text, *overrides):
    path = folder / "s.yaml"
    path.write_text(text)
    return make_plan(load_study(path, overrides), path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("presentation", "presentaton"), r"s\.yaml:6: survey\.presentaton: unknown key.*did you mean `presentation`"),
        (("independent", "matrix"), r"s\.yaml:6: survey\.presentation: .*'independent', 'series' or 'battery'"),
        (("kind: survey", "kind: consensus"), "needs a section `consensus`"),
        (("kind: survey", "kind: poll"), r"s\.yaml:2: kind: no kind of study is called 'poll' \(there are survey, "),
        (("kind: survey", "kind: surveys"), r"s\.yaml:2: kind: .*did you mean `survey`"),
        (("kind: survey", "kind: representatives"), r"s\.yaml:2: kind: .* minipublic train .*s\.yaml"),
        (("{from_humans: true}", "{from_humans: true, generate: 5}"), r"s\.yaml:4: population: give exactly one"),
        (("{from_humans: true}", "{generate: 5}"), "`shares`"),
        (("humans.csv", "human.csv"), r"human\.csv does not exist"),
        (("humans.csv", '"{data}/humans.csv"'), "MINIPUBLIC_DATA"),
        (("[qa]", "[qa, biography]"), "unknown conditioning style 'biography'"),
        (("[qa]", "[qa, qa]"), "share a name"),
        (("[qa]", "[backstory]"), "has no backstory"),
        (("[qa]", "[qa]\nsurvey: {}"), "'survey' stands twice"),
        (("{from_humans: true}", "{from_humans: true, attributes: {age: {}}}"), "no such attribute; there are party"),
        (("{from_humans: true}", "{from_humans: true, sample: 41}"), "cannot draw 41 personas out of 40"),
        (("survey:\n", "survey:\n  items: [q1, q9]\n"), "no item 'q9'"),
        (("[qa]", "[qa]\nevaluation: {by: [age]}"), r"evaluation\.by: no attribute 'age'"),
        (("[qa]", "[qa]\nprompts: nowhere"), "nowhere does not exist"),
        (("[qa]", "[qa]\nseed: many"), r"s\.yaml:8: seed:"),
        (("kind: survey", "kind: [survey"), "not valid YAML"),
    ],
)
def test_mistakes_are_named(folder, monkeypatch, change, said):
    monkeypatch.delenv("MINIPUBLIC_DATA", raising=False)
    with pytest.raises(InputError, match=said):
        plan(folder, STUDY.replace(*change))


def test_more_seats_than_people_is_an_error(folder):
    text = "study: t\nkind: consensus\npopulation: {generate: 5, attributes: {a: {shares: {x: 1}}}}\n"
    with pytest.raises(InputError, match="20 groups of 5 need 100 personas, and the population has 5"):
        plan(folder, text + 'consensus: {questions: ["Should we?"]}\n')
    with pytest.raises(InputError, match="only 1 questions"):
        plan(folder, text + 'consensus: {questions: ["Should we?"], questions_per_group: 2}\n')


def test_overrides(folder):
    study = plan(folder, STUDY, "seed=7", "population.sample=10", "conditions=[none, bio]").study
    assert study.seed == 7
    assert study.population.sample == 10
    assert [c.name for c in study.conditions] == ["none", "bio"]
    for wrong, said in (
        ("seed", "write key=value"),
        ("seed=[", "not YAML"),
        ("seed.x=1", "no section"),
        ("sed=1", "did you mean `seed`"),
    ):
        with pytest.raises(InputError, match=said):
            plan(folder, STUDY.replace("kind: survey", "kind: survey\nseed: 1"), wrong)


def test_the_data_folder_comes_from_the_study_or_the_environment(folder, monkeypatch):
    text = STUDY.replace("humans.csv", '"{data}/humans.csv"')
    assert len(plan(folder, text, f"data={folder}").population) == 40
    monkeypatch.setenv("MINIPUBLIC_DATA", str(folder))
    assert len(plan(folder, text).population) == 40


def test_people_come_from_humans_with_labels_and_weights(folder):
    people = plan(folder, STUDY).population
    assert people.personas[1].id == "h1"
    assert people.personas[1].attributes == {"party": "Republican"}
    assert people.personas[1].weight == 2.0


def test_yes_and_no_are_words(folder):
    text = "study: t\nkind: consensus\npopulation: {generate: 9, attributes: {vote: {shares: {yes: 1, no: 1}}}}\n"
    made = plan(folder, text + "consensus: {questions: [Q], groups: 1, group_size: 3, labels: [no, unsure, yes]}\n")
    assert made.study.consensus.labels == ["no", "unsure", "yes"]
    assert {p.attributes["vote"] for p in made.population} == {"yes", "no"}
    assert plan(folder, STUDY.replace("true", "yes")).study.population.from_humans is True


def test_generated_people_have_the_shares(folder):
    text = "study: t\nkind: consensus\npopulation: {generate: 4000, attributes: {a: {shares: {x: 3, y: 1}}}}\nconsensus: {questions: [Q]}\n"
    people = plan(folder, text).population
    share = sum(p.attributes["a"] == "x" for p in people) / 4000
    assert abs(share - 0.75) < 4 * (0.75 * 0.25 / 4000) ** 0.5


def test_identity_is_content_and_not_how_it_is_run(folder):
    base = plan(folder, STUDY).identity()
    same = plan(
        folder,
        STUDY,
        "engine.units_in_flight=2",
        "title=x",
        "model={spec: 'synthetic:default'}",
        "evaluation.bootstrap=7",
    )
    assert same.identity() == base
    served = [
        plan(folder, STUDY, f"model={{spec: 'openai:m@http://{host}/v1', timeout_s: {t}}}").identity()
        for host, t in (("a", 1), ("b", 2))
    ]
    assert served[0] == served[1] != base


def command(*arguments, **more):
    return subprocess.run(
        [sys.executable, "-m", "minipublic.simulation.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        **more,
    )


@pytest.mark.slow
def test_the_command_line_says_what_is_wrong(folder):
    (folder / "s.yaml").write_text(STUDY.replace("kind", "knid"))
    done = command("validate", folder / "s.yaml")
    assert done.returncode == 2
    assert "did you mean `kind`" in done.stderr
    assert "Traceback" not in done.stderr
    (folder / "s.yaml").write_text(STUDY)
    assert command("validate", folder / "s.yaml").returncode == 0
    for model, said in (
        ("opnai:x", "did you mean 'openai'"),
        ("openai", "KIND:NAME"),
        ("langchain:openai:x", "OPENAI_API_KEY"),
    ):
        done = command("run", folder / "s.yaml", "--model", model, "--out", folder / "o", env={"PATH": "/usr/bin"})
        assert done.returncode in (1, 2), done.stderr
        assert said in done.stderr
        assert "Traceback" not in done.stderr


def test_a_method_the_model_lacks_is_an_error(folder):
    (folder / "s.yaml").write_text(STUDY)
    done = command(
        "run",
        folder / "s.yaml",
        "--model",
        "openai:m@http://127.0.0.1:9/v1",
        "--set",
        "asking.method=full_option",
        "--out",
        folder / "o",
    )
    assert done.returncode == 2
    assert "it offers: first_token, sampled" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("kind", ["survey", "consensus", "protocol", "representatives", "backstories"])
def test_new_studies_validate(tmp_path, kind):
    assert command("new", kind, tmp_path / "mine.yaml").returncode == 0
    done = command("validate", tmp_path / "mine.yaml")
    assert done.returncode == 0, done.stderr
    assert "exists already" in command("new", kind, tmp_path / "mine.yaml").stderr
    assert (
        "there are backstories, consensus, protocol, representatives, survey"
        in command("new", "poll", tmp_path / "p.yaml").stderr
    )


@pytest.mark.slow
def test_models_check_reaches_a_server(server_beside):
    done = command("models", "check", f"openai:m@{server_beside.url}")
    assert done.returncode == 0, done.stderr
    assert "choose: first_token, sampled" in done.stdout
    assert server_beside.requests == 10  # a greeting, and nine to try features
    assert command("models", "check", "openai:m@http://127.0.0.1:9/v1", timeout=60).returncode == 1
