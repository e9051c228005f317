"""Runs as `python -m assay_verify`."""

from assay_verify.command import main

main()
