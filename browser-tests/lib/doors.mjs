// The doors behind which somebody is known: who can come in, and every page they can reach from there. Nothing here
// knows a person or an entry by name: people are read off the demonstration's own sign-in, pages off the links.
import { address, base } from './site.mjs';

const origin = new URL(base).origin;
const STARTS = ['/admin', '/provider', '/account', '/register'];
/** Pages nobody needs to be signed in for, but that belong to a door. */
export const outside = ['/sign-in', '/sign-in/password', '/sign-in/passkey', '/sign-in/sent', '/demo/sign-in', '/demo/outbox', '/list-your-service'];
/** Pages that are asked for whether or not a link leads to them; a role that may not see one is turned away. */
export const known = [
  '/admin/people', '/admin/people/add', '/admin/audit', '/admin/data-requests', '/admin/retention', '/admin/settings',
  '/admin/messages', '/admin/messages/templates', '/admin/entries', '/admin/entries/changes', '/admin/words',
  '/admin/review', '/admin/review/second', '/admin/review/pictures', '/admin/review/rules', '/admin/applications',
  '/admin/freshness', '/admin/freshness/schedule', '/admin/reports', '/admin/automations', '/admin/figures',
  '/admin/self-check', '/admin/sources', '/admin/sources/new', '/admin/duplicates', '/admin/merges', '/admin/links',
  '/admin/quality', '/admin/quality/coverage', '/admin/sessions', '/admin/sessions/new', '/admin/terms', '/register', '/admin/absences', '/admin/attendance',
  '/admin/appointments', '/admin/invitations', '/admin/invitations/figures', '/admin/holidays', '/admin/holidays/eligibility', '/admin/appointments/for-families', '/admin/timetables',
  '/practitioner/match', '/practitioner/lists', '/admin/call-backs', '/admin/flows', '/admin/ask', '/admin/language-model',
  '/account/passkeys', '/account/data', '/account/password', '/account/code', '/account/recovery-codes',
];
const FILES = /\.(csv|json|xml)$|^\/(provider\/)?pictures\//;
/** A page differs in kind by its place; entries, people and requests are each looked at twice at most. */
const OF_A_KIND = 2;
const PAGES_MOST = 120;

/** Everybody on the demonstration's sign-in: `administrator`, `editor`, `provider` ... with the id its button sends. */
export const people = await listPeople();
export const roles = [...people.keys()];
const cookies = new Map();

async function listPeople() {
  const reply = await fetch(address('/demo/sign-in'));
  if (!reply.ok) throw new Error(`/demo/sign-in answered ${reply.status}`);
  const text = await reply.text();
  const cards = [...text.matchAll(/<span class="soft">([^@<]+)@[^<]*<\/span>[\s\S]*?name="person" value="([^"]+)"/g)];
  return new Map(cards.map(([, role, id]) => [role, id]));
}

/** The cookie of a session as this role, one for the whole file. */
async function cookieOf(role) {
  if (!cookies.has(role)) {
    if (!people.has(role)) throw new Error(`nobody on /demo/sign-in is ${role}`);
    const reply = await post('/demo/sign-in', { person: people.get(role) });
    const kept = reply.headers.getSetCookie().map((each) => each.split(';')[0]).filter((each) => !each.endsWith('='));
    if (reply.status !== 303 || !kept.length) throw new Error(`signing in as ${role} answered ${reply.status}`);
    cookies.set(role, kept.join('; '));
  }
  return cookies.get(role);
}

/** Lets a browser's context in as this role. The session belongs to this browser: one of another is ended on sight. */
export async function letIn(context, role) {
  if (!people.has(role)) throw new Error(`nobody on /demo/sign-in is ${role}`);
  await context.clearCookies();
  const reply = await context.request.post(address('/demo/sign-in'), {
    headers: { origin }, form: { person: people.get(role) }, maxRedirects: 0,
  });
  if (reply.status() !== 303) throw new Error(`signing in as ${role} answered ${reply.status()}`);
  return context;
}

/** A page as the server sends it to this role; nobody is signed in without one. */
export async function get(path, role) {
  const headers = role ? { cookie: await cookieOf(role) } : {};
  return fetch(address(path), { headers, redirect: 'manual' });
}

/** What a form of this role's is answered. */
export async function post(path, fields, role) {
  const headers = { origin, ...(role ? { cookie: await cookieOf(role) } : {}) };
  return fetch(address(path), { method: 'POST', headers, redirect: 'manual', body: new URLSearchParams(fields) });
}

