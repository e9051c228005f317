"""The programmes shipped, as data: `<id>/<version>.toml`, each one whole file.

A version that was ever released is never edited: its digest stands in signed
statements. A change is a new file with a new version.
"""
