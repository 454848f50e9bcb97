// For people working on the look: serves gallery.html as the product would (same content policy, same hashed names),
// runs axe on it, tries the script, and takes pictures into dist/pictures. Needs `scripts/assets --dev`.
//   node web-assets/dev/look.mjs
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const home = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(home, 'dist');
const names = JSON.parse(readFileSync(join(dist, 'assets.json'), 'utf8'));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TYPES = { '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml', '.png': 'image/png' };
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const posted = [];
const gone = { value: false };
const problems = [];

const server = createServer((request, reply) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (gone.value) return request.socket.destroy();
  const send = (type, body, status = 200) => reply.writeHead(status, { 'content-type': type, 'content-security-policy': POLICY }).end(body);
  if (request.method === 'POST') {
    posted.push(pathname);
    return request.resume().on('end', () => send('text/plain', 'ok'));
  }
  if (pathname.startsWith('/assets/')) {
    return send(TYPES[extname(pathname)] || 'application/octet-stream', readFileSync(join(dist, pathname.slice(8))));
  }
  if (pathname === '/sw.js') {
    const kept = ['hearth.css', 'theme.css', 'hearth.js', 'icons.svg'].map((name) => `/assets/${names[name]}`);
    return send('text/javascript', readFileSync(join(dist, 'sw.js'), 'utf8')
      .replace('/*HEARTH_PRECACHE*/[]', JSON.stringify(kept)).replace('/*HEARTH_VERSION*/""', '"test"'));
  }
  if (pathname === '/') return send('text/html; charset=utf-8', gallery());
  if (pathname === '/map') {
    return send('text/html; charset=utf-8', `<!doctype html><html lang="en-GB"><title>Map</title><link rel="stylesheet" href="/assets/${names['leaflet.css']}"><link rel="stylesheet" href="/assets/${names['hearth.css']}"><link rel="stylesheet" href="/assets/${names['theme.css']}"><script src="/assets/${names['leaflet.js']}" defer></script><script src="/assets/${names['map.js']}" defer></script><main><h1>Map</h1><div class="map" data-map="places" data-tiles="/assets/${names['icon-192.png']}?{z}-{x}-{y}" data-attribution="Sample" hidden></div><ul id="places"><li data-lat="53.36" data-lon="-2.73"><a href="/">One</a></li><li data-lat="53.34" data-lon="-2.7"><a href="/">Two</a></li></ul></main>`);
  }
  if (['/urgent-help', '/shortlist', '/offline', '/neutral'].includes(pathname)) {
    return send('text/html; charset=utf-8', `<!doctype html><title>${pathname}</title><h1>${pathname}</h1>`);
  }
  return send('text/plain', 'not here', 404);
});

function gallery() {
  return readFileSync(join(home, 'gallery.html'), 'utf8')
    .replace('{{street}}', readFileSync(join(dist, 'partials/street.svg'), 'utf8'))
    .replaceAll('{{door}}', readFileSync(join(dist, 'partials/door.svg'), 'utf8'))
    .replaceAll('https://www.bbc.co.uk/weather', '/neutral')
    .replace(/\{\{([a-z0-9.-]+)\}\}/g, (all, name) => `/assets/${names[name]}`);
}

function check(sentence, held) {
  console.log(`${held ? 'ok  ' : 'FAIL'} ${sentence}`);
  if (!held) problems.push(sentence);
}

await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const site = `http://127.0.0.1:${server.address().port}/`;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
mkdirSync(join(dist, 'pictures'), { recursive: true });

for (const width of [320, 768, 1280]) {
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, serviceWorkers: 'block' });
    const page = await context.newPage();
    const said = [];
    page.on('console', (line) => line.type() === 'error' && said.push(line.text()));
    page.on('requestfailed', (request) => said.push(`failed: ${request.url()}`));
    await page.goto(site);
    check(`nothing is refused by the content policy at ${width} ${colorScheme} ${said.join(' ')}`, said.length === 0);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    check(`no sideways scrolling at ${width} ${colorScheme}`, wide <= 0);
    const small = await page.evaluate(() => [...document.querySelectorAll('a, button, select, input:not([type=hidden])')]
      .filter((one) => {
        const box = (one.closest('label.pick, .govuk-pagination__item, .govuk-pagination__prev, .govuk-pagination__next') || one).getBoundingClientRect();
        const inSentence = one.tagName === 'A' && one.closest('p:not(.row), h2, h3, th, footer footer, blockquote') && getComputedStyle(one).display === 'inline';
        return box.width > 1 && box.height > 0 && box.height < 43.5 && !inSentence && box.x > -100;
      }).map((one) => `${one.tagName}.${one.className} "${one.textContent.trim().slice(0, 30)}" ${one.getBoundingClientRect().height}`));
    check(`everything pressed alone is 44 px at ${width} ${colorScheme} ${small.join('; ')}`, small.length === 0);
    await page.screenshot({ path: join(dist, 'pictures', `gallery-${width}-${colorScheme}.png`), fullPage: true });
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
    for (const one of found.violations) console.log(`     ${one.id}: ${one.nodes.map((node) => node.target.join(' ')).slice(0, 4).join(' | ')}`);
    check(`axe finds nothing at ${width} ${colorScheme}`, found.violations.length === 0);
    await context.close();
  }
}

