//! The index for a room that answers questions: the same words, places, ages, days, reasons and cards as Find help has,
//! so that the two never tell a family different things.

use crate::{
    cards::{Asked, ResultCard},
    catalogue::{Catalogue, Directory},
    find_help::CardMaker,
    model::Term,
    query_of::{Address, Question, first_letters, question},
    why::reasons,
};
use askama::Template;
use kernel::{Date, Fault};
use safety::Screened;
use search::{
    AgeAsked, Context, Document, Hit, Kind, Match, Part, PartFilter, Query, Results, Sort, Sureness,
    Understood, understand,
};
use std::sync::Arc;
use web::Params;

/// The heading that a card has inside an answer.
const HEADING: u8 = 3;
/// Where no upper end is given: a young adult with special needs.
const MONTHS_MAX: u16 = 312;
/// So many are told at most as what words find.
const FOUND_MAX: usize = 24;

/// What is asked besides the words.
#[derive(Clone, Debug, Default)]
pub struct AskWith {
    /// The person has spoken of losing a baby, now or before.
    pub loss: bool,
    /// Only these kinds; empty is all of them.
    pub kinds: Vec<Kind>,
    /// Only what has this need, by its slug; empty is any.
    pub topic: String,
    /// Only these, by kind and slug; empty is all of them. Without words they keep their order, or the nearest goes first.
    pub only: Vec<(Kind, String)>,
    /// How many at most.
    pub most: usize,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct AskFound {
    /// Best first.
    pub hits: Vec<AskHit>,
    /// The nearest to what was asked, where little or nothing is left.
    pub near: Vec<AskHit>,
    /// How many there are in all.
    pub total: usize,
    /// Even the best is a poor match.
    pub weak: bool,
    /// How well the best one answers what was typed.
    pub sureness: Sureness,
    /// The words without what was understood of them.
    pub words_left: String,
    /// What was understood of the words: 'Near WA8', 'On Tuesday'.
    pub understood: Vec<String>,
    /// The same, with what each filters by.
    pub parts: Vec<Part>,
    /// Words read as other words: as typed, as read.
    pub corrected: Vec<(String, String)>,
    /// 'Near me' was said and no place given.
    pub asks_place: bool,
    /// Why a place that was named is not known, or empty.
    pub place_error: String,
    /// The needs that what was found is about: slug, name, how many. Most first.
    pub topics: Vec<(String, String, usize)>,
}

/// One thing that was found.
#[derive(Clone, Debug)]
pub struct AskHit {
    /// The entry, as it stood when it was found.
    pub entry: AskEntry,
    /// Which of its sections answers best.
    pub section: Option<usize>,
    /// For comparing within one answer only.
    pub score: f32,
    /// It is here by rule.
    pub pinned: bool,
    /// Why it is here.
    pub why: Vec<String>,
    /// The words that led to it.
    pub matched: Vec<Match>,
}

/// An entry with its card as the search page shows it.
#[derive(Clone)]
pub struct AskEntry {
    catalogue: Arc<Catalogue>,
    number: usize,
    /// Markup of its card, under a third heading.
    pub card: String,
    /// Checked lately, in use and not doubted.
    pub is_fresh: bool,
}

impl std::fmt::Debug for AskEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AskEntry").field("slug", &self.document().slug).finish_non_exhaustive()
    }
}

impl AskEntry {
    /// What the index knows of it.
    pub fn document(&self) -> &Document {
        &self.catalogue.index.documents()[self.number]
    }
}

