// A passkey device in software, for the tests of sign-in with a passkey. One line of JSON in, one line out.
//   {"do": "create", "options": {"publicKey": ...}, "origin": "http://localhost:8080"}   makes a passkey
//   {"do": "get", "options": {"publicKey": ...}, "origin": "..."}                        signs in with the newest
// `counter`, `verified: false`, `handle` and `rp` say what the device does wrong.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createInterface } from 'node:readline';

const passkeys = [];
const sha256 = (bytes) => createHash('sha256').update(bytes).digest();
const base64 = (bytes) => Buffer.from(bytes).toString('base64url');

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  console.log(JSON.stringify(asked.do === 'create' ? create(asked) : get(asked)));
}

function create({ options: { publicKey }, origin, counter = 0, verified = true }) {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = pair.publicKey.export({ format: 'jwk' });
  const passkey = { id: randomBytes(16), key: pair.privateKey, handle: publicKey.user.id, counter };
  passkeys.push(passkey);
  const cose = map([[1, 2], [3, -7], [-1, 1], [-2, Buffer.from(x, 'base64url')], [-3, Buffer.from(y, 'base64url')]]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(passkey.id.length);
  const data = Buffer.concat([device(publicKey.rp.id, 0x40 | flags(verified), counter), Buffer.alloc(16), length, passkey.id, cose]);
  return {
    id: base64(passkey.id), rawId: base64(passkey.id), type: 'public-key',
    response: {
      clientDataJSON: base64(clientData('webauthn.create', publicKey.challenge, origin)),
      attestationObject: base64(map([['fmt', 'none'], ['attStmt', map([])], ['authData', data]])),
    },
  };
}

function get({ options: { publicKey }, origin, counter, verified = true, handle, rp }) {
  const passkey = passkeys.at(-1);
  passkey.counter = counter ?? passkey.counter + 1;
  const data = device(rp || publicKey.rpId, flags(verified), passkey.counter);
  const client = clientData('webauthn.get', publicKey.challenge, origin);
  return {
    id: base64(passkey.id), rawId: base64(passkey.id), type: 'public-key',
    response: {
      clientDataJSON: base64(client), authenticatorData: base64(data), userHandle: handle || passkey.handle,
      signature: base64(sign('sha256', Buffer.concat([data, sha256(client)]), passkey.key)),
    },
  };
}

function flags(verified) {
  return verified ? 0x05 : 0x01;
}

function device(rp, flag, counter) {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(counter);
  return Buffer.concat([sha256(rp), Buffer.from([flag]), count]);
}

function clientData(type, challenge, origin) {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
}

// As much of CBOR (RFC 8949) as a passkey needs. A Buffer that `map` made is put in as it is.
function map(pairs) {
  const parts = pairs.flatMap(([key, value]) => [cbor(key), value.encoded ? value : cbor(value)]);
  return Object.assign(Buffer.concat([head(5, pairs.length), ...parts]), { encoded: true });
}

function cbor(value) {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  return Buffer.concat([head(2, value.length), value]);
}

function head(kind, count) {
  if (count < 24) return Buffer.from([(kind << 5) | count]);
  if (count < 256) return Buffer.from([(kind << 5) | 24, count]);
  return Buffer.from([(kind << 5) | 25, count >> 8, count & 255]);
}
