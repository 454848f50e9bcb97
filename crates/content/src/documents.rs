use crate::library::{Library, Page};
use search::{AgeBand, Document, Kind, Tag};

/// Every page as the index knows it. `topics` gives the names of a need and the slug of its wider one.
pub fn documents(library: &Library, topics: &dyn Fn(&str) -> Vec<(String, String)>) -> Vec<Document> {
    library.list().into_iter().map(|page| document(page, topics)).collect()
}

fn document(page: &Page, topics: &dyn Fn(&str) -> Vec<(String, String)>) -> Document {
    let head = &page.head;
    let mut document = Document::new(Kind::Page, page.slug.as_str(), &head.title);
    document.url = page.path();
    document.summary = head.summary.clone();
    document.aliases = head.also_say.clone();
    for (slug, name) in head.topics.iter().flat_map(|slug| topics(slug)) {
        document.tags.push(Tag::new("topic", &slug));
        document.terms.push(name);
    }
    document.tags.sort();
    document.tags.dedup();
    document.tags.push(Tag::new("cost", "free"));
    document.text = page.opening.clone();
    document.sections = page
        .sections
        .iter()
        .map(|section| search::Section {
            anchor: section.anchor.clone(),
            heading: section.heading.clone(),
            text: section.text.clone(),
        })
        .collect();
    document.ages = band(&head.stage);
    document.checked_on = Some(head.checked_on);
    document.baby = head.baby;
    document.loss = head.loss;
    document
}

/// The ages that a page's stages span together; none when it is for the parent, or for everyone.
fn band(stages: &[String]) -> Option<AgeBand> {
    if stages.iter().any(|stage| stage == "parent") || stages.is_empty() {
        return None;
    }
    let spans = stages.iter().filter_map(|stage| match stage.as_str() {
        "pregnancy" => Some((0, 0)),
        "0-1" => Some((0, 12)),
        "1-2" => Some((12, 24)),
        "2-4" => Some((24, 60)),
        "5-11" => Some((60, 144)),
        "12-18" => Some((144, 228)),
        "18-25" => Some((216, 312)),
        _ => None,
    });
    let spans: Vec<(u16, u16)> = spans.collect();
    let born = spans.iter().filter(|(_, until)| *until > 0);
    Some(AgeBand {
        pregnancy: stages.iter().any(|stage| stage == "pregnancy"),
        from_months: born.clone().map(|(from, _)| *from).min().unwrap_or(0),
        until_months: Some(born.map(|(_, until)| *until).max().unwrap_or(0)),
    })
}
