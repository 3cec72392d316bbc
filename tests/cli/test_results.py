"""JSON on stdout."""

from __future__ import annotations

import json

from w2vtui.cli.results import json_text
from w2vtui.settings import ALL_WORDS, MAX_WINDOW


def test_a_setting_without_limit_is_spelled_as_it_is_typed():
    plain = {"trials": [{"window": ALL_WORDS}, {"window": MAX_WINDOW}], "best": (ALL_WORDS,)}
    assert json.loads(json_text(plain)) == {
        "trials": [{"window": "all"}, {"window": MAX_WINDOW}],
        "best": ["all"],
    }
