// Saves each kind of page as pictures for a person to look at, and the README's picture.
//   node screenshots.mjs OUT README.png
import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { open, visitor } from './lib/chromium.mjs';
import { address, advice, hubs, ordinary, sharedList, topics } from './lib/site.mjs';
import { openReportWithErrors } from './lib/steps.mjs';

const README_BYTES = 250_000;
const [out, readme] = process.argv.slice(2);
const pages = [
  ['home', '/'],
  ['search', '/search?q=she+wont+latch&postcode=WA8+0BS'],
  ['understood', '/search?q=horse+riding+autistic+9+year+old+saturday&postcode=WA8+0BS'],
  ['crisis', '/search?q=i+want+to+kill+myself'],
  ['amber', '/search?q=i+cant+cope'],
  ['nothing', '/search?q=zzzzqqq'],
  ['topic', topics.find((each) => each === '/topics/feeding') || topics[0]],
  ['service', ordinary],
  ['hubs', '/hubs'],
  ['hub', hubs[0]],
  ['advice', '/pages'],
  ['page', advice[0]],
  ['list', sharedList],
  ['report', `${ordinary}/report`],
  ['urgent-help', '/urgent-help'],
  ['not-found', '/no-such-page'],
];

mkdirSync(out, { recursive: true });
const browser = await open();
let saved = 0;
try {
  for (const scheme of ['light', 'dark']) {
    for (const width of [320, 768, 1280]) {
      const context = await visitor(browser, { viewport: { width, height: 900 }, colorScheme: scheme });
      const page = await context.newPage();
      for (const [name, where] of pages) {
        await page.goto(address(where), { waitUntil: 'load' });
        await save(page, `${name}-${width}-${scheme}`);
      }
      await openReportWithErrors(page);
      await save(page, `report-errors-${width}-${scheme}`);
      await context.close();
    }
  }
  if (readme) {
    // Small enough for a page about the project: 1280 pixels of page, drawn at 0.8 of its size.
    const context = await visitor(browser, { viewport: { width: 1280, height: 860 }, deviceScaleFactor: 0.8 });
    const page = await context.newPage();
    await page.goto(address('/'), { waitUntil: 'load' });
    mkdirSync(path.dirname(readme), { recursive: true });
    await page.screenshot({ path: readme });
    const bytes = statSync(readme).size;
    console.log(`${readme}: ${bytes} bytes`);
    if (bytes > README_BYTES) throw new Error(`${readme} is over ${README_BYTES} bytes`);
  }
} finally {
  await browser.close();
}
console.log(`${saved} pictures in ${out}`);

async function save(page, name) {
  await page.screenshot({ path: path.join(out, `${name}.png`), fullPage: true });
  saved += 1;
}
