"""Stage 6: verified releases, a benefit and an instant give a decision.

Pure, and it takes nothing but what `verify` has proven.
"""

from assay.eligibility.decide import decide

__all__ = ["decide"]
