//! The engine beside a plain loop over the documents: the same filters, facets, totals, distances and loosened counts.

use kernel::Dice;
use meaning::{Table, Vector};
use proptest::prelude::*;
use search::{
    AgeAsked, AgeBand, Document, FilterRef, Index, Kind, Near, Query, Site, Slot, Sort, Synonyms, Tag,
    fusion, metres_between,
};
use std::collections::BTreeSet;

const WORDS: [&str; 6] = ["latch", "baby", "money", "horse", "speech", "quiet"];
/// What an entry may be about without one of the words in its name.
const MEANS: [&str; 6] = [
    "breastfeeding a baby",
    "debt money bills",
    "pony riding horse",
    "speech and talking",
    "quiet",
    "newborn baby",
];
const TAGS: [(&str, &[&str]); 3] = [
    ("cost", &["free", "paid"]),
    ("topic", &["feeding", "money", "play"]),
    ("accessibility", &["step-free", "unknown"]),
];

/// One of the few days around which slots begin and end.
fn date(later: i32) -> kernel::Date {
    kernel::Date::constant(2026, 11, 22) + jiff::Span::new().days(later)
}

fn document() -> impl Strategy<Value = Document> {
    let site = (53.30f64..53.42, -2.85f64..-2.60).prop_map(|(lat, lon)| Site {
        lat,
        lon,
        approximate: false,
        label: String::new(),
        town: String::new(),
    });
    let edge = || prop_oneof![3 => Just(None), 2 => (0i32..5).prop_map(Some)];
    let slot =
        (0u8..128, 0u16..48, 1u16..30, edge(), edge()).prop_map(|(days, from, length, first, last)| Slot {
            days,
            from: from * 30,
            until: (from + length) * 30,
            lasting: (first.map(date), last.map(date)),
            next: None,
            label: String::new(),
        });
    let ages = prop::option::of((any::<bool>(), 0u16..200, prop::option::of(0u16..200))).prop_map(|ages| {
        ages.map(|(pregnancy, from_months, length)| AgeBand {
            pregnancy,
            from_months,
            until_months: length.map(|length| from_months + length),
        })
    });
    let areas = prop::option::of(prop::sample::subsequence(vec!["WA7".to_owned(), "WA8".to_owned()], 0..=2));
    (
        0usize..4,
        prop::sample::subsequence(WORDS.to_vec(), 0..4),
        prop::collection::vec((0usize..3, 0usize..3), 0..4),
        ages,
        areas,
        prop::collection::vec(site, 0..3),
        prop::collection::vec(slot, 0..3),
        any::<(bool, bool)>(),
        prop::option::weighted(0.7, prop::sample::select(MEANS.to_vec())),
    )
        .prop_map(|(kind, words, tags, ages, areas, sites, slots, (baby, loss), means)| {
            let mut document = Document::new(Kind::ALL[kind], "", &words.join(" "));
            document.tags =
                tags.iter().map(|(g, v)| Tag::new(TAGS[*g].0, TAGS[*g].1[v % TAGS[*g].1.len()])).collect();
            (document.ages, document.areas, document.sites, document.slots) = (ages, areas, sites, slots);
            document.baby = baby && !loss;
            document.loss = loss && document.title.is_empty();
            document.vector = means.and_then(|means| Table::builtin().vector(means));
            document
        })
}

/// Most are words of some name; a few are in none, so that only their meaning can find anything.
fn asked_words() -> impl Strategy<Value = Vec<&'static str>> {
    let unknown = prop::sample::subsequence(vec!["infant", "riding", "newborn"], 1..3);
    prop_oneof![4 => prop::sample::subsequence(WORDS.to_vec(), 0..3), 2 => unknown]
}

