"""What a real office program makes of the files: every page drawn, none too many, nothing drawn outside its margins."""

import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from app.coaching.team.report import Responsibility
from app.exports.record import decision_record
from app.exports.slides import comparison_slide, team_slides
from tests.exports.samples import LARGE, SMALL, a_comparison, an_advice, roles_in, some_words

OFFICE, DRAWER = shutil.which("soffice"), shutil.which("pdftoppm")
GROUND, SOFT_EDGE = 250, 0.02  # of 255: lighter is empty; the part of a side that stays empty

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not (OFFICE and DRAWER), reason="needs LibreOffice (libreoffice-impress, -writer) and poppler-utils"),
]


def drawn(data: bytes, kind: str, folder: Path) -> list[Image.Image]:
    """The pages of the file as pictures. They stay in `folder`, to be looked at."""
    file = folder / f"file.{kind}"
    file.write_bytes(data)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"  # nothing of the person's own settings
    subprocess.run(
        [str(OFFICE), profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(file)], check=True, timeout=180,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    subprocess.run([str(DRAWER), "-r", "72", "-png", str(folder / "file.pdf"), str(folder / "page")], check=True, timeout=120)
    pages = []
    for path in sorted(folder.glob("page*.png")):
        with Image.open(path) as page:
            pages.append(page.convert("L"))
    return pages


def empty(page: Image.Image) -> bool:
    return page.getextrema()[0] > GROUND


def empty_at_edges(page: Image.Image, top: int) -> bool:
    """Whether nothing is drawn along the left, right and lower edges; `top` is how much of the upper one is ours."""
    side, foot = int(page.width * SOFT_EDGE), int(page.height * SOFT_EDGE / 2)
    strips = [
        (0, top, side, page.height), (page.width - side, top, page.width, page.height), (0, page.height - foot, page.width, page.height),
    ]  # fmt: skip
    return all(empty(page.crop(strip)) for strip in strips)


@pytest.mark.parametrize("known", [SMALL, LARGE, {}], ids=["small", "large", "nothing known"])
def test_two_slides_are_drawn_within_their_edges(known, tmp_path):
    pages = drawn(team_slides(an_advice(known), some_words()), "pptx", tmp_path)

    assert len(pages) == 2
    assert not any(empty(page) for page in pages)
    assert all(empty_at_edges(page, 14) for page in pages)


def test_the_comparison_is_drawn_on_one_slide(tmp_path):
    pages = drawn(comparison_slide(a_comparison(), "product_manager", "project_manager", some_words(), roles_in), "pptx", tmp_path)

    assert len(pages) == 1
    assert empty_at_edges(pages[0], 14)


def test_tables_of_long_words_end_above_the_small_print(tmp_path):
    duties = [Responsibility(f"d{n}", "delivery", "W" * 5000 if n % 2 else "many words " * 60, "doubled", ("W" * 60, "team")) for n in range(20)]

    pages = drawn(team_slides(an_advice(duties=duties), some_words()), "pptx", tmp_path)

    assert len(pages) > 2
    assert all(empty(page.crop((0, 480, 960, 486))) for page in pages[1:])


@pytest.mark.parametrize("known", [SMALL, LARGE, {}], ids=["small", "large", "nothing known"])
def test_the_record_is_drawn_on_a_few_pages_within_their_margins(known, tmp_path):
    pages = drawn(decision_record(an_advice(known), some_words()), "docx", tmp_path)

    assert 2 <= len(pages) <= 6
    assert not any(empty(page) for page in pages)
    assert all(empty_at_edges(page, 0) for page in pages)


def test_a_record_of_hostile_words_stays_within_its_margins(tmp_path):
    duty = Responsibility("x", "delivery", "W" * 5000, "unowned", (), (), "=cmd|' /C calc'!A0 \x1b[31m\u202e" + "W" * 5000, (1,))

    pages = drawn(decision_record(an_advice(quotes=["W" * 5000], duties=[duty], warnings=("W" * 5000,)), some_words()), "docx", tmp_path)

    assert all(empty_at_edges(page, 0) for page in pages)
