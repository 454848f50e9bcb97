"""Judges what crates/calendar says about dates, with libraries that others wrote.

compare.py rules FILE   the lines of the example 'oracle', against python-dateutil and the zone database
compare.py feeds FILE   the lines of the example 'feed', against icalendar and recurring-ical-events

Prints every disagreement, and fails if there is one. Less than 100 rules or 10 feeds is a failure too: a judge who was
shown nothing has judged nothing.
"""

import json
import sys
from datetime import date, datetime, timedelta, timezone

try:
    import icalendar
    import recurring_ical_events
    from dateutil.rrule import rrulestr
    from zoneinfo import ZoneInfo
except ImportError as missing:
    sys.exit(f"{missing}. Run calendar-tests/run, which installs calendar-tests/requirements.txt first.")

SHOWN = 20


def rules(lines):
    wrong, dates, ended, changed = [], 0, 0, 0
    for number, line in enumerate(lines, 1):
        start = datetime.fromisoformat(line["start"])
        first, last = date.fromisoformat(line["from"]), date.fromisoformat(line["to"])
        zone = ZoneInfo(line["zone"])
        expected = []
        for wall in by_dateutil(line["rule"], start, last):
            if first <= wall.date() <= last:
                expected.append(wall)
        expected_at = [instant(wall, zone) for wall in expected]
        ends_at = [at + timedelta(minutes=line["minutes"]) for at in expected_at]
        ours = [datetime.fromisoformat(text) for text in line["starts"]]
        ours_at = [read_instant(text) for text in line["starts_at"]]
        ours_end = [read_instant(text) for text in line["ends_at"]]
        if (ours, ours_at, ours_end) != (expected, expected_at, ends_at):
            differs = next((pair for pair in zip(ours + [None], expected + [None]) if pair[0] != pair[1]), "instants")
            wrong.append(f"rule {number}: {line['rule']} from {start}: {len(ours)} dates, they have {len(expected)}; {differs}")
        dates += len(ours)
        ended += bool(line["rule"]) and ("COUNT" in line["rule"] or "UNTIL" in line["rule"])
        changed += sum(wall.replace(tzinfo=zone).utcoffset() != at.astimezone(zone).utcoffset()
                       or wall.replace(tzinfo=zone, fold=1).utcoffset() != wall.replace(tzinfo=zone).utcoffset()
                       for wall, at in zip(ours, ours_at))
    said = f"{len(lines)} rules, {ended} with an end, {dates} dates, {changed} of them in the hour of a clock change"
    return verdict("python-dateutil", said, wrong, len(lines) >= 100 and changed > 0)


def by_dateutil(rule, start, last):
    """The dates of a rule by the clock on the wall. Zones come later: dateutil's own gives 00:30 UTC for a start in the
    gap of spring, where RFC 5545 asks for 01:30."""
    if rule is None:
        return [start]
    parts = dict(part.split("=") for part in rule.split(";"))
    if "UNTIL" in parts:
        # Ours is a day, itself included; theirs is a moment.
        parts["UNTIL"] += "T235959"
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    found = []
    for wall in rrulestr(text, dtstart=start):
        if wall.date() > last:
            break
        found.append(wall)
    return found


