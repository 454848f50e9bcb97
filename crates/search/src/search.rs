//! One search: read the words, score the entries that hold them, set the filters against that, tell why.

use crate::document::Field;
use crate::filters::{self, Bits};
use crate::fusion;
use crate::index::{Index, SectionTerms};
use crate::loss;
use crate::phrases::Spoken;
use crate::query::{FilterRef, Hit, How, Loosened, Match, Query, Results, Sort, Sureness};
use crate::reading::{Reading, Said};
use crate::when::When;
use meaning::{Table, Vector};
use std::borrow::Cow;

/// Room for scores, one place an entry, used again by the next search.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    places: Vec<Place>,
    touched: Vec<u32>,
    sayings: Vec<Spoken>,
    sayings_touched: Vec<u32>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Place {
    score: f32,
    covered: f32,
    saying: f32,
    /// The score with what was heard besides: it orders, and never decides what is shown.
    lifted: f32,
    last_said: u32,
}

/// An entry that scores less than this share of the best is a mention, not a place that can help. Several words
/// said together let us be stricter than one.
const TAIL_OF_SEVERAL: f32 = 0.3;
const TAIL_OF_ONE: f32 = 0.12;
/// Under this share of what a perfect match would score, we are not sure.
const WEAK_BELOW: f32 = 0.2;
/// With this few results left we also say which filter to drop.
const FEW: usize = 2;
/// What is left of a score when next to nothing of what was said is in the entry.
const COVERED_NOTHING: f32 = 0.5;
/// How much the best saying counts beside all the words.
const SAYING_WEIGHT: f32 = 1.2;
const NEAR_MISSES: usize = 3;
/// Two sums of the same weights differ by their last digits.
const SAID_WHOLLY: f32 = 0.999;
/// What is at the door gets this much more than what is far away, and half of it is gone after this many metres.
const NEARNESS_BONUS: f64 = 0.3;
const NEARNESS_METRES: f64 = 3_000.0;

