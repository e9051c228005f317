"""Stage 5: a bundle, a trust file and an instant give a verdict.

Pure: no network, clock, process, database or file system. The numbered steps stand
in `verifier.py`; each step's module does one of them and raises what it refuses.
"""

from assay.verify.verifier import verify_bundle

__all__ = ["verify_bundle"]
