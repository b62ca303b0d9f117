// SAP's own client of the Workforce Timesheet service, run once: node sap_timesheet.mjs URL USER PASSWORD
// It creates, reads and batches, and prints what it understood as JSON.
import timesheet from '@sap/cloud-sdk-vdm-workforce-timesheet-service'
import { BigNumber } from 'bignumber.js'
import moment from 'moment'

const [url, username, password] = process.argv.slice(2)
const destination = { url, username, password, authentication: 'BasicAuthentication' }
const { timeSheetEntryApi } = timesheet.workforceTimesheetService()
const { TIME_SHEET_DATE, PERSON_WORK_AGREEMENT_EXTERNAL_ID } = timeSheetEntryApi.schema

function entry (agreement, centre, hours, operation = 'C') {
  const fields = {
    receiverCostCenter: centre,
    recordedHours: new BigNumber(hours),
    recordedQuantity: new BigNumber(hours),
    hoursUnitOfMeasure: 'H',
    timeSheetNote: 'by hand'
  }
  return timeSheetEntryApi.entityBuilder()
    .personWorkAgreementExternalId(agreement).companyCode('1710').timeSheetRecord('')
    .timeSheetDate(moment.utc('2026-10-05')).timeSheetIsReleasedOnSave(true).timeSheetOperation(operation)
    .timeSheetDataFields(fields).build()
}

const told = one => ({
  record: one.timeSheetRecord,
  status: one.timeSheetStatus,
  day: one.timeSheetDate.format('YYYY-MM-DD'),
  hours: one.timeSheetDataFields.recordedHours.toFixed(),
  centre: one.timeSheetDataFields.receiverCostCenter
})
const builder = timeSheetEntryApi.requestBuilder()
const create = one => builder.create(one)
const outcome = answer => answer.isSuccess() ? (answer.responses ?? []).length : 'refused'

async function batched (...changesets) {
  const answers = await timesheet.batch(...changesets).execute(destination)
  return answers.map(outcome)
}

const created = await create(entry('1', 'CC10', '7.5')).execute(destination)
const nothing = await create(entry('1', 'CC10', '1', '')).execute(destination)
const refused = await create(entry('99', 'CC10', '7.5')).execute(destination).catch(error => error.rootCause?.response?.status ?? String(error))
const alone = await batched(timesheet.changeset(create(entry('2', 'CC10', '1'))), timesheet.changeset(create(entry('99', 'CC10', '1'))))
const pair = await batched(timesheet.changeset(create(entry('3', 'CC10', '2')), create(entry('3', 'CC20', '3'))))
const found = await builder.getAll().filter(
  PERSON_WORK_AGREEMENT_EXTERNAL_ID.equals('1'), TIME_SHEET_DATE.greaterOrEqual(moment.utc('2026-10-05'))
).execute(destination)
const one = await builder.getByKey('1', '1710', created.timeSheetRecord).execute(destination)
console.log(JSON.stringify({
  created: told(created), nothing: nothing.timeSheetRecord, refused, alone, pair, found: found.map(told), one: told(one)
}))