impl Index {
    /// Answers a query.
    pub fn search<'i>(&'i self, query: &Query) -> Results<'i> {
        self.search_with_tail(query, TAIL_OF_SEVERAL, TAIL_OF_ONE)
    }

    /// The same, but whatever holds any of the words counts, however poor a match: for checking this engine against
    /// another, and for a member of staff who must see all.
    pub fn search_whole_tail<'i>(&'i self, query: &Query) -> Results<'i> {
        self.search_with_tail(query, 0.0, 0.0)
    }

    /// Only how many: for the choices of age and time in the panel, which are no tags. Ask it with one filter changed.
    pub fn count(&self, query: &Query) -> usize {
        let (query, reading) = self.settle(query);
        let query = &*query;
        let mut scratch = self.take_scratch();
        let loss = query.loss || reading.speaks_of_loss || loss::speaks_of_loss(&query.words);
        let tail = if reading.said.len() > 1 { TAIL_OF_SEVERAL } else { TAIL_OF_ONE };
        let run = Run::start(self, query, &reading, &mut scratch, loss, tail);
        let count = run.without(None).count() + run.pinned.count();
        self.give_back(scratch);
        count
    }

    fn search_with_tail<'i>(&'i self, query: &Query, tail_of_several: f32, tail_of_one: f32) -> Results<'i> {
        let (query, reading) = self.settle(query);
        let query = &*query;
        let mut scratch = self.take_scratch();
        let speaks_of_loss = query.loss || reading.speaks_of_loss || loss::speaks_of_loss(&query.words);
        let tail = if reading.said.len() > 1 { tail_of_several } else { tail_of_one };
        let run = Run::start(self, query, &reading, &mut scratch, speaks_of_loss, tail);
        let results = run.finish();
        self.give_back(scratch);
        results
    }

    /// 'Is there anything free for my 3 year old' says nothing to search for but small talk: then what was heard
    /// besides is all there is, and it filters.
    fn settle<'a>(&self, query: &'a Query) -> (Cow<'a, Query>, Reading) {
        let mut reading = self.read(&query.words);
        let leanings = &query.leanings;
        let when = leanings.days != 0 || leanings.time.is_some();
        let heard = leanings.age.is_some() || !leanings.tags.is_empty() || when;
        if reading.only_chat && reading.small_talk && heard {
            reading = Reading::default();
        }
        if reading.any_words || !heard {
            return (Cow::Borrowed(query), reading);
        }
        let mut settled = query.clone();
        settled.age = settled.age.or(settled.leanings.age);
        if settled.days == 0 && settled.time.is_none() {
            (settled.days, settled.time) = (settled.leanings.days, settled.leanings.time);
        }
        let ticked: Vec<String> = settled.tags.iter().map(|(group, _)| group.clone()).collect();
        let heard = std::mem::take(&mut settled.leanings.tags);
        settled.tags.extend(heard.into_iter().filter(|(group, _)| !ticked.contains(group)));
        (Cow::Owned(settled), reading)
    }

    fn take_scratch(&self) -> Scratch {
        let kept = self.scratch.lock().ok().and_then(|mut pool| pool.pop());
        kept.unwrap_or_else(|| Scratch {
            places: vec![Place::default(); self.documents.len()],
            touched: Vec::new(),
            sayings: vec![Spoken::default(); self.phrases.len()],
            sayings_touched: Vec::new(),
        })
    }

    fn give_back(&self, mut scratch: Scratch) {
        for at in scratch.touched.drain(..) {
            scratch.places[at as usize] = Place::default();
        }
        for at in scratch.sayings_touched.drain(..) {
            scratch.sayings[at as usize] = Spoken::default();
        }
        if let Ok(mut pool) = self.scratch.lock()
            && pool.len() < 8
        {
            pool.push(scratch);
        }
    }

    /// Adds up what each said thing gives to each entry by its words.
    fn score(&self, reading: &Reading, scratch: &mut Scratch, is_hidden: impl Fn(u32) -> bool) -> ByWords {
        for (number, said) in reading.said.iter().enumerate() {
            for reach in &said.reaches {
                let postings = &self.postings[reach.stem as usize];
                let weight = postings.rarity * reach.weight / 65_535.0;
                for (&document, &share) in postings.documents.iter().zip(&postings.weights) {
                    let place = &mut scratch.places[document as usize];
                    if place.last_said == 0 {
                        scratch.touched.push(document);
                    }
                    place.score += weight * f32::from(share);
                    if place.last_said != number as u32 + 1 {
                        place.last_said = number as u32 + 1;
                        place.covered += said.rarity;
                    }
                }
            }
        }
        let named = self.add_sayings(reading, scratch);
        let asked: f32 = reading.said.iter().map(|said| said.rarity).sum();
        let share_of_asked = 1.0 / asked.max(f32::MIN_POSITIVE);
        let mut best = 0f32;
        for &document in &scratch.touched {
            let place = &mut scratch.places[document as usize];
            let covered = place.covered * share_of_asked;
            place.score *= COVERED_NOTHING + (1.0 - COVERED_NOTHING) * covered;
            place.score += SAYING_WEIGHT * place.saying;
            place.score *= self.weights[document as usize];
            if place.score > best && !is_hidden(document) {
                best = place.score;
            }
        }
        let is_named = named.into_iter().any(|document| {
            !is_hidden(document) && scratch.places[document as usize].covered >= SAID_WHOLLY * asked
        });
        ByWords { best, asked, perfect: asked * (1.0 + SAYING_WEIGHT), is_named }
    }

    /// Lifts what fits what was heard besides, and lowers what is for others.
    fn lift(&self, query: &Query, scratch: &mut Scratch, best: f32) {
        let fits = self.columns.leanings(query);
        for &document in &scratch.touched {
            let place = &mut scratch.places[document as usize];
            // What only mentions the words is lifted less: being free makes no midwife a swimming pool.
            let is_asked_for = (place.score / best.max(f32::MIN_POSITIVE)).min(1.0);
            let factor = fits.factor(document as usize);
            place.lifted =
                place.score * if factor > 1.0 { 1.0 + (factor - 1.0) * is_asked_for } else { factor };
        }
    }

    /// Where words leave a doubt, meaning has a say: it lifts among what words found and brings in the few nearest of
    /// the others. Gives the vector of what was asked and what it brought in; `matching` gains those.
    fn fuse(
        &self,
        reading: &Reading,
        scratch: &mut Scratch,
        by_words: &mut ByWords,
        matching: &mut Bits,
        is_hidden: impl Fn(u32) -> bool,
    ) -> Option<(Vector, Vec<u32>)> {
        if by_words.is_named || by_words.share() >= fusion::DOUBT_BELOW {
            return None;
        }
        if by_words.best <= 0.0 && !fusion::are_words(&reading.words) {
            return None;
        }
        let asked = Table::builtin().vector(&reading.in_plain_words())?;
        let mut brought_in = Vec::new();
        let may_come_in = |document: usize| !matching.has(document) && !is_hidden(document as u32);
        for (document, _) in self.meanings.nearest(&asked, may_come_in) {
            let place = &scratch.places[document as usize];
            if place.last_said == 0 && place.saying == 0.0 {
                scratch.touched.push(document);
            }
            brought_in.push(document);
        }
        brought_in.iter().for_each(|document| matching.set(*document as usize));
        let full = if by_words.best > 0.0 { by_words.best } else { by_words.perfect };
        for document in matching.iter() {
            let Some(closeness) = self.meanings.closeness(&asked, document) else { continue };
            let place = &mut scratch.places[document];
            place.score = fusion::fused(place.score, closeness, full * self.weights[document]);
            if place.score > by_words.best && !is_hidden(document as u32) {
                by_words.best = place.score;
            }
        }
        Some((asked, brought_in))
    }

    /// Pages about the site itself whose name nobody said: what families look for is help, not us.
    fn about_site_not_named(&self, said: &[Said]) -> Bits {
        const NAMED: u8 = 0b11;
        let mut hidden = self.about_site.clone();
        for reach in said.iter().flat_map(|said| &said.reaches).filter(|reach| reach.how != How::Synonym) {
            let postings = &self.postings[reach.stem as usize];
            for (&document, fields) in postings.documents.iter().zip(&postings.fields) {
                if fields & NAMED != 0 {
                    hidden.clear(document as usize);
                }
            }
        }
        hidden
    }

    /// An entry is as good as its best saying: twelve near ones are not worth twelve.
    /// Gives the entries that have a saying of which all was said, and nothing but that.
    fn add_sayings(&self, reading: &Reading, scratch: &mut Scratch) -> Vec<u32> {
        let mut named = Vec::new();
        if reading.only_chat && reading.units.len() < 2 {
            return named;
        }
        let Scratch { places, touched, sayings, sayings_touched } = scratch;
        self.phrases.weigh(&reading.units, sayings, sayings_touched, |found| {
            let place = &mut places[found.document as usize];
            if place.last_said == 0 && place.saying == 0.0 {
                if !found.stands_alone {
                    return;
                }
                touched.push(found.document);
            }
            place.saying = place.saying.max(found.value);
            if found.is_what_was_said {
                named.push(found.document);
            }
        });
        named
    }
}

