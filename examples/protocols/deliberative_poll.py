"""What does talking change? A deliberative poll of ten groups, and of the same ten groups who only read."""

import asyncio

import numpy as np

from minipublic import Context, Persona, load_model
from minipublic.evaluators.change import opinion_change
from minipublic.graphs.deliberative_poll import build_deliberative_poll

QUESTION = {"question": "Should we make public transport free?"}
BRIEFING = ("Free buses would cost the city 40 million a year. A third of the people say that they would drive less.",)
model = load_model("synthetic:default", openness=0.4)  # or openai:NAME@http://localhost:8000/v1


async def poll(rounds):
    graph, polls = build_deliberative_poll(rounds, materials=BRIEFING).compile(), {"before": [], "after": []}
    for k in range(10):
        seats = {f"seat_{s}": Persona(f"p{8 * k + s}", {"party": "ABC"[s % 3]}) for s in range(8)}
        context = Context(seats=seats, models={"participant": model, "mediator": model}, style="bio", unit=f"g{k}")
        left = await graph.ainvoke(QUESTION, context=context)
        for name, answers in polls.items():
            answers += [[left["polls"][name][seat]["position"]] for seat in seats]
    return opinion_change(polls["before"], polls["after"], np.repeat(np.arange(10), 8), items=["position"], middles=4)


for name, rounds in (("talked", 2), ("only read", 0)):
    found = asyncio.run(poll(rounds))["items"]["position"]
    for measure, shown in (("change", found["change"]), ("gross", found["gross"])):
        low, high = shown["ci"]
        print(f"{name}: {measure} {shown['value']:.2f} points of 7 [{low:.2f}, {high:.2f}]")
