"""Five people look for common ground."""

import asyncio

from minipublic import Context, Persona, build_consensus, load_model

parties = ("Democrat", "Republican", "Independent", "Republican", "Democrat")
seats = {f"seat_{k}": Persona(f"p{k}", {"party": party}) for k, party in enumerate(parties)}
model = load_model("synthetic:default")  # or openai:NAME@http://localhost:8000/v1
context = Context(seats=seats, models={"participant": model, "mediator": model}, style="bio")
graph = build_consensus().compile()
episode = asyncio.run(graph.ainvoke({"question": "Should we make public transport free?"}, context=context))

print(episode["draft"], episode["revised"], sep="\n\n")
for seat, ratings in episode["endorsements"].items():
    print(seat, "draft", ratings["draft"], "revised", ratings["revised"])