fn query() -> impl Strategy<Value = Query> {
    let near =
        (53.30f64..53.42, -2.85f64..-2.60, prop::option::of(0f64..12_000.0), prop::option::of(0usize..2))
            .prop_map(|(lat, lon, within_metres, area)| Near {
                lat,
                lon,
                within_metres,
                areas: area.map(|area| ["wa 7", "WA8"][area].to_owned()).into_iter().collect(),
                label: String::new(),
            });
    let age = prop_oneof![
        Just(AgeAsked::Pregnant),
        (0u16..220).prop_map(AgeAsked::Months),
        (0u16..200, 0u16..60)
            .prop_map(|(from_months, l)| AgeAsked::Band { from_months, until_months: from_months + l }),
    ];
    let tags = prop::collection::vec((0usize..3, prop::collection::vec(0usize..4, 0..3)), 0..3);
    let time = prop::option::of((0u16..1440, 1u16..900).prop_map(|(from, length)| (from, from + length)));
    (
        asked_words(),
        prop::option::of(near),
        prop::option::of(age),
        tags,
        prop_oneof![Just(0u8), 1u8..128],
        time,
        prop::sample::subsequence(Kind::ALL.to_vec(), 0..3),
        any::<(bool, bool)>(),
        (1usize..4, 1usize..8, prop::option::of(0i32..5)),
        prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(0u32..90, 1..40)],
    )
        .prop_map(
            |(words, near, age, tags, days, time, kinds, (loss, nearest), (page, per_page, today), only)| {
                Query {
                    words: words.join(" "),
                    near,
                    age,
                    tags: tags
                        .into_iter()
                        .map(|(g, values)| {
                            let known = TAGS[g].1;
                            let values = values
                                .iter()
                                .map(|v| known.get(*v).unwrap_or(&"nothing").to_string())
                                .collect();
                            (TAGS[g].0.to_owned(), values)
                        })
                        .collect(),
                    days,
                    time,
                    today: today.map(date),
                    kinds,
                    loss,
                    sort: if nearest { Sort::Nearest } else { Sort::Best },
                    page,
                    per_page,
                    only,
                    ..Query::default()
                }
            },
        )
}

/// Every filter as a plain question about one document.
struct Oracle<'a> {
    query: &'a Query,
    /// Entries that stand where they do in the list of documents, found by meaning and by no word.
    brought_in: Vec<*const Document>,
    /// The whole list, for what is asked by its number.
    documents: &'a [Document],
}

impl Oracle<'_> {
    fn shows(&self, document: &Document, dropped: Option<&FilterRef>) -> bool {
        if self.query.loss && document.loss {
            return true;
        }
        if self.query.loss && document.baby {
            return false;
        }
        let drops = |what: FilterRef| dropped == Some(&what);
        let query = self.query;
        let is_it =
            |number: &u32| self.documents.get(*number as usize).is_some_and(|it| std::ptr::eq(it, document));
        if !query.only.is_empty() && !query.only.iter().any(is_it) {
            return false;
        }
        (drops(FilterRef::Words)
            || words(document, query)
            || self.brought_in.contains(&std::ptr::from_ref(document)))
            && (drops(FilterRef::Distance) || distance(document, query))
            && (drops(FilterRef::Area) || area(document, query))
            && (drops(FilterRef::Age) || age(document, query))
            && (drops(FilterRef::Kinds) || query.kinds.is_empty() || query.kinds.contains(&document.kind))
            && open(
                document,
                if drops(FilterRef::Days) { 0 } else { query.days },
                if drops(FilterRef::Time) { None } else { query.time },
                query.today,
            )
            && TAGS
                .iter()
                .all(|(group, _)| drops(FilterRef::Tag(group.to_string())) || tagged(document, query, group))
    }

    fn count(
        &self,
        documents: &[Document],
        dropped: Option<&FilterRef>,
        also: impl Fn(&Document) -> bool,
    ) -> usize {
        let pinned = |document: &Document| self.query.loss && document.loss;
        documents
            .iter()
            .filter(|document| pinned(document) || self.shows(document, dropped) && also(document))
            .count()
    }
}

fn words(document: &Document, query: &Query) -> bool {
    query.words.is_empty()
        || query.words.split(' ').any(|word| document.title.split(' ').any(|known| known == word))
}

/// What comes in by its meaning, whatever the filters: where words leave a doubt, the few nearest of the others.
fn brought_in(
    documents: &[Document],
    vectors: &[Option<Vector>],
    query: &Query,
    lexical_share: f32,
) -> Vec<usize> {
    let asked: BTreeSet<&str> = query.words.split(' ').collect();
    let is_named =
        documents.iter().any(|document| document.title.split(' ').collect::<BTreeSet<_>>() == asked);
    if query.words.is_empty() || query.loss || is_named || lexical_share >= fusion::DOUBT_BELOW {
        return Vec::new();
    }
    let Some(asked) = Table::builtin().vector(&query.words) else { return Vec::new() };
    let closeness = |at: usize| vectors[at].as_ref().map(|vector| asked.closeness(vector));
    let mut near: Vec<(usize, f32)> = (0..documents.len())
        .filter(|at| !words(&documents[*at], query))
        .filter(|at| query.only.is_empty() || query.only.contains(&(*at as u32)))
        .filter_map(|at| closeness(at).filter(|near| *near >= fusion::NEAR_ENOUGH).map(|near| (at, near)))
        .collect();
    near.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    near.iter().take(fusion::BROUGHT_IN_MAX).map(|(at, _)| *at).collect()
}

