"""Files of a run folder."""

import json

from minipublic.simulation.folder import write_json


def test_a_folder_that_is_not_there_is_made(tmp_path):
    write_json(tmp_path / "new" / "deep" / "out.json", {"a": 1})
    assert json.loads((tmp_path / "new" / "deep" / "out.json").read_text()) == {"a": 1}
    assert [p.name for p in (tmp_path / "new" / "deep").iterdir()] == ["out.json"]
