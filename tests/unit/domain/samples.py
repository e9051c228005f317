from __future__ import annotations

from assay.domain.facts import Place
from assay.domain.finding import Confidence, Finding, Severity


def finding(check="x", severity=Severity.HIGH, path="model.bin"):
    return Finding(
        check=check,
        rule="r",
        severity=severity,
        confidence=Confidence.HIGH,
        place=Place(path=path),
        message="Seen.",
        remediation="Mend it.",
    )
