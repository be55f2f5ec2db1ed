import re
from pathlib import Path

from jinja2 import DictLoader
from markupsafe import Markup

import minipublic.simulation
from minipublic.simulation.report.templates import environment

ROOM = Path(minipublic.simulation.__file__).parent


def test_values_are_shown_and_escaped_and_figures_stay():
    made = environment(ROOM)
    made.loader = DictLoader(
        {"x.html": "{% macro m(v) %}<i>{{ v }}</i>{% endmacro %}{{ a }}{{ b | safe }}{{ m(a) }}{{ n }}"}
    )
    page = made.get_template("x.html").render(a="<b>\x1b\u202e", b=Markup("<svg>\x07</svg>"), n=3)
    shown = "&lt;b&gt;⟨U+001B⟩⟨U+202E⟩"
    assert page == f"{shown}<svg>⟨U+0007⟩</svg><i>{shown}</i>3"


def test_there_is_one_environment_and_only_figures_are_safe():
    makers = [p.relative_to(ROOM).as_posix() for p in ROOM.rglob("*.py") if "Environment(" in p.read_text()]
    assert makers == ["report/templates.py"]
    for page in ROOM.rglob("*.html"):
        for name in re.findall(r"\{\{\s*([\w.]+)\s*\|\s*safe", page.read_text()):
            assert re.search(r"figure|svg|fragment", name), (page, name)
        # An attribute of a value is quoted, and is no address of a participant's.
        assert not re.search(r"=\{\{", page.read_text()), page
        for name in re.findall(r"(?:href|src|on\w+)=\"\{\{\s*([\w.]+)", page.read_text()):
            assert name in ("file", "row.page"), (page, name)
