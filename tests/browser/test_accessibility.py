"""axe on states that the shared page of each component does not have: episodes of points and of a curve, in both themes."""

import pytest

from metawidgets.widgets import EpisodeView
from tests.browser.axe import faults
from tests.widgets.examples import curve, points


def test_axe_sees_faults(open_html, tmp_path):
    path = tmp_path / "faulty.html"
    path.write_text(
        '<!DOCTYPE html><html data-mw-ready="0"><body><input type="range"><p style="color: #eee">pale</p></body></html>'
    )
    assert {"label", "color-contrast"} <= set(faults(open_html(path).page))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("episode", [points, curve])
def test_axe_finds_nothing(open_component, episode, dark):
    assert faults(open_component(EpisodeView(episode()), dark=dark).page) == {}
