from __future__ import annotations

import pytest

from assay.crypto.checkpoint import (
    Checkpoint,
    ed25519_cosigned_message,
    format_checkpoint,
    ml_dsa_44_cosigned_message,
    parse_checkpoint,
    parse_decimal,
)
from assay.errors import LogError

# The example of the specification.
EXAMPLE = (
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
)


def test_the_example_of_the_specification_is_read_and_written_back():
    checkpoint = parse_checkpoint(EXAMPLE)
    assert checkpoint.origin == "example.com/behind-the-sofa"
    assert checkpoint.size == 20852163
    assert len(checkpoint.root) == 32
    assert format_checkpoint(checkpoint) == EXAMPLE


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "log.checkpoint-lines"),
        ("a\n1\n", "log.checkpoint-lines"),
        (EXAMPLE[:-1], "log.checkpoint-lines"),
        ("\n" + EXAMPLE.partition("\n")[2], "log.checkpoint-origin"),
        (EXAMPLE.replace("2085", "02085"), "log.checkpoint-size"),
        (EXAMPLE.replace("2085", "+2085"), "log.checkpoint-size"),
        (EXAMPLE.replace("2085", "\u0662085"), "log.checkpoint-size"),
        (EXAMPLE.replace("20852163", ""), "log.checkpoint-size"),
        (EXAMPLE.replace("20852163", "9223372036854775808"), "log.checkpoint-size"),
        (EXAMPLE.replace("20852163", "1" * 30), "log.checkpoint-size"),
        (EXAMPLE.replace("q2I=", "q2J="), "log.checkpoint-root"),
        (EXAMPLE.replace("q2I=", "q2I"), "log.checkpoint-root"),
        (EXAMPLE.replace("CsUY", ""), "log.checkpoint-root"),
        (EXAMPLE.replace("CsUY", "Cs\u00dcY"), "log.checkpoint-root"),
        (EXAMPLE + "more\n", "log.checkpoint-extension"),
    ],
)
def test_a_checkpoint_with_another_spelling_is_refused(text, code):
    with pytest.raises(LogError) as caught:
        parse_checkpoint(text)
    assert caught.value.code == code


def test_extension_lines_are_kept_only_when_asked_for_and_never_empty():
    checkpoint = parse_checkpoint(EXAMPLE + "x\ny\n", allow_extensions=True)
    assert checkpoint.extensions == ("x", "y")
    assert format_checkpoint(checkpoint) == EXAMPLE + "x\ny\n"
    with pytest.raises(LogError) as caught:
        parse_checkpoint(EXAMPLE + "x\n\ny\n", allow_extensions=True)
    assert caught.value.code == "log.checkpoint-extension"


def test_an_origin_that_would_add_a_line_is_not_written():
    root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
    with pytest.raises(LogError) as caught:
        format_checkpoint(Checkpoint(origin=f"a\n7\n{root}", size=1, root=bytes(32)))
    assert caught.value.code == "log.checkpoint-lines"


def test_the_largest_number_is_two_to_the_63_less_one():
    assert parse_decimal("9223372036854775807") == 2**63 - 1
    assert parse_decimal("9223372036854775808") is None
    assert parse_decimal("0") == 0


def test_the_ed25519_cosigned_message_is_that_of_the_specification():
    assert (
        ed25519_cosigned_message(EXAMPLE, 1679315147)
        == b"cosignature/v1\ntime 1679315147\n" + EXAMPLE.encode()
    )


def test_the_ml_dsa_cosigned_message_has_the_layout_of_the_specification():
    checkpoint = Checkpoint(origin="log", size=258, root=bytes(range(32)))
    assert ml_dsa_44_cosigned_message("wit", 1, checkpoint) == (
        b"subtree/v1\n\x00"
        b"\x03wit"
        b"\0\0\0\0\0\0\0\x01"
        b"\x03log"
        b"\0\0\0\0\0\0\0\0"
        b"\0\0\0\0\0\0\x01\x02" + bytes(range(32))
    )


@pytest.mark.parametrize("name", ["", "n" * 256])
def test_a_name_that_the_ml_dsa_message_cannot_hold_is_refused(name):
    with pytest.raises(LogError) as caught:
        ml_dsa_44_cosigned_message(
            name, 0, Checkpoint(origin="log", size=0, root=bytes(32))
        )
    assert caught.value.code == "log.name-length"
