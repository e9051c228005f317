"""What a parsed template does besides arranging messages: injects, waits, sends.

Templates emit words on a condition, which is how an instruction reaches the model
that no reviewer sees in a test. What a condition depends on is followed through
`set`: the content of messages, names of tools, the date, chance, the length of the
conversation. The tree is walked in flat lists; depth costs no recursion.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from jinja2 import nodes

from assay.domain.facts import TemplateAct
from assay.release.formats.template_flow import fold, in_post_order
from assay.release.formats.template_words import (
    HIDDEN,
    blob,
    image,
    instruction,
    is_plain,
    is_prose,
    links,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["acts", "spoken"]

_CONTENT = frozenset({"content", "text"})
_NAMES = frozenset({"name", "description"})
_CLOCKS = frozenset({"strftime_now", "now", "datetime", "date", "time", "today"})
_LENGTHS = frozenset({"length", "count"})
# Passes over the assignments until no name changes.
_MAX_PASSES = 4
# Conversations that a condition tells apart: a test has one or two messages.
_LONG_CONVERSATION = 4
# Keys and roles that honest templates look for in what the loader passes.
_STRUCTURE = frozenset(
    {
        "text", "image", "image_url", "video", "video_url", "audio", "audio_url",
        "input_audio", "file", "function", "type", "content", "role", "name",
        "tool_calls", "tool_call", "tools", "tool", "thinking", "reasoning",
        "reasoning_content", "thought", "system", "user", "assistant", "developer",
        "parameters", "arguments", "properties", "description", "string", "object",
        "array", "integer", "number", "boolean", "null", "anyof", "oneof", "allof",
        "$ref", "$defs", "enum", "items", "default", "required", "refusal", "model",
    }
)  # fmt: skip
_BRANCHES = (nodes.If, nodes.CondExpr)
_EMPTYING = frozenset({"replace", "split", "rsplit", "strip", "lstrip", "rstrip"})
_WIDE = frozenset({"center", "indent", "lipsum", "ljust", "rjust", "zfill", "range"})
_SWITCH = re.compile(r"(?i)think|reasoning")
_WIDTH = re.compile(r"%[-+ 0#]*([0-9]{5,})")
# Rounds and characters beyond which rendering a message is an attack on the server.
_MANY = 100_000
_MAX_POWER = 64
_MAX_FACTORS = 6
# How many attributes and calls one expression is followed through.
_MAX_CHAIN = 40


def acts(tree: nodes.Template, *, is_chat: bool) -> Iterator[TemplateAct]:
    """Give what the template does, in no particular order; some more than once."""
    ordered = in_post_order(tree)
    sources = _Sources(ordered)
    # Only the whole of a chain is judged: each part on its own would cost squares.
    within = {
        id(node.left) for node in ordered if isinstance(node, (nodes.And, nodes.Or))
    }
    for node in ordered:
        if isinstance(node, (nodes.Output, nodes.Assign)):
            yield from _said(node)
        elif isinstance(node, nodes.If):
            yield from _branch(node, sources)
        elif isinstance(node, nodes.CondExpr):
            yield from _choice(node.test, (node.expr1, node.expr2), node, sources)
        elif isinstance(node, (nodes.And, nodes.Or)):
            if id(node) not in within:
                yield from _choice(node, (node,), node, sources)
        elif isinstance(node, (nodes.Filter, nodes.Call)):
            yield from _call(node)
        elif isinstance(node, (nodes.For, nodes.Mul, nodes.Pow, nodes.Mod)):
            yield from _size(node)
    yield from _hidden(ordered)
    if is_chat:
        yield from _silent(ordered)


class _Sources:
    """Which names hold something that a condition may wait for."""

    def __init__(self, ordered: list[nodes.Node]) -> None:
        self._kinds: dict[str, str] = {}
        for _ in range(_MAX_PASSES):
            before = len(self._kinds)
            for node in ordered:
                self._learn(node)
            if len(self._kinds) == before:
                return

    def kind(self, node: nodes.Node | None) -> str:
        """Give what an expression depends on: `content`, `date`, …; or nothing."""
        found = ""
        for item in _walk(node):
            found = found or self._own_kind(item)
        return found

    def _learn(self, node: nodes.Node) -> None:
        if isinstance(node, nodes.Assign):
            self._take(node.target, self.kind(node.node))
        elif isinstance(node, nodes.For):
            kind = self.kind(node.iter)
            self._take(node.target, kind if kind != "length" else "")
        elif isinstance(node, nodes.If) and self.trigger(node.test):
            kind = self.kind(node.test).removeprefix("flag:")
            for item in _walk(*node.body):
                if isinstance(item, nodes.Assign):
                    self._take(item.target, f"flag:{kind}")

    def _take(self, target: nodes.Node, kind: str) -> None:
        if not kind:
            return
        for item in _walk(target):
            if isinstance(item, nodes.Name):
                self._kinds.setdefault(item.name, kind)
            elif isinstance(item, nodes.NSRef):
                self._kinds.setdefault(f"{item.name}.{item.attr}", kind)

    def _own_kind(self, node: nodes.Node) -> str:
        if isinstance(node, nodes.Name):
            return "date" if node.name in _CLOCKS else self._kinds.get(node.name, "")
        if isinstance(node, nodes.Getattr):
            return self._attribute(node.node, node.attr)
        if isinstance(node, nodes.Getitem):
            return self._attribute(node.node, fold(node.arg) or "")
        if isinstance(node, nodes.Filter):
            if node.name == "random":
                return "chance"
            if node.name in _LENGTHS and _is_messages(node.node):
                return "length"
        return ""

    def _attribute(self, owner: nodes.Node, name: str) -> str:
        if isinstance(owner, nodes.Name):
            kept = self._kinds.get(f"{owner.name}.{name}", "")
            if kept:
                return kept
        if name in _CONTENT:
            return "content"
        return "name" if name in _NAMES else ""

    def trigger(self, test: nodes.Node) -> str:
        """Give the constant that a condition waits for; or nothing."""
        for item in _walk(test):
            if isinstance(item, nodes.Compare):
                found = self._compared(item)
            elif isinstance(item, (nodes.Call, nodes.Test)):
                found = self._asked(item)
            else:
                found = self._flag(item)
            if found:
                return found
        return ""

    def _compared(self, node: nodes.Compare) -> str:
        sides = [node.expr, *(operand.expr for operand in node.ops)]
        kinds = {self.kind(side).removeprefix("flag:") for side in sides}
        for side in sides:
            for item in _walk(side):
                if not isinstance(item, nodes.Const):
                    continue
                if kinds & {"date", "chance"}:
                    return repr(item.value)
                if isinstance(item.value, int) and "length" in kinds:
                    return repr(item.value) * (item.value >= _LONG_CONVERSATION)
                if kinds & {"content", "name"} and _waited(item.value):
                    return repr(item.value)
        return ""

    def _asked(self, node: nodes.Call | nodes.Test) -> str:
        """Read `content.startswith("x")`, `content is in ["x"]`."""
        called = node.node
        if isinstance(node, nodes.Call):
            if not isinstance(called, nodes.Getattr):
                return ""
            if called.attr not in ("startswith", "endswith", "find", "count", "index"):
                return ""
        if self.kind(called) not in ("content", "name"):
            return ""
        for item in _walk(*(node.args or ())):
            if isinstance(item, nodes.Const) and _waited(item.value):
                return repr(item.value)
        return ""

    def _flag(self, node: nodes.Node) -> str:
        kind = self._own_kind(node) if isinstance(node, nodes.Expr) else ""
        return "what was found before" if kind.startswith("flag:") else ""


def _waited(value: object) -> bool:
    """Tell words that only somebody's message holds from keys and mark-up."""
    return (
        isinstance(value, str)
        and value.lower() not in _STRUCTURE
        and is_plain(value)
        # Switches that honest templates document: `/no_think`.
        and not _SWITCH.search(value)
    )


