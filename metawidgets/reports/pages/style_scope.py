"""Style sheets of outputs, limited to the output that brings them."""

import tinycss2
from tinycss2.ast import AtRule, LiteralToken, Node, QualifiedRule

__all__ = ["scoped"]

_GROUPS = ("media", "supports", "layer", "container")
_KEPT = ("keyframes", "-webkit-keyframes", "font-face", "property")
_PAGE = ("html", "body", ":root", ":host")


def scoped(css: str, scope: str) -> str:
    """Return a style sheet whose rules reach only elements inside `scope`.

    A rule for the whole page, such as `body`, applies to the element `scope` instead. Rules that would load a file are removed.

    Args:
        css: the style sheet.
        scope: a selector, such as ".mw-own-1".
    """
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return "\n".join(text for rule in rules if (text := _scoped_rule(rule, scope)))


def _scoped_rule(rule: Node, scope: str) -> str:
    if isinstance(rule, QualifiedRule):
        selectors = [_scoped_selector(part, scope) for part in _parts(rule.prelude)]
        # Without "<" no parser can find an element in it.
        return f"{', '.join(selectors)} {{{tinycss2.serialize(rule.content)}}}".replace("<", "") if selectors else ""
    if not isinstance(rule, AtRule) or rule.content is None:
        return ""
    name, head, content = rule.lower_at_keyword, tinycss2.serialize(rule.prelude), tinycss2.serialize(rule.content)
    if name in _GROUPS:
        content = scoped(content, scope)
    elif name not in _KEPT:
        return ""
    return f"@{name}{head}{{{content}}}".replace("<", "")


def _parts(prelude: list[Node]) -> list[str]:
    """Return the selectors between the commas of a rule."""
    parts: list[list[Node]] = [[]]
    for token in prelude:
        if isinstance(token, LiteralToken) and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return [text for part in parts if (text := tinycss2.serialize(part).strip())]


def _scoped_selector(selector: str, scope: str) -> str:
    first, *rest = selector.split(maxsplit=1)
    page = next(
        (each for each in _PAGE if first.lower() == each or first.lower().startswith((f"{each}.", f"{each}["))), ""
    )
    if not page:
        return f"{scope} {selector}"
    remaining = _scoped_selector(rest[0], scope) if rest else scope
    return (
        remaining if rest and rest[0].split(maxsplit=1)[0].lower() in _PAGE else f"{scope} {rest[0]}" if rest else scope
    )
