//! Our search beside SQLite's FTS5 doing the same work in the same run: words ranked by BM25, three filters and a
//! place, an exact total, twenty hits by rank and distance, and the counts of every facet.
//!
//! `cargo run --release -p search --example search_bench -- 3000 50000 200000`

use kernel::Dice;
use rusqlite::{Connection, params_from_iter, types::Value};
use search::{AgeAsked, Document, Index, Near, Query, Synonyms, synthetic};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const QUERIES: usize = 1_000;
/// SQLite is slower by far at the large sizes: fewer are enough for a p99 there.
const QUERIES_OF_SQLITE: usize = 100;
const LAT: f64 = 53.3613;
const LON: f64 = -2.7337;

fn main() -> rusqlite::Result<()> {
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|size| size.parse().ok()).collect();
    for size in if sizes.is_empty() { vec![3_000] } else { sizes } {
        measure(size)?;
    }
    Ok(())
}

fn measure(size: usize) -> rusqlite::Result<()> {
    let mut documents = synthetic::services(size, &Dice::loaded(42));
    let database = fill(&documents)?;
    for document in &mut documents {
        let means = format!("{} {}", document.title, document.terms.join(" "));
        document.vector = meaning::Table::builtin().vector(&means);
    }
    let before = resident_mib();
    let started = Instant::now();
    let index = Index::build(documents, &Synonyms::house());
    let built = started.elapsed();
    println!(
        "\n{size} services: built in {built:.0?}, {:.0} MiB beside the documents",
        resident_mib() - before
    );

    let plain = Index::build(index.documents().to_vec(), &Synonyms::none());
    let (mut agreed, checks) = (0, 60);
    for number in 0..checks {
        let query = query(number, true);
        let ours = plain.search_whole_tail(&query);
        let theirs = ask_sqlite(&database, &query)?;
        let counts: BTreeMap<(String, String), usize> = ours
            .facets
            .iter()
            .filter(|facet| facet.count > 0 && facet.group != "kind")
            .map(|facet| ((facet.group.to_owned(), facet.value.to_owned()), facet.count))
            .collect();
        agreed += usize::from(ours.total == theirs.total && counts == theirs.facets);
    }
    println!(
        "  totals and every facet count agree with SQLite on {agreed} of {checks} queries of exact words"
    );
    drop(plain);

    let queries: Vec<Query> = (0..QUERIES).map(|number| query(number, false)).collect();
    queries.iter().take(50).for_each(|query| drop(index.search(query)));
    let found: usize = queries.iter().map(|query| index.search(query).total).sum();
    report("ours", each(&queries, |query| drop(index.search(query))));
    println!("  {} results a query on average", found / QUERIES);
    report("without meaning", each(&by_words(&queries), |query| drop(index.search(query))));
    let no_filters: Vec<Query> = queries.iter().map(|query| Query::of(&query.words)).collect();
    report("ours, no filters", each(&no_filters, |query| drop(index.search(query))));
    report("without meaning", each(&by_words(&no_filters), |query| drop(index.search(query))));
    let asked_meaning = no_filters.iter().filter(|query| {
        let hits = index.search(query).hits;
        hits.iter().any(|hit| hit.closeness.is_some())
    });
    println!("  meaning was asked in {} of {QUERIES} queries", asked_meaning.count());
    let filters_alone: Vec<Query> =
        queries.iter().map(|query| Query { words: String::new(), ..query.clone() }).collect();
    report("ours, filters alone", each(&filters_alone, |query| drop(index.search(query))));
    let theirs = each(&queries[..QUERIES_OF_SQLITE], |query| drop(ask_sqlite(&database, query)));
    report("SQLite FTS5", theirs);
    measure_a_long_letter(&index);
    Ok(())
}

/// The same queries, ranked by their words and by nothing else.
fn by_words(queries: &[Query]) -> Vec<Query> {
    queries.iter().map(|query| Query { lexical_alone: true, ..query.clone() }).collect()
}

