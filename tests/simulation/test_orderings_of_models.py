"""What must come out of a study of models whose faults are known: effects, groups, and gaps between parties.

The people are made up (`strangers`), and told by their attributes to models that hear, pull or judge wrongly by known dials.
"""

import random

import pytest
from strangers import MODEL, make_people, measured, write_answers, write_study

from minipublic.models.synthetic import SyntheticPublic
from minipublic.simulation.instruments.reading import find_instrument
from minipublic.simulation.partisan.measuring import compare_partisans

FIDELITIES = (1.0, 0.5, 0.15)
PARTIES = ("Democrat", "Republican")


@pytest.fixture(scope="module")
def heard(tmp_path_factory, seed=1):
    """By fidelity, and one that thinks worse of the old: the metrics of a model that is told everybody's attributes."""
    folder = tmp_path_factory.mktemp("heard")
    make_people(folder, 1200, seed)
    models = {str(f): _model(fidelity=f) for f in FIDELITIES}
    models["biased"] = _model(fidelity=1.0, subgroup_bias={"age": {"65+": [-1.2, 0.0, 1.2]}})
    contrasts = {"party": list(PARTIES), "age": ["18-29", "65+"], "education": ["College", "High school or less"]}
    path = write_study(
        folder,
        seed=seed,
        models=models,
        model="1.0",
        population={"from_humans": True, "sample": 300},
        conditions=[{"name": "told", "style": "qa", "model": list(models)}],
        evaluation={"bootstrap": 100, "splits": 5, "by": ["age"], "contrasts": contrasts},
    )
    metrics = measured(path, folder / "out")
    return {
        row["model"]: {key: metrics[key][row["condition"]] for key in ("conditions", "effects")}
        for row in metrics["rows"]
    }


def _model(**options):
    return MODEL | {"options": MODEL["options"] | options}


def test_effects_agree_and_fade_with_fidelity(heard):
    effects = {f: heard[str(f)]["effects"] for f in FIDELITIES}
    assert effects[1.0]["sign_agreement_where_significant"]["value"] > 0.9
    assert effects[1.0]["correlation"]["value"] > 0.85
    for name, least in (("correlation", 0.1), ("slope", 0.5)):
        full, half, little = (effects[f][name]["value"] for f in FIDELITIES)
        assert full > half > little, name
        assert full - little > least, name


def test_a_bias_shows_in_the_group_it_hits_and_in_no_other(heard):
    fair, biased = (heard[name]["conditions"]["groups"]["age"] for name in ("1.0", "biased"))
    for label in fair:
        farther = biased[label]["wasserstein"]["value"] - fair[label]["wasserstein"]["value"]
        if label == "65+":
            assert farther > 0.1
        else:
            assert farther == pytest.approx(0, abs=1e-9)


@pytest.fixture(scope="module")
def judged(tmp_path_factory, seed=1):
    """What two models say of partisans beside what people say, by model: a fair one, and one that is pulled to the middle."""
    folder = tmp_path_factory.mktemp("judged")
    path = find_instrument("traits")
    traits = [{"party": PARTIES[k % 2]} for k in range(1200)]
    asked = {
        f"traits_{trait}_{party.lower()}s": ({"question": f"traits_{trait}_{party.lower()}s", "target": party}, 5)
        for party in PARTIES
        for trait in ("moral", "hard_working", "open_minded", "intelligent", "honest")
    }
    write_answers(folder / "people.csv", SyntheticPublic("people"), traits, asked, random.Random(seed))
    (folder / "codebook.yaml").write_text(path.read_text().replace("respondent: respondent", "respondent: id"))
    firm = {"hostility": 2.1, "loyalty": 2.1, "spread": 0.6}
    models = {
        "fair": {"spec": "synthetic:americans"},
        "middle": {"spec": "synthetic:americans", "options": {"middle_pull": 0.75, "parties": firm}},
    }
    conditions = [{"name": "told", "style": "qa", "model": list(models)}]
    people = {"from_humans": True, "sample": 300}
    study = write_study(
        folder, seed=seed, models=models, model="fair", population=people, conditions=conditions, traits=[]
    )
    measured(study, folder / "out")
    return {
        name: compare_partisans(
            folder / "out",
            folder / "codebook.yaml",
            humans=folder / "people.csv",
            condition=f"told / {name}",
            bootstrap=100,
        )[0]
        for name in models
    }


@pytest.mark.parametrize("party", ["democrat", "republican"])
def test_a_fair_model_has_the_gap_and_the_spread_of_people(judged, party):
    found = judged["fair"]
    assert found[party]["value"] == pytest.approx(found["humans"][party]["value"], abs=0.3)
    assert found[party]["cohens_d"] == pytest.approx(found["humans"][party]["cohens_d"], rel=0.3)
    assert found["extremes"][party]["value"] == pytest.approx(found["humans"]["extremes"][party]["value"], rel=0.15)
    assert found["variance_ratio"][party]["value"] == pytest.approx(1, abs=0.3)


@pytest.mark.parametrize("party", ["democrat", "republican"])
def test_a_model_pulled_to_the_middle_has_the_gap_but_is_betrayed_by_its_spread(judged, party):
    found = judged["middle"]
    assert found[party]["value"] == pytest.approx(found["humans"][party]["value"], abs=0.3)
    assert found[party]["cohens_d"] > 1.5 * found["humans"][party]["cohens_d"]
    assert found["extremes"][party]["value"] < 0.5 * found["humans"]["extremes"][party]["value"]
    _, high = found["variance_ratio"][party]["ci"]
    assert high < 0.6
    assert found["wasserstein"][party]["value"] > 1.5 * judged["fair"]["wasserstein"][party]["value"]
