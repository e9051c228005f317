"""Reports for people: a noun in, a document out.

- `summary`: an assessment for a terminal, on one screen where that is possible.
- `verdict_text`, `decision_text`: a verdict and a decision for a terminal.
- `assay.report.html.render`: one self-contained page for reading and printing; apart,
  since only it needs a template engine.
- `ascii_safe`: any of these texts for a terminal that shows ASCII alone.

A report adds no judgement. It shows what was not looked at as plainly as what was.
"""

from assay.report.answers import decision_text, verdict_text
from assay.report.terminal import summary
from assay.report.text import ascii_safe

__all__ = ["ascii_safe", "decision_text", "summary", "verdict_text"]
