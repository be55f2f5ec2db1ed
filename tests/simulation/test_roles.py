"""Roles and personas on models of their own: who speaks through which, what a study's identity says, mistakes."""

from collections import Counter

import pandas as pd
import pytest
import yaml
from talk import MODELS, PEOPLE, SERVED, TALK, names, plan, run

from minipublic.simulation.errors import InputError
from minipublic.simulation.opening import open_models


def test_three_roles_on_three_models_in_one_episode(consensus, folder):
    made = plan(consensus(**TALK | {"judge": "chat", "population": PEOPLE | {"models": {"p3": "rep"}}}))
    name = names(made)
    assert len(set(name.values())) == 3
    answers, said, told = run(made, folder / "out")
    assert set(answers["persona"]) == {f"p{k}" for k in range(6)}
    for row in answers.to_dict("records"):
        assert row["model"] == name["rep" if row["persona"] == "p3" else "base"]
    for row in said.to_dict("records"):
        who = "chat" if row["seat"] == "mediator" else "rep" if row["persona"] == "p3" else "base"
        assert row["model"] == name[who], row
    seen = Counter(said["model"])
    assert seen[name["chat"]] >= 4
    assert seen[name["rep"]] == 2
    key = {"base": "synthetic:town dimensions=2", "chat": "synthetic:town wording_sd=0.4"}
    assert told["roles"] == {
        "participant": key["base"],
        "mediator": key["chat"],
        "judge": key["chat"],
        "personas": {"synthetic:town attribute_share=0.9": 1},
    }
    assert set(told["models"]) == {*key.values(), "synthetic:town attribute_share=0.9"}


def test_a_personas_own_model_wins_over_a_conditions(survey, folder):
    made = plan(
        survey(
            models=MODELS,
            model="base",
            conditions=["qa", {"name": "big", "style": "qa", "model": "chat"}],
            population={"from_humans": True, "models": {"h3": "rep", "h4": "base"}},
        )
    )
    name = names(made)
    answers, _, told = run(made, folder / "out")
    for row in answers.to_dict("records"):
        usual = "chat" if row["condition"] == "big" else "base"
        assert row["model"] == name[{"h3": "rep", "h4": "base"}.get(row["persona"], usual)]
    assert told["roles"]["conditions"] == {"big": "synthetic:town wording_sd=0.4"}
    assert sum(told["roles"]["personas"].values()) == 2


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_population_file_binds_and_the_study_overrules_it(consensus, folder, ending):
    frame = pd.DataFrame(
        {"id": [f"p{k}" for k in range(6)], "party": ["D", "R"] * 3, "model": ["rep", "chat"] + [None] * 4}
    )
    path = folder / f"people.{ending}"
    frame.to_csv(path, index=False) if ending == "csv" else frame.to_parquet(path, index=False)
    made = plan(consensus(**TALK | {"population": {"file": path.name, "models": {"p1": "base", "p2": "rep"}}}))
    assert [p.model for p in made.population] == ["rep", "base", "rep", "", "", ""]
    answers, _, _ = run(made, folder / "out")
    name = names(made)
    assert dict(answers.groupby("persona")["model"].first()) == {
        f"p{k}": name["rep" if k in (0, 2) else "base"] for k in range(6)
    }
    again = plan(folder / "out" / "study.yaml")
    assert again.identity() == made.identity()
    assert again.study == made.study
    assert yaml.safe_load((folder / "out" / "study.yaml").read_text())["mediator"] == "chat"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model": "bse"}, r"talk\.yaml:\d+: model: no model is called 'bse'; did you mean `base`\?.*base, rep, chat"),
        ({"mediator": "x"}, r"talk\.yaml:\d+: mediator: no model is called 'x' \(`models` has: base, rep, chat\)"),
        ({"judge": "caht"}, r"talk\.yaml:\d+: judge: no model is called 'caht'; did you mean `chat`"),
        (
            {"conditions": [{"name": "c", "style": "qa", "model": "rap"}]},
            r"talk\.yaml:\d+: conditions\.0\.model: no model is called 'rap'; did you mean `rep`",
        ),
        ({"models": {}}, r"model: no model is called 'base' \(`models` has: none\); or write KIND:NAME"),
        ({"model": {"spec": "base", "retries": 2}}, r"talk\.yaml:\d+: model: 'base' is a name under `models`"),
        ({"models": MODELS | {"judge": "synthetic:x"}}, r"talk\.yaml:\d+: models\.judge: 'judge' is a role"),
        ({"models": MODELS | {"a:b": "synthetic:x"}}, r"talk\.yaml:\d+: models\.a:b: a model's name has"),
        ({"models": MODELS | {"odd": "synthetic"}}, r"talk\.yaml:\d+: models\.odd: 'synthetic' is not a model spec"),
        (
            {"models": MODELS | {"odd": {"spek": "synthetic:x"}}},
            r"talk\.yaml:\d+: models\.odd\.spek: .*did you mean `spec`",
        ),
        (
            {"models": MODELS | {"odd": {"spec": "synthetic:x", "options": {"adapter": "a"}}}},
            r"talk\.yaml:\d+: models\.odd\.options: `adapter` stands beside `spec`",
        ),
        (
            {"population": PEOPLE | {"models": {"p3": "rap"}}},
            r"talk\.yaml:\d+: population\.models\.p3: no model is called 'rap'; did you mean `rep`",
        ),
        (
            {"population": PEOPLE | {"models": {"p03": "rep"}}},
            r"talk\.yaml: population\.models: nobody is called 'p03'; did you mean `p3`\?.*base, rep, chat",
        ),
        ({"population": PEOPLE | {"models": {77: "rep"}}}, r"nobody is called '77'; give the id of a persona"),
    ],
)
def test_mistakes_are_named(consensus, changes, said):
    with pytest.raises(InputError, match=said):
        plan(consensus(**TALK | changes))


