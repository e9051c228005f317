"""What crosses the border: strict JSON, and versioned models of every document.

`strict_json` parses; `model` is the base of all wire models; `v0` holds
the documents of this release; `publish` writes their JSON Schemas to `schemas/`. Inside
Assay only the nouns of `domain/` travel; each document has one reader and one writer.
"""
