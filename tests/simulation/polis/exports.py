"""Small exports as Polis writes them."""

import csv

import numpy as np


def write_export(folder, sizes=(16, 10), seed=0, **changes):
    """Two camps on eight statements; camp 1 disagrees with the first four; nobody has not seen anything."""
    random = np.random.default_rng(seed)
    camp = np.repeat([0, 1], sizes)
    wanted = np.where((camp[:, None] == 1) & (np.arange(8) < 4), -1, 1)
    votes = wanted * np.where(random.random(wanted.shape) < changes.get("sure", 0.9), 1, -1)
    cells = [[str(v) for v in row] for row in votes]
    for (i, j), cell in changes.get("cells", {}).items():
        cells[i][j] = cell
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "participants-votes.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(changes.get("header", ["participant", "group-id", "n-votes", *(str(j) for j in range(8))]))
        out.writerows([str(i), str(camp[i]), "8", *row] for i, row in enumerate(cells))
    texts = changes.get("texts", {})
    with (folder / "comments.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(changes.get("comment_header", ["comment-id", "agrees", "disagrees", "moderated", "comment-body"]))
        for j in range(8):
            moderated = changes.get("moderated", {}).get(j, "1")
            agrees, disagrees = int((votes[:, j] == 1).sum()), int((votes[:, j] == -1).sum())
            out.writerow([str(j), agrees, disagrees, moderated, texts.get(j, f"We should do thing {j}.")])
    return folder
