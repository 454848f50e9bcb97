// Nothing runs off a small screen, and everything pressed is large enough for a thumb. Seen without script, because
// script may only improve.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, visitor } from '../lib/chromium.mjs';
import { address, every, kinds } from '../lib/site.mjs';

const browser = await open();
after(() => browser.close());
const context = await visitor(browser, { javaScriptEnabled: false, viewport: { width: 320, height: 640 } });
const page = await context.newPage();
const small = new Map();
const known = new Set(kinds.map(([, path]) => path));

for (const path of every) {
  test(`${path} fits a screen of 320 pixels and its targets a finger`, async (t) => {
    await page.goto(address(path), { waitUntil: 'load' });
    const widths = known.has(path) ? [320, 768, 1280] : [320];
    for (const width of widths) {
      await page.setViewportSize({ width, height: 640 });
      const wide = await page.evaluate(overflow);
      assert.deepEqual(wide, [], `at ${width} px something is wider than the screen`);
    }
    await page.setViewportSize({ width: 320, height: 640 });
    const { tooSmall, under44 } = await page.evaluate(targets);
    assert.deepEqual(tooSmall, [], 'targets under 24 px');
    for (const each of under44) small.set(each, path);
    if (path === every.at(-1)) {
      for (const [each, where] of small) t.diagnostic(`note: under 44 px on its own: ${each} (first seen on ${where})`);
    }
  });
}

function overflow() {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const wide = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > room + 0.5);
  return [`scrollWidth ${document.documentElement.scrollWidth}`, ...wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 120))];
}

function targets() {
  const tooSmall = [];
  const under44 = [];
  const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: false }) && element.getBoundingClientRect().width > 1;
  for (const element of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')) {
    if (!shown(element) || element.closest('.hide, .skip') || element.matches('.hide, .skip')) continue;
    // A link inside a sentence is the only exception: its line height is the sentence's.
    const around = element.parentElement;
    const words = [...around.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim().length > 1);
    const inline = getComputedStyle(element).display === 'inline';
    if (inline && element.tagName === 'A' && (words || around.closest('p, li, dd, td, figcaption')?.textContent.trim() !== element.textContent.trim())) continue;
    let boxes = [element.getBoundingClientRect()];
    // A radio or tick and its label are one target; so is a link whose cover fills its card.
    if (element.labels) boxes = boxes.concat([...element.labels].map((label) => label.getBoundingClientRect()));
    const cover = getComputedStyle(element, '::after');
    if (cover.position === 'absolute' && cover.content !== 'none') boxes.push(around.getBoundingClientRect());
    const width = Math.max(...boxes.map((box) => box.right)) - Math.min(...boxes.map((box) => box.left));
    const height = Math.max(...boxes.map((box) => box.bottom)) - Math.min(...boxes.map((box) => box.top));
    const name = `${element.outerHTML.slice(0, 110).replace(/\s+/g, ' ')} ${Math.round(width)}x${Math.round(height)}`;
    if (width < 24 || height < 24) tooSmall.push(name);
    else if (width < 43.5 || height < 43.5) under44.push(name);
  }
  return { tooSmall, under44: under44.slice(0, 5) };
}
