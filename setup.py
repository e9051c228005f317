"""What pyproject.toml cannot say without a warning: the one compiled module.

It is optional. Where there is no compiler, or it fails, Assay is installed without it
and hashes files one after the other: `assay.release.digest` has the twin.
"""

from setuptools import Extension, setup

setup(
    ext_modules=[
        Extension(
            "assay.release._lanes",
            ["src/assay/release/_lanes.c"],
            extra_compile_args=["-O2"],
            optional=True,
            # One build for all versions of Python from 3.11 on.
            py_limited_api=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
