"""Markup for a page without scripts: maths, foreign HTML, and the labels of folded code."""

import re

import pytest
from bs4 import BeautifulSoup

from metawidgets.reports.markup import cleaned, code_label, final_lines, markdown, mathml
from metawidgets.reports.tables import Link, Table


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("<p onclick='x()' class='a'>b</p>", '<p class="a">b</p>'),
        ("a<script>x()</script>b<iframe src='//e.com'></iframe>", "ab"),
        ("<a href='javascript:x()'>b</a>", "<a>b</a>"),
        ("<a href=' java\nscript:x()'>b</a>", "<a>b</a>"),
        ("<a href='https://e.com/p'>b</a>", '<a href="https://e.com/p" rel="noopener noreferrer">b</a>'),
        ("<a href='#part'>b</a>", '<a href="#part">b</a>'),
        ("<a href='02_next.ipynb#part'>b</a>", '<a data-notebook="02_next.ipynb#part">b</a>'),
        ("<a href='javascript:x.ipynb'>b</a>", "<a>b</a>"),
        ("<img src='https://e.com/x.png' alt='a plot'>", '<a href="https://e.com/x.png">a plot</a>'),
        ("<img src='data:image/png;base64,AA' onerror='x()'>", '<img src="data:image/png;base64,AA"/>'),
        ("<img src='data:text/html,x'>", ""),
        (
            "<style>@import 'e.css'; p {color: red; background: url(https://e.com/x)}</style>",
            "<style> p {color: red; background: none}</style>",
        ),
        (
            "<td style='background: url(//e.com/x); color: red'>1</td>",
            '<td style="background: none; color: red">1</td>',
        ),
        (
            "<svg><use xlink:href='https://e.com/a.svg#b'></use><circle r='1'></circle></svg>",
            '<svg><use></use><circle r="1"></circle></svg>',
        ),
        ("<form action='https://e.com'><input></form>", ""),
        ("<math><mi>x</mi></math>", "<math><mi>x</mi></math>"),
    ],
)
def test_markup_is_cleaned(dirty, clean):
    assert cleaned(dirty) == clean


def test_maths_becomes_mathml_or_stays_readable():
    html = markdown(
        r"Inline $c_k = \frac{1}{2}$ and"
        "\n\n$$\\sum_i x_i$$\n\n"
        r"\begin{align} a &= b \end{align}"
        "\n\nA price of 5 \\$ and `$x$`."
    )
    assert len(re.findall("<math", html)) == 3
    assert 'display="block"' in html
    assert "<mfrac>" in html
    assert "<code>$x$</code>" in html
    assert "$$" not in html
    assert mathml(r"\left(<b>") == '<code class="tex">\\left(&lt;b&gt;</code>'  # beyond the converter


@pytest.mark.parametrize(
    ("source", "label"),
    [
        ("# one\nx", "Code: one"),
        ("\n\n## two ##\n", "Code: two"),
        ("x  # three", "Code"),
        ("#!sh", "Code"),
        ("", "Code"),
    ],
)
def test_labels_of_code(source, label):
    assert code_label(source) == label


def test_cells_of_parameters_say_which_they_are():
    assert code_label("n: int = 1", ["parameters"]) == "Code: Parameters and their defaults"
    assert code_label("# Parameters\nn = 2", ["x", "injected-parameters"]) == "Code: Parameters of this run"
    assert code_label("# three", ["remove-output"]) == "Code: three"


def test_a_progress_bar_leaves_its_last_state():
    assert final_lines(" 0%\r 9%\r10%\r\nnext\n\n") == "10%\nnext\n\n"


def test_what_is_folded_stays_folded():
    page = BeautifulSoup(
        markdown("<details>\n<summary>A *solution*</summary>\n\nThe `median`.\n\n</details>\n\nAfter."), "html.parser"
    )
    folded = page.find("details")
    assert folded is not None
    assert "median" in folded.get_text()
    assert "After" not in folded.get_text()
    hostile = markdown("<details onclick='x()'>\n<summary>a</summary>\n\n<script>alert(1)</script>\n\n</details>")
    assert "script" not in hostile
    assert "onclick" not in hostile


def test_a_notebook_to_be_saved_keeps_its_link():
    table = Table(["report"], [[Link("a <b>", "reports/ab/x.partial.ipynb")], [Link("c", "reports/ab/y.html")]])
    page = cleaned(table._repr_html_())
    saved, opened = BeautifulSoup(page, "html.parser").find_all("a")
    assert saved.attrs == {"href": "reports/ab/x.partial.ipynb", "download": ""}
    assert saved.get_text() == "a <b>"
    assert opened.attrs == {"href": "reports/ab/y.html"}