def _is_messages(node: nodes.Node | None) -> bool:
    # The first few are enough, and a chain of filters costs no squares.
    return any(
        isinstance(item, nodes.Name) and item.name in ("messages", "loop_messages")
        for item in islice(_walk(node), 16)
    )


def _walk(*roots: nodes.Node | None) -> Iterator[nodes.Node]:
    waiting = [root for root in reversed(roots) if root is not None]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.iter_child_nodes())


def _texts(*roots: nodes.Node | None) -> Iterator[str]:
    """Give the constants of statements that end in the prompt, error texts aside."""
    waiting = [root for root in roots if root is not None]
    while waiting:
        node = waiting.pop()
        if isinstance(node, nodes.TemplateData):
            yield node.data
        elif isinstance(node, nodes.Const):
            if isinstance(node.value, str):
                yield node.value
        elif isinstance(node, (nodes.Compare, nodes.Test)) or _is_unsaid(node):
            continue
        elif isinstance(node, _BRANCHES):
            waiting.extend(_bodies(node))
        else:
            waiting.extend(node.iter_child_nodes())


def _bodies(node: nodes.Node) -> Iterable[nodes.Node]:
    if isinstance(node, nodes.If):
        return (*node.body, *node.elif_, *node.else_)
    if isinstance(node, nodes.CondExpr):
        return tuple(part for part in (node.expr1, node.expr2) if part is not None)
    return ()