fn haversine(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (lat_a, lat_b) = (a.0.to_radians(), b.0.to_radians());
    let (half_lat, half_lon) = ((lat_b - lat_a) / 2.0, (b.1 - a.1).to_radians() / 2.0);
    let h = half_lat.sin().powi(2) + lat_a.cos() * lat_b.cos() * half_lon.sin().powi(2);
    2.0 * 6_371_008.8 * h.sqrt().min(1.0).asin()
}

fn nearest(document: &Document, near: &Near) -> Option<f64> {
    let metres = document.sites.iter().map(|site| haversine((site.lat, site.lon), (near.lat, near.lon)));
    metres.min_by(f64::total_cmp)
}

fn distance(document: &Document, query: &Query) -> bool {
    let Some(near) = &query.near else { return true };
    let Some(within) = near.within_metres else { return true };
    nearest(document, near)
        .map_or(matches!(document.kind, Kind::Page | Kind::Flow), |metres| metres <= within)
}

fn area(document: &Document, query: &Query) -> bool {
    let asked = query.near.as_ref().map(|near| near.areas.as_slice()).unwrap_or_default();
    let asked: Vec<String> = asked.iter().map(|code| code.replace(' ', "").to_uppercase()).collect();
    asked.is_empty()
        || document.areas.as_ref().is_none_or(|areas| areas.iter().any(|area| asked.contains(area)))
}

fn age(document: &Document, query: &Query) -> bool {
    let (Some(asked), Some(band)) = (query.age, document.ages) else { return true_unless_nobody(query) };
    let includes =
        |months: u16| months >= band.from_months && band.until_months.is_none_or(|until| months < until);
    match asked {
        AgeAsked::Pregnant => band.pregnancy,
        AgeAsked::Months(months) => includes(months),
        AgeAsked::Band { from_months, until_months } => (from_months..until_months).any(includes),
    }
}

/// A band that holds no age finds nobody, whatever the entry.
fn true_unless_nobody(query: &Query) -> bool {
    !matches!(query.age, Some(AgeAsked::Band { from_months, until_months }) if from_months >= until_months)
}

/// Minute by minute round the week.
fn open(document: &Document, days: u8, time: Option<(u16, u16)>, today: Option<kernel::Date>) -> bool {
    if days == 0 && time.is_none() {
        return true;
    }
    if document.slots.is_empty() {
        return matches!(document.kind, Kind::Page | Kind::Flow);
    }
    let asked_days: Vec<u32> = (0..7).filter(|day| days == 0 || days >> day & 1 == 1).collect();
    let runs = |slot: &&Slot| {
        today.is_none_or(|today| {
            slot.lasting.0.is_none_or(|first| first <= today)
                && slot.lasting.1.is_none_or(|last| today <= last)
        })
    };
    document.slots.iter().filter(runs).any(|slot| {
        (0..7u32).filter(|day| slot.days >> day & 1 == 1).any(|day| match time {
            None => asked_days.contains(&day),
            Some((from, until)) => asked_days.iter().any(|asked| {
                (slot.from..slot.until).any(|minute| {
                    let minute = (day * 1440 + u32::from(minute)) % 10_080;
                    let start = asked * 1440 + u32::from(from);
                    (minute + 10_080 - start % 10_080) % 10_080 < u32::from(until - from)
                })
            }),
        })
    })
}

