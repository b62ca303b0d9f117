"""Dagster's pages as a consultant uses them, in a real Chromium."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import yaml
from playwright.sync_api import Page, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE_MS = 90_000
"""A run starts within seconds; on a busy machine its process alone takes many."""

_FILL = "text => document.querySelector('.CodeMirror').CodeMirror.setValue(text)"


@contextmanager
def browser_page() -> Iterator[Page]:
    """A page in a browser of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        yield page
        browser.close()


class Pages:
    """What one does on them. `shots` is where pictures go, if anywhere."""

    def __init__(self, page: Page, url: str, shots: Path | None) -> None:
        self.page = page
        self._url = url
        self._shots = shots

    def open(self, path: str) -> None:
        """Go to a page."""
        self.page.goto(f"{self._url}/{path}")

    def shoot(self, name: str) -> None:
        """A picture for the documentation, when it was asked for."""
        if self._shots:
            self.page.screenshot(path=self._shots / f"{name}.png")

    def fill_launchpad(self, job: str, config: dict[str, object]) -> None:
        """Write the config into the editor of the job's Launchpad."""
        self.open(f"locations/muster/jobs/{job}/playground")
        self.page.locator(".CodeMirror").first.wait_for()
        self.page.evaluate(_FILL, yaml.safe_dump(config, sort_keys=False))

    def accepted(self) -> None:
        """The editor finds no mistake, and the run may be launched."""
        expect(self.page.get_by_text("No errors")).to_be_visible()
        expect(self.page.get_by_role("button", name="Launch Run")).to_be_enabled()

    def launch(self) -> None:
        """Press *Launch Run* and wait for the end of the run."""
        self.page.get_by_role("button", name="Launch Run").click()
        self.page.wait_for_url("**/runs/*")
        self.succeeded()

    def succeeded(self) -> None:
        """The run on this page ends well."""
        ended = self.page.get_by_text("Success", exact=True).or_(self.page.get_by_text("Failure", exact=True)).first
        expect(ended).to_have_text("Success")

    def reload_definitions(self) -> None:
        """Press *Reload all* on the page *Deployment*."""
        self.open("deployment/locations")
        self.page.get_by_role("button", name="Reload all").click()
        expect(self.page.get_by_text("Definitions reloaded!")).to_be_visible()

    def launch_day(self, job: str, day: date) -> None:
        """Press *Materialize all*, choose one work date, and launch."""
        self.open(f"locations/muster/jobs/{job}")
        self.page.get_by_role("button", name="Materialize all").click()
        dialog = self.page.get_by_role("dialog")
        partitions = dialog.locator("input[type=text]").first
        partitions.fill(day.isoformat())
        partitions.press("Enter")
        partitions.blur()
        dialog.get_by_role("button", name="Launch 1 run").click()
        expect(dialog).to_be_hidden()

    def see_checks(self, asset: str, *names: str) -> None:
        """The page of the asset's checks shows each of them as passed."""
        self.open(f"assets/{asset}?view=checks")
        for name in names:
            row = self.page.locator("a, div").filter(has_text=name).filter(has_text="Passed").last
            expect(row).to_be_visible()

    def see_assets(self, connection: str, *names: str) -> None:
        """The connection's group shows all of its assets; on a wide page with what was made of them."""
        self.page.set_viewport_size({"width": 2000, "height": 800})
        self.open(f"locations/__repository__@muster/asset-groups/{connection}/lineage")
        for name in names:
            expect(self.page.get_by_text(name, exact=True).first).to_be_visible()

    def open_last_run(self, job: str) -> None:
        """The page of the run that was launched last, once it is listed."""
        self.open("runs")
        expect(self.page.get_by_text(job).first).to_be_visible()
        self.page.locator("a[href*='/runs/']").filter(has_text=re.compile("^[0-9a-f]{8}$")).first.click()
        expect(self.page.get_by_text("Loading...").or_(self.page.get_by_text("Loading…"))).to_have_count(0)
