// Where the site under test is, and which pages it has. Nothing here knows a service by name: slugs are read off the
// sitemap, so that the tests hold for any council's data.
export const base = (process.env.HEARTH_URL || 'http://127.0.0.1:8080').replace(/\/$/, '');
export const host = new URL(base).host;

export const address = (path) => base + path;

/** Every path in the sitemap. */
export async function sitemap() {
  const reply = await fetch(address('/sitemap.xml'));
  if (!reply.ok) throw new Error(`/sitemap.xml answered ${reply.status}`);
  const text = await reply.text();
  const paths = [...text.matchAll(/<loc>([^<]+)<\/loc>/g)].map(([, loc]) => {
    const url = new URL(loc.replaceAll('&amp;', '&'), base);
    return url.pathname + url.search;
  });
  return [...new Set(paths)];
}

async function lookAround() {
  const found = await sitemap();
  const under = (start) => found.filter((path) => path.startsWith(start) && path.length > start.length);
  const services = under('/services/');
  // Sessions come and go with the season, so they are read off the pages that list them.
  const linked = async (page, start) => {
    const text = await (await fetch(address(page))).text();
    const paths = [...text.matchAll(/href="([^"?#]+)"/g)].map(([, path]) => path);
    return [...new Set(paths.filter((path) => path.startsWith(start) && path.length > start.length))];
  };
  const sessions = await linked('/whats-on?when=month', '/whats-on/');
  const booked = await Promise.all(sessions.map((session) => linked(session, `${session}/book`.slice(0, -1))));
  // The title of a sensitive service says nothing of it, because it stays in the history.
  const titled = await Promise.all(services.map(async (path) => {
    const text = await (await fetch(address(path))).text();
    const heading = /<h1[^>]*>([^<]*)/.exec(text)?.[1].trim();
    return { path, ordinary: /<title>([^<]*)/.exec(text)?.[1].includes(heading) };
  }));
  return {
    found, services, sessions,
    organisations: under('/organisations/'), hubs: under('/hubs/'), advice: under('/pages/'), topics: under('/topics/'),
    bookable: booked.flat(),
    timetables: await linked('/timetables', '/timetables/'),
    ordinary: titled.find((each) => each.ordinary)?.path || services[0],
    sensitive: titled.find((each) => !each.ordinary)?.path,
  };
}

/** Looked for once in a run, which hands it on to its files, or once in a file that runs by itself. */
export const seen = process.env.HEARTH_SITE ? JSON.parse(process.env.HEARTH_SITE) : await lookAround();
const { found } = seen;
export const { services, organisations, hubs, advice, topics, sessions, bookable, timetables, ordinary, sensitive } = seen;

const slug = (path) => path.split('/').pop();

/** A shared list of three services, as its link carries it. */
export const sharedList = `/shortlist?s=${services.slice(0, 3).map(slug).join(',')}`;

/** The pages that differ in kind: each is looked at in every way there is. */
export const kinds = [
  ['home', '/'],
  ['search without a question', '/search'],
  ['search', '/search?q=she+wont+latch'],
  ['search that finds nothing', '/search?q=zzzzqqq'],
  ['search with much understood', '/search?q=horse+riding+autistic+9+year+old+saturday&postcode=WA8+0BS'],
  ['search, red card', '/search?q=i+want+to+kill+myself'],
  ['search, amber card', '/search?q=i+cant+cope'],
  ['search after a loss', '/search?q=we+lost+the+baby'],
  ['search, narrowed', '/search?q=baby&postcode=WA8+0BS&cost=free&day=tuesday'],
  ['search, second page', '/search?q=family&page=2'],
  ['search with an unknown postcode', '/search?q=food&postcode=ZZ1+1ZZ'],
  ['topic', topics.find((path) => path === '/topics/feeding') || topics[0]],
  ['topics', '/topics'],
  ['hubs', '/hubs'],
  ['hubs near a postcode', '/hubs?postcode=WA7+2GR'],
  ['hub', hubs[0]],
  ['whats on', '/whats-on'],
  ['whats on this month', '/whats-on?when=month'],
  ['whats on, narrowed', '/whats-on?where=widnes&age=0-1&how=drop-in'],
  ['whats on, nothing found', '/whats-on?where=nowhere&cost=free'],
  ['session', sessions[0]],
  ['book', bookable[0]],
  ['find a booking', '/bookings'],
  ['timetables', '/timetables'],
  ['timetable', timetables[0]],
  ['timetable in large print', timetables[0] && `${timetables[0]}?print=large`],
  ['timetable in easy words', timetables[0] && `${timetables[0]}?easy=1`],
  ['advice', '/pages'],
  ['advice page', advice[0]],
  ['service', ordinary],
  ['sensitive service', sensitive],
  ['service to share', ordinary && `${ordinary}/share`],
  ['organisation', organisations[0]],
  ['report form', ordinary && `${ordinary}/report`],
  ['empty list', '/shortlist'],
  ['shared list', sharedList],
  ['shared list in large print', `${sharedList}&print=large`],
  ['urgent help', '/urgent-help'],
  ['accessibility', '/accessibility'],
  ['privacy', '/privacy'],
  ['developers', '/developers'],
  ['no signal', '/offline'],
  ['not found', '/no-such-page'],
  ['service not found', '/services/no-such-service'],
].filter(([, path]) => path);

/** Pages that are meant to answer something other than 200. */
export const statusOf = (path) => (path.includes('no-such-') ? 404 : 200);

/** Every page there is: those of a kind first, then the rest of the sitemap. */
export const every = [...new Set([...kinds.map(([, path]) => path), ...found])];

/** What must be in the sitemap for these tests to mean anything. */
export const collected = { services, organisations, hubs, advice, topics };
