"""From the lot to the vote: a panel that meets its quotas, tables that propose, and what the whole assembly adopts."""

import asyncio

from minipublic import Context, Persona, Population, load_model
from minipublic.graphs.citizens_assembly import build_citizens_assembly
from minipublic.personas.sortition import draw_panel

pool = Population(tuple(Persona(f"p{k}", {"age": "young" if k % 4 else "old", "home": "town"}) for k in range(80)))
panel = draw_panel(pool, {"age": {"young": (9, 9), "old": (9, 9)}}, size=18, seed=1)
people = [person for person in pool if person.id in panel.members]
seats = {f"seat_{k}": person for k, person in enumerate(people, start=1)}

model = load_model("synthetic:default")  # or openai:NAME@http://localhost:8000/v1
context = Context(seats=seats, models={"participant": model, "mediator": model}, style="bio")
graph = build_citizens_assembly(("The fund holds four billion.",), table_size=6, threshold=0.6).compile()
left = asyncio.run(graph.ainvoke({"question": "Should the fund build flats?"}, context=context))

print(f"drawn: {len(people)}; nobody had a smaller chance than {panel.smallest:.3f} (at best {panel.bound:.3f})")
for name, vote in left["outcomes"]["result"].items():
    text = left["candidates"]["proposal"][int(name.rpartition("_")[2]) - 1]
    print(f"{name}: {vote['share']:.0%} of 18 for it, {'adopted' if vote['adopted'] else 'rejected'}: {text}")
