// An OpenID Connect provider for the tests of staff sign-in: the real `oidc-provider`, with the accounts below, whose
// forms fill themselves in. Everything is in memory and gone when it stops; it stops when its standard input closes.
//   node oidc.mjs '{"redirect": "http://127.0.0.1:4000/sign-in/council/return"}'
// Prints one line, `ready http://localhost:PORT`: the issuer.
//
// `login_hint` in the address of a request says who signs in: the name of an account, or `cancel`.
//
// The test speaks to it at POST /control with JSON:
//   {"rotate": true}             new signing keys; the old ones are gone
//   {"down": true}               it hangs up on everybody from now on, until {"down": false}
//   {"claims": {"aud": "x"}}     the next ID token carries these claims, and is signed with the provider's own key
//   {"sign": "none"}             the next ID token is not signed;  "stranger": signed by somebody else's key
//   {"later": 120}               its clock goes on by two minutes
// and asks GET /control how often it was asked for its `discovery`, `keys` and `tokens`.
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import Provider from 'oidc-provider';

const given = JSON.parse(process.argv[2] || '{}');
const redirects = [].concat(given.redirect || []);
const afterSignOut = [].concat(given.after_sign_out || []);
const groups = { grouped: ['all-staff', 'hub-editors'], leaver: ['all-staff'] };
const accounts = {
  editor: { email: 'editor@hearth.example', email_verified: true, name: 'Demonstration editor' },
  capitals: { email: 'Editor@Hearth.Example', email_verified: true, name: 'Demonstration editor' },
  unverified: { email: 'editor@hearth.example', email_verified: false, name: 'Demonstration editor' },
  unsaid: { email: 'editor@hearth.example', name: 'Demonstration editor' },
  stranger: { email: 'stranger@hearth.example', email_verified: true, name: 'Demonstration stranger' },
  grouped: { email: 'grouped@hearth.example', email_verified: true, name: 'Demonstration newcomer', groups: groups.grouped },
  leaver: { email: 'leaver@hearth.example', email_verified: true, name: 'Demonstration leaver', groups: groups.leaver },
};
const counts = { discovery: 0, keys: 0, tokens: 0 };
let once = {};
let down = false;
let keyNumber = 0;
let key;
let issuer;
let provider;

const server = createServer(async (request, response) => {
  try {
    if (request.url === '/control') return await control(request, response);
    if (down) return request.socket.destroy();
    if (request.url.startsWith('/.well-known/')) counts.discovery += 1;
    if (request.url === '/jwks') counts.keys += 1;
    if (request.url.startsWith('/interaction/')) return await interact(request, response);
    if (request.url === '/token') {
      counts.tokens += 1;
      changeTokens(response);
    }
    return provider.callback()(request, response);
  } catch (error) {
    console.error(error);
    response.statusCode = 500;
    return response.end();
  }
});

server.listen(given.port || 0, '127.0.0.1', async () => {
  issuer = `http://localhost:${server.address().port}`;
  await start();
  console.log(`ready ${issuer}`);
});
process.stdin.on('end', () => process.exit(0)).resume();

async function start() {
  keyNumber += 1;
  const pair = await generateKeyPair('RS256', { extractable: true });
  key = { ...(await exportJWK(pair.privateKey)), kid: `key-${keyNumber}`, use: 'sig', alg: 'RS256' };
  const client = (id) => ({
    client_id: id,
    client_secret: 'a secret for tests only',
    redirect_uris: redirects,
    post_logout_redirect_uris: afterSignOut,
    response_types: ['code'],
    grant_types: ['authorization_code'],
  });
  provider = new Provider(issuer, {
    clients: redirects.length ? [client('hearth'), client('another')] : [],
    jwks: { keys: [key] },
    cookies: { keys: ['only for tests'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, id) => accounts[id] && { accountId: id, claims: () => ({ sub: `subject-${id}`, ...accounts[id] }) },
    ttl: { AuthorizationCode: 60, IdToken: 600, AccessToken: 600, Grant: 600, Interaction: 600, Session: 600 },
    renderError: (context, out) => { context.body = out; },
  });
  provider.on('server_error', (_context, error) => console.error(error));
}

/** Signs in whom `login_hint` names and agrees to everything, as a person would by pressing two buttons. */
async function interact(request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  const hint = params.login_hint || '';
  if (hint === 'cancel') {
    const refused = { error: 'access_denied', error_description: '<b>the provider says this</b>' };
    return provider.interactionFinished(request, response, refused, { mergeWithLastSubmission: false });
  }
  if (prompt.name === 'login') {
    return provider.interactionFinished(request, response, { login: { accountId: hint, amr: ['pwd', 'otp'] } }, { mergeWithLastSubmission: false });
  }
  const accountId = session.accountId;
  const grant = (grantId && (await provider.Grant.find(grantId))) || new provider.Grant({ accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  if (prompt.details.missingOIDCClaims) grant.addOIDCClaims(prompt.details.missingOIDCClaims);
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
}

/** Rewrites the ID token in the answer, when the test asked for it. */
function changeTokens(response) {
  const { claims, sign } = once;
  if (!claims && !sign) return;
  once = {};
  const end = response.end.bind(response);
  response.end = (body) => {
    (async () => {
      const answer = JSON.parse(body);
      if (!answer.id_token) return end(body);
      const kept = JSON.parse(Buffer.from(answer.id_token.split('.')[1], 'base64url'));
      answer.id_token = await signed({ ...kept, ...claims }, sign);
      const text = JSON.stringify(answer);
      response.setHeader('content-length', Buffer.byteLength(text));
      return end(text);
    })().catch((error) => { console.error(error); response.destroy(); });
    return response;
  };
}

async function signed(claims, how) {
  if (how === 'none') return new UnsecuredJWT(claims).encode();
  const own = await importJWK(key, 'RS256');
  const used = how === 'stranger' ? (await generateKeyPair('RS256')).privateKey : own;
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: key.kid }).sign(used);
}

/** Moves this process's clock on, so that no test waits for a code to grow old. */
function goOn(seconds) {
  const before = Date.now;
  Date.now = () => before() + seconds * 1000;
}

async function control(request, response) {
  if (request.method === 'POST') {
    let text = '';
    for await (const part of request) text += part;
    const { rotate, down: hangUp, later, ...next } = JSON.parse(text);
    if (later) goOn(later);
    if (rotate) await start();
    if (hangUp !== undefined) down = hangUp;
    once = next;
  }
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(counts));
}
