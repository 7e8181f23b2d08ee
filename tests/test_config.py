"""The settings of the app can be read: with a mistake in the file Streamlit ignores all of it."""

from __future__ import annotations

import tomllib

from tests.small import ROOT


def test_the_app_listens_to_this_machine_alone_and_sends_nothing():
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert settings["server"]["address"] == "127.0.0.1"
    assert settings["browser"]["gatherUsageStats"] is False
