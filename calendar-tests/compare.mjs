// Judges the feeds of crates/calendar with ical.js, the library of Thunderbird and Nextcloud: the lines of the example
// 'feed', by the time zone that each file describes itself. Prints every disagreement, and fails if there is one.

import { readFileSync } from 'node:fs';

let ICAL;
try {
  ICAL = (await import('ical.js')).default;
} catch (missing) {
  console.error(`${missing.message}. Run calendar-tests/run, which installs calendar-tests/package.json first.`);
  process.exit(1);
}

const lines = readFileSync(process.argv[2], 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
const wrong = [];
let events = 0;

for (const [number, line] of lines.entries()) {
  for (const name of ['before', 'after']) {
    if (line[name]) judge(`feed ${number + 1}, ${name}`, line[name]);
  }
}

for (const problem of wrong.slice(0, 20)) console.log(problem);
if (wrong.length > 20) console.log(`... and ${wrong.length - 20} more`);
const enough = lines.length >= 10 && events > 100;
if (!enough) console.log('That is too little to judge by.');
console.log(`ical.js: ${lines.length} feeds, ${events} events, ${wrong.length} disagreements`);
process.exit(wrong.length === 0 && enough ? 0 : 1);

function judge(where, { text, expected }) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents('vtimezone')) ICAL.TimezoneService.register(zone);
  const found = new Map(calendar.getAllSubcomponents('vevent').map((event) => [event.getFirstPropertyValue('uid'), event]));
  if (found.size !== expected.length) wrong.push(`${where}: ${found.size} events, not ${expected.length}`);
  for (const entry of expected) {
    events += 1;
    const event = found.get(entry.uid);
    if (!event) {
      wrong.push(`${where}: ${entry.uid} is missing`);
      continue;
    }
    const same = (what, theirs, ours) => {
      if (theirs !== ours) wrong.push(`${where}: ${entry.uid}: ${what} is ${theirs}, not ${ours}`);
    };
    for (const [what, at] of [['dtstart', entry.starts_at], ['dtend', entry.ends_at]]) {
      const time = event.getFirstPropertyValue(what);
      // A zone that is not found becomes a floating time, which would be right by luck on a machine in England.
      if (time.zone === ICAL.Timezone.localTimezone) wrong.push(`${where}: ${entry.uid}: ${what} floats`);
      same(what, time.toUnixTime(), Date.parse(at) / 1000);
    }
    for (const what of ['status', 'summary', 'description', 'location', 'url', 'sequence']) {
      same(what, event.getFirstPropertyValue(what), entry[what]);
    }
    same('categories', event.getFirstProperty('categories').getValues().join('|'), entry.categories.join('|'));
  }
}