/** Where a page stands, whoever's it is: ids and slugs become a star. */
export function kindOf(path) {
  const [place, query] = path.split('?');
  const starred = place
    .replace(/\/[0-9a-f]{8}-[0-9a-f-]{27}(?=\/|$)/g, '/*')
    .replace(/^(\/provider\/entries)\/[^/]+/, '$1/*')
    .replace(/^(\/admin\/entries)\/(?!changes(\/|$))[^/]+/, '$1/*')
    .replace(/^(\/admin\/messages\/templates)\/[^/]+/, '$1/*')
    .replace(/^(\/admin\/self-check)\/[^/]+/, '$1/*')
    .replace(/^(\/admin\/sources)\/(?!new(\/|$))[^/]+/, '$1/*')
    .replace(/^(\/admin\/flows)\/[^/]+(\/steps)\/[^/]+/, '$1/*$2/*')
    .replace(/^(\/admin\/flows)\/[^/]+/, '$1/*')
    .replace(/^(\/admin\/duplicates)\/[^/]+\/[^/]+/, '$1/*')
    .replace(/^(\/admin\/(?:freshness|reports|applications|people|data-requests|review))\/(?!schedule|rules|pictures|second|add)[^/]+/, '$1/*');
  return query === undefined ? starred : `${starred}?`;
}

/** Every page this role can walk to from the doors that are open to it, and from `also`. */
export async function walk(role, also = known) {
  const waiting = [...STARTS, ...also];
  const asked = new Set(waiting);
  const perKind = new Map();
  const pages = [];
  while (waiting.length && pages.length < PAGES_MOST) {
    const path = waiting.shift();
    const reply = await get(path, role);
    if (reply.status !== 200) {
      // A door or an own page may be shut to this role; a link that leads nowhere may not.
      if (!STARTS.includes(path) && !known.includes(path) && reply.status !== 303) pages.push({ path, status: reply.status });
      continue;
    }
    const text = await reply.text();
    pages.push({ path, status: 200, text, headers: reply.headers });
    for (const [, href] of text.matchAll(/<a\b[^>]*\bhref="([^"]+)"/g)) {
      const link = new URL(href.replaceAll('&amp;', '&'), new URL(path, base));
      const next = link.pathname + link.search;
      if (link.origin !== origin || !/^\/(admin|provider|practitioner|account|notify)(\/|$|\?)/.test(next)) continue;
      if (FILES.test(link.pathname) || asked.has(next)) continue;
      const kind = kindOf(next);
      const seen = perKind.get(kind) || 0;
      if (seen >= (kind.endsWith('?') ? 1 : OF_A_KIND)) continue;
      perKind.set(kind, seen + 1);
      asked.add(next);
      waiting.push(next);
    }
  }
  return pages;
}

/** One page of each kind, with a role that may see it: the doors themselves once for every role. A run looks for them once. */
export async function kinds() {
  return process.env.HEARTH_KINDS ? JSON.parse(process.env.HEARTH_KINDS) : lookForKinds();
}

export async function lookForKinds() {
  const seen = new Set();
  const out = outside.map((path) => ({ path, role: null }));
  for (const role of roles) {
    for (const { path, status } of await walk(role)) {
      const kind = STARTS.includes(path) ? `${role} ${path}` : kindOf(path);
      if (status !== 200 || seen.has(kind)) continue;
      seen.add(kind);
      out.push({ path, role });
    }
  }
  return out;
}

/** Forms that are sent with something wrong: each is answered with an error summary. */
export const mistakes = [
  { path: '/sign-in', role: null, button: 'Send me a link' },
  { path: '/sign-in/password', role: null, button: 'Sign in' },
  { path: '/list-your-service', role: null, button: 'Ask to be listed' },
  { path: '/account', role: 'parent', button: 'Save your details', spoil: ['name'] },
  { path: '/account/data/erase', role: 'parent', button: 'Erase everything' },
  { path: '/admin/people/add', role: 'administrator', button: 'Add and send the invitation' },
  { path: '/admin/data-requests', role: 'administrator', button: 'Record the request' },
  { path: '/admin/settings', role: 'administrator', button: 'Save the settings', spoil: ['name', 'area_name'] },
  { path: '/admin/messages/templates/accounts.sign_in_link', role: 'administrator', button: 'Save these words', spoil: ['subject', 'body'] },
  { path: '/admin/words', role: 'editor', button: 'Teach the search' },
  { path: '/admin/sources/new', role: 'data.steward', button: 'Keep this feed and look what it would do' },
  { path: await firstLink('/admin/duplicates', /href="(\/admin\/duplicates\/[^"?]+\/[^"?]+)"/), role: 'editor', button: 'Make one of them' },
];

/** The first link of this shape on a page, as an editor sees it. */
async function firstLink(path, shape) {
  const found = shape.exec(await (await get(path, 'editor')).text());
  if (!found) throw new Error(`${path} has no link like ${shape}`);
  return found[1];
}

/** Opens a form, empties what is to be wrong, sends it, and waits for the summary. */
export async function openMistake(page, { path, button, spoil = [] }) {
  await page.goto(address(path), { waitUntil: 'load' });
  for (const name of spoil) await page.locator(`main [name=${name}]`).first().fill('');
  await page.locator('main').getByRole('button', { name: button, exact: true }).click();
  await page.locator('.error-sum, .govuk-error-summary').first().waitFor();
}
