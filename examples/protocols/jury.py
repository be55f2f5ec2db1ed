"""How often does a jury of six hang, by unanimity and by two thirds? Twenty juries of the same people under both."""

import asyncio

from minipublic import Context, Persona, load_model
from minipublic.evaluators.verdicts import jury_verdicts
from minipublic.graphs.jury import build_jury

CASE = {"question": "Did the landlord break the contract?", "proposition": "The landlord broke the contract."}
OPTIONS = ("Not guilty", "Guilty")
model = load_model("synthetic:default", openness=0.6)  # or openai:NAME@http://localhost:8000/v1


async def trials(need):
    graph, ends, first = build_jury(OPTIONS, need=need).compile(), [], []
    for k in range(20):
        seats = {f"seat_{s}": Persona(f"p{6 * k + s}", {"party": "AB"[s % 2]}) for s in range(6)}
        left = await graph.ainvoke(CASE, context=Context(seats=seats, models={"participant": model}, style="bio"))
        ends.append(left["outcomes"]["result"]["verdict"] or "hung")
        first.append([left["outcomes"]["ballot_0"]["counts"].get(code, 0) for code in "12"])
    return jury_verdicts(ends, OPTIONS, first)


for need in ("unanimity", "two_thirds"):
    found = asyncio.run(trials(need))
    for name in ("hung", "first_majority_wins"):
        low, high = found[name]["ci"]
        print(f"{need}: {name} {found[name]['value']:.2f} [{low:.2f}, {high:.2f}] (juries: {found[name]['n']})")
