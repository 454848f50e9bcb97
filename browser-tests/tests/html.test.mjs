// The HTML of every page, as the server sends it, is right.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HtmlValidate } from 'html-validate';
import { address, every, ordinary, statusOf } from '../lib/site.mjs';

const checker = new HtmlValidate({
  root: true,
  extends: ['html-validate:recommended'],
  rules: {
    'doctype-style': ['error', { style: 'lowercase' }], // one spelling; this is ours
    'no-trailing-whitespace': 'off', // templates leave some, and no reader meets it
    'form-dup-name': ['error', { shared: ['radio', 'checkbox', 'button', 'submit', 'reset'] }], // ticks of one group share a name
    'aria-label-misuse': ['error', { allowAnyNamable: true }], // a list may be named by the line above it
    'long-title': 'off', // a service's name is as long as its provider made it
    'tel-non-breaking': 'off', // a number on its own line cannot break; the style keeps the rest together
  },
});

for (const path of every) {
  test(`${path} is valid`, async () => {
    const reply = await fetch(address(path));
    assert.equal(reply.status, statusOf(path));
    assert.equal(reply.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.deepEqual(await mistakes(await reply.text()), []);
  });
}

test('the report form with errors is valid', async () => {
  const reply = await fetch(address(`${ordinary}/report`), {
    method: 'POST', body: new URLSearchParams(), headers: { origin: new URL(address('/')).origin },
  });
  assert.deepEqual(await mistakes(await reply.text()), []);
});

async function mistakes(text) {
  const report = await checker.validateString(text);
  const lines = text.split('\n');
  return report.results.flatMap(({ messages }) => messages).slice(0, 8)
    .map(({ ruleId, message, line, column }) => `${ruleId}: ${message}: ${(lines[line - 1] || '').slice(Math.max(0, column - 40), column + 60)}`);
}
