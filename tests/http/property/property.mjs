// Random requests for every operation of api/openapi.yaml, against a running server: valid by the document, nearly valid, and
// wild. Whatever comes, the answer is one that the document allows, and never a 500.
//
//   node property.mjs ADDRESS COOKIE CSRF TOKEN [SEED] [REQUESTS]
//
// Prints what fails with the smallest request that shows it, then `N passed, N failed` (operations).
import { readFileSync } from 'node:fs';
import http from 'node:http';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { parse } from 'yaml';

const [address, cookie, csrf, token, seedText = '1', requestsText = '2000'] = process.argv.slice(2);
const seed = Number(seedText);
const requests = Number(requestsText);
const document = parse(readFileSync(new URL('../../../api/openapi.yaml', import.meta.url), 'utf8'));
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
addFormats(ajv);
ajv.addSchema(document, 'api');
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });

// Computing passwords takes a tenth of a second each, and guessing them is throttled: a few of these are enough.
const FEW = { signIn: 4, acceptInvitation: 4, setMyPassword: 4 };
// With the session of the tests these would end it.
// What most callers call: so many times as often as the others.
const MORE = { decide: 10, options: 4, confirmHold: 2, ask: 2, listDecisions: 2, openCase: 2, changeCase: 2, changePerson: 2 };
const WITHOUT_SESSION = new Set(['signOut', 'setMyPassword']);
// What the token of the tests may do about everybody, and an administrator about themselves alone.
const BY_TOKEN = new Set(['DECIDE', 'SETTLE', 'REVERSE', 'CHANGE_CASES', 'SEE_BUDGETS', 'SEE_DECISIONS']);
// Names that there are, and some that there are not. Not root: nobody is to be locked out.
const NAMES = ['ana', 'ben', 'cho', 'tess', 'kim', 'desk-ai', 'care', 'sales', 'credit', 'refund', 'voucher', 'outage', 'goodwill', 'rep-month',
  'c-1', 'k-1', 'case-1', 'nobody', 'frontline', 'lead', 'x'];
const WORDS = { // by the member's name: what makes a request get further than its first check
  action: ['credit', 'refund', 'voucher', 'waive_fee', 'exception', 'replacement', 'plan_change'],
  reason: ['outage', 'billing-error', 'goodwill'],
  agent: ['ana', 'ben', 'cho', 'desk-ai'],
  tier: ['frontline', 'senior', 'lead', 'manager'],
  team: ['care', 'sales', 'care/billing'],
  hold: ['1s', '5m', '1h', '25h'],
  for: ['me', 'asked', 'mine'],
};
const seen = { dec: [], apr: [], tok: [], whk: [] }; // ids that answers showed

const schemaOf = (schema) => {
  let found = schema;
  while (found?.$ref) {
    found = found.$ref.slice(2).split('/').reduce((place, part) => place[part.replaceAll('~1', '/').replaceAll('~0', '~')], document);
  }
  return found ?? {};
};

const weird = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.constantFrom('', ' ', '\u0000', '\u202e', '../../etc/passwd', "'; drop table journal; --", '{}', 'null', '-1', '1e309', '💸'.repeat(50), 'a'.repeat(5000),
    '0.00', '00.00', '9223372036854775807', '92233720368547758.07', '92233720368547758.08', '-0.01', '1e3', '٣.٠٠', '2026-02-30T00:00:00Z', '9999-12-31T23:59:59Z'),
);
const wild = fc.oneof(fc.jsonValue({ maxDepth: 4 }), weird, fc.double(), fc.bigInt().map(Number), fc.constant(null));

const idFor = (prefix) => fc.oneof(
  { weight: 3, arbitrary: fc.nat().map((n) => seen[prefix][n % Math.max(1, seen[prefix].length)] ?? `${prefix}_01kah8m0w6e4ysz4n9p3qf7x2c`) },
  { weight: 1, arbitrary: fc.constant(`${prefix}_01kah8m0w6e4ysz4n9p3qf7x2c`) },
);

