"""Markup for a page without scripts: maths, untrusted HTML, and the labels of folded code."""

import re

import pytest
from bs4 import BeautifulSoup

from metawidgets.reports.pages.markup import cleaned, code_label, coloured_only, final_lines, markdown
from metawidgets.reports.tables import Link, Table


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("<p onclick='x()' class='a'>b</p>", '<p class="a">b</p>'),
        ("a<script>x()</script>b<iframe src='data:text/html,x'></iframe>", "ab"),
        (
            "<iframe src='https://e.com/p'></iframe>",
            '<a href="https://e.com/p" rel="noopener noreferrer">https://e.com/p</a>',
        ),
        ("<a href='javascript:x()'>b</a>", "<a>b</a>"),
        ("<a href=' java\nscript:x()'>b</a>", "<a>b</a>"),
        ("<a href='https://e.com/p'>b</a>", '<a href="https://e.com/p" rel="noopener noreferrer">b</a>'),
        ("<a href='#part'>b</a>", '<a href="#part">b</a>'),
        ("<a href='02_next.ipynb#part'>b</a>", '<a data-notebook="02_next.ipynb#part">b</a>'),
        ("<a href='javascript:x.ipynb'>b</a>", "<a>b</a>"),
        (
            "<img src='https://e.com/x.png' alt='a plot'>",
            '<a href="https://e.com/x.png" rel="noopener noreferrer">a plot</a>',
        ),
        ("<img src='data:image/png;base64,AA' onerror='x()'>", '<img src="data:image/png;base64,AA">'),
        ("<img src='data:text/html,x'>", ""),
        (
            "<p style='background: url(//e.com/x); color: red'>1</p>",
            '<p style="background: none; color: red">1</p>',
        ),
        (
            "<svg><use xlink:href='https://e.com/a.svg#b'></use><circle r='1'></circle></svg>",
            '<svg><use></use><circle r="1"></circle></svg>',
        ),
        ("<form action='https://e.com'><input></form>", ""),
        ("<math><mi>x</mi></math>", "<math><mi>x</mi></math>"),
        # elements and attributes that are not on common lists of harmful ones, or that a browser reads differently from Python's parser
        ("<svg><image href='https://e.com/a.png'/></svg>", "<svg><image></image></svg>"),
        (
            "<svg><rect fill='url(https://e.com/a)' stroke='url(#b)'/></svg>",
            '<svg><rect stroke="url(#b)"></rect></svg>',
        ),
        ("a<noscript><p title='</noscript><img src=x onerror=x()>'></noscript>b", "ab"),
        ("<portal src='x'></portal><marquee onstart='x()'>b</marquee><unknown>c</unknown>", "bc"),
        (
            "<svg><animateMotion href='#a'></animateMotion><a xlink:href='javascript:x()'>b</a></svg>",
            "<svg><a>b</a></svg>",
        ),
        ("<input type='image' src='https://e.com/x' formaction='x'>", '<input type="image">'),
    ],
)
def test_markup_is_cleaned(dirty, clean):
    assert cleaned(dirty) == clean


def test_what_a_notebook_shows_stays():
    """A styled table as pandas writes it, an estimator of scikit-learn that folds, and a drawing."""
    styled = (
        '<style type="text/css">#T_1 td {color: red}</style><table id="T_1" class="dataframe" border="1"><caption>c</caption>'
        '<thead><tr style="text-align: right;"><th class="blank level0">\xa0</th><th scope="col" colspan="2">x</th></tr></thead>'
        '<tbody><tr><th scope="row" rowspan="2">0</th><td id="T_1_row0" class="data">1.5 &lt; 2</td></tr></tbody></table>'
    )
    folding = (
        '<div class="sk-item"><input class="sk-toggle" id="sk-1" type="checkbox" checked=""><label for="sk-1">Model</label>'
        "<pre>Model()</pre></div>"
    )
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="9" role="img" aria-label="a"><defs><linearGradient '
        'id="g"><stop offset="0" stop-color="red"></stop></linearGradient><clipPath id="c"><rect width="9"></rect></clipPath></defs>'
        '<g clip-path="url(#c)" transform="translate(1,2)"><path d="M0 0L1 1" fill="url(#g)" stroke-width="2"></path>'
        '<text text-anchor="middle" x="1">t</text><use xlink:href="#g"></use></g></svg>'
    )
    for whole in (folding, drawing):  # attributes may come in another order
        assert BeautifulSoup(cleaned(whole), "html.parser") == BeautifulSoup(whole, "html.parser")
    table = BeautifulSoup(cleaned(styled), "html.parser").table
    assert table == BeautifulSoup(styled, "html.parser").table


def test_maths_becomes_mathml():
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


def test_only_coloured_tokens_are_elements():
    code = '<span></span><span class="n">x</span><span class="w"> </span><span class="o">=</span> <span class="s">&quot;a&quot;</span>'
    assert coloured_only(code) == 'x = <span class="s">&quot;a&quot;</span>'


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
