"""Who is given which story."""

import pytest

from minipublic.personas import Attribute, Persona, Population
from minipublic.personas.persona import Turn
from minipublic.simulation.casting import cast_stories, key_of
from minipublic.simulation.conditions import ConditionConfig
from minipublic.simulation.errors import InputError

PARTY = Attribute("party", ("D", "R"))
PEOPLE = Population(tuple(Persona(f"h{k}", {"party": "DR"[k % 2]}, weight=1.0 + k) for k in range(6)))


def teller(name: str, party: str) -> Persona:
    return Persona(name, interview=(Turn("Who are you?", f"I am {name}."),), traits={"party": {party: 1.0}})


POOL = Population(tuple(teller(f"s{k}", "RD"[k % 2]) for k in range(8)))


def condition(matching: str, style: str = "backstory") -> ConditionConfig:
    return ConditionConfig(name=f"{style} {matching}", style=style, backstories="pool", matching=matching)


def cast(*conditions: ConditionConfig, pool: Population = POOL, seed: int = 0):
    return cast_stories(conditions, PEOPLE, {"pool": pool}, [PARTY], ("study", seed))


@pytest.mark.parametrize("method", ["greedy", "max_weight"])
def test_a_person_keeps_itself_and_is_given_a_story_of_its_kind(method):
    told = condition(method)
    casting = cast(told)
    party = {p.id: next(iter(p.traits["party"])) for p in POOL}
    for person in PEOPLE:
        seated = casting.seated(person, told)
        assert (seated.id, seated.attributes, seated.weight) == (person.id, person.attributes, person.weight)
        story, weight = casting.matched["pool", method].stories[person.id]
        assert seated.story == f"I am {story}."
        assert party[story] == person.attributes["party"]
        assert weight == 1.0


def test_conditions_that_match_alike_share_the_stories():
    plain, with_traits = condition("random"), condition("random", "backstory_with_traits")
    casting = cast(plain, with_traits)
    assert list(casting.matched) == [key_of(plain)]
    assert all(casting.seated(p, plain) == casting.seated(p, with_traits) for p in PEOPLE)


def test_a_seed_decides_who_is_drawn():
    drawn = [dict(cast(condition("random"), seed=s).matched["pool", "random"].stories) for s in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_own_stories_are_told_by_those_of_the_same_name():
    told = condition("own")
    pool = Population((teller("h1", "R"), teller("h4", "D"), teller("other", "D")))
    casting = cast(told, pool=pool)
    assert [casting.seated(p, told).story for p in PEOPLE] == ["", "I am h1.", "", "", "I am h4.", ""]
    assert casting.matched["pool", "own"].summary["without_story"] == 4


def test_a_condition_without_stories_changes_nobody():
    casting = cast(condition("greedy"))
    plain = ConditionConfig(name="qa", style="qa")
    assert all(casting.seated(p, plain) is p for p in PEOPLE)


def test_too_few_stories_for_one_each_are_named():
    with pytest.raises(InputError, match=r"conditions: backstory max_weight: backstories\.pool: .*6 humans and only 2"):
        cast(condition("max_weight"), pool=Population(POOL.personas[:2]))