const textFor = (schema, name) => {
  const pattern = schema.pattern ?? '';
  const prefix = pattern.match(/^\^(dec|apr|tok|whk)_/)?.[1];
  if (prefix) {
    return idFor(prefix);
  }
  if (schema.enum) {
    return fc.constantFrom(...schema.enum);
  }
  if (schema.const !== undefined) {
    return fc.constant(schema.const);
  }
  if (name in WORDS) {
    return fc.constantFrom(...WORDS[name]);
  }
  if (schema.format === 'date-time') {
    return fc.date({ min: new Date('2000-01-01'), max: new Date('2099-01-01'), noInvalidDate: true }).map((date) => date.toISOString());
  }
  if (schema.format === 'date') {
    return fc.date({ min: new Date('2000-01-01'), max: new Date('2099-01-01'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10));
  }
  if (pattern.includes('\\.[0-9]{1,4}')) {
    return fc.integer({ min: 0, max: 60000 }).map((cents) => (cents / 100).toFixed(2));
  }
  if (pattern) {
    return fc.stringMatching(new RegExp(pattern)).map((text) => text.slice(0, schema.maxLength ?? 200));
  }
  if (name === 'source') {
    return fc.constantFrom('leeway: 1\norganization: Fjord Broadband\n', 'leeway: 2', '{', 'a: [');
  }
  return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...NAMES) },
    { weight: 1, arbitrary: fc.string({ minLength: schema.minLength ?? 0, maxLength: Math.min(schema.maxLength ?? 60, 60) }) });
};

// A value that the schema allows.
const valid = (given, name = '', depth = 0) => {
  const schema = schemaOf(given);
  const choice = schema.oneOf ?? schema.anyOf;
  if (choice) {
    return fc.oneof(...choice.map((one) => valid(one, name, depth)));
  }
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'object') {
    const required = new Set(schema.required ?? []);
    const members = Object.entries(schema.properties ?? {});
    if (members.length === 0) {
      const facts = fc.constantFrom({}, { photo_seen: true }, { customer: { tenure_days: 40 } }, { 'customer.tenure_days': 40, lines: 2 }, { lines: 'x' });
      return name === 'facts' ? facts : fc.dictionary(fc.constantFrom('a', 'b', 'ticket'), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 });
    }
    return fc.record(Object.fromEntries(members.map(([key, value]) => [key, valid(value, key, depth + 1)])), { requiredKeys: [...required] });
  }
  if (type === 'array') {
    return fc.array(valid(schema.items ?? {}, name, depth + 1), { minLength: schema.minItems ?? 0, maxLength: depth === 0 ? 5 : 3 });
  }
  if (type === 'integer' || type === 'number') {
    const min = schema.minimum ?? 0;
    return fc.integer({ min, max: Math.min(schema.maximum ?? min + 1000, min + 1000) });
  }
  if (type === 'boolean') {
    return fc.boolean();
  }
  return textFor(schema, name);
};

// A valid value with something changed: a member taken away, added, or of another kind.
const nearly = (schema) => fc.tuple(valid(schema), fc.nat(), fc.constantFrom('drop', 'add', 'replace', 'nest', 'null'), wild).map(([value, at, how, other]) => {
  if (value === null || typeof value !== 'object') {
    return other;
  }
  const copy = structuredClone(value);
  const target = Array.isArray(copy) && copy.length > 0 && typeof copy[0] === 'object' && copy[0] !== null ? copy[at % copy.length] : copy;
  const keys = Object.keys(target);
  const key = keys[at % Math.max(1, keys.length)];
  if (how === 'add' || key === undefined) {
    target.surprise = other;
  } else if (how === 'drop') {
    delete target[key];
  } else {
    target[key] = { replace: other, nest: { nest: [target[key]] }, null: null }[how];
  }
  return copy;
});

const wildSegment = fc.oneof(weird.map((text) => encodeURIComponent(text.toWellFormed())), fc.constantFrom('%00', '%ff%fe', '%', '%zz', '..', '.', '%2e%2e', '%2F', 'a%20b', ';x=1'));
const segment = (parameter) => fc.oneof(
  { weight: 6, arbitrary: valid(parameter.schema, parameter.name === 'id' ? 'id' : parameter.name).map((value) => encodeURIComponent(String(value).toWellFormed())) },
  { weight: 1, arbitrary: wildSegment },
);
const queryValue = (parameter) => fc.oneof(
  { weight: 4, arbitrary: valid(parameter.schema, parameter.name).map((value) => encodeURIComponent(String(value).toWellFormed())) },
  { weight: 1, arbitrary: wildSegment },
);

