import pytest

from minipublic.personas import Attribute, Persona, Population, PopulationError
from minipublic.personas.persona import Turn

PEOPLE = Population(
    (
        Persona("a", {"party": "D", "age": "18-29"}, 'I grew up,\n"somewhere".', 1.5),
        Persona("b", {"party": "R"}, weight=0.5, model="tuned"),
        Persona("ç", {"age": "65+"}),
        Persona("d", interview=(Turn("Who are you?", 'I said:\n"me".'),), traits={"party": {"D": 0.25, "R": 0.75}}),
    )
)


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_what_is_saved_is_loaded(tmp_path, ending):
    path = tmp_path / f"people.{ending}"
    PEOPLE.save(path)
    assert Population.load(path) == PEOPLE


def test_numbers_in_a_table_are_labels(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("id,age,weight\n1,34,2\n2,,1\n")
    found = Population.load(path)
    assert found.personas[0] == Persona("1", {"age": "34"}, weight=2.0)
    assert found.personas[1].attributes == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name\nx\n", "'id' is missing"),
        ("id\na\na\n", "share the id 'a'"),
        ("id,weight\na,heavy\n", "persona 1"),
        ("id,weight\na,-1\n", "weight"),
        ("id,traits\na,often\n", "'traits' is not JSON"),
        ("id,interview\na,{}\n", "'interview' must hold a JSON list"),
        ('id,traits\na,"{""party"": {""D"": 0.5}}"\n', "sum to 1"),
    ],
)
def test_wrong_tables_are_named(tmp_path, text, said):
    path = tmp_path / "p.csv"
    path.write_text(text)
    with pytest.raises(PopulationError, match=said) as caught:
        Population.load(path)
    assert "p.csv" in str(caught.value)


def test_half_written_files_are_named(tmp_path):
    path = tmp_path / "p.jsonl"
    path.write_text('{"id": "a", "attributes": {}}\n{"id": "b", "attr')
    with pytest.raises(PopulationError, match=r"p\.jsonl:2.*complete"):
        Population.load(path)
    PEOPLE.save(tmp_path / "p.parquet")
    whole = (tmp_path / "p.parquet").read_bytes()
    (tmp_path / "p.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(PopulationError, match="complete"):
        Population.load(tmp_path / "p.parquet")
    with pytest.raises(PopulationError, match="no such file"):
        Population.load(tmp_path / "q.csv")
    with pytest.raises(PopulationError, match=r"\.parquet, \.csv or \.jsonl"):
        PEOPLE.save(tmp_path / "p.xlsx")


def test_labels_outside_the_schema_are_errors():
    with pytest.raises(PopulationError, match="party is 'X', not one of D, R"):
        Population((Persona("a", {"party": "X"}),), (Attribute("party", ("D", "R")),))
    with pytest.raises(PopulationError, match="no attribute"):
        Population((Persona("a", {"sex": "F"}),), (Attribute("party"),))


def many(n=1000):
    return Population(tuple(Persona(f"p{k}", weight=3.0 if k < n // 2 else 1.0) for k in range(n)))


def test_samples_are_reproducible_and_without_replacement():
    people = many()
    sample = people.sample(300, seed=1)
    assert sample == people.sample(300, seed=1) != people.sample(300, seed=2)
    assert len({p.id for p in sample}) == 300
    with pytest.raises(PopulationError, match="cannot draw 1001"):
        people.sample(1001)


def test_weighted_samples_follow_the_weights():
    heavy = sum(p.weight == 3.0 for seed in range(20) for p in many().sample(50, seed, weighted=True))
    assert abs(heavy / 1000 - 0.75) < 4 * (0.75 * 0.25 / 1000) ** 0.5


def test_splits_are_disjoint_and_complete():
    parts = many().split(0.8, 0.1, 0.1, seed=3)
    assert [len(p) for p in parts] == [800, 100, 100]
    assert len({p.id for part in parts for p in part}) == 1000
    with pytest.raises(PopulationError, match="sum to 1"):
        many().split(0.5, 0.4)
