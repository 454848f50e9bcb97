// What every answer of the server must carry, whatever was asked.
import assert from 'node:assert/strict';

const POLICY = {
  'default-src': "'none'", 'script-src': "'self'", 'style-src': "'self'", 'connect-src': "'self'",
  'form-action': "'self'", 'base-uri': "'none'", 'frame-ancestors': "'none'",
};

const FIXED = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin', // not 'no-referrer', which would take the origin from our own forms
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** `headers` is a plain object with lower-case names. */
export function assertGuarded(headers, what) {
  const parts = (headers['content-security-policy'] || '').split(';').map((part) => part.trim());
  for (const [name, value] of Object.entries(POLICY)) {
    assert.ok(parts.includes(`${name} ${value}`), `${what}: the policy lacks ${name} ${value}`);
  }
  assert.ok(!/unsafe|\*|https?:/.test(parts.filter((part) => !part.startsWith('img-src')).join(';')), `${what}: the policy is wide`);
  for (const [name, value] of Object.entries(FIXED)) {
    assert.equal(headers[name], value, `${what}: ${name}`);
  }
  assert.ok(/camera=\(\)/.test(headers['permissions-policy'] || ''), `${what}: permissions-policy`);
  assert.ok(headers['cache-control'], `${what}: cache-control`);
}
