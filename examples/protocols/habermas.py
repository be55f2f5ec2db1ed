"""Critique rounds until endorsement stops rising: how far each statement is endorsed, and whose statement it is."""

import asyncio

from minipublic import Context, Persona, load_model
from minipublic.graphs import find_mediator
from minipublic.graphs.habermas import build_habermas

parties = ("Democrat", "Republican", "Independent", "Republican", "Democrat")
seats = {f"seat_{k}": Persona(f"p{k}", {"party": party}) for k, party in enumerate(parties)}
model = load_model("synthetic:default")  # or openai:NAME@http://localhost:8000/v1
context = Context(
    seats=seats,
    models={"participant": model, "mediator": model},
    style="bio",
    mediator=find_mediator("habermas", candidates=8, rule="schulze"),
)
left = asyncio.run(build_habermas(rounds=4).compile().ainvoke({"question": "Should we tax wealth?"}, context=context))

result = left["outcomes"]["result"]
for step, endorsement in result["endorsement"].items():
    print(f"{step}: mean agreement {endorsement:.2f} of 7 (people: 5)")
print(f"ended: {result['ended']}; the group's statement is {result['statement']}:")
print(left["statements"][result["statement"]])
