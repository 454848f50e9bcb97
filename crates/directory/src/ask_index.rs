//! The index for a room that answers questions: the same words, places, ages, days, reasons and cards as Find help has,
//! so that the two never tell a family different things.

use crate::{
    cards::{Asked, ResultCard},
    catalogue::{Catalogue, Directory},
    find_help::CardMaker,
    query_of::{Address, Question, question},
    why::reasons,
};
use askama::Template;
use kernel::{Date, Fault};
use safety::Screened;
use search::{Document, Hit, Kind, Match, PartFilter, Results, Sureness};
use std::sync::Arc;
use web::Params;

/// The heading that a card has inside an answer.
const HEADING: u8 = 3;

/// What is asked besides the words.
#[derive(Clone, Debug, Default)]
pub struct AskWith {
    /// The person has spoken of losing a baby, now or before.
    pub loss: bool,
    /// Only these kinds; empty is all of them.
    pub kinds: Vec<Kind>,
    /// Only what has this need, by its slug; empty is any.
    pub topic: String,
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
        asked.query.per_page = with.most;
        let results = catalogue.index.search(&asked.query);
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

    /// The name of a need, by its slug.
    pub fn find_need_name(&self, slug: &str) -> Option<String> {
        self.catalogue().term(slug).map(|term| term.name.clone())
    }

    /// The day and the minute of it, as the clock on the wall says them.
    fn day_and_minute(&self) -> (Date, u16) {
        let now = self.site().clock().now().to_zoned(kernel::london());
        let minute = u16::try_from(now.hour()).unwrap_or(0) * 60 + u16::try_from(now.minute()).unwrap_or(0);
        (now.date(), minute)
    }
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
