"""The report's page as a person has it before them: a real browser, headless."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.reporting.page.browser import Browser
from tests.reporting.page.content import EVIL, report_content, trial_content
from unify.reporting.page import render_trial
from unify.reporting.page.contrast import contrast

Open = Callable[..., Browser]

CARDS = "document.querySelectorAll('#cards .card').length"
FILES = "[...document.querySelectorAll('#cards h3')].map(each => each.textContent)"
SHOWN = "document.getElementById('shown').textContent"
FOCUS = "[...document.querySelectorAll('#cards .open')].indexOf(document.activeElement)"
ROWS = "[...document.querySelectorAll('#viewer-boxes tr')].map(row => [...row.children].map(each => each.textContent))"


# Every text that is seen, its colour, and what lies behind it; disabled controls are exempt, as WCAG has it.
TEXTS = """(() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const fillOf = (node) => getComputedStyle(node.querySelector(':scope > rect')).fill;
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const own = at.matches('.flow .node') ? fillOf(at) : getComputedStyle(at).backgroundColor;
      if (own.startsWith('rgb') && (numbers(own)[3] ?? 1) > 0) return numbers(own).slice(0, 3);
    }
  };
  const found = [];
  for (const node of document.querySelectorAll('body *')) {
    const own = [...node.childNodes].filter((each) => each.nodeType === Node.TEXT_NODE);
    const text = own.map((each) => each.textContent).join('').trim();
    const exempt = node.closest('script, style, title, option, :disabled, .hidden, .skip');
    if (!text || exempt || !node.checkVisibility() || !node.getClientRects().length) continue;
    const style = getComputedStyle(node);
    const colour = node.closest('svg') ? style.fill : style.color;
    const large = parseFloat(style.fontSize) >= 24;
    found.push([text.slice(0, 40), numbers(colour).slice(0, 3), behind(node), large]);
  }
  return found;
})()"""


def choose(browser: Browser, **fields: str | float) -> None:
    """Set filters as a person does: by their visible text."""
    for name, wanted in fields.items():
        browser.do(f"""
            const field = document.getElementById('filters').elements[{name!r}];
            const wanted = {wanted!r};
            const option = [...field.options ?? []].find(each => each.textContent === String(wanted));
            field.value = option ? option.value : wanted;
            field.dispatchEvent(new Event('input', {{bubbles: true}}))""")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1600])
def test_the_page_opens_without_complaint_and_fits_its_window(open_page: Open, width: int, scheme: str):
    page = open_page(width, scheme)
    assert page.complaints() == []
    assert page.ask("document.documentElement.scrollWidth") == width
    assert page.ask(CARDS) == (24 if width > 600 else 8)
    assert page.ask("[...document.images].every(each => each.complete && each.naturalWidth > 0)")
    paper = page.ask("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (min(paper) > 230) if scheme == "light" else (max(paper) < 40)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("content", ["report", "trial"])
def test_every_text_on_the_page_is_read_on_what_lies_behind_it(
    open_page: Open, report_page: Path, tmp_path: Path, scheme: str, content: str
):
    path = report_page
    if content == "trial":
        path = tmp_path / "trial.html"
        path.write_text(render_trial(trial_content()), encoding="utf-8")
    page = open_page(scheme=scheme, path=path)
    page.do("document.querySelectorAll('details').forEach(each => each.open = true)")
    if content == "report":
        page.do("document.querySelectorAll('#cards .open')[16].click()")
    texts = page.ask(TEXTS)
    assert len(texts) > 50
    weak = [(text, round(contrast(ink, ground), 2)) for text, ink, ground, large in texts
            if contrast(ink, ground) < (3 if large else 4.5)]  # fmt: skip
    assert weak == []


def test_everything_that_can_be_chosen_is_reached_by_keyboard_and_named(open_page: Open):
    page = open_page()
    named = """[...document.querySelectorAll('a, button, select, input, summary, [tabindex], svg[role], img')]
        .filter(each => each.getClientRects().length)
        .filter(each => !(each.ariaLabel || each.alt || each.textContent.trim() || each.labels?.length
            || each.getAttribute('aria-labelledby') || each.querySelector('img')?.alt))
        .map(each => each.outerHTML.slice(0, 80))"""
    assert page.ask(named) == []
    unreached = """[...document.querySelectorAll('a, button, select, input, summary, .scroll')]
        .filter(each => each.tabIndex < 0).map(each => each.outerHTML.slice(0, 80))"""
    assert page.ask(unreached) == []
    overflowing = """[...document.querySelectorAll('main *')].filter(each => each.scrollWidth > each.clientWidth + 1
        && getComputedStyle(each).overflowX === 'auto' && each.tabIndex < 0).length"""
    assert page.ask(overflowing) == 0
    outline = "getComputedStyle(document.querySelector('#cards .open')).outlineStyle"
    page.do("document.querySelector('#cards .open').focus({focusVisible: true})")
    assert page.ask(outline) == "solid"


def test_on_paper_controls_are_gone_and_nothing_hides_or_sticks_out(open_page: Open):
    page = open_page(width=720)  # a sheet's width between its margins
    page.print_preview()
    left = "[...document.querySelectorAll('.contents, .filters, dialog')].filter(each => each.checkVisibility())"
    assert page.ask(left) == []
    assert page.ask("document.documentElement.scrollWidth") == 720
    assert page.ask("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.ask("[...document.querySelectorAll('details table')].every(each => each.getClientRects().length)")
    columns = "getComputedStyle(document.querySelector('{}')).gridTemplateColumns.split(' ').length"
    assert [page.ask(columns.format(name)) for name in ("#cards", ".examples", ".twins")] == [4, 4, 2]
    assert page.pdf().startswith(b"%PDF")


def test_hostile_names_are_shown_and_never_run(open_page: Open):
    page = open_page()
    assert page.ask("window.broken") is None
    assert page.ask("[...document.images].every(each => each.getAttribute('onerror') === null)")
    assert page.ask("document.querySelector('h1').textContent") == f"adas {EVIL}"
    assert EVIL in page.ask(FILES)


def test_filters_change_what_is_seen(open_page: Open):
    page = open_page()
    assert page.ask(SHOWN) == "1 to 24 of 30 pictures"
    choose(page, batch="person:b1")
    assert page.ask(SHOWN) == "1 to 15 of 15 pictures (all: 30)"
    choose(page, split="val")
    assert page.ask(FILES) == [f"picture_{number}.jpg" for number in (21, 23, 25, 27, 29)]
    choose(page, source="person:v1")
    assert (page.ask(SHOWN), page.ask(CARDS)) == ("No picture is like that (all: 30)", 0)
    page.do("document.querySelector('#filters [type=reset]').click()")
    assert page.ask(SHOWN) == "1 to 24 of 30 pictures"


def test_difficulty_filters_and_examples_of_every_level_stand_below(open_page: Open):
    page = open_page()
    choose(page, difficulty="hard")
    assert page.ask(FILES) == [f"picture_{number}.jpg" for number in (5, 11, 17, 23, 29)]
    examples = "[...document.querySelectorAll('.examples[data-level={}] h3')].map(each => each.textContent)"
    assert page.ask(examples.format("hard")) == ["picture_5.jpg", "picture_11.jpg"]
    assert page.ask(examples.format("easy")) == ["picture_3.jpg", "picture_9.jpg"]
    page.do("document.querySelectorAll('.examples[data-level=hard] .open')[1].click()")
    assert page.ask("document.getElementById('viewer-about').textContent").endswith("hard, uncertainty 0.37")
    page.press("ArrowLeft")
    assert page.ask("document.getElementById('viewer-title').textContent") == "picture_5.jpg"


def test_a_class_with_a_state_asks_what_is_known_of_it(open_page: Open):
    page = open_page()
    choose(page, **{"class": "car"})
    assert page.ask(CARDS) == 15
    choose(page, state="unknown")  # no box of it there, and that is the point
    assert page.ask(SHOWN) == "1 to 15 of 15 pictures (all: 30)"
    choose(page, state="incomplete")
    assert page.ask(CARDS) == 0


def test_a_range_of_weights_keeps_pictures_with_such_machine_boxes(open_page: Open):
    page = open_page()
    choose(page, least=0.5, most=0.7)
    assert page.ask(FILES) == [f"picture_{number}.jpg" for number in (16, 18, 20)]  # weights 0.53, 0.6, 0.67
    assert page.ask("document.querySelectorAll('#cards .box.human.off').length") == 3
    assert page.ask("document.querySelectorAll('#cards .box.machine.off').length") == 0


def test_a_cell_of_the_coverage_matrix_leads_to_its_pictures(open_page: Open):
    page = open_page()
    page.do("document.querySelector('.matrix .cell[data-batch=\"person:b1\"][data-class=car]').click()")
    assert page.ask(SHOWN) == "1 to 15 of 15 pictures (all: 30)"
    assert page.ask("document.getElementById('filters').elements.state.selectedOptions[0].textContent") == "unknown"


def test_boxes_tell_who_drew_them_and_how_far_they_are_believed(open_page: Open):
    page = open_page()
    drawn = "[...document.querySelectorAll('#cards li:nth-child({}) .box')]"
    drawn += ".map(each => [each.classList[1], each.style.opacity])"
    assert page.ask(drawn.format(17)) == [["human", ""], ["machine", "0.53"]]
    assert page.ask(drawn.format(1)) == [["zone", ""], ["human", ""]]  # weight 0 lies under the others
    dashes = "getComputedStyle(document.querySelector('#cards li:nth-child(17) .{} .line')).strokeDasharray"
    assert (page.ask(dashes.format("human")), page.ask(dashes.format("machine"))) == ("none", "6px, 4px")
    states = "[...document.querySelectorAll('#cards li:nth-child({}) .states li')].map(each => each.textContent)"
    assert page.ask(states.format(1)) == ["looked for: car", f"by machine: {EVIL}"]
    assert page.ask(states.format(2)) == [f"looked for: {EVIL}", "nobody looked: car"]


def test_the_keyboard_goes_from_picture_to_picture_and_over_pages(open_page: Open):
    page = open_page()
    page.do("document.querySelector('#cards .open').focus()")
    page.press("ArrowRight")
    assert page.ask(FOCUS) == 1
    page.do("document.querySelectorAll('#cards .open')[23].focus()")
    page.press("ArrowRight")
    assert (page.ask(SHOWN), page.ask(FOCUS)) == ("25 to 30 of 30 pictures", 0)
    page.press("ArrowLeft")
    assert (page.ask(SHOWN), page.ask(FOCUS)) == ("1 to 24 of 30 pictures", 23)


def test_full_size_lists_every_box_and_the_keyboard_turns_the_pages(open_page: Open):
    page = open_page()
    page.do("document.querySelectorAll('#cards .open')[16].focus()")
    page.press("Enter")
    assert page.ask("document.getElementById('viewer').open")
    assert page.ask(ROWS) == [["car", "human", "1.00", "1.00", "1.00"], [EVIL, "person:v1", "0.75", "0.53", "0.53"]]
    page.press("ArrowRight")
    assert page.ask("document.getElementById('viewer-title').textContent") == "picture_17.jpg"
    assert page.ask("document.getElementById('viewer-place').textContent") == "18 of 30"
    page.press("Escape")
    assert not page.ask("document.getElementById('viewer').open")
    assert page.ask(FOCUS) == 17


def test_a_box_in_the_list_stands_out_on_the_picture(open_page: Open):
    page = open_page()
    page.do("document.querySelectorAll('#cards .open')[16].click()")
    page.do("document.querySelectorAll('#viewer-boxes tr')[1].focus()")
    chosen = "[...document.querySelectorAll('#viewer-stage .box')].map(each => each.classList.contains('chosen'))"
    assert page.ask(chosen) == [False, True]


def test_the_lineage_graph_tells_digests_when_pointed_at(open_page: Open):
    page = open_page()
    page.do("document.querySelector('.flow .node.autolabeler').focus()")
    assert page.ask("document.getElementById('origin').textContent").startswith("person:v1\ndigest: 0123456789abcdef")


def test_pictures_whose_labels_differ_stand_side_by_side(open_page: Open):
    page = open_page()
    boxes = "[...document.querySelectorAll('#compare-cards .card')].map(each => each.querySelectorAll('.box').length)"
    assert page.ask(boxes) == [1, 2]


def test_ten_thousand_pictures_are_no_burden(open_page: Open, tmp_path: Path):
    from unify.reporting.page import render_served  # the same script; files stay on the server

    path = tmp_path / "many.html"
    path.write_text(render_served(report_content(10_000)), encoding="utf-8")
    page = open_page(path=path)
    assert page.ask(SHOWN) == "1 to 24 of 10,000 pictures"
    took = page.ask("""(() => { const began = performance.now();
        for (let turn = 0; turn < 20; turn++) document.getElementById('page-on').click();
        return performance.now() - began; })()""")
    assert page.ask(SHOWN) == "481 to 504 of 10,000 pictures"
    assert page.ask(CARDS) == 24
    assert took < 20_000  # a page of cards builds no more than itself
    page.complaints()  # of pictures that nobody serves


def test_a_trials_page_opens_without_complaint_and_fits(open_page: Open, tmp_path: Path):
    path = tmp_path / "trial.html"
    path.write_text(render_trial(trial_content()), encoding="utf-8")
    page = open_page(360, path=path)
    assert page.complaints() == []
    assert page.ask("document.documentElement.scrollWidth") == 360
    assert page.ask("document.querySelector('h1').textContent") == f"trial {EVIL}"