impl Directory {
    /// Asks the index in a person's own words, with the place, the age and the day that they name understood.
    pub async fn ask_index(&self, words: &Screened, with: &AskWith) -> Result<AskFound, Fault> {
        let params = params_of(words, with);
        let address = Address::read(&params);
        let catalogue = self.catalogue();
        let mut asked = question(self.site(), &catalogue, &address).await?;
        asked.query.loss |= with.loss || words.verdict().loss;
        asked.query.per_page = with.most.max(with.only.len());
        if !with.only.is_empty() {
            ask_only(&mut asked.query, &catalogue, &with.only);
        }
        let mut results = catalogue.index.search(&asked.query);
        if !asked.query.only.is_empty() {
            keep_order(&mut results, &asked.query);
        }
        let (today, minute) = self.day_and_minute();
        let maker = CardMaker { catalogue: &catalogue, asked: &asked, today, minute };
        let hit = |hit: &Hit| ask_hit(&catalogue, &asked, &maker, hit);
        let found = AskFound {
            hits: results.hits.iter().map(hit).collect::<Result<_, Fault>>()?,
            near: results.near_misses.iter().take(with.most).map(hit).collect::<Result<_, Fault>>()?,
            total: results.total,
            weak: results.weak,
            sureness: results.sureness,
            words_left: asked.query.words.clone(),
            understood: understood(&asked),
            parts: asked.understood.parts.clone(),
            corrected: results.corrected.clone(),
            asks_place: asked.ask_place,
            place_error: asked.place_error.clone().unwrap_or_default(),
            topics: topics(&catalogue, &results),
        };
        Ok(found)
    }

    /// One entry by its kind and slug, as it stands now.
    pub fn find_ask_entry(&self, kind: Kind, slug: &str) -> Result<Option<AskEntry>, Fault> {
        let catalogue = self.catalogue();
        let Some(number) = catalogue.number(kind, slug) else { return Ok(None) };
        let (today, minute) = self.day_and_minute();
        let card = ResultCard::new(&catalogue.facts[number], Asked::default(), today, minute).under(HEADING);
        let (is_fresh, card) = (card.fresh, card.render()?);
        Ok(Some(AskEntry { catalogue, number, card, is_fresh }))
    }

    /// What words ask for besides their words, and what is left of them.
    pub fn understand(&self, words: &Screened) -> Understood {
        let now_local = self.site().clock().now().to_zoned(kernel::london()).datetime();
        let catalogue = self.catalogue();
        let context = Context { now_local, towns: &catalogue.towns, without: &[] };
        understand(first_letters(words.as_typed()), &context)
    }

    /// Kind and slug of what words alone find, whatever place, age and day: best first, those that may be kept and are
    /// not far behind the best. What can be gone to or rung; things to read only where there is nothing else.
    pub fn list_found(
        &self,
        words_left: &str,
        topic: &str,
        beside_best: f32,
        may_be_kept: impl Fn(&Document) -> bool,
    ) -> Vec<(Kind, String)> {
        let catalogue = self.catalogue();
        let tags = [topic].into_iter().filter(|topic| !topic.is_empty());
        let query = Query {
            tags: tags.map(|topic| ("topic".to_owned(), vec![topic.to_owned()])).collect(),
            per_page: FOUND_MAX,
            ..Query::of(words_left)
        };
        let results = catalogue.index.search(&query);
        let document = |hit: &Hit| &catalogue.index.documents()[hit.document as usize];
        let kept: Vec<&Hit> = results.hits.iter().filter(|hit| may_be_kept(document(hit))).collect();
        let best = kept.first().map_or(0.0, |hit| hit.score);
        let near = kept.into_iter().filter(|hit| hit.score >= best * beside_best).map(document);
        let (reading, help): (Vec<&Document>, Vec<&Document>) =
            near.partition(|document| document.kind.is_reading());
        let found = if help.is_empty() { reading } else { help };
        found.into_iter().map(|document| (document.kind, document.slug.clone())).collect()
    }

    /// The wide needs that most is held for a child of this age about, slug and name. What is for few ages says more of
    /// this one than what is for all; a need with a neutral title of its own is nobody's first guess. One stands first.
    pub fn list_needs_at(&self, age: AgeAsked, first: &str, most: usize) -> Vec<(String, String)> {
        let catalogue = self.catalogue();
        let wide = catalogue.terms.iter().filter(|term| term.parent.is_none() && !term.sensitive);
        let mut needs: Vec<(f32, &Term)> = wide.map(|term| (held_at(age, &catalogue, term), term)).collect();
        needs.retain(|(held, term)| *held > 0.0 || term.slug == first);
        needs.sort_by(|a, b| (b.1.slug == first).cmp(&(a.1.slug == first)).then(b.0.total_cmp(&a.0)));
        needs.iter().take(most).map(|(_, term)| (term.slug.clone(), term.name.clone())).collect()
    }

