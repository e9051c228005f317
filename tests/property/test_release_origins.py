"""Archives of any bytes are a release or are refused; nothing else happens."""

from __future__ import annotations

import io
import tarfile
import zipfile

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.errors import ReleaseError
from assay.release import take_inventory


def _tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as file:
        for name in ("m/a", "m/" + "l" * 150):
            info = tarfile.TarInfo(name)
            info.size = 3
            file.addfile(info, io.BytesIO(b"abc"))
    return buffer.getvalue()[:5000]


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("m/a", b"abc" * 50)
        file.writestr("m/b", b"")
    return buffer.getvalue()


SAMPLES = {"x.tar": _tar(), "x.zip": _zip()}
EDITS = st.lists(
    st.tuples(st.integers(0, 4999), st.binary(max_size=8), st.integers(0, 8)),
    max_size=4,
)


@given(name=st.sampled_from(sorted(SAMPLES)), edits=EDITS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_archive_of_any_bytes_is_a_release_or_is_refused(tmp_path, name, edits):
    data = bytearray(SAMPLES[name])
    for place, new, length in edits:
        start = place % max(len(data), 1)
        data[start : start + length] = new
    (tmp_path / name).write_bytes(data)
    try:
        files = take_inventory(tmp_path / name, jobs=1).files
    except ReleaseError:
        return
    paths = [record.path for record in files]
    assert paths == sorted(set(paths))
    for path in paths:
        assert path == name or not set(path.split("/")) & {"", ".", ".."}


NAMES = st.lists(
    st.text(alphabet="ab./\\é", min_size=1, max_size=6), min_size=1, max_size=4
)


@given(names=NAMES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_path_of_a_release_leads_out_of_it_or_is_there_twice(tmp_path, names):
    with tarfile.open(tmp_path / "x.tar", "w") as file:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = 1
            file.addfile(info, io.BytesIO(b"x"))
    try:
        files = take_inventory(tmp_path / "x.tar", jobs=1).files
    except ReleaseError:
        return
    paths = [record.path for record in files]
    assert len(set(paths)) == len(names)
    assert not any(set(path.split("/")) & {"", ".", ".."} for path in paths)
