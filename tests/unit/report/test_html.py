"""The page of a report: whole, harmless, the same every time, and readable by all."""

from __future__ import annotations

import base64
import hashlib
import itertools
import os
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from assay.domain.assessment import Outcome
from assay.domain.facts import Gap, Place, ReleaseFacts
from assay.domain.finding import CheckStatus, Severity
from assay.domain.limits import DEFAULT_LIMITS
from assay.domain.programme import EvidenceClass
from assay.domain.release import FileRecord, Inventory
from assay.domain.verdict import DecisionValue, VerdictValue
from assay.errors import UsageError
from assay.report.html import render
from tests.unit.report import samples

VOID = {"meta", "link", "br", "wbr"}
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202e\x1b{{ 7*7 }}"


class Outline(HTMLParser):
    """The elements of a page in order, and proof that each is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.faults: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    def all(self, *tags):
        return [(tag, attrs) for tag, attrs in self.elements if tag in tags]

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def page(assessment=None, **changes):
    options: dict[str, Any] = {"title": "Sample model 7B", "facts": samples.facts()}
    options |= changes
    inventory = options.pop("inventory", samples.inventory())
    programme = options.pop("programme", samples.programme())
    return render(
        samples.assessment() if assessment is None else assessment,
        programme,
        inventory,
        **options,
    )


def part(text, pattern):
    """Give what the pattern finds, which must be there."""
    found = re.search(pattern, text, re.DOTALL)
    assert found is not None
    return found.group(found.re.groups)


def full_page():
    return page(
        verdict=samples.verdict(),
        decision=samples.decision(),
        made_at="23 November 2026",
    )


def hostile_page():
    def bad(noun):
        return samples.poisoned(noun, HOSTILE)

    verdict = bad(samples.verdict())
    return page(
        bad(samples.assessment()),
        title=HOSTILE,
        made_at=HOSTILE,
        facts=None,
        programme=bad(samples.programme()),
        inventory=bad(samples.inventory()),
        verdict=verdict,
        decision=bad(samples.decision()),
    )


PAGES = {
    "plain": page,
    "full": full_page,
    "hostile": hostile_page,
    "spotless": lambda: page(samples.spotless()),
}


@pytest.fixture(params=PAGES)
def any_page(request):
    return PAGES[request.param]()


def test_every_element_is_closed_and_every_id_is_used_once(any_page):
    outline = Outline(any_page)
    assert outline.faults == []
    assert outline.open == []
    ids = [attrs["id"] for _, attrs in outline.elements if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_every_reference_inside_the_page_leads_somewhere(any_page):
    outline = Outline(any_page)
    ids = {attrs["id"] for _, attrs in outline.elements if "id" in attrs}
    for _, attrs in outline.elements:
        for name in ("href", "aria-labelledby"):
            value = attrs.get(name)
            if value is None or value == "data:,":
                continue
            for part in value.split():
                assert part.removeprefix("#") in ids, (name, value)


def test_the_page_loads_and_runs_nothing(any_page):
    outline = Outline(any_page)
    assert not outline.all("script", "img", "iframe", "object", "embed", "form", "base")
    for tag, attrs in outline.elements:
        assert not [name for name in attrs if name.startswith("on")], tag
        assert "style" not in attrs, "the policy allows the one style element alone"
        assert "src" not in attrs
        href = attrs.get("href")
        assert href is None or href.startswith(("#", "data:,"))
    css = part(any_page, r"<style>(.*?)</style>")
    assert "@import" not in css
    assert all(ref.startswith('"#') for ref in re.findall(r"url\((.*?)\)", css))


def test_the_policy_allows_only_the_style_of_the_page(any_page):
    css = part(any_page, r"<style>(.*?)</style>")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    metas = Outline(any_page).all("meta")
    (policy,) = [
        attrs["content"]
        for _, attrs in metas
        if attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def test_hostile_text_stays_text_and_steers_nothing():
    text = hostile_page()
    assert "<script" not in text
    assert "<img" not in text
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "\\u202e\\x1b{{ 7*7 }}" in text
    assert all(c == "\n" or c.isprintable() for c in text)


def test_a_command_to_paste_cannot_carry_another_command():
    ref = replace(samples.REF, id="x; rm -rf ~ #")
    text = page(
        replace(samples.assessment(), programme=ref),
        programme=replace(samples.programme(), ref=ref),
        decision=replace(samples.decision(), benefit="$(reboot)"),
    )
    words = Outline(text).text
    assert "--programme 'x; rm -rf ~ #@0.1.0'" in words
    assert "--benefit '$(reboot)'" in words


def test_a_very_long_path_is_shown_and_a_longer_text_is_cut_with_its_count():
    path = "d/" * 2_000 + "model.bin"
    finding = samples.finding(place=Place(path=path), message="m" * 10_000)
    words = Outline(page(samples.with_findings(finding))).text
    assert path in words
    assert "[cut: 5,904 more characters]" in words


def test_the_same_nouns_give_the_same_page():
    assert full_page() == full_page()


@pytest.mark.parametrize("seed", ["1", "77"])
def test_the_page_depends_on_no_hash_seed_time_zone_or_locale(seed):
    program = (
        "import hashlib; from tests.unit.report.test_html import full_page; "
        "print(hashlib.sha256(full_page().encode()).hexdigest())"
    )
    environment = os.environ | {
        "PYTHONHASHSEED": seed,
        "TZ": "Pacific/Auckland",
        "LC_ALL": "C",
        "PYTHONPATH": ".",
    }
    run = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    here = hashlib.sha256(full_page().encode()).hexdigest()
    assert run.stdout.strip() == here


def test_the_page_shows_no_clock_unless_told():
    assert "Assay 0.1.0, 23 November 2026" in Outline(full_page()).text
    assert "November" not in page()


def test_landmarks_language_and_skip_link_are_there(any_page):
    outline = Outline(any_page)
    assert outline.all("html")[0][1] == {"lang": "en-GB"}
    for landmark in ("main", "nav", "footer", "title"):
        assert len(outline.all(landmark)) == 1, landmark
    first = outline.all("a")[0][1]
    assert first == {"class": "skip", "href": "#main"}
    assert all("aria-labelledby" in attrs for _, attrs in outline.all("section", "nav"))


def test_headings_go_down_one_level_at_a_time(any_page):
    tags = [tag for tag, _ in Outline(any_page).all("h1", "h2", "h3", "h4")]
    levels = [int(tag[1]) for tag in tags]
    assert levels[0] == 1
    assert levels.count(1) == 1
    for before, after in itertools.pairwise(levels):
        assert after <= before + 1


def test_every_table_has_a_caption_and_every_heading_cell_a_scope(any_page):
    outline = Outline(any_page)
    assert len(outline.all("caption")) == len(outline.all("table"))
    assert all(attrs.get("scope") in {"row", "col"} for _, attrs in outline.all("th"))


def test_every_picture_has_words_or_is_left_out_for_readers_of_words(any_page):
    for _, attrs in Outline(any_page).all("svg"):
        described = attrs.get("role") == "img" and attrs.get("aria-labelledby")
        assert described or attrs.get("aria-hidden") == "true"
    assert Outline(any_page).all("desc")


def test_every_outcome_class_status_and_severity_is_shown_and_explained():
    first, *others = samples.assessment().controls
    withheld = replace(first, outcome=Outcome.WITHHELD)
    assessment = replace(samples.assessment(), controls=(withheld, *others))
    words = Outline(page(assessment)).text
    for value in (*Outcome, *EvidenceClass, *CheckStatus, *Severity):
        assert value.value.capitalize() in words


@pytest.mark.parametrize("outcome", Outcome)
def test_the_row_of_a_control_shows_its_outcome_in_words(outcome):
    results = tuple(replace(r, outcome=outcome) for r in samples.assessment().controls)
    text = page(replace(samples.assessment(), controls=results))
    rows = part(text, r'<section id="controls".*?</section>')
    slug = outcome.value.replace(" ", "-")
    assert rows.count(f'class="outcome o-{slug}"') == len(results)
    assert rows.count('class="outcome o-') == len(results)


def test_what_is_unknown_is_said_first_and_in_words():
    words = Outline(page()).text
    assert "Of 18 controls, 8 are met and 3 are not met." in words
    assert "Of 5 others nothing is known" in words
    assert "Unknown is never a yes." in words
    unseen = words.index("This report says nothing, good or bad")
    assert words.index("Of 5 others") < words.index("An attacker gains") < unseen


def test_a_page_without_findings_does_not_call_the_release_clean():
    words = Outline(page(samples.spotless())).text
    assert "No check found anything in what it looked at." in words
    assert "Every one was assessed." in words


def test_an_empty_list_of_gaps_is_said_to_be_empty():
    inventory = replace(samples.inventory(), irregular=())
    words = Outline(page(samples.spotless(), inventory=inventory)).text
    assert "The list is empty" in words


def test_gaps_failed_checks_and_unbound_entries_are_named():
    words = Outline(page()).text
    for text in (
        "weights/extra.7z",
        "The format 7z is known but is not read.",
        "The file libops.so changed while it was read.",
        "link to something outside the release",
        "../other/model.bin",
        "directory of a version control system",
        "It waits for: release engineering lead",
    ):
        assert text in words


def test_a_finding_tells_where_what_for_and_how_to_mend_it():
    words = Outline(page()).text
    for text in (
        "Critical Confidence: high",
        "Loading the file calls posix.system",
        "pytorch_model.bin!/archive/data.pkl@1042",
        "Whoever loads the model runs a program",
        "Convert the weights to safetensors",
        "CWE-502, AML.T0010",
        "Controls wei-1",
    ):
        assert text in words


def test_the_notice_and_the_digest_stand_at_the_top():
    text = page()
    head = text[: text.index("<main")]
    assert "Unofficial reference programme" in head
    assert "<span>9f3a1c7e</span><wbr><span>42d85b60</span>" in head


def test_types_come_from_the_bytes_or_are_said_to_come_from_names():
    assert "Files by type, decided by their bytes" in Outline(page()).text
    words = Outline(page(facts=None)).text
    assert "which proves nothing about their type" in words
    assert ".safetensors 2" in words
    bare = Inventory(
        files=(
            FileRecord(path="LICENSE", size=1, sha256="00" * 32),
            FileRecord(path="a.d/.env", size=2, sha256="00" * 32),
        )
    )
    small = replace(samples.assessment(), files=2, total_size=3)
    assert "no ending 2" in Outline(page(small, facts=None, inventory=bare)).text


def test_an_empty_release_without_checks_is_said_to_be_empty():
    bare = replace(samples.assessment(), files=0, total_size=0, reports=(), tiers=())
    words = Outline(
        page(
            bare,
            inventory=Inventory(files=()),
            facts=ReleaseFacts(files=()),
            programme=replace(samples.programme(), tiers=()),
        )
    ).text
    assert words.count("The release holds no files.") == 2
    assert "No check ran." in words
    assert "The programme has no tiers." in words


def test_long_lists_are_cut_and_the_rest_is_counted():
    most = DEFAULT_LIMITS.max_report_rows
    many = tuple(samples.finding(rule=f"rule-{i:04}") for i in range(most + 50))
    assessment = samples.with_findings(*many, total=most + 1_000)
    gaps = tuple(
        Gap(place=Place(path=f"x{i}"), reason="Too deep.") for i in range(most + 7)
    )
    report = replace(assessment.reports[0], gaps=gaps)
    files = tuple(
        FileRecord(path=f"f{i:05}", size=1, sha256="00" * 32) for i in range(1_200)
    )
    text = page(
        replace(assessment, reports=(report,), files=1_200, total_size=1_200),
        inventory=Inventory(files=files),
    )
    words = Outline(text).text
    assert text.count('<article class="finding"') == most
    assert "And 50 findings more, not shown here." in words
    assert "And 7 things passed over more, not shown here." in words
    assert "And 200 files more, not shown here." in words
    assert "950 findings beyond the bound of one check" in words


@pytest.mark.parametrize("value", VerdictValue)
def test_a_verdict_is_shown_with_its_reasons(value):
    words = Outline(page(verdict=samples.verdict(value))).text
    assert f"Verdict on the bundle {value.value.capitalize()}" in words
    assert "verify.signatures" in words
    proven = value is not VerdictValue.INVALID
    assert ("Nothing in this report is proven by that bundle." in words) is not proven
    assert ("entry 4211 of the log log.example/2026" in words) is proven


def test_a_programme_that_the_verifier_does_not_trust_is_named_as_such():
    words = Outline(page(verdict=samples.untrusted_verdict())).text
    assert "NOT named by the trust file" in words


@pytest.mark.parametrize("value", DecisionValue)
def test_a_decision_is_shown_with_its_reasons(value):
    words = Outline(page(decision=samples.decision(value))).text
    title = "Decision on the benefit: Priority review (example)"
    assert f"{title} {value.value.capitalize()}" in words
    assert words.index("Against cod-8") < words.index("For int-9")


def test_a_decision_that_no_trusted_programme_made_says_so():
    decision = replace(samples.decision(), programme=None, reasons=())
    words = Outline(page(decision=decision)).text
    assert "No programme that the verifier believes decided." in words
    assert "No reason was given." in words


def test_a_page_without_verdict_or_decision_has_no_section_for_them():
    assert "Verification and decision" not in page()


def test_a_verdict_about_another_assessment_is_refused():
    other = replace(samples.assessment(), tool_version="0.0.9")
    with pytest.raises(UsageError) as caught:
        page(other, verdict=samples.verdict())
    assert caught.value.code == "usage.report-mismatch"


def test_an_inventory_of_another_release_is_refused():
    with pytest.raises(UsageError) as caught:
        page(inventory=Inventory(files=samples.inventory().files[1:]))
    assert caught.value.code == "usage.report-mismatch"


def test_the_parts_of_a_bar_fill_it_and_narrow_ones_carry_no_number():
    lots = samples.assessment()
    programme = samples.programme()
    controls = tuple(replace(programme.controls[0], id=f"c-{i}") for i in range(100))
    results = tuple(
        replace(
            lots.controls[0],
            control=f"c-{i}",
            outcome=Outcome.NOT_MET if i else Outcome.MET,
        )
        for i in range(100)
    )
    text = page(
        replace(lots, controls=results), programme=replace(programme, controls=controls)
    )
    bar = part(text, r'<svg class="bar" height="36".*?</svg>')
    assert 'x="0.000%" y="0" width="1.000%"' in bar
    assert 'x="1.000%" y="0" width="99.000%"' in bar
    assert bar.count("<text") == 1
    assert "met: 1, not met: 99." in bar