fn tagged(document: &Document, query: &Query, group: &str) -> bool {
    let asked: Vec<&String> =
        query.tags.iter().filter(|(g, _)| g == group).flat_map(|(_, values)| values).collect();
    asked.is_empty() || document.tags.iter().any(|tag| tag.group == group && asked.contains(&&tag.value))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_count_agrees_with_a_plain_loop(documents in prop::collection::vec(document(), 0..90), query in query()) {
        let vectors: Vec<Option<Vector>> = documents.iter().map(|document| document.vector.clone()).collect();
        let index = Index::build(documents, &Synonyms::none());
        let documents = index.documents();
        let results = index.search_whole_tail(&query);
        let near = brought_in(documents, &vectors, &query, results.sureness.lexical_share);
        let near = near.into_iter().map(|at| std::ptr::from_ref(&documents[at])).collect();
        let oracle = Oracle { query: &query, brought_in: near, documents };
        let borderline = query.near.as_ref().is_some_and(|near| near.within_metres.is_some_and(|within| {
            documents.iter().filter_map(|document| nearest(document, near)).any(|metres| (metres - within).abs() < 0.01)
        }));
        prop_assume!(!borderline);

        prop_assert_eq!(results.total, oracle.count(documents, None, |_| true));
        prop_assert_eq!(index.count(&query), index.search(&query).total);
        for facet in &results.facets {
            let asked = query.tags.iter().filter(|(g, _)| g == facet.group).any(|(_, values)| values.iter().any(|value| value == facet.value));
            let (dropped, count) = match facet.group {
                "kind" => {
                    prop_assert_eq!(facet.selected, query.kinds.iter().any(|kind| kind.as_str() == facet.value));
                    (FilterRef::Kinds, oracle.count(documents, Some(&FilterRef::Kinds), |d| d.kind.as_str() == facet.value))
                }
                group => {
                    prop_assert_eq!(facet.selected, asked);
                    let dropped = FilterRef::Tag(group.to_owned());
                    let has = |d: &Document| d.tags.iter().any(|tag| tag.group == group && tag.value == facet.value);
                    let count = oracle.count(documents, Some(&dropped), has);
                    (dropped, count)
                }
            };
            prop_assert_eq!(facet.count, count, "{:?} without {:?}", facet, dropped);
        }
        for loosened in &results.loosened {
            prop_assert_eq!(loosened.total, oracle.count(documents, Some(&loosened.what), |_| true), "{:?}", loosened);
        }

        // Walking the pages gives each result once, all of them shown, pinned first, in one order.
        let mut walked = Vec::new();
        for page in 1.. {
            let hits = index.search_whole_tail(&Query { page, ..query.clone() }).hits;
            if hits.is_empty() { break; }
            walked.extend(hits);
        }
        prop_assert_eq!(walked.len(), results.total);
        let mut numbers: Vec<u32> = walked.iter().map(|hit| hit.document).collect();
        numbers.sort_unstable();
        numbers.dedup();
        prop_assert_eq!(numbers.len(), walked.len());
        prop_assert!(walked.is_sorted_by_key(|hit| !hit.pinned));
        for hit in &walked {
            let document = &documents[hit.document as usize];
            prop_assert!(oracle.shows(document, None));
            let metres = query.near.as_ref().and_then(|near| nearest(document, near));
            prop_assert_eq!(hit.distance_metres.is_some(), metres.is_some());
            prop_assert!(hit.distance_metres.zip(metres).is_none_or(|(a, b)| (a - b).abs() < 0.01));
            if let Some(slot) = hit.slot {
                let mut only = document.clone();
                only.slots = vec![document.slots[slot].clone()];
                prop_assert!(open(&only, query.days, query.time, query.today));
            }
        }
        if query.sort == Sort::Nearest && query.near.is_some() {
            let far = |hit: &search::Hit| hit.distance_metres.unwrap_or(f64::INFINITY);
            prop_assert!(walked.iter().filter(|hit| !hit.pinned).is_sorted_by(|a, b| far(a) <= far(b)));
        }
    }

    #[test]
    fn distance_is_the_great_circle(a in (49f64..61.0, -9f64..2.0), b in (49f64..61.0, -9f64..2.0)) {
        prop_assert!((metres_between(a, b) - haversine(a, b)).abs() < 0.001);
    }
}

#[test]
fn many_services_agree_with_a_plain_loop_too() {
    let index = Index::build(search::synthetic::services(1_500, &Dice::loaded(3)), &Synonyms::none());
    let query = Query {
        near: Some(Near {
            lat: 53.36,
            lon: -2.73,
            within_metres: Some(5_000.0),
            areas: vec!["WA8".into()],
            label: String::new(),
        }),
        age: Some(AgeAsked::Months(18)),
        tags: vec![("cost".into(), vec!["free".into()])],
        days: 0b000_0011,
        time: Some((540, 720)),
        ..Query::default()
    };
    let oracle = Oracle { query: &query, brought_in: Vec::new(), documents: index.documents() };
    let all = index.documents().iter().filter(|document| oracle.shows(document, None)).count();
    assert_eq!(index.search(&query).total, all);
    assert!(all > 3, "{all}");
}
