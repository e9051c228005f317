"""Indexes of vectors and models of words: what fills them, and what lies in them."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from assay.domain.facts import Content, Gap, GraphFacts, WeightsFacts
from benchmarks.detection import vector_bytes as made

REAL = Path(__file__).parents[3] / "vectors" / "formats" / "real"
NUMBERS = struct.Struct("<Q")


@pytest.fixture
def kinds(look, only):
    """Give the kinds of problems that a file has."""

    def of(data, path="file", **bounds):
        (facts,) = only(look(data, path, **bounds), WeightsFacts)
        return [problem.kind for problem in facts.problems]

    return of


def listed(form, *values):
    return struct.pack(f"<Q{len(values)}{form}", len(values), *values)


@pytest.mark.parametrize(
    ("pattern", "content", "least"),
    [
        ("faiss*", Content.FAISS, 6),
        ("annoy*", Content.ANNOY, 3),
        ("fasttext*", Content.FASTTEXT, 2),
        ("word2vec*", Content.WORD2VEC, 1),
        ("crfsuite*", Content.CRFSUITE, 1),
        ("ctranslate2*", Content.CTRANSLATE2, 2),
    ],
)
def test_files_of_the_libraries_are_read_to_their_end(
    look, only, pattern, content, least
):
    files = sorted(REAL.glob(pattern))
    assert len(files) >= least
    for path in files:
        file = look(path.read_bytes(), "model")
        assert file.contents == (content,)
        (facts,) = only(file, WeightsFacts)
        assert (facts.content, facts.problems) == (content, ())
        assert facts.tensors
        assert not only(file, Gap)


@pytest.mark.parametrize("cut", [1, 5, 9, 30, 60])
@pytest.mark.parametrize(
    "name", ["faiss_hnsw.faiss", "faiss_ivf_pq.faiss", "fasttext_quantised.ftz"]
)
def test_a_file_that_is_cut_is_told(kinds, name, cut):
    data = (REAL / name).read_bytes()
    assert kinds(data[:-cut])


def test_bytes_behind_an_index_are_told(kinds):
    for data in (made.faiss_flat(), made.fasttext(), made.word2vec()):
        assert kinds(data + b"more bytes") == ["trailing-data"]


class TestFaiss:
    def test_more_vectors_than_numbers_are_told(self, kinds):
        assert kinds(made.faiss_flat(said=9)) == ["count-mismatch"]

    def test_a_list_longer_than_the_file_is_told(self, kinds):
        data = bytearray(made.faiss_flat())
        data[37:45] = NUMBERS.pack(1 << 60)
        assert kinds(bytes(data)) == ["out-of-bounds"]

    @pytest.mark.parametrize("node", [2, -2, 1 << 30])
    def test_a_neighbour_that_is_no_node_is_told(self, kinds, node):
        assert kinds(made.faiss_graph(0, node, 1, 0)) == ["bad-index"]

    def test_a_graph_may_have_no_neighbour(self, kinds):
        assert kinds(made.faiss_graph(-1, -1, -1, -1, entry=-1)) == []

    def test_an_entry_that_is_no_node_is_told(self, kinds):
        assert kinds(made.faiss_graph(0, 1, 1, 0, entry=2)) == ["bad-index"]

    def test_offsets_for_other_nodes_are_told(self, kinds):
        assert kinds(made.faiss_graph(0, 1, offsets=7)) == ["count-mismatch"]

    def test_a_metric_with_an_argument_is_read(self, kinds):
        data = made.faiss_flat(2, name=b"IxFl")
        data = data[:33] + struct.pack("<if", 4, 3.0) + data[37:]
        assert kinds(data) == []

    @pytest.mark.parametrize(
        ("at", "value"),
        [(4, 0), (4, 1 << 21), (8, -1), (33, 9), (32, 7)],
    )
    def test_a_header_that_does_not_hold_is_no_index(self, look, at, value):
        data = bytearray(made.faiss_flat())
        form = "<B" if at == 32 else "<q" if at == 8 else "<i"
        struct.pack_into(form, data, at, value)
        assert look(bytes(data)).content is Content.UNKNOWN

    def test_an_inner_header_that_does_not_hold_is_told(self, kinds):
        inner = bytearray(made.faiss_flat())
        for at, value, kind in ((8, -1, "count-mismatch"), (33, 9, "malformed")):
            bad = bytearray(inner)
            struct.pack_into("<q" if at == 8 else "<i", bad, at, value)
            data = b"IxMp" + made.faiss_flat()[4:37] + bytes(bad) + listed("q")
            assert kinds(data) == [kind]

    def test_unknown_parts_are_gaps_and_not_silence(self, look, only):
        head = made.faiss_flat()[4:37]
        transforms = b"IxPT" + head + struct.pack("<i", 1)
        for data, what in (
            (b"IxMp" + head + b"IxXY" + bytes(90), "kind IxXY"),
            (transforms + b"Nope" + bytes(60), "kind Nope"),
            (made.faiss_lists(b"ilzz" + bytes(40)), "kind ilzz"),
        ):
            (gap,) = only(look(data), Gap)
            assert what in gap.reason
            assert gap.content is Content.FAISS

    def test_what_is_no_name_of_a_part_is_told(self, kinds):
        data = b"IxMp" + made.faiss_flat()[4:37] + b"\0\1\2\3" + bytes(60)
        assert kinds(data) == ["malformed"]

    def test_an_index_may_miss_inside_another(self, kinds):
        data = b"IxMp" + made.faiss_flat()[4:37] + b"null" + listed("q", 1)
        assert kinds(data) == []

    def test_indexes_inside_one_another_end_at_a_bound(self, kinds):
        part = b"IxMp" + made.faiss_flat()[4:37]
        assert kinds(part * 60) == ["over-limit"]

    def test_transforms_are_read(self, kinds):
        head = made.faiss_flat()[4:37]
        mean = b"VCnt" + listed("f", 0.5, 0.5) + struct.pack("<ii?", 2, 2, True)  # noqa: FBT003 - a field of the format
        inner = b"Viqm" + struct.pack("<ii?", 1, 2, False) + listed("f") * 2  # noqa: FBT003 - a field of the format
        inner += struct.pack("<ii?", 2, 2, True)  # noqa: FBT003 - a field of the format
        line = b"LTra\0" + listed("f") * 2 + struct.pack("<ii?", 2, 2, True)  # noqa: FBT003 - a field of the format
        rotated = b"Viqt" + listed("f", 1.0) + b"\1" + inner + line
        rotated += struct.pack("<ii?", 2, 2, True)  # noqa: FBT003 - a field of the format
        start = b"IxPT" + head + struct.pack("<i", 2)
        assert kinds(start + mean + rotated + made.faiss_flat()) == []

    @pytest.mark.parametrize("count", [-1, 1 << 20])
    def test_more_transforms_than_are_read_are_told(self, kinds, count):
        data = b"IxPT" + made.faiss_flat()[4:37] + struct.pack("<i", count)
        assert kinds(data) == ["over-limit"]

    def test_transforms_inside_one_another_end_at_a_bound(self, kinds):
        start = b"IxPT" + made.faiss_flat()[4:37] + struct.pack("<i", 1)
        assert kinds(start + (b"Viqt" + listed("f") + b"\1") * 60) == ["over-limit"]

    @pytest.mark.parametrize(
        ("bits", "kind"), [(0, "count-mismatch"), (25, "count-mismatch")]
    )
    def test_a_quantizer_of_strange_bits_is_told(self, kinds, bits, kind):
        data = b"IxPQ" + made.faiss_flat()[4:37] + struct.pack("<QQQ", 2, 1, bits)
        assert kinds(data + bytes(40)) == [kind]

    def test_a_quantizer_without_its_centroids_is_told(self, kinds):
        data = b"IxPQ" + made.faiss_flat()[4:37] + struct.pack("<QQQ", 2, 1, 4)
        assert kinds(data + listed("f", 1.0) + listed("B", 1)) == ["count-mismatch"]

    def test_a_map_in_pairs_is_read(self, kinds):
        data = made.faiss_lists(b"il00")
        at = data.index(b"il00") - 9
        data = data[:at] + b"\2" + listed("q") + struct.pack("<Qqq", 1, 5, 6) + b"il00"
        assert kinds(data) == []

    def lists(self, kind, sizes, entries, count=1):
        head = b"ilar" + struct.pack("<QQ", count, 8) + kind
        return made.faiss_lists(head + listed("Q", *sizes) + bytes(16 * entries))

    def test_lists_of_vectors_are_read(self, kinds):
        assert kinds(self.lists(b"full", [2], 2)) == []
        assert kinds(self.lists(b"sprs", [0, 3], 3)) == []
        assert kinds(self.lists(b"full", [2], 3)) == ["trailing-data"]
        assert kinds(self.lists(b"full", [3], 2)) == ["out-of-bounds"]
        assert kinds(self.lists(b"full", [1, 1], 2)) == ["count-mismatch"]
        assert kinds(self.lists(b"sprs", [7, 3], 3)) == ["bad-index"]
        assert kinds(self.lists(b"sprs", [0, 1, 7], 1)) == ["bad-index"]
        assert kinds(self.lists(b"nope", [1], 1)) == ["malformed"]

    def test_blocks_of_vectors_are_read(self, kinds):
        head = b"ilbl" + struct.pack("<QQQQ", 1, 8, 32, 64)
        data = made.faiss_lists(head + listed("q", 4) + listed("B", 1, 2))
        assert kinds(data) == []

    def test_a_crowd_of_lists_ends_the_walk(self, kinds):
        data = made.faiss_lists(b"ilbl" + struct.pack("<QQ", 1 << 40, 8) + bytes(60))
        assert kinds(data) == ["over-limit"]

    def test_the_file_that_lists_lie_in_is_named(self, look, only):
        data = made.faiss_lists(made.on_disk(b"merged.ivfdata"))
        paths = frozenset({"a/index.faiss", "a/merged.ivfdata"})
        (graph,) = only(look(data, "a/index.faiss", paths=paths), GraphFacts)
        (file,) = graph.data_files
        assert (file.path, file.target) == ("merged.ivfdata", "a/merged.ivfdata")

    def test_a_file_name_longer_than_the_file_is_told(self, kinds):
        data = made.faiss_lists(made.on_disk(b"x"))
        assert kinds(data[:-17] + NUMBERS.pack(1 << 40) + data[-9:]) == [
            "out-of-bounds"
        ]

    def test_an_index_of_bits_is_known_by_its_header(self, look, kinds):
        data = (REAL / "faiss_binary.faiss").read_bytes()
        assert kinds(data) == []
        for at in (4, 8):
            bad = bytearray(data)
            bad[at] ^= 1
            assert look(bytes(bad)).content is Content.UNKNOWN
        assert look(data[:20]).content is Content.UNKNOWN

    def test_clusters_of_bits_are_read(self, kinds):
        head = struct.pack("<iiq?i", 8, 1, 2, True, 1)  # noqa: FBT003 - a field of the format
        flat = b"IBxF" + head + listed("B", 1, 2)
        data = b"IBwF" + head + struct.pack("<QQ", 1, 1) + flat
        assert kinds(data + b"\0" + listed("q") + b"il00") == []


class TestAnnoy:
    def test_a_child_that_is_no_node_is_told(self, kinds):
        assert kinds(made.annoy(child=99, items=40)) == ["bad-index"]
        assert kinds(made.annoy(child=-1)) == ["bad-index"]

    def test_a_node_of_too_many_items_is_told(self, kinds):
        data = bytearray(made.annoy(items=40))
        middle = made.annoy(items=40)[-24:]
        struct.pack_into("<i", data, len(data) - 48, 40)
        wrong = bytes(data[:-24]) + struct.pack("<i", 77) + middle[4:] + middle
        assert kinds(wrong) == ["bad-index"]

    @pytest.mark.parametrize(
        "data",
        [
            b"\1\0\0\0" * 40,
            made.annoy()[:-1],
            b"\1\0\0\0" + bytes(92),
            made.annoy()[:24] + b"\7" + made.annoy()[25:],
        ],
    )
    def test_what_has_not_the_pattern_is_no_index(self, look, data):
        assert look(data).content is not Content.ANNOY

    def test_more_splits_than_are_read_are_a_gap(self, look, only, monkeypatch):
        monkeypatch.setattr("assay.release.formats.annoy._MAX_NODES", 1)
        (gap,) = only(look(made.annoy()), Gap)
        assert gap.content is Content.ANNOY


class TestFastText:
    def test_a_version_that_nobody_knows_is_told(self, kinds):
        data = bytearray(made.fasttext())
        data[4] = 99
        assert kinds(bytes(data)) == ["unknown-version"]

    def test_counts_that_differ_are_told(self, kinds):
        for at, value in ((64, 3), (68, 9), (72, -1)):
            data = bytearray(made.fasttext())
            struct.pack_into("<i", data, at, value)
            assert kinds(bytes(data)) == ["count-mismatch"]

    def test_a_matrix_of_other_size_is_told(self, kinds):
        data = made.fasttext()
        at = data.index(b"two\0") + 4 + 9
        for rows, columns, kind in (
            (1, 2, "count-mismatch"),
            (2, 1, "count-mismatch"),
            (-1, 2, "count-mismatch"),
            (1 << 40, 2, "out-of-bounds"),
        ):
            bad = bytearray(data)
            struct.pack_into("<qq", bad, at + 1, rows, columns)
            assert kinds(bytes(bad)) == [kind]
        bad = bytearray(data)
        bad[at] = 7
        assert kinds(bytes(bad)) == ["malformed"]

    def test_a_word_without_end_is_told(self, kinds):
        data = made.fasttext((b"one",), said=2)
        assert kinds(data[: data.index(b"one") + 14]) == ["truncated"]
        assert kinds(made.fasttext((b"x" * 70_000,))) == ["truncated"]

    def test_an_entry_of_no_type_is_told(self, kinds):
        data = bytearray(made.fasttext())
        data[data.index(b"one\0") + 12] = 5
        assert kinds(bytes(data)) == ["malformed"]

    def test_many_words_are_read_in_pieces(self, kinds, monkeypatch):
        monkeypatch.setattr("assay.release.formats.fasttext.CHUNK_BYTES", 40)
        words = tuple(b"word%d" % number for number in range(90))
        assert kinds(made.fasttext(words)) == []

    def test_more_words_than_are_read_are_a_gap(self, look, only):
        from dataclasses import replace  # noqa: PLC0415 - for one test

        from assay.domain.limits import DEFAULT_LIMITS  # noqa: PLC0415 - for one test

        limits = replace(DEFAULT_LIMITS, max_word_entries=1)
        for data in (made.fasttext(), made.word2vec()):
            (gap,) = only(look(data, limits=limits), Gap)
            assert "more than 1 words" in gap.reason

    def test_pruned_words_are_passed_over(self, kinds):
        data = bytearray(made.fasttext())
        struct.pack_into("<q", data, 84, 2)
        at = bytes(data).index(b"two\0") + 13
        assert kinds(bytes(data[:at]) + bytes(16) + bytes(data[at:])) == []

    def test_codes_that_are_fewer_than_none_are_told(self, kinds):
        data = made.fasttext()
        at = data.index(b"two\0") + 13
        head = data[:at] + b"\1\0" + struct.pack("<qq", 2, 2)
        assert kinds(head + struct.pack("<i", -1)) == ["count-mismatch"]
        codes = head + struct.pack("<i", 0)
        assert kinds(codes + struct.pack("<i", -1)) == ["count-mismatch"]


class TestWord2Vec:
    def test_the_same_in_text_is_a_text(self, look):
        assert look(b"2 2\none 0.5 1.0\ntwo 0.25 0.5\n").content is Content.TEXT

    @pytest.mark.parametrize(
        "data",
        [
            b"2 2\n\0\0\0 12345678two 12345678",
            b"9 2\none \0\0\0\0\0\0\0\0",
            b"2 2\n" + b"x" * 5000 + b"\0",
        ],
    )
    def test_what_has_no_words_is_not_taken_for_it(self, look, data):
        assert look(data).content is not Content.WORD2VEC

    def test_lines_may_end_behind_each_word(self, kinds):
        data = made.word2vec((b"one", b"\ntwo")) + b"\n"
        assert kinds(data) == []

    def test_a_vector_that_is_cut_is_told(self, kinds):
        words = tuple(b"w%d" % number for number in range(5))
        assert kinds(made.word2vec(words)[:-3]) == ["truncated"]

    def test_what_is_no_word_is_told(self, kinds):
        words = (b"a", b"b", b"c", b"\0\0", b"e")
        assert kinds(made.word2vec(words)) == ["malformed"]

    def test_long_vectors_need_no_second_word_to_prove_them(self, look):
        data = b"2 20000\none " + bytes(80_000) + b"two " + bytes(80_000)
        assert look(data).content is Content.WORD2VEC


class TestCrfSuite:
    @pytest.mark.parametrize(
        ("given", "kind"),
        [
            ({"label": 1}, "bad-index"),
            ({"feature": 1}, "bad-index"),
            ({"extra": b"hidden"}, "hidden-data"),
            ({"said": 9000}, "truncated"),
            ({"said": 60}, "trailing-data"),
        ],
    )
    def test_what_is_not_as_declared_is_told(self, kinds, given, kind):
        assert kinds(made.crfsuite(**given)) == [kind]

    @pytest.mark.parametrize(
        ("at", "value", "kind"),
        [
            (12, 99, "unknown-version"),
            (52, 8, "out-of-bounds"),
            (52, 9000, "out-of-bounds"),
            (56, 2, "count-mismatch"),
            (24, 2, "count-mismatch"),
            (92, 7, "count-mismatch"),
            (100, 40, "out-of-bounds"),
            (116, 90, "out-of-bounds"),
        ],
    )
    def test_a_field_that_is_wrong_is_told(self, kinds, at, value, kind):
        data = bytearray(made.crfsuite())
        struct.pack_into("<I", data, at, value)
        assert kinds(bytes(data)) == [kind]

    def test_lists_of_features_lie_one_behind_the_other(self, kinds):
        start = made.crfsuite().index(b"LFRF")
        for at, value, kind in (
            (8, 900, "count-mismatch"),
            (12, 20, "out-of-bounds"),
            (16, 900, "out-of-bounds"),
            (16, 0, "hidden-data"),
        ):
            data = bytearray(made.crfsuite())
            struct.pack_into("<I", data, start + at, value)
            assert kinds(bytes(data)) == [kind]

    def test_a_name_without_features_has_no_list(self, kinds):
        start = made.crfsuite().index(b"LFRF")
        data = bytearray(made.crfsuite())
        struct.pack_into("<I", data, start + 12, 0)
        assert kinds(bytes(data)) == ["hidden-data"]

    def test_chunks_that_lie_in_one_another_are_told(self, kinds):
        data = bytearray(made.crfsuite())
        struct.pack_into("<I", data, 36, struct.unpack_from("<I", data, 32)[0])
        assert kinds(bytes(data)) == ["overlap"]

    @pytest.mark.parametrize("cut", [20, 48, 60])
    def test_a_header_alone_is_no_model(self, look, cut):
        assert look(made.crfsuite()[:cut]).content is not Content.CRFSUITE

    def test_a_model_too_large_to_be_held_is_a_gap(self, look, only):
        from dataclasses import replace  # noqa: PLC0415 - for one test

        from assay.domain.limits import DEFAULT_LIMITS  # noqa: PLC0415 - for one test

        limits = replace(DEFAULT_LIMITS, max_member_bytes=100)
        (gap,) = only(look(made.crfsuite(), limits=limits), Gap)
        assert gap.content is Content.CRFSUITE


class TestCTranslate2:
    @pytest.mark.parametrize(
        ("given", "kind"),
        [
            ({"size": 12}, "type-size"),
            ({"kind": 9}, "malformed"),
            ({"count": 3}, "malformed"),
            ({"version": 3, "kind": 4, "size": 40}, "type-size"),
        ],
    )
    def test_what_is_not_as_declared_is_told(self, kinds, given, kind):
        assert kinds(made.ctranslate2(**given)) == [kind]

    def test_two_variables_of_one_name_are_told(self, kinds):
        assert kinds(made.ctranslate2(b"a", b"a")) == ["duplicate-name"]
        assert kinds(made.ctranslate2() + b"more") == ["trailing-data"]

    def test_a_name_of_no_length_is_told(self, kinds):
        data = made.ctranslate2()
        at = data.index(b"decoder/shift") - 2
        assert kinds(data[:at] + b"\0\0" + data[at + 2 :]) == ["malformed"]

    def test_old_versions_have_no_other_names(self, kinds):
        assert kinds(made.ctranslate2(version=2, kind=4)) == []

    def test_a_specification_has_a_name(self, look):
        data = made.ctranslate2().replace(
            b"TransformerSpec", b"Transformer\xffSpec"[:15]
        )
        assert look(data).content is not Content.CTRANSLATE2

    def test_more_than_is_read_is_a_gap(self, look, only, monkeypatch):
        monkeypatch.setattr("assay.release.formats.ctranslate2._MOST_VARIABLES", 1)
        (gap,) = only(look(made.ctranslate2()), Gap)
        assert gap.content is Content.CTRANSLATE2


class TestSpeech:
    def test_models_and_detectors_are_read(self, look, only):
        for data, count in ((made.whisper(), 2), (made.detector(), 1)):
            file = look(data)
            (facts,) = only(file, WeightsFacts)
            assert (facts.problems, facts.tensors) == ((), count)
            assert not only(file, Gap)

    @pytest.mark.parametrize(
        ("data", "kind"),
        [
            (made.whisper(words=-1), "count-mismatch"),
            (made.whisper(b"a", b"a"), "duplicate-name"),
            (made.whisper()[:-3], "out-of-bounds"),
            (made.whisper()[:60], "out-of-bounds"),
            (made.detector(kind=99), "malformed"),
            (made.detector(kind=2), "type-size"),
            (made.detector(elements=9), "out-of-bounds"),
        ],
    )
    def test_what_is_not_as_declared_is_told(self, kinds, data, kind):
        assert kinds(data) == [kind]

    def test_other_settings_stay_a_gap(self, look, only):
        for data in (made.whisper(bands=81), made.whisper()[:40]):
            (gap,) = only(look(data), Gap)
            assert "older than GGUF" in gap.reason

    def test_more_tensors_than_are_read_are_a_gap(self, look, only, monkeypatch):
        monkeypatch.setattr("assay.release.formats.ggml._MOST_TENSORS", 1)
        (gap,) = only(look(made.whisper()), Gap)
        assert gap.content is Content.GGUF
