"""The entity types of S/4HANA that are used, as far as they are used (from the metadata of the services)."""

from connectors.sap.odata_types import Entity, Property, flag, moment, number, text

SERVICE = "/sap/opu/odata/sap/API_MANAGE_WORKFORCE_TIMESHEET"
COST_CENTRES = "/sap/opu/odata/sap/API_COSTCENTER_SRV"
AVAILABILITY = "/sap/opu/odata/shcm/API_MANAGE_WF_AVAILABILITY"

_TEXTS = {
    "ControllingArea": 4, "SenderCostCenter": 10, "ReceiverCostCenter": 10, "InternalOrder": 12, "ActivityType": 6,
    "WBSElement": 24, "WorkItem": 10, "BillingControlCategory": 8, "PurchaseOrder": 10, "PurchaseOrderItem": 5,
    "TimeSheetTaskType": 4, "TimeSheetTaskLevel": 8, "TimeSheetTaskComponent": 8, "TimeSheetNote": 0,
    "HoursUnitOfMeasure": 3, "RejectionReason": 4, "TimeSheetWrkLocCode": 4, "TimeSheetOvertimeCategory": 4,
    "SenderPubSecFund": 10, "SendingPubSecFunctionalArea": 16, "SenderPubSecGrant": 20, "SenderPubSecBudgetPeriod": 10,
    "ReceiverPubSecFund": 10, "ReceiverPubSecFuncnlArea": 16, "ReceiverPubSecGrant": 20,
    "ReceiverPubSecBudgetPeriod": 10,
}  # fmt: skip

DATA_FIELDS = Property(
    "TimeSheetDataFields",
    required=True,
    fields=(
        *(text(name, length) for name, length in _TEXTS.items()),
        number("RecordedHours", 4, 2),
        number("RecordedQuantity", 15, 3),
    ),
)
"""What an entry is booked on, and how much."""

TIME_SHEET = Entity(
    "TimeSheetEntry",
    "TimeSheetEntryCollection",
    (
        DATA_FIELDS,
        text("PersonWorkAgreementExternalID", 20, key=True, required=True),
        text("CompanyCode", 4, key=True, required=True),
        text("TimeSheetRecord", 12, key=True, required=True),
        text("PersonWorkAgreement", 8),
        moment("TimeSheetDate"),
        flag("TimeSheetIsReleasedOnSave"),
        text("TimeSheetPredecessorRecord", 12),
        text("TimeSheetStatus", 2),
        flag("TimeSheetIsExecutedInTestRun"),
        text("TimeSheetOperation", 1),
    ),
)
"""An entry of a time sheet; what is posted always names the operation, C, U or D: without it nothing is saved."""

COST_CENTRE = Entity(
    "A_CostCenterType",
    "A_CostCenter",
    (
        text("ControllingArea", 4, key=True),
        text("CostCenter", 10, key=True),
        moment("ValidityEndDate", key=True),
        moment("ValidityStartDate"),
        text("CompanyCode", 4),
        text("IsBlkdForPrimaryCostsPosting", 1),
    ),
)
"""A cost centre in one stretch of time. Its names are in another entity, in many languages."""

DAY_OVERVIEW = Entity(
    "TimeOverview",
    "TimeOverviewSet",
    (
        text("Personworkagreementexternalid", 20, key=True),
        text("Companycode", 4, key=True),
        moment("Calendardate", key=True),
        text("Personworkagreement", 8),
    ),
)
"""A day of a work agreement; the odd spelling is SAP's."""