/// What words alone say.
#[derive(Clone, Copy, Debug, Default)]
struct ByWords {
    best: f32,
    /// What all the words weigh that were typed.
    asked: f32,
    perfect: f32,
    /// Some entry is called what was typed, wholly.
    is_named: bool,
}

impl ByWords {
    fn share(&self) -> f32 {
        self.best / self.perfect.max(f32::MIN_POSITIVE)
    }
}

/// One search under way.
struct Run<'i, 'a> {
    index: &'i Index,
    query: &'a Query,
    reading: &'a Reading,
    scratch: &'a Scratch,
    filters: Vec<(FilterRef, Bits)>,
    /// Everything this person may be shown.
    shown: Bits,
    pinned: Bits,
    here: Option<[f64; 3]>,
    weak: bool,
    by_words: ByWords,
    lexical_share: f32,
    meant: Option<(Vector, Vec<u32>)>,
}

impl<'i, 'a> Run<'i, 'a> {
    fn start(
        index: &'i Index,
        query: &'a Query,
        reading: &'a Reading,
        scratch: &'a mut Scratch,
        loss: bool,
        tail: f32,
    ) -> Run<'i, 'a> {
        let length = index.documents.len();
        let mut filters = index.columns.asked(query);
        let mut shown = Bits::all(length);
        shown.and_not(&index.about_site_not_named(&reading.said));
        if !query.only.is_empty() {
            shown.and(&Bits::of(length, |document| query.only.contains(&(document as u32))));
        }
        let mut weak = false;
        let (mut by_words, mut lexical_share, mut meant) = (ByWords::default(), 0.0, None);
        if reading.any_words {
            let is_hidden = |document: u32| loss && index.baby.has(document as usize);
            by_words = index.score(reading, scratch, is_hidden);
            lexical_share = by_words.share();
            weak = reading.only_chat || lexical_share < WEAK_BELOW;
            let mut matching = Bits::none(length);
            for &document in &scratch.touched {
                let score = scratch.places[document as usize].score;
                if score > 0.0 && score >= by_words.best * tail {
                    matching.set(document as usize);
                }
            }
            // Loss is a rule: what is near in meaning to a loss may be what must not be shown.
            if !query.lexical_alone && !loss && !index.meanings.is_empty() {
                let is_hidden = |document: u32| !shown.has(document as usize);
                meant = index.fuse(reading, scratch, &mut by_words, &mut matching, is_hidden);
            }
            index.lift(query, scratch, by_words.best);
            filters.push((FilterRef::Words, matching));
        }
        if query.days == 0 && query.time.is_none() {
            filters.extend(index.columns.open_or_not_given(When::leaning(query)));
        }
        let mut pinned = Bits::none(length);
        if loss {
            pinned = index.loss.clone();
            shown.and_not(&index.baby);
            shown.and_not(&pinned);
        }
        let here = query.near.as_ref().map(|near| filters::point(near.lat, near.lon));
        Run {
            index,
            query,
            reading,
            scratch,
            filters,
            shown,
            pinned,
            here,
            weak,
            by_words,
            lexical_share,
            meant,
        }
    }

