// An assertion by sf-oauth, with private.pem and public.pem of the working directory: node sap_assertion.mjs CLIENT USER COMPANY
import { createRequire } from 'node:module';

const { generate } = createRequire(import.meta.url)('sf-oauth/src/gen.js');
const [client, user, company] = process.argv.slice(2);
console.log(generate(client, user, 'api4.successfactors.com', company, false, 600, true));