def test_the_line_of_a_mistake_is_its_own(consensus):
    path = consensus(**TALK | {"mediator": "caht"})
    lines = path.read_text().splitlines()
    line = 1 + next(k for k, text in enumerate(lines) if text.startswith("mediator"))
    with pytest.raises(InputError, match=rf"talk\.yaml:{line}: mediator"):
        plan(path)


def test_a_population_file_that_names_an_unknown_model(consensus, folder):
    (folder / "people.csv").write_text("id,model\n" + "".join(f"p{k},rap\n" for k in range(6)))
    with pytest.raises(InputError, match=r"people\.csv: column `model` of persona 'p0': no model is called 'rap'; did"):
        plan(consensus(**TALK | {"population": {"file": "people.csv"}}))


def test_who_is_not_sampled_may_be_bound(consensus):
    sampled = PEOPLE | {"generate": 30, "sample": 6}
    made = plan(consensus(**TALK | {"population": sampled | {"models": {f"p{k:02d}": "rep" for k in range(30)}}}))
    assert [p.model for p in made.population] == ["rep"] * 6
    absent = next(f"p{k:02d}" for k in range(30) if f"p{k:02d}" not in {p.id for p in made.population})
    unbound = plan(consensus(**TALK | {"population": sampled})).identity()
    assert plan(consensus(**TALK | {"population": sampled | {"models": {absent: "rep"}}})).identity() == unbound
    with pytest.raises(InputError, match="nobody is called 'p30'"):
        plan(consensus(**TALK | {"population": sampled | {"models": {"p30": "rep"}}}))


def test_renaming_changes_nothing_and_another_speaker_does(consensus):
    people = PEOPLE | {"models": {"p3": "rep"}}
    base = plan(consensus(**TALK | {"population": people})).identity()
    assert base["personas"] == {"p3": "synthetic:town attribute_share=0.9"}
    renamed = {"b": MODELS["base"], "r": MODELS["rep"], "c": MODELS["chat"], "idle": "synthetic:other"}
    changes = {"models": renamed, "model": "b", "mediator": MODELS["chat"]}
    assert plan(consensus(**TALK | changes | {"population": PEOPLE | {"models": {"p3": "r"}}})).identity() == base
    for other in (
        {"population": PEOPLE},
        {"population": PEOPLE | {"models": {"p3": "chat"}}},
        {"population": PEOPLE | {"models": {"p4": "rep"}}},
        {"population": people, "mediator": "base"},
        {"population": people, "model": "rep"},
        {"population": people, "judge": "base"},
        {"population": people, "conditions": [{"name": "qa", "style": "qa", "model": "chat"}]},
    ):
        assert plan(consensus(**TALK | other)).identity() != base, other