    fn finish(self) -> Results<'i> {
        let everything = self.without(None);
        let left = everything.count();
        let pinned = self.pinned.count();
        let mut results = Results {
            total: left + pinned,
            hits: self.page_of(&everything),
            facets: self
                .index
                .columns
                .facets(self.query, &everything, &self.pinned, |what| self.without(Some(what))),
            what_if: self.counts_if(pinned),
            corrected: self.reading.corrected.clone(),
            weak: self.weak,
            sureness: self.sureness(&everything),
            ..Results::default()
        };
        if left <= FEW && !self.filters.is_empty() {
            results.loosened = self.loosened(left);
            results.near_misses = self.near_misses(&everything);
        }
        results
    }

    /// The best of what is left and the next, whatever order was asked for.
    fn sureness(&self, everything: &Bits) -> Sureness {
        let perfect = self.by_words.perfect;
        if !self.reading.any_words || perfect <= 0.0 {
            return Sureness::default();
        }
        let (mut best, mut next, mut covered) = (0f32, 0f32, 0f32);
        for document in everything.iter() {
            let place = &self.scratch.places[document];
            if place.lifted > best {
                (best, next, covered) = (place.lifted, best, self.covered(document));
            } else if place.lifted > next {
                next = place.lifted;
            }
        }
        Sureness {
            lexical_share: self.lexical_share.min(1.0),
            fused_share: (best / perfect).min(1.0),
            margin: if best > 0.0 { 1.0 - next / best } else { 0.0 },
            covered,
        }
    }

    fn covered(&self, document: usize) -> f32 {
        (self.scratch.places[document].covered / self.by_words.asked.max(f32::MIN_POSITIVE)).min(1.0)
    }

    /// What is left under all filters but one.
    fn without(&self, dropped: Option<&FilterRef>) -> Bits {
        let mut left = self.shown.clone();
        for (what, bits) in &self.filters {
            if Some(what) != dropped {
                left.and(bits);
            }
        }
        left
    }

    /// What each choice would give. Choices of one kind stand in the stead of the same filters.
    fn counts_if(&self, pinned: usize) -> Vec<usize> {
        let mut counts = Vec::with_capacity(self.query.what_if.len());
        let mut lefts: Vec<(&[FilterRef], Bits)> = Vec::new();
        for choice in &self.query.what_if {
            let instead_of = choice.instead_of();
            let known = lefts.iter().position(|(of, _)| *of == instead_of);
            let at = known.unwrap_or_else(|| {
                lefts.push((instead_of, self.without_all(instead_of)));
                lefts.len() - 1
            });
            counts.push(self.index.columns.count_if(self.query, choice, &lefts[at].1) + pinned);
        }
        counts
    }

    fn without_all(&self, dropped: &[FilterRef]) -> Bits {
        let mut left = self.shown.clone();
        let kept = self.filters.iter().filter(|(what, _)| !dropped.contains(what));
        kept.for_each(|(_, bits)| left.and(bits));
        left
    }

    fn loosened(&self, left: usize) -> Vec<Loosened> {
        let mut loosened = Vec::new();
        for (what, _) in &self.filters {
            let base = self.without(Some(what));
            let is_day_and_time = *what == FilterRef::Days && self.query.time.is_some();
            if is_day_and_time {
                // Day and time are one filter, matched in one slot: dropping either leaves the other.
                for (dropped, days, time) in
                    [(FilterRef::Days, 0, self.query.time), (FilterRef::Time, self.query.days, None)]
                {
                    let when = When { days, time, today: self.query.today };
                    let total = base.count_with(&self.index.columns.open(when));
                    loosened.push(Loosened { what: dropped, total });
                }
            } else {
                loosened.push(Loosened { what: what.clone(), total: base.count() });
            }
        }
        loosened.retain(|loosened| loosened.total > left);
        for loosened in &mut loosened {
            loosened.total += self.pinned.count();
        }
        loosened.sort_by_key(|loosened| std::cmp::Reverse(loosened.total));
        loosened
    }

    /// What fails one filter only; failing that, what the words alone find; failing that, what the filters leave.
    fn near_misses(&self, everything: &Bits) -> Vec<Hit> {
        let mut one_off = Bits::none(self.index.documents.len());
        for (what, _) in &self.filters {
            if *what != FilterRef::Words {
                one_off.or(&self.without(Some(what)));
            }
        }
        one_off.and_not(everything);
        let words = self.filters.iter().find(|(what, _)| *what == FilterRef::Words).map(|(_, bits)| bits);
        if one_off.count() == 0
            && let Some(words) = words
        {
            one_off = self.shown.clone();
            one_off.and(words);
            one_off.and_not(everything);
            // Without words or filters everything is left, and everything is no near miss.
            if one_off.count() == 0 && self.filters.len() > 1 {
                one_off = self.without(Some(&FilterRef::Words));
                one_off.and_not(everything);
            }
        }
        let ranked = self.ranked(&one_off, 0, NEAR_MISSES);
        ranked.into_iter().map(|document| self.hit(document, false)).collect()
    }

    fn page_of(&self, everything: &Bits) -> Vec<Hit> {
        let per_page = self.query.per_page.min(Query::PER_PAGE_MAX);
        let from = self.query.page.saturating_sub(1).saturating_mul(per_page);
        let first = self.ranked(&self.pinned, 0, usize::MAX);
        let pinned_here = first.iter().skip(from).take(per_page).copied();
        let mut hits: Vec<Hit> = pinned_here.map(|document| self.hit(document, true)).collect();
        let rest_from = from.saturating_sub(first.len());
        let rest = self.ranked(everything, rest_from, per_page - hits.len());
        hits.extend(rest.into_iter().map(|document| self.hit(document, false)));
        hits
    }

    /// The documents of a set from one place in the order to another. Only that far is sorted.
    fn ranked(&self, set: &Bits, from: usize, count: usize) -> Vec<usize> {
        struct Ranked {
            key: f64,
            then: f64,
            title: u32,
            document: u32,
        }
        if count == 0 {
            return Vec::new();
        }
        let has_words = self.reading.any_words;
        let mut ranked: Vec<Ranked> = Vec::with_capacity(256);
        for document in set.iter() {
            let distance =
                self.here.as_ref().and_then(|here| self.index.columns.straight_metres(document, here));
            let away = distance.unwrap_or(f64::INFINITY);
            let score = self.score_of(document, has_words);
            let (key, then) = match self.query.sort {
                Sort::Nearest if self.here.is_some() => (away, -score),
                Sort::Best if has_words && self.here.is_some() => (-score * self.nearness(distance), away),
                // Without words nothing tells one from another but what it is: a place that helps before a page to read.
                Sort::Best if !has_words => {
                    (f64::from(u8::from(self.index.documents[document].kind.is_reading())) - score, away)
                }
                _ => (-score, away),
            };
            ranked.push(Ranked {
                key,
                then,
                title: self.index.title_order[document],
                document: document as u32,
            });
        }
        let order = |a: &Ranked, b: &Ranked| {
            a.key.total_cmp(&b.key).then(a.then.total_cmp(&b.then)).then(a.title.cmp(&b.title))
        };
        let until = from.saturating_add(count);
        if from >= ranked.len() {
            return Vec::new();
        }
        if until < ranked.len() {
            ranked.select_nth_unstable_by(until, order);
            ranked.truncate(until);
        }
        ranked.sort_unstable_by(order);
        ranked[from..].iter().map(|ranked| ranked.document as usize).collect()
    }

    fn score_of(&self, document: usize, has_words: bool) -> f64 {
        let score = self.scratch.places[document].lifted;
        f64::from(if has_words { score } else { self.index.weights[document] })
    }

    /// A place not given is neither near nor far.
    fn nearness(&self, distance: Option<f64>) -> f64 {
        let near = distance.map_or(0.3, |metres| NEARNESS_METRES / (NEARNESS_METRES + metres));
        1.0 + NEARNESS_BONUS * near
    }

    fn hit(&self, number: usize, pinned: bool) -> Hit {
        let document = &self.index.documents[number];
        let nearest = self.here.as_ref().and_then(|here| self.index.columns.nearest(number, here));
        let when = match When::of(self.query) {
            ticked if ticked.is_any() => When::leaning(self.query),
            ticked => ticked,
        };
        let slot = if when.is_any() { None } else { self.index.columns.slot(number, when) };
        let mut matched: Vec<Match> =
            self.reading.said.iter().filter_map(|said| self.matched(said, number)).collect();
        let meant = self.meant.as_ref();
        if meant.is_some_and(|(_, brought_in)| brought_in.contains(&(number as u32))) {
            let (typed, found) = (String::new(), String::new());
            matched.push(Match { typed, found, field: Field::Text, how: How::Meaning });
        }
        Hit {
            document: number as u32,
            score: self.score_of(number, self.reading.any_words) as f32,
            distance_metres: nearest.map(|(_, metres)| metres),
            site: nearest.map(|(site, _)| site).or_else(|| (!document.sites.is_empty()).then_some(0)),
            slot,
            section: self
                .index
                .sections
                .get(&(number as u32))
                .and_then(|sections| self.best_section(sections)),
            pinned,
            covered: self.covered(number),
            closeness: meant.and_then(|(asked, _)| self.index.meanings.closeness(asked, number)),
            matched,
        }
    }

    /// The best way from what was said to this entry, and where it was found.
    fn matched(&self, said: &Said, number: usize) -> Option<Match> {
        let ways = said.reaches.iter().filter_map(|reach| {
            let postings = &self.index.postings[reach.stem as usize];
            let at = postings.documents.binary_search(&(number as u32)).ok()?;
            let value = reach.weight * postings.rarity * f32::from(postings.weights[at]);
            Some((reach.how, value, reach.stem, postings.fields[at], postings.written[at]))
        });
        let (how, _, stem, fields, written) = ways.min_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)))?;
        let field = *Field::ALL.get(fields.trailing_zeros() as usize)?;
        let found = self.index.vocabulary.word_of(stem, written, &said.typed)?;
        let how = match how {
            How::Exact if !said.typed.split(' ').any(|word| word == found) => How::Stem,
            other => other,
        };
        Some(Match { typed: said.typed.clone(), found: found.to_owned(), field, how })
    }

    fn best_section(&self, sections: &[SectionTerms]) -> Option<usize> {
        let value = |section: &SectionTerms| -> f32 {
            let reaches = self.reading.said.iter().flat_map(|said| &said.reaches);
            reaches.fold(0.0, |sum, reach| {
                let weight = reach.weight * self.index.postings[reach.stem as usize].rarity;
                let heading = section.heading.binary_search(&reach.stem).is_ok();
                let text = section.text.binary_search(&reach.stem).is_ok();
                sum + weight * (f32::from(u8::from(text)) + 2.0 * f32::from(u8::from(heading)))
            })
        };
        let mut best: Option<(usize, f32)> = None;
        for (at, section) in sections.iter().enumerate() {
            let value = value(section);
            if value > best.map_or(0.0, |(_, value)| value) {
                best = Some((at, value));
            }
        }
        best.map(|(at, _)| at)
    }
}
