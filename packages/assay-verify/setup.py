"""Builds the wheel: `assay_verify`, and of `assay` what it needs, byte for byte.

The modules of `assay` are taken from where they are, two folders up, and none is
listed here: `closure.py` follows the imports.
"""

import ast
import atexit
import shutil
import sys
import tempfile
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent.resolve()
sys.path.insert(0, str(HERE))

from closure import MAIN_SOURCE, OWN_SOURCE, needed_modules  # noqa: E402 - beside this


class Needed(build_py):
    """Takes the modules that are needed, and no others."""

    def find_all_modules(self) -> list[tuple[str, str, str]]:
        """Give package, module and file of each."""
        found = []
        for name, path in needed_modules().items():
            package = name if path.name == "__init__.py" else name.rpartition(".")[0]
            found.append((package, path.stem, str(path)))
        return found

    def run(self) -> None:
        """Copy them and the licence; there is nothing else in the package."""
        for package, module, file in self.find_all_modules():
            self.build_module(module, file, package)
        licence = Path(self.build_lib) / "assay_verify" / "LICENSE"
        self.copy_file(str(MAIN_SOURCE.parent / "LICENSE"), str(licence))


def version() -> str:
    """Read the version of Assay without importing it."""
    tree = ast.parse((MAIN_SOURCE / "assay" / "__init__.py").read_text("utf-8"))
    for node in tree.body:
        if (
            isinstance(node, ast.Assign)
            and ast.unparse(node.targets[0]) == "__version__"
        ):
            return str(ast.literal_eval(node.value))
    raise SystemExit("assay has no version")


# Nothing is left beside the source, and nothing of an earlier build gets in.
drafts = tempfile.mkdtemp(prefix="assay-verify-")
atexit.register(shutil.rmtree, drafts, ignore_errors=True)

setup(
    options={"build": {"build_base": drafts}, "egg_info": {"egg_base": drafts}},
    version=version(),
    packages=["assay_verify"],
    package_dir={"assay_verify": str(OWN_SOURCE.relative_to(HERE) / "assay_verify")},
    cmdclass={"build_py": Needed},
)