def instant(wall, zone):
    """RFC 5545, 3.3.5: a time that comes twice is the first one; a time that is left out has the offset from before.
    Both are what fold=0 means."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(timezone.utc)


def read_instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def feeds(lines):
    wrong, events, cancelled = [], 0, 0
    for number, line in enumerate(lines, 1):
        for name in ("before", "after"):
            if name not in line:
                continue
            published = line[name]
            problems = list(octets(published["text"]))
            calendar = icalendar.Calendar.from_ical(published["text"])
            problems += by_icalendar(calendar, published["expected"])
            problems += by_recurring(calendar, published["expected"])
            wrong += [f"feed {number}, {name}: {problem}" for problem in problems]
            events += len(published["expected"])
        if "after" in line:
            cancelled += 1
            wrong += [f"feed {number}: {problem}" for problem in cancellation(line)]
    said = f"{len(lines)} feeds, {events} events, {cancelled} cancellations"
    return verdict("icalendar and recurring-ical-events", said, wrong, len(lines) >= 10 and cancelled > 0)


def octets(text):
    data = text.encode()
    if not data.endswith(b"\r\n"):
        yield "does not end its last line"
    if data.count(b"\n") != data.count(b"\r\n") or data.count(b"\r") != data.count(b"\r\n"):
        yield "has a line that does not end in CRLF"
    for line in data.split(b"\r\n"):
        if len(line) > 75:
            yield f"has a line of {len(line)} octets"
        try:
            line.decode()
        except UnicodeDecodeError:
            yield "cuts a letter in two"
    if b"\nMETHOD" in data:
        yield "names a METHOD"


def by_icalendar(calendar, expected):
    zones = calendar.walk("VTIMEZONE")
    if len(zones) != 1 or zones[0]["TZID"] != "Europe/London":
        yield "does not describe Europe/London once"
    events = {str(event["UID"]): event for event in calendar.walk("VEVENT")}
    if sorted(events) != sorted(entry["uid"] for entry in expected):
        yield "holds other dates than expected"
        return
    # The zone as the file describes it, and not only as the machine knows it.
    described = zones[0].to_tz(lookup_tzid=False)
    for entry in expected:
        event = events[entry["uid"]]
        for name, at in (("DTSTART", entry["starts_at"]), ("DTEND", entry["ends_at"])):
            given = event[name].dt
            if given.astimezone(timezone.utc) != read_instant(at):
                yield f"{entry['uid']}: {name} is {given}, not {at}"
            if event[name].params.get("TZID"):
                by_file = given.replace(tzinfo=described).astimezone(timezone.utc)
                if by_file != read_instant(at):
                    yield f"{entry['uid']}: {name} is {by_file} by the file's own zone, not {at}"
        if "LAST-MODIFIED" not in event or "DTSTAMP" not in event:
            yield f"{entry['uid']}: does not say when it was changed"
        for name in ("status", "summary", "description", "location", "url"):
            if str(event[name.upper()]) != entry[name]:
                yield f"{entry['uid']}: {name} is {event[name.upper()]!r}, not {entry[name]!r}"
        if int(event["SEQUENCE"]) != entry["sequence"]:
            yield f"{entry['uid']}: SEQUENCE is {event['SEQUENCE']}"
        if [str(name) for name in event["CATEGORIES"].cats] != entry["categories"]:
            yield f"{entry['uid']}: categories are {event['CATEGORIES'].cats}"


def by_recurring(calendar, expected):
    found = recurring_ical_events.of(calendar).between((2019, 1, 1), (2038, 1, 1))
    ours = sorted((entry["uid"], read_instant(entry["starts_at"])) for entry in expected)
    theirs = sorted((str(event["UID"]), event["DTSTART"].dt.astimezone(timezone.utc)) for event in found)
    if ours != theirs:
        yield f"recurring-ical-events sees {len(theirs)} dates where {len(ours)} are, or others"


def cancellation(line):
    """The date that was cancelled keeps its UID, is said to be cancelled, and is one change further. The rest stays."""
    before, after = ({str(event["UID"]): event for event in icalendar.Calendar.from_ical(line[name]["text"]).walk("VEVENT")}
                     for name in ("before", "after"))
    if before.keys() != after.keys():
        yield "a date came or went by a cancellation"
        return
    for uid in before:
        was, now = before[uid], after[uid]
        if uid == line["cancelled"]:
            if str(now["STATUS"]) != "CANCELLED" or int(now["SEQUENCE"]) != int(was["SEQUENCE"]) + 1:
                yield f"{uid} was cancelled and has {now['STATUS']}, SEQUENCE {now['SEQUENCE']}"
        elif was.to_ical() != now.to_ical():
            yield f"{uid} was changed by the cancellation of another date"


def verdict(judge, said, wrong, is_enough):
    for problem in wrong[:SHOWN]:
        print(problem)
    if len(wrong) > SHOWN:
        print(f"... and {len(wrong) - SHOWN} more")
    if not is_enough:
        print("That is too little to judge by.")
    print(f"{judge}: {said}, {len(wrong)} disagreements")
    return not wrong and is_enough


if __name__ == "__main__":
    kinds = {"rules": rules, "feeds": feeds}
    if len(sys.argv) != 3 or sys.argv[1] not in kinds:
        sys.exit(__doc__)
    with open(sys.argv[2], encoding="utf-8") as file:
        given = [json.loads(line) for line in file]
    sys.exit(0 if kinds[sys.argv[1]](given) else 1)
