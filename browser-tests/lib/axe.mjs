// Looks at a page with axe in several widths and colours, and words what it finds.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

export const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
export const WIDTHS = [320, 768, 1280];
export const SCHEMES = ['light', 'dark'];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
// A colour scheme changes colours and nothing else, so the second look at one width looks at those alone.
const COLOURS = ['color-contrast', 'link-in-text-block'];

/** Goes to the page (or stays, without an address) and looks at it in each of `looks` (a width and a colour scheme). Returns sentences. */
export async function look(page, url, looks) {
  const found = new Map(); // one sentence for a barrier, however many looks show it
  if (url) await page.goto(url, { waitUntil: 'load' });
  // Evaluated by the debugger, not by the page: the page's own policy stays as it is.
  await page.evaluate(AXE);
  const seen = new Set();
  for (const { width, scheme } of looks) {
    const only = seen.has(width) ? { type: 'rule', values: COLOURS } : { type: 'tag', values: TAGS };
    seen.add(width);
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    const violations = await page.evaluate(async (runOnly) => {
      const result = await window.axe.run(document, { runOnly, resultTypes: ['violations'] });
      return result.violations.map(({ id, help, nodes }) => ({
        id, help, nodes: nodes.slice(0, 4).map(({ html, failureSummary }) => `${html.slice(0, 160)} -- ${(failureSummary || '').split('\n')[1] || ''}`),
      }));
    }, only);
    for (const { id, help, nodes } of violations) {
      const sentence = `${id}: ${help}\n    ${nodes.join('\n    ')}`;
      found.set(sentence, [...(found.get(sentence) || []), `${width} px ${scheme}`]);
    }
  }
  return [...found].map(([sentence, where]) => `${where.join(', ')}: ${sentence}`);
}