const bodyFor = (operation) => {
  const content = operation.requestBody?.content;
  if (!content) {
    return fc.constant({});
  }
  const [kind, media] = Object.entries(content)[0];
  if (!kind.endsWith('json')) {
    const cells = fc.array(fc.array(fc.oneof(fc.constantFrom(...NAMES), weird), { maxLength: 5 }).map((row) => row.join(',')), { maxLength: 6 });
    return cells.map((rows) => ({ kind, bytes: Buffer.from(`id,name,team\n${rows.join('\n')}`) }));
  }
  const json = (arbitrary) => arbitrary.map((value) => ({ kind, bytes: Buffer.from(JSON.stringify(value) ?? '') }));
  return fc.oneof(
    { weight: 5, arbitrary: json(valid(media.schema)) },
    { weight: 4, arbitrary: json(nearly(media.schema)) },
    { weight: 2, arbitrary: json(wild) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => ({ kind, bytes: Buffer.from(bytes) })) },
    { weight: 1, arbitrary: fc.constantFrom('text/plain', 'application/xml', 'application/json; charset=utf-16', '').map((other) => ({ kind: other, bytes: Buffer.from('{}') })) },
    { weight: 1, arbitrary: fc.constant({}) },
  );
};

const requestFor = (path, method, operation) => {
  const parameters = (operation.parameters ?? []).map((parameter) => schemaOf(parameter));
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  const inQuery = parameters.filter((parameter) => parameter.in === 'query');
  const as = WITHOUT_SESSION.has(operation.operationId)
    ? fc.constantFrom('nobody', 'token')
    : fc.oneof({ weight: BY_TOKEN.has(operation['x-leeway-access']) ? 1 : 9, arbitrary: fc.constant('root') },
      { weight: BY_TOKEN.has(operation['x-leeway-access']) ? 9 : 1, arbitrary: fc.constant('token') }, { weight: 1, arbitrary: fc.constantFrom('nobody', 'forged') });
  return fc.record({
    as,
    params: fc.record(Object.fromEntries(inPath.map((parameter) => [parameter.name, segment(parameter)]))),
    query: fc.record(Object.fromEntries(inQuery.map((parameter) => [parameter.name, queryValue(parameter)])), { requiredKeys: [] }),
    body: bodyFor(operation),
    key: method === 'post' ? fc.option(fc.oneof(fc.uuid(), fc.constantFrom('a', ' ', 'k'.repeat(255), 'k'.repeat(256), '"quoted"')), { nil: undefined }) : fc.constant(undefined),
    match: fc.option(fc.constantFrom('*', '"1"', 'W/"1"', '1', '"', 'x'.repeat(300)), { nil: undefined, freq: 4 }),
  }).map((request) => ({ ...request, method: method.toUpperCase(), path: path.replace(/\{(\w+)\}/g, (_, name) => request.params[name]) }));
};

const send = (request, stream) => new Promise((resolve, reject) => {
  const headers = {};
  if (request.as === 'root') {
    Object.assign(headers, { Cookie: cookie, 'X-CSRF-Token': csrf });
  } else if (request.as === 'token') {
    headers.Authorization = `Bearer ${token}`;
  } else if (request.as === 'forged') {
    Object.assign(headers, { Cookie: cookie, Origin: 'https://evil.example' });
  }
  if (request.key !== undefined) {
    headers['Idempotency-Key'] = request.key;
  }
  if (request.match !== undefined) {
    headers['If-Match'] = request.match;
  }
  if (request.body.bytes) {
    headers['Content-Type'] = request.body.kind;
    headers['Content-Length'] = request.body.bytes.length;
  }
  const query = Object.entries(request.query).map(([name, value]) => `${name}=${value}`).join('&');
  const url = new URL(address);
  const options = { agent, host: url.hostname, port: url.port, method: request.method, path: request.path + (query ? `?${query}` : ''), headers, timeout: 10000 };
  const sent = http.request(options, (reply) => {
    const parts = [];
    const kind = (reply.headers['content-type'] ?? '').split(';')[0].trim();
    if (stream && kind === 'text/event-stream') {
      reply.destroy();
      resolve({ status: reply.statusCode, kind, text: '' });
      return;
    }
    reply.on('data', (part) => parts.push(part));
    reply.on('end', () => resolve({ status: reply.statusCode, kind, text: Buffer.concat(parts).toString('utf8') }));
    reply.on('error', reject);
  });
  sent.on('timeout', () => sent.destroy(new Error('no answer within 10 s')));
  sent.on('error', reject);
  sent.end(request.body.bytes);
});

const compiled = new Map();
const compile = (pointer) => {
  if (!compiled.has(pointer)) {
    compiled.set(pointer, ajv.compile({ $ref: `api#${pointer}` }));
  }
  return compiled.get(pointer);
};
const escape = (part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));

