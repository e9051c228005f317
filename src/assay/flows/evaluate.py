"""The predicate that an evaluation harness wrote becomes a statement of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.flows.files import read_file
from assay.verify.contents import read_contents
from assay.wire.strict_json import loads
from assay.wire.v0.evaluation import EvaluationPredicate

if TYPE_CHECKING:
    from pathlib import Path

    from assay.domain.evaluation import Evaluation
    from assay.domain.statement import Bundle

__all__ = ["evaluation_of"]


def evaluation_of(
    bundle: Bundle, result: Path, limits: Limits = DEFAULT_LIMITS
) -> Evaluation:
    """Read the result of an evaluation of the release that a bundle is about.

    Args:
        bundle: The claim; nothing in it is believed.
        result: The predicate, as JSON.
        limits: Bounds on what is read.

    Raises:
        DocumentError: The predicate is malformed, or contradicts itself.
        InputError: There is no such file.
    """
    data = read_file(result, most=limits.max_declarations_bytes, what="result file")
    value = loads(data, limits=limits, max_bytes=limits.max_declarations_bytes)
    predicate = EvaluationPredicate.read(value, document="evaluation")
    contents = read_contents(bundle.statements, limits)
    return predicate.to_domain(contents.release_digest)
