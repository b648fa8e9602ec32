"""The report on paper: a PDF of the whole page, with its picture."""

import io
import re
import zlib
from pathlib import Path

import pypdf
import pytest

from studio.review.report import render_report
from studio.ui import printing
from tests.fakes.fake_studio import MINUTE, T0
from tests.fakes.played_show import PlayedStudio, at_once


@pytest.fixture(scope="module")
def html(qapp) -> str:
    found = at_once(PlayedStudio().play().review("show-1"))
    return render_report(
        found.state, found.figures, found.samples, found.orders, generated_ms=T0 + 60 * MINUTE, language="en"
    )


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_the_report_becomes_a_pdf_of_a_few_a4_pages(html):
    pdf = printing.pdf_of(html)
    assert pdf.startswith(b"%PDF-")
    assert pdf.rstrip().endswith(b"%%EOF")
    assert 1 <= pages(pdf) <= 4
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert box is not None
    assert [round(float(n)) for n in box.groups()] == [595, 842]


def test_the_pdf_is_named_after_the_show(html):
    title = "Report · Autumn Home Live #14".encode("utf-16-be")
    assert title in printing.pdf_of(html).replace(b"\\#", b"#") or b"Autumn Home Live" in printing.pdf_of(
        html
    )


def drawn_with(pdf: bytes) -> set[str]:
    """The colours that something is filled or stroked with, `#rrggbb`, in the streams of a PDF."""
    found: set[str] = set()
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            page = zlib.decompress(packed)
        except zlib.error:
            continue
        for parts in re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) (?:scn|SCN|rg|RG)\b", page):
            found.add("#" + "".join(f"{round(float(part) * 255):02x}" for part in parts))
    return found


def test_the_chart_of_the_show_is_drawn_into_it_as_lines_and_not_as_pixels(html):
    pdf = printing.pdf_of(html)
    assert {"#178a4c", "#1a58bb"} <= drawn_with(pdf), "bars and line"
    without = printing.pdf_of(re.sub(r"<svg\b.*?</svg>", "", html, flags=re.DOTALL))
    assert "#178a4c" not in drawn_with(without)
    # What is left of pixels are the hatches of every other block.
    widths = [int(n) for n in re.findall(rb"/Subtype /Image\b.{0,80}?/Width (\d+)", pdf, re.DOTALL)]
    assert max(widths, default=0) < 200
    assert len(pdf) < 300_000, "pixels at the sharpness of paper take more"


def test_no_amount_is_broken_between_two_lines(html):
    # A larger show, so that every column is wide.
    large = re.sub(r'(<td class="number">)€([\d,.]+)<', r"\1€7,654,\2<", html)
    amounts = re.findall(r'<td class="number">(€[\d,.]+)<', large)
    assert len(amounts) > 20
    printed = "\n".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(printing.pdf_of(large))).pages)
    lines = {word for line in printed.splitlines() for word in line.split()}
    assert [a for a in amounts if a not in lines] == []


def test_a_page_without_a_picture_or_with_a_broken_one_prints_too(qapp):
    assert printing.pdf_of("<title>a &amp; b</title><h1>Nothing</h1>").startswith(b"%PDF-")
    assert printing.pdf_of("<h1>Broken</h1><svg><rect/></svg>").startswith(b"%PDF-")


def test_a_file_that_is_there_stays_whole_until_the_new_one_is(qapp, tmp_path: Path, monkeypatch):
    path = tmp_path / "report.pdf"
    path.write_bytes(b"the old one")

    def fail(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        printing.write_pdf("<h1>New</h1>", path)
    monkeypatch.undo()
    assert path.read_bytes() == b"the old one"
    assert [p.name for p in tmp_path.iterdir()] == ["report.pdf"]
    printing.write_pdf("<h1>New</h1>", path)
    assert path.read_bytes().startswith(b"%PDF-")