def test_a_binding_to_the_model_that_answers_anyway_changes_nothing(consensus):
    bound = TALK | {"population": PEOPLE | {"models": {"p3": "base"}}}
    assert plan(consensus(**bound)).identity() == plan(consensus(**TALK)).identity()
    two = {"conditions": ["qa", {"name": "c", "style": "qa", "model": "chat"}]}
    assert plan(consensus(**bound | two)).identity() != plan(consensus(**TALK | two)).identity()


def test_a_renamed_model_in_a_population_file_changes_nothing(consensus, folder):
    def identity(name, traits="D"):
        (folder / "people.csv").write_text("id,party,model\n" + "".join(f"p{k},{traits},{name}\n" for k in range(6)))
        models = {"base": MODELS["base"], "chat": MODELS["chat"], name: MODELS["rep"]}
        return plan(consensus(**TALK | {"models": models, "population": {"file": "people.csv"}})).identity()

    assert identity("rep") == identity("representative")
    assert identity("rep") != identity("rep", "R")


def test_a_study_without_named_models_stays_what_it_was(survey, folder):
    old = plan(survey(conditions=["qa", {"name": "b", "style": "none", "model": "synthetic:b"}]))
    identity = old.identity()
    assert identity["model"] == identity["mediator"] == "synthetic:default"
    assert [c["model"] for c in identity["conditions"]] == [None, "synthetic:b"]
    assert not identity.keys() & {"models", "judge", "personas"}
    assert "models" not in identity["population"]
    assert set(identity["files"]) == {"table", "human_codebook", "codebook"}
    assert list(old.model_configs()) == ["synthetic:default", "synthetic:b"]
    named = plan(
        survey(
            models={"x": "synthetic:default", "y": "synthetic:b"},
            model="x",
            conditions=["qa", {"name": "b", "style": "none", "model": "y"}],
        )
    )
    assert named.identity() == identity
    pd.testing.assert_frame_equal(run(old, folder / "a")[0], run(named, folder / "b")[0])


def test_a_model_nobody_speaks_through_is_not_opened(consensus):
    made = plan(consensus(**TALK | {"models": MODELS | {"idle": "nonsense:x"}}))
    assert set(open_models(made)) == {"synthetic:town dimensions=2", "synthetic:town wording_sd=0.4"}
    assert "nobody speaks through rep, idle (under `models`)" in made.notes
    made = plan(consensus(models=MODELS, mediator="chat", population=PEOPLE, consensus=TALK["consensus"]))
    assert any("no `model` is given: 6 personas" in note for note in made.notes)


def test_the_command_line_replaces_models(consensus):
    def spec(*overrides, given=None, **changes):
        return plan(consensus(**TALK | changes), *overrides, model=given).study.model

    assert spec("models.base=synthetic:else").spec == "synthetic:else"
    assert spec("model=chat") == spec(given="chat") == spec(model="chat")
    assert spec(given="synthetic:else").spec == "synthetic:else"
    assert spec(given="synthetic:else").options == {}
    held = {"models": MODELS | {"base": SERVED | {"api_key_env": "KEY", "timeout_s": 3}}}
    assert spec(given="openai:other@http://h/v1", **held).api_key_env == "KEY"
    assert spec(given="openai:other@http://h/v1", **held | {"model": {**SERVED, "adapter": "a"}}).adapter is None
    with pytest.raises(InputError, match=r"no model is called 'opnai'.*KIND:NAME"):
        spec(given="opnai")
