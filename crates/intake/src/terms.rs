//! The list of needs in a file that a site like this one wrote, for a council that has none yet.

use directory::TermDraft;
use kernel::Slug;
use oruk::model::{Taxonomy, TaxonomyTerm};
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// The needs among the lines of a file, wide ones with their narrow ones under them. What has no address of its own
/// is not a need of a site like this one, and is left out.
pub(crate) fn terms_of(records: &[Value]) -> Vec<TermDraft> {
    let mut terms: Vec<TaxonomyTerm> = Vec::new();
    for record in records {
        let named = |entity: &str| record.get("entity").and_then(Value::as_str) == Some(entity);
        if named("taxonomy")
            && let Ok(taxonomy) = serde_json::from_value::<Taxonomy>(record.clone())
            && taxonomy.name == "Needs of families"
        {
            terms.extend(taxonomy.taxonomy_terms);
        }
    }
    let mut children: HashMap<Uuid, Vec<TermDraft>> = HashMap::new();
    for term in terms.iter().filter(|term| term.parent_id.is_some()) {
        if let (Some(parent), Some(draft)) = (term.parent_id, draft_of(term, Vec::new())) {
            children.entry(parent).or_default().push(draft);
        }
    }
    terms
        .iter()
        .filter(|term| term.parent_id.is_none())
        .filter_map(|term| draft_of(term, children.remove(&term.id).unwrap_or_default()))
        .collect()
}

fn draft_of(term: &TaxonomyTerm, children: Vec<TermDraft>) -> Option<TermDraft> {
    let slug: Slug = term.code.as_deref()?.parse().ok()?;
    let line = if term.description == term.name { String::new() } else { term.description.clone() };
    Some(TermDraft {
        slug,
        name: term.name.clone(),
        line,
        icon: String::new(),
        tile: None,
        sensitive: term.quiet_page.unwrap_or(false),
        children,
    })
}