/// How long each query takes: the better of two runs, for the machine is shared, and a query that was put aside for
/// somebody else's work says nothing about either engine.
fn each(queries: &[Query], mut ask: impl FnMut(&Query)) -> Vec<Duration> {
    let mut once = |query: &Query| {
        let started = Instant::now();
        ask(query);
        started.elapsed()
    };
    queries.iter().map(|query| once(query).min(once(query))).collect()
}

/// Four thousand letters, to be read for filters and then searched.
fn measure_a_long_letter(index: &Index) {
    let letter: String =
        "my 18 month old wont latch and im skint till friday near wa8 free online on tuesday morning qwzx "
            .chars()
            .cycle()
            .take(4_000)
            .collect();
    let now_local = jiff::civil::date(2026, 11, 24).at(2, 0, 0, 0);
    let context = search::Context { now_local, towns: &[], without: &[] };
    let (mut read, mut searched) = (Vec::new(), Vec::new());
    for _ in 0..100 {
        let started = Instant::now();
        let understood = search::understand(&letter, &context);
        read.push(started.elapsed());
        let started = Instant::now();
        index.search(&Query::of(&understood.words));
        searched.push(started.elapsed());
    }
    report("4,000 letters read", read);
    report("and searched", searched);
}

fn report(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!("  {name:<20} p50 {:>9.3?}  p99 {:>9.3?}  worst {:>9.3?}", at(0.5), at(0.99), at(1.0));
}

/// Three words as families mix them (a common one, a middling one, a rarer one; every fourth misspelt), three
/// filters and a place. Exact words are the made-up ones, which neither engine stems.
fn query(number: usize, exact: bool) -> Query {
    let dice = Dice::loaded(number as u64 + 7);
    let [a, b, c, d] = dice
        .bytes::<16>()
        .chunks(4)
        .map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]]) as usize)
        .collect::<Vec<_>>()[..]
    else {
        unreachable!("sixteen bytes are four numbers")
    };
    let mut words = if exact {
        vec![synthetic::word(60 + a % 200), synthetic::word(60 + b % 2_000)]
    } else {
        vec![synthetic::word(a % 40), synthetic::word(40 + b % 400), synthetic::word(60 + c % 5_000)]
    };
    if !exact && number.is_multiple_of(4) {
        let slip = words[2].remove(1);
        words[2].push(slip);
    }
    Query {
        words: words.join(" "),
        near: Some(Near {
            lat: LAT,
            lon: LON,
            within_metres: Some(8_000.0),
            areas: vec!["WA8".into(), "E06000006".into()],
            label: String::new(),
        }),
        age: Some(AgeAsked::Months((d % 60) as u16)),
        tags: vec![
            ("cost".to_owned(), vec!["free".to_owned()]),
            ("way_in".to_owned(), vec!["self-referral".to_owned(), "drop-in".to_owned()]),
        ],
        ..Query::default()
    }
}

fn fill(documents: &[Document]) -> rusqlite::Result<Connection> {
    let mut database = Connection::open_in_memory()?;
    database.execute_batch(
        "create virtual table words using fts5(name, alias, term, summary, text, organization);
         create table entry (id integer primary key, from_months, until_months, anyone integer);
         create table area (code text, id integer);
         create table site (id integer, x real, y real, z real);
         create table tag (grp text, value text, id integer);",
    )?;
    let tx = database.transaction()?;
    for (id, document) in documents.iter().enumerate() {
        let id = id as i64;
        tx.prepare_cached(
            "insert into words(rowid, name, alias, term, summary, text, organization) values (?,?,?,?,?,?,?)",
        )?
        .execute((
            id,
            &document.title,
            document.aliases.join(" "),
            document.terms.join(" "),
            &document.summary,
            &document.text,
            &document.organization,
        ))?;
        let (from, until) =
            document.ages.map_or((0, u16::MAX), |b| (b.from_months, b.until_months.unwrap_or(u16::MAX)));
        tx.prepare_cached("insert into entry values (?,?,?,?)")?.execute((
            id,
            from,
            until,
            document.areas.is_none(),
        ))?;
        for code in document.areas.iter().flatten() {
            tx.prepare_cached("insert into area values (?,?)")?.execute((code, id))?;
        }
        for site in &document.sites {
            let [x, y, z] = point(site.lat, site.lon);
            tx.prepare_cached("insert into site values (?,?,?,?)")?.execute((id, x, y, z))?;
        }
        for tag in &document.tags {
            tx.prepare_cached("insert into tag values (?,?,?)")?.execute((tag.group, &tag.value, id))?;
        }
    }
    tx.execute_batch(
        "create index area_id on area(id, code); create index site_id on site(id, x, y, z);
         create index tag_value on tag(grp, value, id); create index tag_id on tag(id, grp, value);
         create temp table found (id integer primary key, score real, chord real, in_cost integer, in_way integer);
         analyze;",
    )?;
    tx.commit()?;
    Ok(database)
}

