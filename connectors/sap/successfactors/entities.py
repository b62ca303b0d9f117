"""The entity types of SuccessFactors that are used, as far as they are used; companies have more, and may hide some."""

from connectors.sap.odata_types import Entity, Property, flag, moment, number, text

USER = Entity(
    "User", "User", (text("userId", 100, key=True), text("username", 100), text("empId", 255), text("status", 17))
)
EMPLOYMENT = Entity(
    "EmpEmployment",
    "EmpEmployment",
    (text("personIdExternal", 100, key=True), text("userId", 100, key=True), moment("startDate"), moment("endDate")),
)
JOB = Entity(
    "EmpJob",
    "EmpJob",
    (
        Property("seqNumber", "Edm.Int64", key=True),
        moment("startDate", key=True),
        text("userId", 100, key=True),
        text("timeRecordingProfileCode", 128),
    ),
)
"""A field that a company hides has the whole question refused: none is asked for that is not read."""
COST_CENTRE = Entity(
    "FOCostCenter",
    "FOCostCenter",
    (
        text("externalCode", 32, key=True),
        moment("startDate", key=True),
        moment("endDate"),
        text("name", 90),
        text("status", 255),
    ),
)
TIME_TYPE = Entity(
    "TimeType", "TimeType", (text("externalCode", 128, key=True), text("unit", 255), text("category", 255))
)
EXTERNAL_TIME = Entity(
    "ExternalTimeData",
    "ExternalTimeData",
    (
        text("externalCode", 128, key=True, required=True),
        text("userId", 100),
        moment("startDate"),
        moment("endDate"),
        Property("startTime", "Edm.Time"),
        Property("endTime", "Edm.Time"),
        number("hours"),
        text("timeType", 128),
        text("costCenter", 128),
        moment("logicalDate"),
        text("correctionScenario", 128),
        flag("deleteExternalTime"),
        text("status", 128),
    ),
)
"""A row for the time sheet; the time sheet imports it after the answer."""
RECORDING = Entity(
    "TimeRecording",
    "TimeRecording",
    (
        text("externalCode", 128, key=True),
        text("userId", 100),
        moment("date"),
        Property("durationInMinutes", "Edm.Int64"),
        Property("startTime", "Edm.Time"),
        Property("endTime", "Edm.Time"),
        text("externalTimeCode", 128),
    ),
)
"""What a time sheet holds, in the newer storage; `externalTimeCode` is the row it came from."""
SHEET_ENTRY = Entity(
    "EmployeeTimeSheetEntry",
    "EmployeeTimeSheetEntry",
    (
        text("EmployeeTimeSheet_externalCode", 128, key=True),
        text("externalCode", 128, key=True),
        moment("startDate"),
        Property("startTime", "Edm.Time"),
        Property("endTime", "Edm.Time"),
        number("quantityInHours"),
        text("externalTimeCode", 128),
    ),
)
"""The same in the older storage; whose it is stands in the time sheet around it."""
ABSENCE = Entity(
    "EmployeeTime",
    "EmployeeTime",
    (
        text("externalCode", 128, key=True, required=True),
        text("userId", 100),
        text("timeType", 128),
        moment("startDate"),
        moment("endDate"),
        number("fractionQuantity"),
        text("approvalStatus", 255),
        text("comment", 255),
    ),
)