def _is_unsaid(node: nodes.Node) -> bool:
    """Tell a call whose words nobody reads: errors, and functions of Python's insides.

    That a template reaches for those is told by itself, and what it gives to one is no
    part of the prompt.
    """
    if not isinstance(node, nodes.Call):
        return False
    base: nodes.Node | None = node.node
    if isinstance(base, nodes.Name) and base.name.startswith("raise"):
        return True
    for _ in range(_MAX_CHAIN):
        if isinstance(base, (nodes.Getattr, nodes.Getitem)):
            name = base.attr if isinstance(base, nodes.Getattr) else fold(base.arg)
            if name is not None and name.startswith("__"):
                return True
        elif not isinstance(base, (nodes.Call, nodes.Filter)):
            return False
        base = base.node
    return False


def _branch(node: nodes.If, sources: _Sources) -> Iterator[TemplateAct]:
    found = sources.trigger(node.test)
    if not found:
        yield from _role(node, sources)
        return
    kind = sources.kind(node.test).removeprefix("flag:")
    for text in _texts(*node.body, *node.elif_, *node.else_):
        if is_prose(text):
            yield TemplateAct(
                kind=f"waits-for-{kind}", detail=f"{found}: {text}", line=node.lineno
            )
            return


def _role(node: nodes.If, sources: _Sources) -> Iterator[TemplateAct]:
    """Tell words that stand in place of what a message of this role says."""
    roles = {
        item.value
        for item in _walk(node.test)
        if isinstance(item, nodes.Const) and item.value in ("system", "user")
    }
    if not roles or not isinstance(node.test, nodes.Compare):
        return
    if any(operand.op != "eq" for operand in node.test.ops):
        return
    if sources.kind(nodes.List(list(node.body))) or _reads_message(node.body):
        return
    for text in _texts(*(x for x in node.body if isinstance(x, nodes.Output))):
        if is_prose(text):
            detail = f"{min(roles)}: {text}"
            yield TemplateAct(kind="drops-role", detail=detail, line=node.lineno)
            return


def _reads_message(body: list[nodes.Node]) -> bool:
    """Tell whether a message is handed on whole, to a macro or a filter."""
    return any(
        isinstance(item, nodes.Name) and "mess" in item.name for item in _walk(*body)
    )


def _choice(
    test: nodes.Node,
    values: tuple[nodes.Node | None, ...],
    node: nodes.Node,
    sources: _Sources,
) -> Iterator[TemplateAct]:
    found = sources.trigger(test)
    if not found:
        return
    kind = sources.kind(test).removeprefix("flag:")
    for text in _texts(*values):
        if is_prose(text):
            yield TemplateAct(
                kind=f"waits-for-{kind}", detail=f"{found}: {text}", line=node.lineno
            )
            return


def spoken(text: str, line: int = 1) -> Iterator[TemplateAct]:
    """Judge words, whoever says them."""
    if phrase := instruction(text):
        yield TemplateAct(kind="instructs", detail=phrase, line=line)
    if found := image(text):
        yield TemplateAct(kind="remote-image", detail=found, line=line)
    if found := blob(text):
        yield TemplateAct(kind="encoded", detail=found, line=line)


def _said(node: nodes.Output | nodes.Assign) -> Iterator[TemplateAct]:
    """Judge the words that are emitted, whatever the condition."""
    parts = node.nodes if isinstance(node, nodes.Output) else [node.node]
    for at, part in enumerate(parts):
        for text in _texts(part):
            yield from spoken(text, part.lineno)
            for link, ends in links(text):
                last = isinstance(part, nodes.TemplateData) and at + 1 < len(parts)
                joined = not isinstance(part, (nodes.TemplateData, nodes.Const))
                sends = ends and (last or joined)
                kind = "sends" if sends else "link"
                yield TemplateAct(kind=kind, detail=link, line=part.lineno)