struct Theirs {
    total: usize,
    facets: BTreeMap<(String, String), usize>,
}

/// One pass finds what passes all filters but the two groups of tags, with a mark for each group; the rest is counted
/// from that.
fn ask_sqlite(database: &Connection, query: &Query) -> rusqlite::Result<Theirs> {
    let Some(near) = &query.near else { unreachable!("the bench always gives a place") };
    let Some(AgeAsked::Months(months)) = query.age else { unreachable!("the bench always gives an age") };
    let terms: Vec<String> = query.words.split(' ').map(|word| format!("\"{word}\"")).collect();
    let half = (near.within_metres.unwrap_or_default() / (2.0 * 6_371_008.8)).sin();
    let [x, y, z] = point(near.lat, near.lon);
    let values: Vec<Value> = vec![
        terms.join(" OR ").into(),
        x.into(),
        y.into(),
        z.into(),
        (4.0 * half * half * (1.0 + 1e-9)).into(),
        i64::from(months).into(),
    ];
    database.prepare_cached("delete from temp.found")?.execute([])?;
    database
        .prepare_cached(
            "insert into temp.found
             select e.id, w.score,
                    (select min((x-?2)*(x-?2)+(y-?3)*(y-?3)+(z-?4)*(z-?4)) from site where site.id = e.id) as chord,
                    exists (select 1 from tag where id = e.id and grp = 'cost' and value = 'free'),
                    exists (select 1 from tag where id = e.id and grp = 'way_in' and value in ('self-referral', 'drop-in'))
             from (select rowid as id, bm25(words, 3.0, 2.5, 1.8, 1.3, 1.0, 0.8) as score from words where words match ?1) w
             join entry e on e.id = w.id
             where e.from_months <= ?6 and e.until_months > ?6
               and (e.anyone or exists (select 1 from area where area.id = e.id and code in ('WA8', 'E06000006')))
               and chord <= ?5",
        )?
        .execute(params_from_iter(values))?;
    let total: i64 = database
        .prepare_cached("select count(*) from temp.found where in_cost and in_way")?
        .query_row([], |row| row.get(0))?;
    let mut page = database.prepare_cached(
        "select id, score, chord from temp.found where in_cost and in_way order by score, chord limit 20",
    )?;
    let hits = page.query_map([], |row| row.get::<_, i64>(0))?.count();
    assert!(hits <= 20);
    let mut facets = BTreeMap::new();
    let mut counts = database.prepare_cached(
        "select t.grp, t.value, count(*) from temp.found f join tag t on t.id = f.id
         where (f.in_cost or t.grp = 'cost') and (f.in_way or t.grp = 'way_in') group by 1, 2",
    )?;
    let mut rows = counts.query([])?;
    while let Some(row) = rows.next()? {
        facets.insert((row.get(0)?, row.get(1)?), row.get::<_, i64>(2)? as usize);
    }
    Ok(Theirs { total: total as usize, facets })
}

fn point(lat: f64, lon: f64) -> [f64; 3] {
    let (lat, lon) = (lat.to_radians(), lon.to_radians());
    [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
}

fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1024.0
}
