"""The page as text: complete, escaped, alone."""

import json
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest

import unify.reporting.page
from tests.reporting.page.content import EVIL, compare_content, picture, pictures, report_content, trial_content
from tests.workspaces import picture_bytes
from unify.reporting.page import render_report, render_served, render_trial

PAGE = Path(unify.reporting.page.__file__).parent
REPOSITORY = Path(__file__).parents[3]


class Outline(HTMLParser):
    """Tags with their attributes, ids, and whether tags are closed in order."""

    VOID = ("meta", "img", "input", "link", "br", "col")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags, self.open, self.text = [], [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


PAGES = {
    "report": lambda: render_report(report_content(), pictures),
    "compared": lambda: render_report(report_content(compare=compare_content()), pictures),
    "served": lambda: render_served(report_content(compare=compare_content())),
    "trial": lambda: render_trial(trial_content()),
}


@pytest.fixture(scope="module", params=PAGES)
def html(request: pytest.FixtureRequest) -> str:
    return PAGES[request.param]()


def test_tags_are_closed_in_order_and_ids_are_unique(html: str):
    outline = Outline(html)
    assert outline.open == []
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_every_link_label_and_description_finds_its_target(html: str):
    outline = Outline(html)
    ids = {attributes.get("id") for _, attributes in outline.tags}
    for _, attributes in outline.tags:
        assert attributes.get("href", "#content").removeprefix("#") in ids
        assert attributes.get("aria-labelledby", "content") in ids


def test_no_name_becomes_markup(html: str):
    assert "<img" not in html and 'onerror="' not in html
    assert "49" not in re.findall(r"\{\{ 7 \* 7 \}\}|&#39;&amp;(49)", html)
    assert EVIL in Outline(html).text


def test_nothing_is_loaded_from_elsewhere(html: str):
    for tag, attributes in Outline(html).tags:
        assert not {"src", "srcset", "data", "action"} & attributes.keys()
        assert tag not in ("link", "iframe", "object", "embed")
    assert "url(http" not in html and "@import" not in html


def test_the_policy_allows_this_script_alone(html: str):
    policy = next(a["content"] for _, a in Outline(html).tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-inline" not in policy.split("style-src")[0]
    assert not re.search(
        r"\son\w+=", re.sub(r"<script.*?</script>", "", html, flags=re.S).replace(" onerror=&#34;", "")
    )


def test_the_same_numbers_give_the_same_page():
    assert PAGES["compared"]() == PAGES["compared"]()


def test_boxes_reach_the_script_in_full():
    html = render_report(report_content(), pictures)
    data = json.loads(re.search(r'id="gallery-data">(.*?)</script>', html, re.S)[1])
    assert [each["name"] for each in data["classes"]] == ["car", EVIL]
    assert data["pictures"][16]["boxes"] == [
        [0, 4, 4, 40, 30, 0, 1.0, 1.0, 1.0, 0],
        [1, 50, 10, 60, 40, 1, 0.53, 0.53, 0.75, 8],
    ]
    assert data["pictures"][0]["boxes"][1][-1] == 4 + 8  # ignored, machine
    assert data["pictures"][16]["states"] == [[0], [], [1], [], []]


def test_each_picture_is_in_the_page_once():
    html = PAGES["compared"]()  # the picture that differs is in the gallery too
    assert html.count('<script type="text/plain" id="picture-') == 30


def test_a_page_of_two_hundred_pictures_stays_small():
    content = report_content(200)
    for each in content["gallery"]["pictures"]:
        each["boxes"] = picture(1)["boxes"] * 20
    noise = picture_bytes("noise", (240, 320))
    assert 200 * len(noise) > 8_000_000
    assert len(render_report(content, lambda _: noise).encode()) < 5_000_000


def test_what_was_not_measured_is_a_dash():
    html = render_report(report_content(), pictures)
    row = re.search(r"<tr>\s*<th scope=\"row\"><span class=\"chip\"[^>]*></span>car</th>.*?</tr>", html, re.S)[0]
    assert re.findall(r'<td class="n"[^>]*>(.*?)</td>', row) == ["15", "0", "–", "–", "–"]


def test_a_report_without_machines_pictures_or_warnings_is_a_page_too():
    content = report_content(0, warnings=[], autolabelers=[])
    content["headline"] = {**content["headline"], "machine_boxes": 0}
    text = Outline(render_report(content, pictures)).text
    assert "No warnings." in text and "People drew every box." in text
    assert "No machine labeled anything in this dataset" in text
    assert f"No picture is rated: nobody scored {EVIL}." in text


def test_templates_styles_and_scripts_go_into_the_wheel():
    patterns = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["unify"]
    package = REPOSITORY / "unify"
    packed = {path for pattern in patterns for path in package.glob(pattern)}
    assert {path for path in PAGE.rglob("*") if path.suffix in (".html", ".css", ".js")} <= packed
