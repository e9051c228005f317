"""The payload of a model's detached signature: an OMS v1.0 statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.crypto.canonical import canonical_json
from assay.domain.manifest import sharded_hash_name
from assay.domain.statement import MANIFEST_TYPE, STATEMENT_TYPE

if TYPE_CHECKING:
    from assay.domain.manifest import Manifest

__all__ = ["manifest_statement"]


def manifest_statement(manifest: Manifest, *, dialect: bool = False) -> bytes:
    """Write the in-toto statement over a manifest, in canonical JSON.

    Args:
        manifest: The manifest.
        dialect: Whether to name the hash of shards as `model_signing` 1.1 does. It
            verifies nothing else, and OMS v1.0 does not allow it.
    """
    how = manifest.serialization
    sharded = how.shard_size is not None
    algorithm = sharded_hash_name(how) if dialect and sharded else how.hash_type.value
    serialization: dict[str, object] = {
        "method": how.method.value,
        "hash_type": how.hash_type.value,
        "allow_symlinks": how.allow_symlinks,
        "ignore_paths": list(how.ignore_paths),
    }
    if how.shard_size is not None:
        serialization["shard_size"] = how.shard_size
    return canonical_json(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": manifest.model, "digest": {"sha256": manifest.root}}],
            "predicateType": MANIFEST_TYPE,
            "predicate": {
                "resources": [
                    {
                        "name": resource.name,
                        "digest": resource.digest,
                        "algorithm": algorithm,
                    }
                    for resource in manifest.resources
                ],
                "serialization": serialization,
            },
        }
    )
