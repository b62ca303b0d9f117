"""How SuccessFactors is asked: methods, formats, fields, and which of several rows counts."""

import httpx
import pytest

from connectors.sap.successfactors import entities
from connectors.sap.successfactors.simulated.company import UNPAID
from connectors.sap.successfactors.simulator import ExternalTimeSimulator
from hub.contract import Outcome
from hub.errors import ContractBroken
from tests.connectors.sap.company import absent, change, hours, opened, scope
from tests.connectors.sap.recording import Recording, json_answer


class WrongMethod(Recording):
    """SuccessFactors' own answer to a method that it does not take, to every call of the API."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/oauth"):
            return super().handle_request(request)
        self.requests.append(request)
        message = {"lang": "en-US", "value": "HTTP 405 Method Not Allowed"}
        return json_answer({"error": {"code": "ServerErrorException", "message": message}}, 500)


@pytest.mark.parametrize("writes", [False, True])
def test_a_method_that_is_not_taken_is_told_as_500_and_not_tried_again(sf: ExternalTimeSimulator, writes: bool) -> None:
    transport = WrongMethod()
    with opened(sf, transport) as connector, pytest.raises(ContractBroken, match="HTTP 405 Method Not Allowed"):
        [*(connector.push([change(connector, hours())]) if writes else connector.employees())]
    assert len([one for one in transport.requests if one.url.path.startswith("/odata")]) == 1


def test_every_address_asks_for_json_as_the_header_alone_is_not_minded_by_all(sf: ExternalTimeSimulator) -> None:
    recording = Recording()
    sf.odata.page = 2
    with opened(sf, recording, lop_time_type=UNPAID, recording_profiles=["POSITIVE"]) as connector:
        connector.check()
        [*connector.cost_objects()]
        entries = [hours(), absent(employee="2")]
        [*connector.push([change(connector, one) for one in entries])]
        [*connector.read_back(scope(*entries))]
    asked = [one for one in recording.requests if one.url.path.startswith("/odata/v2/")]
    assert {"upsert", "User", "ExternalTimeData"} <= {one.url.path.rpartition("/")[2] for one in asked}
    assert any("$skiptoken" in one.url.params for one in asked)
    assert {one.url.params.get("$format") for one in asked} == {"json"}


@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize("profile", ["POSITIVE", "OLD"])
def test_of_several_changes_on_one_day_the_highest_number_counts(
    sf: ExternalTimeSimulator, turn: int, profile: str
) -> None:
    for row in sf.company.jobs:
        row["seqNumber"] += 8  # 9 and 10: as texts they would sort the other way
    sf.company.jobs = sf.company.jobs[::turn]
    with opened(sf, recording_profiles=[profile]) as connector:
        [receipt] = connector.push([change(connector, hours())])
    assert (receipt.outcome is Outcome.ACCEPTED) is (profile == "POSITIVE")


def test_of_a_job_nothing_is_asked_for_that_has_another_name_elsewhere_or_is_not_read(
    sf: ExternalTimeSimulator,
) -> None:
    recording = Recording()
    with opened(sf, recording, recording_profiles=["POSITIVE"]) as connector:
        connector.check()
    asked = {
        name
        for one in recording.requests
        if one.url.path.endswith(entities.JOB.collection)
        for name in one.url.params["$select"].split(",")
    }
    assert asked == {"userId", "startDate", "seqNumber", "timeRecordingProfileCode"}
