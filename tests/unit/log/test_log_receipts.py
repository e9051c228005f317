from __future__ import annotations

import pytest

from assay.crypto import merkle
from assay.crypto.tlog_proof import TlogProof, format_tlog_proof
from assay.errors import LogError
from assay.log import LogEntry, init_log
from assay.log.published import read_published
from assay.log.receipts import make_receipts
from assay.log.tiles import TileTree, leaf_hashes, subtree_root
from tests.simulators.log_scenes import ORIGIN, batch, check_receipts, check_sound


@pytest.mark.parametrize("size", [1, 2, 7, 255, 256, 257, 700])
def test_receipts_made_in_one_pass_are_those_made_one_by_one(tmp_path, size):
    log = init_log(tmp_path / "log", ORIGIN)
    log.append(batch(0, size))
    parts = log._parts
    published = read_published(parts.files, parts.settings)
    tree = TileTree(parts.files, size)
    tree.check_root(published.checkpoint.root)
    for index, receipt in enumerate(make_receipts(published, tree, range(size))):
        proof = TlogProof(
            index=index,
            hashes=merkle.inclusion_proof(index, size, tree.node),
            checkpoint=published.note,
        )
        assert receipt.index == index
        assert receipt.proof_text == format_tlog_proof(proof)
    for beyond in (-1, size):
        with pytest.raises(LogError) as caught:
            make_receipts(published, tree, [beyond])
        assert caught.value.code == "log.entry-unknown"


def test_the_short_ways_of_hashing_are_those_of_the_tree():
    leaves = [b"", b"a", bytes(65_535), *(b"leaf %d" % i for i in range(253))]
    hashes = leaf_hashes(leaves)
    assert hashes == [merkle.leaf_hash(leaf) for leaf in leaves]
    for width in (1, 2, 4, 128, 256):
        assert subtree_root(hashes[:width]) == merkle.root_from_leaves(hashes[:width])


def test_a_bundle_of_the_longest_entries_is_written_read_and_audited(tmp_path):
    path = tmp_path / "log"
    log = init_log(path, ORIGIN)
    entries = [LogEntry(leaf=bytes([i]) * 65_535, body=b"%d" % i) for i in range(256)]
    check_receipts(log, entries, log.append(entries))
    assert (path / "tile/entries/000").stat().st_size == 256 * 65_537
    assert log.entry(255) == entries[255].leaf
    check_sound(path, size=256)


def test_a_tree_forgets_full_tiles_and_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr("assay.log.tiles._TILES_HELD", 2)
    log = init_log(tmp_path / "log", ORIGIN)
    entries = batch(0, 1_500)
    check_receipts(log, entries[::100], log.append(entries)[::100])
    with log.kept_open():
        check_receipts(log, entries[::300], log.append(entries[::300]))
