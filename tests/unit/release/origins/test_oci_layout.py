from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
from dataclasses import replace

import pytest

from assay.domain.limits import DEFAULT_LIMITS
from assay.domain.release import IrregularKind
from assay.release import inspect_release, take_inventory
from tests.simulators.desk import assay

TITLE = "org.opencontainers.image.title"
NAME = "org.opencontainers.image.ref.name"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


class Layout:
    """A layout that is being written."""

    def __init__(self, root):
        self.root = root
        (root / "blobs" / "sha256").mkdir(parents=True)
        (root / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
        self.index()

    def index(self, *manifests):
        value = {"schemaVersion": 2, "manifests": list(manifests)}
        (self.root / "index.json").write_text(json.dumps(value))

    def blob(
        self, data, media_type="application/octet-stream", algorithm="sha256", **said
    ):
        name = hashlib.new(algorithm, data).hexdigest()
        (self.root / "blobs" / algorithm).mkdir(exist_ok=True)
        (self.root / "blobs" / algorithm / name).write_bytes(data)
        return {
            "mediaType": media_type,
            "digest": f"{algorithm}:{name}",
            "size": len(data),
            "annotations": said,
        }

    def manifest(self, *layers, name=None, **more):
        value = {"schemaVersion": 2, "layers": list(layers), **more}
        said = {} if name is None else {NAME: name}
        return self.blob(json.dumps(value).encode(), MANIFEST, **said)

    def artefact(self, *layers, **more):
        self.index(self.manifest(*layers, **more))
        return self.root

    def paths(self):
        return [record.path for record in take_inventory(self.root).files]


@pytest.fixture
def layout(tmp_path):
    """An empty layout."""
    return Layout(tmp_path / "layout")


def packed(*names, links=()):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as file:
        for name in names:
            info = tarfile.TarInfo(name)
            if name.endswith("/"):
                info.type = tarfile.DIRTYPE
            info.size = 0 if name.endswith("/") else 1
            file.addfile(info, io.BytesIO(b"x"))
        for name, target in links:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            file.addfile(info)
    return buffer.getvalue()


def test_titled_layers_are_the_same_release_as_a_directory(layout, release, same):
    files = [one for one in sorted(release.rglob("*")) if one.is_file()]
    layers = [
        layout.blob(one.read_bytes(), **{TITLE: str(one.relative_to(release))})
        for one in files
    ]
    config = layout.blob(b"{}", "application/vnd.oci.empty.v1+json")
    layout.artefact(*layers, config=config, name="v1")
    # An image has no modes for single files.
    assert same(layout.root, modes=False).name == "layout:v1"


def test_a_tag_or_a_digest_chooses_among_several(layout, refused):
    one = layout.manifest(layout.blob(b"1", **{TITLE: "one"}), name="v1")
    two = layout.manifest(layout.blob(b"2", **{TITLE: "two"}))
    layout.index(one, two)
    error = refused(layout.root, "usage.oci-reference")
    assert error.expected == f"v1, {two['digest']}"
    for reference, path in (("v1", "one"), (two["digest"], "two")):
        for mark in ":@":
            found = inspect_release(f"{layout.root}{mark}{reference}")
            assert [record.path for record in found.inventory.files] == [path]
    refused(f"{layout.root}:v2", "usage.oci-reference")
    assert assay("check", f"{layout.root}:v1", "--quiet").exit_code in (0, 1)


def test_many_manifests_are_listed_in_part(layout, refused):
    layout.index(*(layout.manifest(name=f"v{n}", number=n) for n in range(12)))
    assert refused(layout.root, "usage.oci-reference").expected.endswith("and 4 more")


def test_an_index_in_the_index_is_followed(layout):
    inner = layout.manifest(layout.blob(b"1", **{TITLE: "one"}))
    value = {"schemaVersion": 2, "manifests": [inner]}
    layout.index(layout.blob(json.dumps(value).encode(), INDEX, **{NAME: "v1"}))
    assert inspect_release(layout.root).name == "layout:v1"
    assert layout.paths() == ["one"]


def test_indexes_without_end_and_without_a_manifest_are_refused(layout, refused):
    inner = layout.blob(b'{"neither": 1}', MANIFEST)
    layout.index(inner)
    refused(layout.root, "release.oci-layout")
    for _ in range(5):
        value = {"schemaVersion": 2, "manifests": [inner]}
        inner = layout.blob(json.dumps(value).encode(), INDEX)
    layout.index(inner)
    refused(layout.root, "release.oci-layout")


@pytest.mark.parametrize(
    ("media_type", "said", "pack"),
    [
        ("application/vnd.kitops.modelkit.model.v1.tar+gzip", {}, gzip.compress),
        ("application/vnd.kitops.modelkit.model.v1.tar", {}, bytes),
        (
            "application/vnd.cncf.model.weight.v1.tar",
            {"org.cncf.model.filepath": "model"},
            bytes,
        ),
        (
            "application/vnd.oci.image.layer.v1.tar+gzip",
            {TITLE: "model", "io.deis.oras.content.unpack": "true"},
            gzip.compress,
        ),
    ],
)
def test_layers_that_are_trees_are_unpacked(layout, media_type, said, pack):
    data = pack(packed("model/", "model/a", "model/b"))
    layout.artefact(layout.blob(data, media_type, **said))
    assert layout.paths() == ["model/a", "model/b"]


def test_a_titled_tar_without_a_wish_to_unpack_is_a_file(layout):
    data = packed("a")
    kind = "application/vnd.oci.image.layer.v1.tar"
    layout.artefact(layout.blob(data, kind, **{TITLE: "data.tar"}))
    assert layout.paths() == ["data.tar"]


def test_a_raw_layer_of_a_model_is_a_file_by_its_path(layout):
    kind = "application/vnd.cncf.model.weight.config.v1.raw"
    said = {"org.cncf.model.filepath": "sub/config.json"}
    layout.artefact(layout.blob(b"{}", kind, **said))
    assert layout.paths() == ["sub/config.json"]


def test_layers_lie_over_one_another_with_whiteouts(layout):
    kind = "application/vnd.oci.image.layer.v1.tar"
    layout.artefact(
        layout.blob(packed("a", "d/x", "d/y", "e/x", "e/sub/y", "f", "g/h"), kind),
        layout.blob(
            packed(
                ".wh.a", "d/.wh.x", "e/.wh..wh..opq", "e/new", "f/now-a-folder", "g"
            ),
            kind,
        ),
        layout.blob(packed("d/y", ".wh..wh..", links=[("l", "d/y")]), kind),
    )
    assert layout.paths() == ["d/y", "e/new", "f/now-a-folder", "g"]
    (link,) = take_inventory(layout.root).irregular
    assert link.kind is IrregularKind.SYMLINK_INSIDE
    layout.artefact(
        layout.blob(packed("a", "b/c"), kind),
        layout.blob(packed(".wh..wh..opq", "z"), kind),
    )
    assert layout.paths() == ["z"]


def test_layers_of_ollama_are_files_by_their_type(layout):
    base = "application/vnd.ollama.image."
    layout.artefact(
        layout.blob(b"GGUF", base + "model"),
        layout.blob(b"{{ .Prompt }}", base + "template"),
        layout.blob(b"MIT", base + "license"),
        layout.blob(b"BSD", base + "license"),
    )
    assert layout.paths() == ["license", "license-2", "model", "template"]


def test_a_layer_of_an_unknown_type_is_said_to_be_unbound(layout):
    layout.artefact(
        layout.blob(b"1", **{TITLE: "one"}), layout.blob(b"?", "application/x-other")
    )
    (odd,) = take_inventory(layout.root).irregular
    assert odd.kind is IrregularKind.SPECIAL_FILE
    assert "application/x-other" in odd.detail


@pytest.mark.parametrize("title", ["../up", "/etc/passwd", "a//b", "."])
def test_a_title_that_climbs_is_refused(layout, refused, title):
    refused(
        layout.artefact(layout.blob(b"1", **{TITLE: title})), "release.archive-path"
    )


def test_two_layers_of_one_title_are_refused(layout, refused):
    layers = [layout.blob(data, **{TITLE: "a"}) for data in (b"1", b"2")]
    refused(layout.artefact(*layers), "release.archive-duplicate")


def test_an_ollama_type_that_names_no_file_is_refused(layout, refused):
    layer = layout.blob(b"1", "application/vnd.ollama.image.a/b")
    refused(layout.artefact(layer), "release.oci-layout")


def test_a_blob_of_another_content_or_size_is_refused(layout, refused):
    layer = layout.blob(b"right", **{TITLE: "a"})
    config = layout.blob(b"{}")
    layout.artefact({**layer, "size": 4}, config=config)
    refused(layout.root, "release.blob-digest")
    layout.artefact(layer, config=config)
    for blob in (layer, config):
        place = layout.root / "blobs" / blob["digest"].replace(":", "/")
        whole = place.read_bytes()
        place.write_bytes(b"wrong"[: len(whole)])
        refused(layout.root, "release.blob-digest")
        place.write_bytes(whole)
    assert layout.paths() == ["a"]


def test_digests_of_sha512_are_compared_too(layout):
    layout.artefact(layout.blob(b"1", algorithm="sha512", **{TITLE: "a"}))
    assert layout.paths() == ["a"]


def test_a_blob_that_is_not_there_or_a_link_is_refused(layout, refused):
    layer = layout.blob(b"1", **{TITLE: "a"})
    layout.artefact(layer)
    place = layout.root / "blobs" / layer["digest"].replace(":", "/")
    place.rename(layout.root / "blobs" / "x")
    refused(layout.root, "release.oci-layout")
    place.symlink_to("../x")
    refused(layout.root, "release.unreadable")


@pytest.mark.parametrize(
    "index",
    [
        b"no json",
        b"[]",
        b"{}",
        b'{"manifests": [1]}',
        b'{"manifests": [{"digest": "md5:00", "size": 1}]}',
        b'{"manifests": [{"digest": "sha256:../../etc", "size": 1}]}',
        b'{"manifests": [{"digest": "sha256:%s", "size": -1}]}' % (b"0" * 64),
        b'{"manifests": [{"digest": "sha256:%s", "size": true}]}' % (b"0" * 64),
        b'{"manifests": [{"digest": "sha256:%s", "size": 1, "annotations": [1]}]}'
        % (b"0" * 64),
        b'{"manifests": [], "x": "%s"}' % (b"x" * 5000),
    ],
)
def test_an_index_that_is_none_is_refused(layout, refused, index):
    (layout.root / "index.json").write_bytes(index)
    limits = replace(DEFAULT_LIMITS, max_oci_document_bytes=4000)
    refused(layout.root, "release.oci-layout", limits=limits)


def test_too_many_layers_are_refused(layout, refused):
    layers = [layout.blob(b"%d" % n, **{TITLE: f"f{n}"}) for n in range(4)]
    limits = replace(DEFAULT_LIMITS, max_oci_layers=3)
    refused(layout.artefact(*layers), "release.oci-layout", limits=limits)


def test_a_blob_that_changes_while_it_is_read_is_told(layout, refused):
    layer = layout.blob(b"1", **{TITLE: "a"})
    place = layout.root / "blobs" / layer["digest"].replace(":", "/")

    def touch(_news):
        os.utime(place, ns=(1, 1))

    refused(layout.artefact(layer), "release.changed-while-read", progress=touch)


def test_a_directory_that_holds_more_than_a_layout_is_a_plain_one(layout):
    layout.artefact(layout.blob(b"1", **{TITLE: "a"}))
    (layout.root / "model.bin").write_bytes(b"x")
    assert "model.bin" in layout.paths()


def test_an_empty_index_has_no_manifest(layout, refused):
    assert refused(layout.root, "usage.oci-reference").expected == "a manifest"


def test_a_tag_that_is_spelled_as_a_digest_stands_for_no_other_manifest(
    layout, refused
):
    good = layout.manifest(layout.blob(b"1", **{TITLE: "good"}))["digest"]
    layout.index(layout.manifest(layout.blob(b"2", **{TITLE: "evil"}), name=good))
    refused(f"{layout.root}@{good}", "usage.oci-reference")


def test_what_is_a_manifest_and_an_index_is_refused(layout, refused):
    inner = layout.manifest(layout.blob(b"1", **{TITLE: "one"}))
    layer = layout.blob(b"2", **{TITLE: "two"})
    layout.artefact(layer, manifests=[inner])
    error = refused(layout.root, "release.oci-layout")
    assert error.found.startswith("both at")
    layout.artefact(layer, mediaType=INDEX)
    refused(layout.root, "release.oci-layout")
    layout.artefact(layer, mediaType=MANIFEST)
    assert layout.paths() == ["two"]


IMAGE = "application/vnd.oci.image.layer.v1.tar"
UNPACKED = {TITLE: "d", "io.deis.oras.content.unpack": "true"}


@pytest.mark.parametrize("over", [("evil",), (".wh.evil",), (".wh..wh..opq",)])
def test_a_layer_of_an_image_takes_no_titled_file_away(layout, refused, over):
    titled = layout.blob(b"1", **{TITLE: "evil"})
    layout.artefact(titled, layout.blob(packed(*over), IMAGE))
    refused(layout.root, "release.archive-ambiguous")
    unpacked = layout.blob(packed("evil"), IMAGE, **UNPACKED)
    layout.artefact(unpacked, layout.blob(packed(*over, "z"), IMAGE))
    refused(layout.root, "release.archive-ambiguous")


def test_an_unpacked_file_of_an_artefact_takes_nothing_away(layout, refused):
    below = layout.blob(packed("evil"), IMAGE, **UNPACKED)
    above = layout.blob(packed(".wh.evil", "b"), IMAGE, **UNPACKED)
    layout.artefact(below, above)
    refused(layout.root, "release.archive-ambiguous")
    layout.artefact(below, layout.blob(packed("b"), IMAGE, **UNPACKED))
    assert layout.paths() == ["b", "evil"]
