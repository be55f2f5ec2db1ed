"""Who hears whom: do opinions come together in one circle, on a ring, and in two rooms? Eight groups of ten on each."""

import asyncio

import networkx as nx

from minipublic import Context, Persona, load_model
from minipublic.evaluators.polarisation import polarisation
from minipublic.graphs.network_discussion import build_network_discussion

QUESTION = {"question": "Should we close the town centre to cars?"}
ROOMS = nx.disjoint_union(nx.complete_graph(5), nx.complete_graph(5))  # any networkx graph will do
NETWORKS = {"circle": {"topology": "complete"}, "ring": {"topology": "ring"}, "two rooms": ROOMS}
model = load_model("synthetic:default", openness=0.3, confidence=1.0)  # or openai:NAME@http://localhost:8000/v1


async def talk(graph, k):
    seats = {f"seat_{s}": Persona(f"p{10 * k + s}", {"party": "AB"[s // 5]}) for s in range(10)}
    left = await graph.ainvoke(QUESTION, context=Context(seats=seats, models={"participant": model}, style="bio"))
    return [[held["position"] for held in left["polls"][name].values()] for name in ("position_0", "position_3")]


for name, network in NETWORKS.items():
    graph = build_network_discussion(network, rounds=3).compile()
    groups = [asyncio.run(talk(graph, k)) for k in range(8)]
    for when, end in (("before", 0), ("after", 1)):
        spread = polarisation(
            [code for g in groups for code in g[end]], range(1, 8), [k for k in range(8) for _ in range(10)]
        )
        low, high = spread["variance"]["ci"]
        print(f"{name}, {when}: variance {spread['variance']['value']:.2f} [{low:.2f}, {high:.2f}] (people: 80)")
