"""Discussions on networks: only neighbours are heard, and what the network does to opinions."""

from statistics import pstdev

import networkx as nx
import pytest
from camps import Fails, group, play, public

from minipublic.graphs.network_discussion import build_network_discussion
from minipublic.graphs.steps import StepError
from minipublic.personas.networks import NetworkError

CAMPS = ("left",) * 3 + ("right",) * 3
RING = {"topology": "ring"}


def codes(left, step):
    return [held["position"] for held in left["polls"][step].values()]


async def test_only_neighbours_are_heard_and_read():
    model = Fails(public())
    left = await play(build_network_discussion, group(*CAMPS, model=model), network=RING, rounds=2)
    last, said = model.prompts("position"), left["texts"]["talk_2"]
    for k in range(1, 7):
        near = {f"seat_{k % 6 + 1}", f"seat_{(k - 2) % 6 + 1}"}
        assert {step: set(heard) for step, heard in left["hearing"][f"seat_{k}"].items()} == {
            "talk_1": near,
            "talk_2": near,
        }
        told = {seat for seat, text in said.items() if text in last[f"p{k}"]}
        assert near <= told
        assert all(said[seat] in {said[one] for one in near} for seat in told)  # the same words may be another's
        assert "seat_" not in last[f"p{k}"]


async def test_closed_minds_stay_and_open_ones_come_together():
    spread = {}
    for openness in (0, 0.3):
        left = await play(build_network_discussion, group(*CAMPS, openness=openness), rounds=3)
        spread[openness] = [pstdev(codes(left, f"position_{r}")) for r in range(4)]
    assert len(set(spread[0])) == 1
    assert spread[0][0] > 2
    assert spread[0.3][3] < 0.75 * spread[0.3][0]


async def test_camps_that_are_not_joined_stay_apart():
    apart = nx.disjoint_union(nx.complete_graph(3), nx.complete_graph(3))
    joined = nx.complete_graph(6)
    ends = []
    for network in (apart, joined):
        left = await play(build_network_discussion, group(*CAMPS, openness=0.3), network=network)
        ends.append(pstdev(codes(left, "position_3")))
    assert ends[0] > 2 > ends[1]


async def test_words_go_along_the_arrows():
    arrows = nx.DiGraph([("seat_1", "seat_2"), ("seat_2", "seat_3")])
    left = await play(build_network_discussion, group(*CAMPS[:3]), network=arrows, rounds=1)
    assert left["hearing"] == {"seat_2": {"talk_1": ["seat_1"]}, "seat_3": {"talk_1": ["seat_2"]}}


async def test_who_hears_nobody_does_not_move():
    network = nx.Graph([("seat_2", "seat_3")])
    network.add_node("seat_1")
    left = await play(build_network_discussion, group("right", "left", "left", openness=1), network=network)
    assert len({left["polls"][f"position_{r}"]["seat_1"]["position"] for r in range(4)}) == 1


async def test_words_that_fail_are_lost_to_the_neighbours_and_to_nobody_else():
    model = Fails(public(), lambda about: about["persona"] == "p1" and about["step"] == "discuss")
    left = await play(build_network_discussion, group(*CAMPS, model=model), network=RING, rounds=2)
    assert left["hearing"]["seat_2"]["talk_1"] == ["seat_3"]
    assert left["hearing"]["seat_4"]["talk_1"] == ["seat_3", "seat_5"]
    assert all(isinstance(code, int) for code in codes(left, "position_2"))


async def test_what_does_not_fit_is_named():
    with pytest.raises(StepError, match="rounds must be 1 or more"):
        build_network_discussion(rounds=0)
    with pytest.raises(NetworkError, match="4 nodes for 6 seats"):
        await play(build_network_discussion, group(*CAMPS), network=nx.path_graph(4))
