"""A picture of a quiz for readers without scripts: what is asked, what is ticked, and only what may be told."""

from collections.abc import Sequence

from metawidgets.widgets.paper import INK, LINE, MUTED, Paper, wrapped

__all__ = ["draw_quiz"]

_WIDTH, _MARGIN, _LINE = 640, 16, 19


def draw_quiz(lines: Sequence[tuple[str, str]]) -> bytes:
    """The lines, broken to fit, as PNG on white.

    Args:
        lines: (kind, text); kinds are "question", "option" (a mark of four characters in front) and "note".
    """
    rows: list[tuple[str, str, str]] = []  # (kind, mark, text), one a line on paper
    for kind, text in lines:
        mark, rest = (text[:3], text[4:]) if kind == "option" else ("", text)
        room = _WIDTH - 2 * _MARGIN - (40 if kind == "option" else 16 if kind == "note" else 0)
        for i, part in enumerate(wrapped(rest.replace("`", ""), room, 14 if kind == "question" else 12)):
            rows.append((kind, mark if i == 0 else "", part))
    gaps = sum(kind == "question" and (i == 0 or rows[i - 1][0] != "question") for i, (kind, _, _) in enumerate(rows))
    paper = Paper(_WIDTH, max(200, 2 * _MARGIN + _LINE * len(rows) + 12 * gaps))
    y = _MARGIN
    for i, (kind, mark, text) in enumerate(rows):
        if kind == "question":
            if i and rows[i - 1][0] != "question":
                y += 12
                paper.line((_MARGIN, y - 6), (_WIDTH - _MARGIN, y - 6), fill=LINE)
            paper.text(_MARGIN, y, text, size=14)
        elif kind == "option":
            x, middle = _MARGIN + 12, y + 5
            if mark[:1] == "(":
                paper.dot(x, middle, 5.5, outline=MUTED, width=1.25)
                if mark[1] == "x":
                    paper.dot(x, middle, 3, fill=INK)
            elif mark:
                paper.line(
                    (x - 5, middle - 5),
                    (x + 5, middle - 5),
                    (x + 5, middle + 5),
                    (x - 5, middle + 5),
                    (x - 5, middle - 5),
                    fill=MUTED,
                )
                if mark[1] == "x":
                    paper.line((x - 3, middle), (x - 1, middle + 3), (x + 4, middle - 3), fill=INK, width=1.75)
            paper.text(_MARGIN + 26, y, text, size=12)
        else:
            paper.text(_MARGIN, y, text, size=12, fill=MUTED)
        y += _LINE
    return paper.png()
