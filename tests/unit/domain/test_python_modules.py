from __future__ import annotations

import sys

import pytest

from assay.domain.python_modules import PYTHON_MODULES, comes_with_python


def test_every_module_of_this_python_is_known():
    public = {name for name in sys.stdlib_module_names if not name.startswith("_")}
    assert public <= PYTHON_MODULES


@pytest.mark.parametrize("module", ["os", "os.path", "pip._internal", "__builtin__"])
def test_what_any_machine_can_import_comes_with_python(module):
    assert comes_with_python(module)


@pytest.mark.parametrize("module", ["", "torch", "osx", "numpy.os", "."])
def test_all_else_does_not(module):
    assert not comes_with_python(module)
