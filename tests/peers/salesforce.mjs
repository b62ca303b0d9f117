// jsforce, as anybody would use it, against a Salesforce: `node salesforce.mjs '{"url", "clientId", "clientSecret",
// "user", "key", "audience", "rows", "more"}'`. Prints what it was told, as JSON.
import { createSign } from 'node:crypto';
import jsforce from 'jsforce';

const given = JSON.parse(process.argv[2]);
const OBJECT = 'Attendance_Day__c';
const KEY = 'External_Key__c';

function assertion() {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: given.clientId, sub: given.user, aud: given.audience, exp: Math.floor(Date.now() / 1000) + 180 };
  const text = `${part({ alg: 'RS256' })}.${part(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(given.key, 'base64url')}`;
}

async function loggedIn(params, oauth2 = {}) {
  const connection = new jsforce.Connection({
    oauth2: { loginUrl: given.url, clientId: given.clientId, ...oauth2 },
    version: '66.0',
  });
  return { connection, who: await connection.authorize(params) };
}

async function all(connection, soql) {
  const found = [];
  let page = await connection.query(soql);
  const total = page.totalSize;
  for (;;) {
    found.push(...page.records);
    if (page.done) return { total, found };
    page = await connection.queryMore(page.nextRecordsUrl);
  }
}

const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const { connection, who } = await loggedIn({ grant_type: grant, assertion: assertion() });
const secret = { clientSecret: given.clientSecret };
const other = await loggedIn({ grant_type: 'client_credentials' }, secret);
connection.bulk2.pollInterval = 5;
connection.bulk2.pollTimeout = 10_000;

const told = { who, other: other.who };
told.upserted = await connection.sobject(OBJECT).upsert(given.rows, KEY, { allOrNone: false });
told.again = await connection.sobject(OBJECT).upsert(given.rows.slice(0, 1), KEY, { allOrNone: false });
told.bulk = await connection.bulk2.loadAndWaitForResults({
  object: OBJECT, operation: 'upsert', externalIdFieldName: KEY, input: given.more, pollInterval: 5, pollTimeout: 10_000,
});
told.days = await all(connection, `SELECT Id, ${KEY}, Worker__r.Employee_Number__c, Payable_Days__c FROM ${OBJECT} ORDER BY ${KEY}`);
told.fields = (await connection.sobject(OBJECT).describe()).fields.map((field) => field.name);
told.limits = (await connection.request('/limits')).DailyApiRequests;
told.usage = connection.limitInfo;
told.deleted = await connection.sobject(OBJECT).destroy(told.days.found.slice(0, 2).map((row) => row.Id));
told.refusal = await connection.query('SELECT Nothing__c FROM Worker__c').catch((error) => error.errorCode);
const { accessToken } = connection;
await connection.logout();
const late = new jsforce.Connection({ instanceUrl: given.url, accessToken, version: '66.0' });
told.afterwards = await late.query('SELECT Id FROM Worker__c').catch((error) => error.errorCode);
console.log(JSON.stringify(told));
