"""A headless browser for the tests that look at pages; they skip, saying so, where there is none."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.reporting.page.browser import Browser, start_browser
from tests.reporting.page.content import compare_content, pictures, report_content
from unify.reporting.page import render_report

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    exceptions = pytest.importorskip("selenium.common.exceptions", reason="selenium is not installed")
    program, driver = next(filter(None, map(shutil.which, _BROWSERS)), None), shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("no Chromium and chromedriver on this machine (Debian: apt-get install chromium chromium-driver)")
    try:
        started = start_browser(program, driver)
    except exceptions.WebDriverException as error:  # too old a driver, or a machine too busy to start it in a minute
        pytest.skip(f"Chromium does not start here: {(error.msg or '').splitlines()[:1]}")
    yield started
    started.quit()


@pytest.fixture(scope="session")
def report_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render_report(report_content(compare=compare_content()), pictures), encoding="utf-8")
    return path


@pytest.fixture
def open_page(browser: Browser, report_page: Path) -> Callable[..., Browser]:
    """Opens the report's page anew, 1600 pixels wide and light unless said otherwise."""

    def open_it(width: int = 1600, scheme: str = "light", path: Path = report_page) -> Browser:
        browser.show_as(width, scheme)
        browser.open(path.as_uri())
        return browser

    return open_it
