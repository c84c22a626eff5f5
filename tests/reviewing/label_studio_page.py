"""Label Studio's pages as an annotator uses them, in a headless browser."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.reporting.page.browser import start_browser
from tests.reviewing.label_studio import LabelStudio

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_PATIENCE_SECONDS = 240  # the first page of a busy machine
_REGIONS = "Htx.annotationStore.selected.serializeAnnotation()"


class AnnotatorPage:
    """One annotator's window."""

    def __init__(self, driver, studio: LabelStudio, project: int) -> None:
        self._driver, self._url = driver, f"{studio.url}/projects/{project}/data"
        driver.set_page_load_timeout(_PATIENCE_SECONDS)
        driver.set_window_size(1400, 900)
        driver.get(f"{studio.url}/static/favicon.ico")  # a page of the place that the cookies are for
        for cookie in studio.cookies:
            driver.add_cookie({"name": cookie.name, "value": cookie.value, "path": cookie.path})

    def listed(self, words: list[str]) -> list[int]:
        """Where each of some texts stands in the list of tasks, characters from the top."""
        self._driver.get(self._url)
        self._wait_for(f"{words}.every(word => document.body.innerText.includes(word))")
        return [self._ask("document.body.innerText").index(word) for word in words]

    def open(self, task: int, regions: int) -> None:
        """Open a task that has so many boxes already."""
        self._driver.get(f"{self._url}?task={task}")
        self._wait_for("document.querySelectorAll('canvas').length && document.body.innerText.includes('Submit')")
        self._wait_for(f"document.querySelectorAll('.lsf-outliner-item').length == {regions}")

    def boxes(self) -> list[tuple[str, float, float, float, float]]:
        """Class and x, y, width, height in percent of the boxes on the picture."""
        values = [each["value"] for each in self._ask(_REGIONS)]
        return [(each["rectanglelabels"][0], *(each[key] for key in ("x", "y", "width", "height"))) for each in values]

    def relabel(self, number: int, hotkey: str) -> None:
        """Choose a box in the list of boxes, and press the key of another class."""
        self._driver.find_elements("css selector", ".lsf-outliner-item")[number].click()
        self._wait_for("Htx.annotationStore.selected.selectedRegions.length == 1")
        self._driver.switch_to.active_element.send_keys(hotkey)

    def submit(self) -> None:
        """Press the button, and see that the answer was taken."""
        buttons = self._driver.find_elements("tag name", "button")
        next(each for each in buttons if each.text.strip() == "Submit").click()
        self._wait_for("document.body.innerText.includes('Update')")

    def photograph(self, path: Path) -> None:
        self._driver.save_screenshot(str(path))

    def _ask(self, expression: str):
        return self._driver.execute_script(f"return {expression}")

    def _wait_for(self, condition: str) -> None:
        end = time.monotonic() + _PATIENCE_SECONDS
        while not self._ask(condition):
            assert time.monotonic() < end, f"never came true: {condition}\n{self._ask('document.body.innerText')}"
            time.sleep(0.5)


def need_browser() -> tuple[str, str]:
    """Program and driver; skips the test where there is none."""
    pytest.importorskip("selenium", reason="selenium is not installed")
    program, driver = next(filter(None, map(shutil.which, _BROWSERS)), None), shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("no Chromium and chromedriver on this machine (Debian: apt-get install chromium chromium-driver)")
    return program, driver


@contextmanager
def annotator(studio: LabelStudio, project: int) -> Iterator[AnnotatorPage]:
    """A window of whoever is logged in."""
    browser = start_browser(*need_browser())
    try:
        yield AnnotatorPage(browser._driver, studio, project)
    finally:
        browser.quit()
