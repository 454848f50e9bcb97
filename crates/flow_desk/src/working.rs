//! A guide as it stands on the desk: the draft where there is one, else what is offered.

use crate::FlowDesk;
use access::{May, WriteFlows};
use flows::{Flow, Published, Saved, Trouble, lint::Finding, parse};
use kernel::{Fault, Instant, Refusal, one_line};
use web::{CardView, Site, fields::Errors, say};

/// What is being worked on.
pub(crate) struct Working {
    pub slug: String,
    pub text: String,
    /// Which edition of the draft was read; 0 when there is none.
    pub edition: i64,
    pub parsed: Result<Flow, Vec<Trouble>>,
    pub offered: Option<Published>,
    pub findings: Vec<Finding>,
}

impl Working {
    pub fn is_draft(&self) -> bool {
        self.edition > 0
    }

    pub fn title(&self) -> String {
        match (&self.parsed, &self.offered) {
            (Ok(flow), _) => flow.title.clone(),
            (_, Some(offered)) => offered.flow.title.clone(),
            _ => self.slug.clone(),
        }
    }

    /// The text that was read, as a guide; nothing while it cannot run.
    pub fn flow(&self) -> Option<&Flow> {
        self.parsed.as_ref().ok()
    }

    /// Whether the draft says the same as a text: a button that is pressed twice finds saved what it saves.
    pub fn says(&self, text: &str) -> bool {
        self.is_draft() && self.flow().is_some_and(|flow| parse(text).is_ok_and(|other| other == *flow))
    }
}

/// The draft of a guide, or what is offered, or its last revision; nothing when there is none of these.
pub(crate) async fn find_working(desk: &FlowDesk, slug: &str) -> Result<Option<Working>, Fault> {
    let flows = desk.flows();
    let offered = flows.find(slug);
    let (text, edition) = match flows.find_draft(slug).await? {
        Some(draft) => (draft.text, draft.edition),
        None => {
            let last = flows.list_revisions(slug).await?.first().map(|revision| revision.number);
            let number = offered.as_ref().map(|published| published.number).or(last);
            let Some(number) = number else { return Ok(None) };
            let Some(text) = flows.find_revision_text(slug, number).await? else { return Ok(None) };
            (text, 0)
        }
    };
    let parsed = parse(&text);
    let findings = parsed.as_ref().map(|flow| desk.findings(flow)).unwrap_or_default();
    Ok(Some(Working { slug: slug.to_owned(), text, edition, parsed, offered, findings }))
}

/// What became of a text that a form made.
pub(crate) enum Kept {
    /// It is the draft.
    Yes,
    /// Somebody else saved meanwhile.
    Newer,
    /// It cannot run, so nothing was kept.
    CannotRun(Vec<Trouble>),
}

/// Keeps a text that a form made as the draft, where it can run.
pub(crate) async fn keep(
    desk: &FlowDesk,
    may: &May<WriteFlows>,
    slug: &str,
    text: &str,
    seen_edition: i64,
) -> Result<Kept, Fault> {
    if let Err(troubles) = parse(text) {
        return Ok(Kept::CannotRun(troubles));
    }
    Ok(match desk.flows().save_draft(may, slug, text, seen_edition).await? {
        Saved::Kept { .. } => Kept::Yes,
        // The same was saved in this very moment: a second press, or two who thought alike.
        Saved::Newer(theirs) if theirs.text == text => Kept::Yes,
        Saved::Newer(_) => Kept::Newer,
    })
}

/// Tells at a field what keeps a text from running, each thing once. The line in the text means nothing in a form, and
/// the step whose form it is need not be named.
pub(crate) fn tell_troubles(
    errors: &mut Errors,
    field: &'static str,
    own_step: &str,
    troubles: Vec<Trouble>,
) {
    for trouble in troubles {
        let words = match trouble.node.as_str() {
            node if node.is_empty() || node == own_step => trouble.words,
            node => format!("Step {node}: {}", trouble.words),
        };
        let refusal = Refusal::at(field, words);
        if !errors.0.contains(&refusal) {
            errors.0.push(refusal);
        }
    }
}

/// '23 November 2026 at 2:05pm': two things of one day are told apart.
pub(crate) fn said_when(at: Instant) -> String {
    let local = at.to_zoned(kernel::london());
    let minutes = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or_default();
    format!("{} at {}", say::day_month_year(local.date()), say::time_of_day(minutes))
}

/// The card that an editor's words call for. Only lines that are new are looked at: a guide about danger speaks of it, and
/// what stood there before is nobody's words of today. It holds nothing up, as guides must be able to say 'call 999'.
pub(crate) fn card(site: &Site, typed: &str, kept: &str) -> Option<CardView> {
    let kept: Vec<String> = kept.lines().map(one_line).collect();
    let new: Vec<String> = typed.lines().map(one_line).filter(|line| !kept.contains(line)).collect();
    let screened = site.screen(&new.join("\n"));
    site.card(screened.verdict()).map(CardView::above)
}

/// The same for a form whose words are saved already: it is answered as it was the first time, so what was new then is
/// looked at. A text that is not kept any more counts as none.
pub(crate) async fn card_again(
    desk: &FlowDesk,
    working: &Working,
    seen_edition: i64,
    typed: &str,
) -> Result<Option<CardView>, Fault> {
    let before = match &working.offered {
        Some(offered) if seen_edition == 0 => {
            desk.flows().find_revision_text(&working.slug, offered.number).await?
        }
        _ => {
            let editions = desk.flows().list_editions(&working.slug).await?;
            editions.into_iter().find(|edition| edition.edition == seen_edition).map(|edition| edition.text)
        }
    };
    Ok(card(desk.site(), typed, &before.unwrap_or_default()))
}
