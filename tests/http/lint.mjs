// Holds api/openapi.yaml against OpenAPI 3.1 and the rules of good contracts. node lint.mjs [FILE]; prints problems, then
// `N passed, N failed`.
import { createConfig, lint, formatProblems, getTotals } from '@redocly/openapi-core';
import { fileURLToPath } from 'node:url';

const ref = process.argv[2] ?? fileURLToPath(new URL('../../api/openapi.yaml', import.meta.url));
const config = await createConfig({
  extends: ['recommended'],
  rules: {
    'operation-4xx-response': 'error',
    'operation-operationId-unique': 'error',
    'no-ambiguous-paths': 'off', // /v1/people/import beside /v1/people/{id}: methods tell them apart
    'no-invalid-media-type-examples': { severity: 'error', allowAdditionalProperties: true },
    'no-invalid-schema-examples': 'error',
    'no-server-example.com': 'off',
    'no-unused-components': 'error',
    'tag-description': 'error',
    'no-path-trailing-slash': 'error',
  },
});
const problems = await lint({ ref, config });
formatProblems(problems, { format: 'stylish', totals: getTotals(problems), version: 'leeway' });
const errors = problems.filter((problem) => problem.severity === 'error').length;
console.log(`${errors === 0 ? 1 : 0} passed, ${errors} failed`);
process.exit(errors === 0 ? 0 : 1);