{
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.goto(site);
  check('the error summary is met first', await page.evaluate(() => document.activeElement.className === 'error-sum'));
  await page.click('.error-sum a');
  check('a link in the summary goes to the field', await page.evaluate(() => document.activeElement.id === 'postcode'));
  check('an icon of the shared file is drawn', await page.evaluate(() => document.querySelector('.urgent use').getBoundingClientRect().width > 5));
  check('print buttons are there with script', await page.isVisible('[data-print]'));
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  await page.click('form[data-save] button');
  await page.waitForSelector('.btn.saved');
  check('Save is done in place and says so', (await page.textContent('form[data-save] [data-word]')) === 'Saved' && posted.includes('/shortlist'));
  await page.waitForFunction(() => /Saved to your list: Infant/.test((document.querySelector('[role=status]') || {}).textContent));

  const keptPaths = async () => page.evaluate(async () => (await (await caches.open('hearth-test')).keys()).map((one) => new URL(one.url).pathname).sort());
  await page.waitForFunction(async () => (await (await caches.open('hearth-test')).keys()).length === 7);
  const kept = await keptPaths();
  check(`only the four things are kept: ${kept.join(' ')}`, kept.length === 7 && kept.every((one) => /^\/(assets\/|offline$|shortlist$|urgent-help$)/.test(one)));

  gone.value = true;
  await page.goto(`${site}urgent-help`);
  check('urgent help opens with no signal', (await page.textContent('h1')) === '/urgent-help');
  await page.goto(`${site}search?q=private`);
  check('any other page with no signal shows the offline page', (await page.textContent('h1')) === '/offline');
  gone.value = false;

  await page.goto(site);
  await page.evaluate(() => sessionStorage.setItem('x', '1'));
  for (const count of [1, 2, 3]) await page.keyboard.press('Shift');
  await page.waitForURL('**/neutral');
  check('Shift three times leaves', true);
  check('what was in the tab is forgotten', await page.evaluate(() => sessionStorage.length === 0));
  check('the server is asked to forget', posted.includes('/leave'));
  await page.waitForFunction(async () => !(await (await caches.open('hearth-test')).match('/shortlist')));
  check('the kept shortlist is gone', true);
  await page.goBack();
  check('going back does not show the page that was left', page.url() !== site);
  await context.close();
}

{
  const context = await browser.newContext({ viewport: { width: 320, height: 640 }, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(site);
  check('filters are hidden on a phone until asked for', !(await page.isVisible('#filters')));
  await page.click('a[href="#filters"]');
  check('a plain link shows the filters', await page.isVisible('#filters'));
  check('print buttons are hidden without script', !(await page.isVisible('[data-print]')));
  await page.click('.top .exit');
  check('the exit is a plain link without script', page.url().endsWith('/neutral'));
  await context.close();
}

{
  const context = await browser.newContext({ viewport: { width: 320, height: 640 }, serviceWorkers: 'block' });
  const page = await context.newPage();
  const said = [];
  page.on('console', (line) => line.type() === 'error' && said.push(line.text()));
  await page.goto(`${site}map`);
  await page.waitForSelector('.map-pin');
  check(`a map has a pin for each place of its list ${said.join(' ')}`, (await page.locator('.map-pin').count()) === 2 && said.length === 0);
  const pin = await page.locator('.map-pin').first().boundingBox();
  check('a pin is 44 px', pin.width >= 44 && pin.height >= 44);
  await page.screenshot({ path: join(dist, 'pictures', 'map.png') });
  await context.close();
}

for (const [name, options, act] of [
  ['rtl', { viewport: { width: 768, height: 900 } }, (page) => page.evaluate(() => { document.documentElement.dir = 'rtl'; document.documentElement.lang = 'ar'; })],
  ['forced', { viewport: { width: 768, height: 900 }, forcedColors: 'active' }, null],
  ['print', { viewport: { width: 768, height: 900 } }, (page) => page.emulateMedia({ media: 'print' })],
  ['print-large', { viewport: { width: 768, height: 900 } }, async (page) => { await page.evaluate(() => document.body.classList.add('print-large')); await page.emulateMedia({ media: 'print' }); }],
]) {
  const context = await browser.newContext({ ...options, serviceWorkers: 'block' });
  const page = await context.newPage();
  await page.goto(site);
  if (act) await act(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  check(`no sideways scrolling in ${name}`, wide <= 0);
  await page.screenshot({ path: join(dist, 'pictures', `gallery-${name}.png`), fullPage: true });
  await context.close();
}

await browser.close();
server.close();
console.log(problems.length ? `${problems.length} to mend` : 'all well');
process.exit(problems.length ? 1 : 0);
