"""What all tests share: how long Hypothesis looks."""

from __future__ import annotations

import os

from hypothesis import settings

# No deadline: on a busy machine the first example pays for every import.
settings.register_profile("ci", max_examples=200, derandomize=True, deadline=None)
settings.register_profile("near", max_examples=50, deadline=None)
settings.register_profile("nightly", max_examples=5_000, deadline=None)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "near")
)
