"""A consultant connects a real Tryton in Dagster's pages, and sees yesterday arrive there."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.pages import CHROMIUM, Pages, browser_page
from tests.browser.plant import Plant, yesterday

SHOTS = "MUSTER_SCREENSHOTS"
"""Names the folder of the documentation's pictures; without it none are taken."""

NAME = "acme_tryton"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.tryton,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}; apt-get install chromium"),
]


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    with ExitStack() as stack:
        made = Plant(tmp_path / "plant", stack)
        made.start()
        yield made


@pytest.fixture
def pages(plant: Plant) -> Iterator[Pages]:
    shots = Path(os.environ[SHOTS]) if SHOTS in os.environ else None
    with browser_page() as page:
        yield Pages(page, plant.url, shots)


def test_a_consultant_connects_an_erp_and_sees_yesterday_arrive(plant: Plant, pages: Pages) -> None:
    form = plant.form(NAME)
    pages.fill_launchpad("configure_connection", {**form, "timezon": "Asia/Kolkata"})
    expect(pages.page.get_by_text('Received unexpected config entry "timezon"')).to_be_visible()

    pages.fill_launchpad("configure_connection", form)
    pages.accepted()
    pages.shoot("dagster-launchpad")
    pages.launch()

    pages.reload_definitions()
    pages.launch_day(f"{NAME}_push", yesterday())
    pages.open_last_run(f"{NAME}_push")
    pages.succeeded()
    pages.see_checks(f"{NAME}/mapped", "everyone_mapped")
    pages.see_checks(f"{NAME}/confirmed", "reconciled")
    pages.shoot("dagster-checks")
    pages.see_assets(NAME, "employees", "mapped", "planned", "pushed", "confirmed")
    pages.shoot("dagster-connected")
