"""Many notebooks and their index: a failed notebook is reported and does not stop the others."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from metawidgets.errors import ReportError
from metawidgets.reports.site import build_site

LINKS = "[here](good.ipynb#part), [failed](bad.ipynb), [elsewhere](https://e.com/good.ipynb), [data](good.csv)"


def notebook(folder, name, code, title="A <b>title</b>"):
    cells = [
        new_markdown_cell(f"# {title}\n\nWhat is *one* and one?\nOn two lines.\n\n{LINKS}", id="title"),
        new_code_cell(
            "seed: int = 0  # 0.. a seed\nsmoke: bool = False", id="parameters", metadata={"tags": ["parameters"]}
        ),
        new_code_cell(code, id="code"),
    ]
    nb = new_notebook(cells=cells)
    nb.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / f"{name}.ipynb"
    nbformat.write(nb, path)
    return path


@pytest.mark.slow
def test_every_notebook_is_run_and_linked(tmp_path):
    good = notebook(tmp_path, "good", "print('smoke is', smoke)")
    bad = notebook(tmp_path, "bad", "1 / 0", title="Another")
    told = []
    ran = build_site([good, bad], tmp_path / "site", {"smoke": True, "unknown": 3}, jobs=2, on_done=told.append)
    assert [one.name for one in ran] == ["good", "bad"]
    assert {one.name for one in told} == {"good", "bad"}
    first, second = ran
    assert first.page is not None
    page = first.page.read_text()
    assert "smoke is True" in page
    assert "A test run with small sizes" in page
    assert '<a href="../good/good.html#part">here</a>' in page
    assert '<a data-notebook="bad.ipynb">failed</a>' in page  # there is no page to link to
    assert '<a href="https://e.com/good.ipynb" rel="noopener noreferrer">elsewhere</a>, <a href="good.csv">' in page
    assert '<a href="../index.html">All notebooks</a>' in page
    assert 'rel="next"' not in page  # the next notebook has no page
    assert first.question == "What is one and one? On two lines."
    assert first.size == first.page.stat().st_size
    assert second.page is None
    assert "ZeroDivisionError" in second.problem
    index = (tmp_path / "site" / "index.html").read_text()
    assert 'href="good/good.html"' in index
    assert "A &lt;b&gt;title&lt;/b&gt;" in index
    assert "It did not run to its end" in index
    assert "<script" not in index


def test_what_cannot_be_run_is_refused(tmp_path):
    with pytest.raises(ReportError, match="there are no notebooks"):
        build_site([], tmp_path)
    one = notebook(tmp_path, "one", "1")
    (tmp_path / "below").mkdir()
    other = notebook(tmp_path / "below", "one", "1")
    with pytest.raises(ReportError, match="two notebooks are called 'one'"):
        build_site([one, other], tmp_path / "site")
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match="choose another folder"):
        build_site([one], tmp_path / "file" / "site")