    /// The day and the minute of it, as the clock on the wall says them.
    fn day_and_minute(&self) -> (Date, u16) {
        let now = self.site().clock().now().to_zoned(kernel::london());
        let minute = u16::try_from(now.hour()).unwrap_or(0) * 60 + u16::try_from(now.minute()).unwrap_or(0);
        (now.date(), minute)
    }
}

/// What is gone meanwhile stays gone: of none that is left, nothing is found.
fn ask_only(query: &mut Query, catalogue: &Catalogue, only: &[(Kind, String)]) {
    let numbers = only.iter().filter_map(|(kind, slug)| catalogue.number(*kind, slug));
    query.only = numbers.filter_map(|number| u32::try_from(number).ok()).collect();
    if query.only.is_empty() {
        query.only.push(u32::MAX);
    }
    if query.words.is_empty() && query.near.is_some() {
        query.sort = Sort::Nearest;
    }
}

/// Those that were asked for one by one stand as they were asked, where nothing else orders them.
fn keep_order(results: &mut Results, query: &Query) {
    if query.words.is_empty() && query.near.is_none() {
        let place = |hit: &Hit| query.only.iter().position(|number| *number == hit.document);
        results.hits.sort_by_key(place);
    }
}

/// How much is held about a need for a child of an age.
fn held_at(age: AgeAsked, catalogue: &Catalogue, term: &Term) -> f32 {
    let (from, until) = match age {
        AgeAsked::Pregnant => return 0.0,
        AgeAsked::Months(months) => (months, months + 1),
        AgeAsked::Band { from_months, until_months } => (from_months, until_months),
    };
    let is_about = |document: &&Document| {
        let is_term = |tag: &search::Tag| tag.group == "topic" && tag.value == term.slug;
        document.kind == Kind::Service && document.tags.iter().any(is_term)
    };
    let for_age = |document: &Document| {
        let ages = document.ages.filter(|ages| !ages.pregnancy)?;
        let last = ages.until_months.unwrap_or(MONTHS_MAX);
        (ages.from_months < until && from < last).then(|| 12.0 / f32::from(last - ages.from_months).max(12.0))
    };
    catalogue.index.documents().iter().filter(is_about).filter_map(for_age).sum()
}

/// The same question as an address of the search page.
fn params_of(words: &Screened, with: &AskWith) -> Params {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("q", words.as_typed());
    if !with.topic.is_empty() {
        query.append_pair("topic", &with.topic);
    }
    for kind in &with.kinds {
        query.append_pair("kind", kind.as_str());
    }
    Params::read(query.finish().as_bytes())
}

fn ask_hit(
    catalogue: &Arc<Catalogue>,
    asked: &Question,
    maker: &CardMaker,
    hit: &Hit,
) -> Result<AskHit, Fault> {
    let number = usize::try_from(hit.document).unwrap_or_default();
    let card = maker.card(hit).under(HEADING);
    Ok(AskHit {
        section: hit.section,
        score: hit.score,
        pinned: hit.pinned,
        why: reasons(hit, &catalogue.index.documents()[number], asked, catalogue),
        matched: hit.matched.clone(),
        entry: AskEntry { catalogue: catalogue.clone(), number, is_fresh: card.fresh, card: card.render()? },
    })
}

fn understood(asked: &Question) -> Vec<String> {
    let is_told = |part: &&search::Part| part.filter != PartFilter::AskPlace;
    asked.understood.parts.iter().filter(is_told).map(|part| part.label.clone()).collect()
}

fn topics(catalogue: &Catalogue, results: &Results) -> Vec<(String, String, usize)> {
    let of = |facet: &search::FacetCount| {
        let term = catalogue.term(facet.value)?;
        Some((term.slug.clone(), term.name.clone(), facet.count))
    };
    let is_topic = |facet: &&search::FacetCount| facet.group == "topic" && facet.count > 0;
    let mut topics: Vec<_> = results.facets.iter().filter(is_topic).filter_map(of).collect();
    topics.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.0.cmp(&b.0)));
    topics
}