// What is wrong with an answer; undefined: nothing.
const judge = (path, method, operation, reply, moved) => {
  if (moved || [405, 408, 431].includes(reply.status)) {
    // A wild name has made another path of it: only an error's form can be told.
    if (reply.status >= 500 && reply.status !== 503) {
      return 'a fault of the server';
    }
    return undefined;
  }
  const given = operation.responses[reply.status];
  if (!given) {
    return 'a status that the document does not have';
  }
  const pointer = given.$ref ? given.$ref.slice(1) : `/paths/${escape(path)}/${method}/responses/${reply.status}`;
  const content = schemaOf(given).content;
  if (!content) {
    return reply.text === '' ? undefined : 'a body where the document has none';
  }
  if (!(reply.kind in content)) {
    return `content type ${reply.kind}`;
  }
  if (!reply.kind.endsWith('json') || reply.kind === 'application/x-ndjson') {
    return undefined;
  }
  let value;
  try {
    value = JSON.parse(reply.text);
  } catch {
    return 'no JSON';
  }
  const check = compile(`${pointer}/content/${escape(reply.kind)}/schema`);
  if (!check(value)) {
    return ajv.errorsText(check.errors).slice(0, 600);
  }
  return undefined;
};

const remember = (text) => {
  for (const [id, prefix] of text.matchAll(/\b(dec|apr|whk)_[0-9a-hjkmnp-tv-z]{26}\b/g)) {
    const known = seen[prefix];
    if (!known.includes(id)) {
      known.push(id);
    }
    if (known.length > 50) {
      known.shift();
    }
  }
};

const segments = (path) => path.split('/').length;
const normal = (path, sent) => segments(path) === segments(sent) && !/(^|\/)(\.\.?|%2e%2e)?(\/|$)/i.test(sent.slice(1)) && !sent.includes('%2F');

const operations = Object.entries(document.paths).flatMap(([path, item]) => Object.entries(item)
  .filter(([method]) => ['get', 'post', 'put', 'patch', 'delete'].includes(method)).map(([method, operation]) => ({ path, method, operation })));
const shares = operations.reduce((sum, { operation }) => sum + (MORE[operation.operationId] ?? 1), 0);
const runsOf = (id) => FEW[id] ?? Math.max(1, Math.round((requests * (MORE[id] ?? 1)) / shares));

// Something to find: decisions, holds, approvals, a case, a webhook.
const post = async (path, body, as = 'token') => {
  const reply = await send({ as, method: 'POST', path, query: {}, body: { kind: 'application/json', bytes: Buffer.from(JSON.stringify(body)) } });
  remember(reply.text);
  return reply.text === '' ? {} : JSON.parse(reply.text);
};
for (let i = 0; i < 8; i += 1) {
  const request = { agent: 'ana', action: 'voucher', amount: '0.50', customer: 'k-1', case: 'c-1', note: 'seed' };
  await post('/v1/decisions', request);
  await post('/v1/decisions', { ...request, hold: '5m' });
  const asked = await post('/v1/decisions', { ...request, action: 'credit', amount: '150.00', reason: 'outage' });
  await post(`/v1/decisions/${asked.id}/ask`, { note: 'seed' });
}
await post('/v1/cases', { id: 'case-1', owner: 'ana', customer: 'k-1' });
await post('/v1/webhooks', { url: 'https://receiver.example/hook', kinds: ['setting.changed'] }, 'root');
let passed = 0;
let failed = 0;
let count = 0;
const statuses = {};
for (const { path, method, operation } of operations) {
  const name = `${method.toUpperCase()} ${path}`;
  const property = fc.asyncProperty(requestFor(path, method, operation), async (request) => {
    count += 1;
    const reply = await send(request, operation.operationId === 'events');
    statuses[reply.status] = (statuses[reply.status] ?? 0) + 1;
    remember(reply.text);
    const fault = judge(path, method, operation, reply, !normal(path, request.path));
    if (fault) {
      throw new Error(`${reply.status}: ${fault}\n  ${request.method} ${request.path.slice(0, 300)} as ${request.as} ${JSON.stringify(request.query).slice(0, 300)} ` +
        `key ${request.key} match ${request.match}\n  ${request.body.kind}: ${request.body.bytes?.toString('utf8').slice(0, 500)}\n  -> ${reply.text.slice(0, 400)}`);
    }
  });
  const result = await fc.check(property, { seed, numRuns: runsOf(operation.operationId), interruptAfterTimeLimit: 20000, endOnFailure: false, verbose: 0 });
  if (result.failed && result.counterexample) {
    failed += 1;
    console.log(`FAILED ${name} (seed ${seed}, path ${result.counterexamplePath})\n  ${result.errorInstance?.message ?? result.error}`);
  } else {
    passed += 1;
  }
}
agent.destroy();
console.log(`${count} requests; statuses ${JSON.stringify(statuses)}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
