"""TeX as MathML, which browsers draw without a script. Temml converts it, in a small JavaScript engine inside Python."""

import html
import re
import threading
from functools import lru_cache
from typing import Any

from metawidgets.widgets.base.bundles import bundle_path

__all__ = ["Maths", "mathml"]

_MEMORY, _SECONDS, _LONGEST = 200_000_000, 5, 20_000
_DEFINITION = re.compile(
    r"\\(?:newcommand|renewcommand|providecommand|DeclareMathOperator|[gex]?def|let)(?![a-zA-Z])\*?"
)
_PRIME = r'<mo [^>]*class="tml-prime"[^>]*>[^<]*</mo>'
_PRIMED = re.compile(rf"<msup>(<mi[^>]*>[^<]*</mi>)({_PRIME}|<mrow[^>]*>(?:{_PRIME})+</mrow>)</msup>")
_engine = threading.local()  # an engine belongs to the thread that made it


class Maths:
    """The formulas of one notebook: its macros, its equation numbers, and the references to them.

    Attributes:
        macros: the definitions of the formulas so far, as TeX that later formulas begin with.
        number: the number of the last numbered equation.
        labels: label's id -> the number or tag of its equation.
    """

    def __init__(self) -> None:
        self.macros = ""
        self.number = 0
        self.labels: dict[str, str] = {}

    def mathml(self, tex: str, display: bool = False) -> str:
        """Return TeX as MathML, "" if it only defines macros.

        Raises:
            ValueError: if the TeX cannot be converted exactly.
        """
        definitions, rest = _definitions(tex)
        for definition in definitions:
            _convert(self.macros + definition, False)  # raises if it is wrong
            self.macros += definition
        if not rest.strip():
            return ""
        return self._numbered(_convert(self.macros + rest, display))

    def with_references(self, page: str) -> str:
        """Return a page in which every reference to an equation shows its number."""

        def filled(found: re.Match[str]) -> str:
            tag = self.labels.get(found[2], "???")
            return f"{found[1]}{f'({tag})' if 'tml-eqref' in found[1] else tag}</a>"

        return re.sub(r"""(<a (?=[^>]*class="tml-ref)[^>]*href=["']#([^"']+)["'][^>]*>)\s*</a>""", filled, page)

    def _numbered(self, math: str) -> str:
        label = ""

        def number(found: re.Match[str]) -> str:
            nonlocal label
            if found["label"]:
                label = found["label"]
                return found[0]
            if found["tag"] is not None:
                tag, text = re.sub(r"<[^>]+>", "", found["tag"]).strip("()"), found[0]
            else:
                self.number += 1
                tag = str(self.number)
                text = f'<span class="tml-eqn">({tag})</span>'
            if label:
                self.labels[label] = tag
                label = ""
            return text

        parts = r'<mtr[^>]*\bid="(?P<label>[^"]+)"|class="tml-tag">(?P<tag>.*?)</mtd>|<span class="tml-eqn"></span>'
        return re.sub(parts, number, math)


def mathml(tex: str, display: bool = False) -> str:
    """Return TeX as MathML, or its marked source if it cannot be converted exactly."""
    try:
        return Maths().mathml(tex, display)
    except ValueError as error:
        return source(tex, str(error))


def source(tex: str, why: str) -> str:
    """Return the source of a formula, marked as such."""
    return f'<code class="tex" title="{html.escape(why)}">{html.escape(tex.strip())}</code>'


def _definitions(tex: str) -> tuple[list[str], str]:
    r"""Return the macro definitions in TeX, each as a \gdef, and the TeX without them."""
    tex = re.sub(r"\\require\s*\{[^}]*\}", "", tex).replace("{eqnarray", "{align")
    definitions, rest, at = [], "", 0
    while found := _DEFINITION.search(tex, at):
        rest += tex[at : found.start()]
        definition, at = _definition(tex, found)
        definitions.append(definition)
    return definitions, rest + tex[at:]


def _definition(tex: str, found: re.Match[str]) -> tuple[str, int]:
    kind, at = found[0], found.end()
    name = re.compile(r"\s*\{?\s*(\\(?:[a-zA-Z]+|[^a-zA-Z]))\s*\}?").match(tex, at)
    if name is None:
        raise ValueError(f"{kind} is not followed by a name")
    at = name.end()
    if kind == "\\let":
        target = re.compile(r"\s*=?\s*(\\(?:[a-zA-Z]+|.)|.)").match(tex, at)
        if target is None:
            raise ValueError("\\let is not followed by two names")
        return f"\\gdef{name[1]}{{{target[1]}}}", target.end()
    if kind.endswith("def"):
        parameters = re.compile(r"\s*((?:#\d)*)\s*(?=\{)").match(tex, at)
    else:
        count = re.compile(r"\s*(?:\[(\d)\])?\s*(?=[{\[])").match(tex, at)
        parameters = count
    if parameters is None or tex[parameters.end()] != "{":
        raise ValueError(f"this form of {kind} is not supported")
    given = parameters[1] or ""
    named = given if "#" in given or not given else "".join(f"#{k}" for k in range(1, int(given) + 1))
    body, at = _group(tex, parameters.end())
    if "Operator" in kind:
        body = f"\\operatorname{'*' if kind.endswith('*') else ''}{{{body}}}"
    return f"\\gdef{name[1]}{named}{{{body}}}", at


def _group(tex: str, at: int) -> tuple[str, int]:
    """Return the contents of the braces that open at a position, and the position after them."""
    depth, i = 0, at
    while i < len(tex):
        if tex[i] == "\\":
            i += 2
            continue
        depth += (tex[i] == "{") - (tex[i] == "}")
        i += 1
        if depth == 0:
            return tex[at + 1 : i - 1], i
    raise ValueError("a brace is not closed")


@lru_cache(maxsize=4096)
def _convert(tex: str, display: bool) -> str:
    import quickjs  # loads in 0.2 s, with Temml; many pages have no maths

    if len(tex) > _LONGEST:
        raise ValueError(f"a formula has {len(tex):,} characters; at most {_LONGEST:,} are converted")
    try:
        # A font's prime is raised already; as a superscript it is raised twice, and small.
        return _PRIMED.sub(r"<mrow>\1\2</mrow>", _converter()(tex, display))
    except (quickjs.JSException, quickjs.StackOverflow) as error:
        text = re.sub(r"^\w*Error:\s*", "", str(error).splitlines()[0]).partition(" at position")[0]
        raise ValueError(text.strip() or "the formula cannot be parsed") from None


def _converter() -> Any:
    if not hasattr(_engine, "convert"):
        import quickjs

        context = quickjs.Context()
        context.set_memory_limit(_MEMORY)
        context.set_time_limit(_SECONDS)
        context.eval(bundle_path("maths").read_text(encoding="utf-8"))
        _engine.context, _engine.convert = context, context.get("mathml")
    return _engine.convert
