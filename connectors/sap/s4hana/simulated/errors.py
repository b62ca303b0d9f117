"""What the simulated Gateway refuses, in the shape recorded from a real one; the HR codes are guesses."""

from typing import Any

PROPERTY = "005056A509B11EE1B9A8FEA8DE87F78E"
SEGMENT = "005056A509B11EE1B9A8FEC11C21D78E"
FRAMEWORK = "/IWFND/CM_MGW/051"
NO_SERVICE = "/IWFND/MED/170"
HR = "HRTIM_CATS/{number:03}"
"""A message class of the right form; SAP does not publish the real ones."""


class GatewayError(Exception):
    """A refusal: HTTP status, code and text."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text

    def body(self) -> dict[str, Any]:
        """The error object with its details."""
        detail = {"code": self.code, "message": self.text, "propertyref": "", "severity": "error", "target": ""}
        general = {**detail, "code": "/IWBEP/CX_MGW_BUSI_EXCEPTION", "message": "An exception was raised"}
        application = {"component_id": "", "service_namespace": "/SAP/", "service_version": "0001"}
        inner = {
            "application": application, "transactionid": "0" * 32, "timestamp": "20260203134913.3847960",
            "Error_Resolution": {"SAP_Note": "See SAP Note 1797736 for error analysis"},
            "errordetails": [detail, general] if self.status == 400 else [],
        }  # fmt: skip
        return {
            "error": {"code": self.code, "message": {"lang": "en", "value": self.text}, "innererror": inner},
        }


def business(number: int, text: str) -> GatewayError:
    """A message of the application."""
    return GatewayError(400, HR.format(number=number), text)


def no_property(name: str, where: str) -> GatewayError:
    """A field that the entity type has not."""
    return GatewayError(400, PROPERTY, f"Property {name} not found in type {where}")
