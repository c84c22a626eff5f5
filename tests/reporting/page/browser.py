"""What tests ask of a browser, in a few words."""

from __future__ import annotations

import base64
from typing import Any

KEYS = {"ArrowRight": "\ue014", "ArrowLeft": "\ue012", "Escape": "\ue00c", "Enter": "\ue007"}


def start_browser(program: str, driver: str) -> Browser:
    """Headless Chromium."""
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    options = ChromeOptions()
    options.binary_location = program
    # In a container there is no user namespace for the sandbox; the pages opened are our own.
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return Browser(Chrome(options=options, service=Service(driver)))


class Browser:
    """One window."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    def quit(self) -> None:
        self._driver.quit()

    def show_as(self, width: int, scheme: str) -> None:
        """A window of that width in CSS pixels; a light or dark scheme."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self._driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "screen", "features": features})
        self._driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def print_preview(self) -> None:
        """The page as it would be on paper, light."""
        light = [{"name": "prefers-color-scheme", "value": "light"}]
        self._driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": light})

    def pdf(self) -> bytes:
        """The page on paper."""
        return base64.b64decode(self._driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"])

    def open(self, address: str) -> None:
        self._driver.get(address)

    def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        return self._driver.execute_script(f"return {expression}")

    def do(self, statements: str) -> None:
        """Run JavaScript, and what it has put off until afterwards."""
        self._driver.execute_async_script(f"{statements}; setTimeout(arguments[0], 30)")

    def press(self, key: str) -> None:
        """A key, at whatever has the focus."""
        self._driver.switch_to.active_element.send_keys(KEYS[key])

    def complaints(self) -> list[str]:
        """What the console says since it was last asked."""
        return [entry["message"] for entry in self._driver.get_log("browser")]
