"""The test class for connector authors, on both targets, and on an org that differs wherever nothing is documented."""

from connectors.salesforce.simulated.guesses import Guesses
from connectors.salesforce.simulator import SalesforceSimulator, TimeSheetSimulator
from hub.testing.connector_contract import ConnectorContract


class TestPackage(ConnectorContract):
    target = SalesforceSimulator
    seeds = 8


class TestTimeSheets(ConnectorContract):
    target = TimeSheetSimulator
    seeds = 8


class OtherGuesses(SalesforceSimulator):
    def __init__(self) -> None:
        otherwise = Guesses(
            unknown_column_fails_call=False,
            failed_rows_have_an_id=True,
            trims_texts=False,
            same_token=False,
            lock_status=409,
        )
        super().__init__(guesses=otherwise)


class TestOtherGuesses(ConnectorContract):
    target = OtherGuesses
    seeds = 2
