"""Names that honest model files need, each with the reason why it is harmless.

An entry may be here only when fetching the name, calling it with any constants, and
giving the result any state does not run code, open a file or reach another name that
the pickle does not fetch itself (that other name is judged on its own).
"""

from __future__ import annotations

from assay.assess.pickle_allowed_models import MODEL_FAMILIES, MODELS
from assay.assess.pickle_allowed_python import PYTHON
from assay.assess.pickle_allowed_settings import SETTINGS, SETTINGS_FAMILIES
from assay.assess.pickle_allowed_tables import TABLE_FAMILIES, TABLES
from assay.assess.pickle_allowed_torch import TORCH, TORCH_FAMILIES
from assay.assess.pickle_entries import Allowed, Family

__all__ = ["ALLOWED", "FAMILIES", "Allowed", "Family"]

ALLOWED = PYTHON + TABLES + TORCH + MODELS + SETTINGS

FAMILIES = TABLE_FAMILIES + TORCH_FAMILIES + MODEL_FAMILIES + SETTINGS_FAMILIES
