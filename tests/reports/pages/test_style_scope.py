"""Styles of one output reach no other."""

import pytest

from metawidgets.reports.pages.html_cleaning import cleaned
from metawidgets.reports.pages.style_scope import scoped


@pytest.mark.parametrize(
    ("css", "limited"),
    [
        ("p {color: red}", ".s p {color: red}"),
        ("body {color: red}", ".s {color: red}"),
        ("html body .a, b {color: red}", ".s .a, .s b {color: red}"),
        (":is(a, b) > i {x: y}", ".s :is(a, b) > i {x: y}"),
        ("@media print {p {x: y}}", "@media print {.s p {x: y}}"),
        ("@import url(e.css); @page {margin: 0}", ""),
        ("} body {color: red}", ".s } body {color: red}"),
        ("p {color: red} </style><b>", ".s p {color: red}"),
    ],
)
def test_rules_are_limited(css, limited):
    assert scoped(css, ".s") == limited


def test_a_fragment_with_a_style_stands_in_an_element_of_its_own():
    html = cleaned("<style>body {color: red} p {position: fixed}</style><p>a</p>")
    assert html.startswith('<div class="mw-own mw-own-')
    assert "body" not in html
    assert "fixed" not in html