def _call(node: nodes.Filter | nodes.Call) -> Iterator[TemplateAct]:
    """Judge filters and methods: words that are exchanged, widths without end."""
    if isinstance(node, nodes.Filter):
        name = node.name
    elif isinstance(node.node, nodes.Getattr):
        name = node.node.attr
    else:
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
    args = [*node.args, *(pair.value for pair in node.kwargs)]
    if name == "replace" and len(node.args) >= 2:
        old, new = fold(node.args[0]), fold(node.args[1])
        switch = _SWITCH.search(old or "") and _SWITCH.search(new or "")
        if old and new and not switch and _is_word(old) and _is_word(new):
            detail = f"{old!r} by {new!r}"
            yield TemplateAct(kind="exchanges", detail=detail, line=node.lineno)
    if name in _WIDE and any(_number(arg) >= _MANY for arg in args):
        yield TemplateAct(kind="endless", detail=name, line=node.lineno)
    if name == "format":
        text = fold(node.node) if isinstance(node, nodes.Filter) and node.node else ""
        if "%c" in (text or ""):
            yield TemplateAct(kind="spells", detail=text or "", line=node.lineno)
        if any(int(found[:12]) >= _MANY for found in _WIDTH.findall(text or "")):
            yield TemplateAct(kind="endless", detail=name, line=node.lineno)


def _is_word(text: str) -> bool:
    return text.lower() not in _STRUCTURE and is_plain(text) and len(text) >= 2


def _size(node: nodes.Node) -> Iterator[TemplateAct]:
    """Judge what only costs: repeated texts, powers, loops within loops."""
    if isinstance(node, nodes.For):
        rounds = 1
        for item in _walk(node):
            if isinstance(item, nodes.For):
                rounds = min(rounds * max(_rounds(item.iter), 1), _MANY)
        if rounds >= _MANY:
            yield TemplateAct(kind="endless", detail="for", line=node.lineno)
    elif isinstance(node, nodes.Mod):
        text = fold(node.left) or ""
        if any(int(found[:12]) >= _MANY for found in _WIDTH.findall(text)):
            yield TemplateAct(kind="endless", detail="%", line=node.lineno)
    elif _number(node) >= _MANY or (
        isinstance(node, nodes.Mul)
        and any(_number(part) >= _MANY for part in (node.left, node.right))
    ):
        yield TemplateAct(kind="endless", detail="*", line=node.lineno)


def _rounds(node: nodes.Node) -> int:
    """Give how often a loop over constants goes round, 1 when that is not known."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        return len(node.value)
    if not isinstance(node, nodes.Call) or not isinstance(node.node, nodes.Name):
        return 1
    if node.node.name != "range":
        return 1
    stops = node.args[1:2] or node.args[:1]
    return _number(stops[0]) if stops else 1


def _number(node: nodes.Node | None, depth: int = 0) -> int:
    """Work out numbers joined by `*`, `**` and `+`, up to a bound; or give 0."""
    if isinstance(node, nodes.Const) and isinstance(node.value, (int, float)):
        return int(node.value) if 0 <= node.value < _MANY else _MANY * (node.value > 0)
    if not isinstance(node, (nodes.Pow, nodes.Mul, nodes.Add)) or depth > _MAX_FACTORS:
        return 0
    left, right = _number(node.left, depth + 1), _number(node.right, depth + 1)
    if isinstance(node, nodes.Pow):
        return int(min(left ** min(right, _MAX_POWER), _MANY))
    return min(left * right if isinstance(node, nodes.Mul) else left + right, _MANY)


def _hidden(ordered: list[nodes.Node]) -> Iterator[TemplateAct]:
    """Give characters that only an escape spells, where they are not taken out."""
    removed = {
        id(arg)
        for node in ordered
        if isinstance(node, (nodes.Filter, nodes.Call))
        and (node.name if isinstance(node, nodes.Filter) else _method(node))
        in _EMPTYING
        for arg in node.args[:1]
    }
    compared = {
        id(item)
        for node in ordered
        if isinstance(node, nodes.Compare)
        for item in (node.expr, *(operand.expr for operand in node.ops))
    }
    for node in ordered:
        if not isinstance(node, nodes.Const) or not isinstance(node.value, str):
            continue
        if id(node) in removed or id(node) in compared or node.value.isascii():
            continue
        for char in sorted(set(HIDDEN.findall(node.value))):
            detail = f"U+{ord(char):04X}"
            yield TemplateAct(kind="escaped-hidden", detail=detail, line=node.lineno)


def _method(node: nodes.Call) -> str:
    return node.node.attr if isinstance(node.node, nodes.Getattr) else ""


def _silent(ordered: list[nodes.Node]) -> Iterator[TemplateAct]:
    """Tell a chat template that says something and passes no message on."""
    reads = any(
        (isinstance(node, nodes.Name) and node.name in ("messages", "message"))
        for node in ordered
    )
    if reads:
        return
    for node in ordered:
        if isinstance(node, nodes.Output):
            for text in _texts(node):
                if is_prose(text):
                    yield TemplateAct(
                        kind="ignores-messages", detail=text, line=node.lineno
                    )
                    return
