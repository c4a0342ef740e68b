"""Tables of a report: what they show is escaped, aligned and complete."""

import numpy as np
import pytest

from metawidgets.reports.tables import Picture, Table, item_cell, settings_table


def test_a_table_escapes_what_it_shows():
    table = Table(["<b>", "n"], [["<script>alert(1)</script>", 3]], caption="a & b")
    shown = table._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "a &amp; b" in shown
    assert repr(table).splitlines() == ["a & b", "<b>                        n", "<script>alert(1)</script>  3"]


def test_numbers_stand_to_the_right_with_their_heading():
    shown = Table(["name", "share", "n"], [["a", "12.5 %", 3], ["b", "", 12]])._repr_html_()
    assert shown.count('<th scope="col" style="text-align: right') == 2
    assert shown.count('<td style="text-align: right') == 4


def test_a_picture_has_words():
    cell = Picture(np.zeros((1, 4, 4), np.uint8), 'a "q"').html()
    assert 'alt="a &quot;q&quot;"' in cell
    assert "data:image/png;base64," in cell


def test_settings_are_flattened():
    assert settings_table({"a": 1, "b": {"c": None, "d": {}}, "e": "text"}).rows == [
        ["a", "1"],
        ["b.c", "null"],
        ["b.d", "{}"],
        ["e", "text"],
    ]


def test_a_row_of_the_wrong_length():
    with pytest.raises(ValueError, match="1 cells under 2 headings"):
        Table(["a", "b"], [["x"]])


def test_an_item_is_a_cell_of_bounded_size():
    assert item_cell(np.array([0.25, -1.0], np.float32), "two") == "0.25, -1.00"
    assert item_cell(np.arange(3, dtype=np.int32), "ids") == "0 1 2"
    assert item_cell(np.arange(400, dtype=np.int32), "ids") == "0 1 2 3 4 5 6 7 8 9 10 11 …"
    long = item_cell(np.linspace(-1, 1, 384, dtype=np.float32), "query a/b/c")
    assert isinstance(long, Picture)
    assert long.text == "query a/b/c, a vector of 384 numbers"
    other = item_cell(np.linspace(1, -1, 384, dtype=np.float32), "query a/b/c")
    assert isinstance(other, Picture)
    assert long.uri != other.uri  # the picture shows the numbers
    assert isinstance(item_cell(np.zeros((1, 8, 8), np.uint8), "ink"), Picture)
    assert isinstance(item_cell(np.zeros(9, np.float32), "zeros"), Picture)
