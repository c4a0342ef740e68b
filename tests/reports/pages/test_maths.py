"""Formulas as MathML: right, or their marked source."""

import pytest
from bs4 import BeautifulSoup

from metawidgets.reports.pages.html_cleaning import cleaned
from metawidgets.reports.pages.left_out import LeftOut
from metawidgets.reports.pages.markup import markdown
from metawidgets.reports.pages.maths import Maths, mathml


def texts(math: str) -> str:
    """Return the visible characters of a formula."""
    return "".join(BeautifulSoup(math, "html.parser").get_text().split()).replace("\u2061", "")


@pytest.mark.parametrize(
    ("tex", "shown", "element"),
    [
        (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", "a=bc=d", "mtable"),
        (r"\begin{align*} a &= b \\ c &= d \end{align*}", "a=bc=d", "mtable"),
        (r"\begin{cases} 1 & x>0 \\ 0 & \text{otherwise} \end{cases}", "{1x>00otherwise", "mtable"),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "(abcd)", "mtable"),
        (r"\begin{array}{c|c} a & b \\ \hline c & d \end{array}", "abcd", "mtable"),
        (r"\arg\min_\theta L", "argminθL", "munder"),
        (r"\operatorname*{argmax}_x f", "argmaxxf", "munder"),
        (r"\operatorname{softmax}(x)", "softmax(x)", "mi"),
        (r"\text{if } x", "ifx", "mtext"),
        (r"\cancel{x}", "x", "menclose"),
        (r"\overline{x}", "x", "menclose"),
        (r"\mathbb{E}_{x \sim p}", "𝔼x∼p", "msub"),
        (r"\mathcal{L}", "ℒ", "mi"),
        (r"\boldsymbol{\theta}", "𝜽", "mi"),
        (r"\theta' = 1", "θ′=1", "mrow"),
        (r"\theta_i'", "θi′", "msubsup"),
        (r"\left\lVert x \right\rVert_2^2", "‖x‖22", "msubsup"),
        (r"\sum_{i=1}^n x_i", "∑i=1nxi", "munderover"),
        (r"\underbrace{a+b}_{n}", "a+b⏟n", "munder"),
        (r"\sqrt[3]{x}", "x3", "mroot"),
        (r"\binom{n}{k}", "(nk)", "mfrac"),
        (r"\xrightarrow{f}", "→f", "mover"),
        (r"\color{red}x", "x", "mi"),
        (r"a < b & c", None, "code"),
        (r"\notacommand{x}", None, "code"),
        (r"\frac{1", None, "code"),
    ],
)
def test_a_formula_is_right_or_marked(tex, shown, element):
    math = mathml(tex, display=True)
    assert BeautifulSoup(math, "html.parser").find(element) is not None
    assert texts(math) == (shown if shown is not None else "".join(tex.split()))
    # What cleaning removed of it, the page would not show.
    assert BeautifulSoup(cleaned(math), "html.parser") == BeautifulSoup(math, "html.parser")


def test_a_prime_is_raised_once():
    """The character is raised already, so it is no superscript."""
    assert "<msup>" not in mathml(r"\theta' - f''(x) + \mathcal{L}'")
    assert "<msup>" in mathml(r"\theta^2")


@pytest.mark.parametrize(
    "tex", [r"\href{javascript:x()}{x}", r"\includegraphics{https://e.com/x.png}", r"\def\a{\a\a}\a", "{" * 5000]
)
def test_hostile_tex_is_source(tex):
    assert mathml(tex).startswith('<code class="tex"')


def test_macros_of_earlier_cells_hold_in_later_ones():
    maths = Maths()
    defined = r"\newcommand{\R}{\mathbb{Q}} \newcommand{\norm}[1]{|#1|} \def\vv#1{\mathbf{#1}} \DeclareMathOperator*{\best}{best}"
    assert maths.mathml(defined) == ""
    assert texts(maths.mathml(r"\norm{\vv{x}} \in \R")) == "|𝐱|∈ℚ"
    assert "<munder>" in maths.mathml(r"\best_x", display=True)
    with pytest.raises(ValueError, match="not supported"):
        maths.mathml(r"\newcommand{\opt}[2][d]{#1}")


def test_numbers_run_through_the_notebook_and_references_find_them():
    maths = Maths()
    first = maths.mathml(r"\begin{align} a \label{a} \\ b \nonumber \\ c \label{c} \end{align}", display=True)
    second = maths.mathml(r"\begin{equation} d \label{d} \tag{$\ast$} \end{equation}", display=True)
    assert texts(first) == "a(1)bc(2)"
    assert "(∗)" in texts(second)
    assert maths.labels == {"a": "1", "c": "2", "d": "∗"}
    assert texts(maths.with_references(maths.mathml(r"\eqref{c}") + maths.mathml(r"\ref{a}"))) == "(2)1"
    assert texts(maths.with_references(maths.mathml(r"\eqref{gone}"))) == "(???)"


def test_a_formula_that_is_shown_as_source_is_reported():
    found: list[LeftOut] = []
    html = markdown(r"Here $\notacommand{x}$ and \eqref{a}.", found=found.append, cell=7)
    assert str(found[0]).startswith(r"cell 7: the formula \notacommand{x}: Unsupported function name: \notacommand")
    assert len(found) == 1
    assert 'class="tex"' in html
    assert "tml-eqref" in html
