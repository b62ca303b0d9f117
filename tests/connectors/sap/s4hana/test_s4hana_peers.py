"""Clients that others wrote against the simulated S/4HANA: SAP's own for time sheets, and pyodata."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyodata  # type: ignore[import-untyped]
import pytest
import requests

from connectors.sap.s4hana.entities import COST_CENTRES, SERVICE
from connectors.sap.s4hana.simulator import PASSWORD, USER, S4Simulator

PEERS = Path(__file__).parents[3] / "peers"


@pytest.fixture(params=[True, False], ids=["one operation", "many operations"])
def s4(request: pytest.FixtureRequest) -> Iterator[S4Simulator]:
    simulator = S4Simulator(one_operation=request.param)
    with simulator.running():
        simulator.reset(["1", "2", "3"], ["CC10", "CC20"])
        yield simulator


def test_saps_own_client_creates_reads_and_batches(s4: S4Simulator) -> None:
    if shutil.which("node") is None or not (PEERS / "node_modules").exists():
        pytest.skip("needs node and `npm ci` in tests/peers")
    command = ["node", str(PEERS / "sap_timesheet.mjs"), s4.url, USER, PASSWORD]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    created = {"status": "30", "day": "2026-10-05", "hours": "7.5", "centre": "CC10"}
    assert told["created"] == {"record": "000000001492", **created}
    assert told["one"] == told["created"]
    assert told["found"] == [told["created"]]
    assert told["nothing"] == ""  # 201, and nothing saved: the operation was missing
    assert told["refused"] == 400
    assert told["alone"] == [1, "refused"]
    assert told["pair"] == (["refused"] if s4.gateway.one_operation else [2])
    assert len(s4.books.entries) == (2 if s4.gateway.one_operation else 4)


def test_pyodata_reads_the_metadata_and_queries(s4: S4Simulator) -> None:
    with requests.Session() as session:
        session.auth = (USER, PASSWORD)
        sheets = pyodata.Client(f"{s4.url}{SERVICE}/", session)
        token = session.head(f"{s4.url}{SERVICE}/", headers={"x-csrf-token": "Fetch"}).headers["x-csrf-token"]
        session.headers["x-csrf-token"] = token
        fields = {"ReceiverCostCenter": "CC10", "RecordedHours": "7.5"}
        keys = {"PersonWorkAgreementExternalID": "1", "CompanyCode": "1710", "TimeSheetRecord": ""}
        body: Any = {
            **keys,
            "TimeSheetDate": "/Date(1791158400000)/",
            "TimeSheetOperation": "C",
            "TimeSheetDataFields": fields,
        }
        made = session.post(f"{s4.url}{SERVICE}/TimeSheetEntryCollection", json=body)
        assert made.status_code == 201
        entries = sheets.entity_sets.TimeSheetEntryCollection.get_entities()
        [found] = entries.filter("PersonWorkAgreementExternalID eq '1'").execute()
        assert found.TimeSheetRecord == "000000001492"
        assert found.TimeSheetDataFields["RecordedHours"] == "7.50"
        centres = pyodata.Client(f"{s4.url}{COST_CENTRES}/", session)
        names = [one.CostCenter for one in centres.entity_sets.A_CostCenter.get_entities().execute()]
        assert names == ["CC10", "CC20"]
