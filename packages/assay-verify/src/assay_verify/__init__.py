"""Verifies claims made with Assay, offline: a bundle, a trust file, an instant.

What decides is `assay.verify` and `assay.eligibility`, the same files as in Assay
itself; here is what reads files, the clock and the command line for them.
"""
