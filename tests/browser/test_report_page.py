"""The report in a real browser: no sideways scrolling, no complaint, all of it printed.

The page itself holds no script, so a copy gets one that measures it, inside frames of
the widths that matter: a frame's width is the page's viewport, and a headless window
cannot be made as narrow as a telephone.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace

import pytest

from assay.domain.facts import Place
from assay.domain.release import FileRecord
from assay.report.html import render, render_verdict
from tests.unit.report import samples
from tests.unit.report.test_repeated import REPEATED, VERDICT

CHROMIUM = next(
    (
        path
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (path := shutil.which(name))
    ),
    "",
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM,
        reason="no Chromium is installed: `apt-get install chromium` gives one",
    ),
]

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--enable-logging=stderr",
)
WIDTHS = (320, 768, 1280)

MEASURE = """<script>
addEventListener("load", function () {
  var root = document.documentElement;
  var wide = Array.prototype.filter.call(document.body.querySelectorAll("*"),
    function (e) {
      var box = e.getBoundingClientRect();
      return box.width > 1 && box.right > root.clientWidth + 1;
    });
  parent.postMessage(
    innerWidth + "=" + root.scrollWidth + ":" + wide.map(function (e) {
      return e.tagName + "." + (e.getAttribute("class") || "");
    }).slice(0, 5).join(","), "*");
});
</script>"""
FRAMES = """<!DOCTYPE html><title>waiting</title><pre id="told"></pre>
<script>
addEventListener("message", function (e) {
  document.getElementById("told").textContent += "[" + e.data + "]";
});
</script>
%s
"""


def browse(tmp_path, page, *flags):
    """Open a page and give what the browser wrote to both streams."""
    return subprocess.run(
        [
            CHROMIUM,
            *FLAGS,
            f"--user-data-dir={tmp_path / 'profile'}",
            *flags,
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )


def complaints(run):
    return [line for line in run.stderr.splitlines() if ":CONSOLE" in line]


def usual():
    return render(
        samples.assessment(),
        samples.programme(),
        samples.inventory(),
        title="Sample model 7B",
        facts=samples.facts(),
        verdict=samples.verdict(),
        decision=samples.decision(),
        made_at="23 November 2026",
    )


def unbroken():
    """Give a page of words that have no place to break."""
    long = "W" * 900
    inventory = samples.inventory()
    first = inventory.files[0]
    files = (FileRecord(path=long, size=first.size, sha256=first.sha256),)
    finding = samples.finding(
        place=Place(path=long, member=long),
        message=long,
        gain=long,
        remediation=long,
        rule=long,
        references=(long,),
    )
    assessment = samples.with_findings(finding)
    results = tuple(replace(r, reason=long) for r in assessment.controls)
    return render(
        replace(assessment, controls=results),
        samples.programme(),
        replace(inventory, files=files + inventory.files[1:]),
        title=long,
    )


def measured(tmp_path, text):
    """Give, for each width, how wide the page became and what sticks out of it."""
    # The policy of the page forbids the script that measures it, as it should.
    text = re.sub(r"<meta http-equiv=[^>]*>", MEASURE, text, count=1)
    text = text.replace("<details>", "<details open>")
    (tmp_path / "report.html").write_text(text, encoding="utf-8")
    frames = tmp_path / "frames.html"
    frame = (
        '<iframe src="report.html" width="%d" height="900" style="border:0"></iframe>'
    )
    text = FRAMES % "\n".join(frame % width for width in WIDTHS)
    frames.write_text(text, encoding="utf-8")
    run = browse(
        tmp_path,
        frames,
        "--window-size=1400,1000",
        "--virtual-time-budget=5000",
        "--dump-dom",
    )
    told = re.findall(r"\[(\d+)=(\d+):(.*?)\]", run.stdout)
    return {int(width): (int(inside), wide) for width, inside, wide in told}


def repeated():
    """Give the page of a claim of which most is withheld, repeated, one item long."""
    long = replace(REPEATED[0], differences=("W" * 900,))
    return render_verdict("for-one-buyer.assay", VERDICT, None, (long, *REPEATED[1:]))


@pytest.mark.parametrize("make", [usual, unbroken, repeated])
def test_the_page_never_scrolls_sideways(tmp_path, make):
    found = measured(tmp_path, make())
    assert set(found) == set(WIDTHS)
    for width, (inside, wide) in found.items():
        assert inside <= width
        assert wide == ""


def test_the_measure_notices_what_is_too_wide(tmp_path):
    wide = '<hr class="wide" style="width: 2000px"></main>'
    found = measured(tmp_path, usual().replace("</main>", wide))
    assert {inside > width for width, (inside, _) in found.items()} == {True}
    assert all("HR.wide" in names for _, names in found.values())


def test_the_page_as_it_is_shipped_raises_no_complaint(tmp_path):
    page = tmp_path / "report.html"
    page.write_text(usual(), encoding="utf-8")
    run = browse(tmp_path, page, "--dump-dom")
    assert "Outcome of every control" in run.stdout
    assert complaints(run) == []


def test_the_policy_of_the_page_stops_a_script_that_somebody_adds(tmp_path):
    page = tmp_path / "report.html"
    added = "<script>document.title = 'owned'</script></body>"
    page.write_text(usual().replace("</body>", added), encoding="utf-8")
    run = browse(tmp_path, page, "--dump-dom")
    assert "<title>Sample model 7B: Assay report</title>" in run.stdout
    assert complaints(run), "the browser says what it blocked"


def test_the_closed_manifest_is_printed_too(tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext is installed: `apt-get install poppler-utils`")
    page, paper = tmp_path / "report.html", tmp_path / "report.pdf"
    page.write_text(usual(), encoding="utf-8")
    browse(tmp_path, page, "--no-pdf-header-footer", f"--print-to-pdf={paper}")
    text = subprocess.run(
        ["pdftotext", "-layout", paper, "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "model-00002-of-00002.safetensors" in text
    assert "3,802,481,664" in text
    assert "Page 1 of" in text
    assert "Skip to the report" not in text
