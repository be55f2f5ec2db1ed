"""The whole page: every part is there where its metrics are, and nothing of the data is markup."""

from html.parser import HTMLParser

import made_up

SECTIONS = {
    "Stories, and whom they stand for", "What the backstories contribute", "Effects: do groups differ as people do?",
    "Partisan gaps", "Asked twice",
}  # fmt: skip


class Reader(HTMLParser):
    """Headings, links, and whether every element that is opened is closed in turn."""

    VOID = frozenset({"meta", "br", "path", "use", "rect", "circle", "line"})

    def __init__(self):
        super().__init__()
        self.open, self.headings, self.links, self.broken = [], [], [], []

    def handle_starttag(self, tag, attributes):
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "a":
            self.links.append(dict(attributes)["href"])

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.broken.append(tag)

    def handle_data(self, data):
        if self.open and self.open[-1] in ("h2", "h3"):
            self.headings.append(data.strip())


def read(folder) -> tuple[Reader, str]:
    text, reader = (folder / "report.html").read_text(), Reader()
    reader.feed(text)
    return reader, text


def small(metrics: dict) -> dict:
    """Without the groups, whose figures take most of the time."""
    for condition in metrics["conditions"].values():
        condition["groups"] = {}
    return metrics


def test_every_part_stands_on_the_page(written):
    reader, text = read(written(small(made_up.everything())))
    assert set(reader.headings) >= SECTIONS
    assert (reader.broken, reader.open) == ([], [])
    assert reader.links == ["table.csv", "table.md", "table.tex"]
    assert text.index("Human bound, and humans") > text.rindex(">random<")
    assert "10 conditions; model: llama-70b, mixtral-8x22b" in text
    assert "<b>0.227</b>" in text
    assert "<u>0.229</u> ≈<small>[0.209, 0.249]</small>" in text


def test_a_page_without_those_metrics_has_none_of_the_parts(metrics, written):
    del metrics["rows"]
    folder = written(small(metrics))
    reader, text = read(folder)
    assert not SECTIONS & set(reader.headings)
    assert "Persona Conditioning" not in text
    assert not list(folder.glob("table.*"))
    assert "All respondents" in reader.headings


def test_nothing_of_the_data_is_markup_or_a_formula(written):
    evil = '<script>alert("$x_1$")</script>'
    metrics = small(made_up.everything())
    for row in metrics["rows"]:
        row["model"] = row["conditioning"] = evil
    metrics["pools"] = {evil: metrics["pools"]["interview"]}
    points = next(iter(metrics["ablations"].values()))
    for point in points:
        point["conditions"] = {evil: next(iter(point["conditions"].values()))}
    metrics["ablations"] = {evil: points}
    for effects in metrics["effects"].values():
        for contrast in effects["contrasts"]:
            contrast["attribute"] = contrast["item"] = evil
    metrics["matching"] = {evil: next(iter(metrics["matching"].values()))}
    metrics["retest"] = {evil: next(iter(metrics["retest"].values()))}
    _, text = read(written(metrics))
    assert "<script" not in text
    assert text.count("&lt;script&gt;alert") >= 8
