"""Statement voting: what is pooled, who votes on what, and what the votes leave."""

import pytest

from minipublic.graphs.context import Context
from minipublic.graphs.polis import build_polis
from minipublic.graphs.protocols import build_protocol
from minipublic.graphs.steps import StepError
from minipublic.models.errors import ModelTimeoutError
from minipublic.models.registry import load_model
from minipublic.personas.persona import Persona

QUESTION = {"question": "Should we tax wealth?"}
SYNTHETIC = load_model("synthetic:default")


def context(size=6, model=SYNTHETIC, **more):
    seats = {f"seat_{k}": Persona(f"p{k}", {"party": "ABC"[k % 3]}) for k in range(1, size + 1)}
    return Context(seats=seats, models={"participant": model}, **more)


async def play(*given, size=6, model=SYNTHETIC, seed=0, **more):
    return await build_polis(*given, **more).compile().ainvoke(QUESTION, context=context(size, model, seed=seed))


async def test_everybody_writes_and_votes_on_all_others():
    left = await play()
    assert left["seats"] == [f"seat_{k}" for k in range(1, 7)]
    pool, votes = left["outcomes"]["statements"], left["ratings"]["vote"]
    texts = left["candidates"]["statements"]
    for seat in left["seats"]:
        own = [name for name, authors in pool["authors"].items() if seat in authors]
        assert len(own) == 1
        assert left["texts"]["statement"][seat] == texts[int(own[0].rsplit("_", 1)[1]) - 1]
        assert set(votes[seat]) == set(pool["shown"][seat]) == set(pool["authors"]) - set(own)
        assert set(votes[seat].values()) <= {1, 2, 3}
    rows = list(left["answers"].values())
    assert len(rows) == sum(len(v) for v in votes.values())
    assert {row["step"] for row in rows} == {"vote"}
    for name, counts in left["outcomes"]["vote"].items():
        codes = [v[name] for v in votes.values() if name in v]
        assert counts == {"disagree": codes.count(1), "pass": codes.count(2), "agree": codes.count(3), "missing": 0}


async def test_a_bounded_number_is_drawn_for_each_and_the_seed_decides():
    first, again, other = [await play(3, size=8, seed=s) for s in (1, 1, 2)]
    shown = first["outcomes"]["statements"]["shown"]
    assert {len(names) for names in shown.values()} == {3}
    assert shown == again["outcomes"]["statements"]["shown"] != other["outcomes"]["statements"]["shown"]
    assert len({tuple(names) for names in shown.values()}) > 4  # not the same for all
    assert first["ratings"] == again["ratings"]


async def test_seed_statements_come_first_have_no_author_and_are_pooled_once():
    seeds = ("We should tax wealth at 2 percent.", "We should tax land instead.", "We should tax land instead. ")
    left = await play(None, seeds, size=3)
    assert left["candidates"]["statements"][:2] == list(seeds[:2])
    authors = left["outcomes"]["statements"]["authors"]
    assert authors["statements_1"] == authors["statements_2"] == []
    assert len(authors) == 5
    assert all({"statements_1", "statements_2"} <= set(v) for v in left["ratings"]["vote"].values())


class SilentFor:
    """The synthetic model, which lets one person write nothing, and answers no vote of another."""

    name, capabilities = "silent", SYNTHETIC.capabilities

    async def generate(self, request):
        if request.context["persona"] == "p1":
            raise ModelTimeoutError("too slow")
        return await SYNTHETIC.generate(request)

    async def choose(self, request):
        if request.context["persona"] == "p2":
            raise ModelTimeoutError("too slow")
        return await SYNTHETIC.choose(request)


async def test_who_wrote_nothing_votes_and_a_vote_that_failed_is_missing():
    left = await play(size=3, model=SilentFor())
    assert len(left["candidates"]["statements"]) == 2
    assert len(left["ratings"]["vote"]["seat_1"]) == 2
    assert all(vote["missing"] for vote in left["ratings"]["vote"]["seat_2"].values())
    assert sum(counts["missing"] for counts in left["outcomes"]["vote"].values()) == 1


async def test_nobody_has_anything_to_vote_on():
    left = await play(size=1)
    assert left["outcomes"]["statements"]["shown"] == {"seat_1": []}
    assert "vote" not in left.get("ratings", {})


def test_a_number_that_is_none():
    with pytest.raises(StepError, match="shown is 0; everybody votes on 1 statement or more"):
        build_polis(0)


def test_by_name():
    graph = build_protocol("polis", shown=3, seed_statements=["We should tax land."]).compile()
    assert "vote_seat" in graph.get_graph().nodes


def test_the_nodes_are_the_steps():
    names = list(build_polis().compile().get_graph().nodes)
    assert names == [
        "__start__",
        "statement",
        "statement_seat",
        "statements",
        "vote",
        "vote_seat",
        "vote_count",
        "__end__",
    ]
