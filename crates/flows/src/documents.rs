//! Every guide as the index knows it.

use crate::{catalogue::Flows, flow::Flow};
use search::{Document, Kind, Tag};

/// Every guide that is offered, for the index. `topics` gives the names of a need and the slugs of its wider ones.
pub fn documents(flows: &Flows, topics: &dyn Fn(&str) -> Vec<(String, String)>) -> Vec<Document> {
    flows.list().iter().map(|published| document(&published.flow, topics)).collect()
}

fn document(flow: &Flow, topics: &dyn Fn(&str) -> Vec<(String, String)>) -> Document {
    let mut document = Document::new(Kind::Flow, &flow.slug, &flow.title);
    document.url = format!("/guides/{}", flow.slug);
    document.summary.clone_from(&flow.summary);
    document.aliases.clone_from(&flow.also_say);
    for (slug, name) in flow.topics.iter().flat_map(|slug| topics(slug)) {
        document.tags.push(Tag::new("topic", &slug));
        document.terms.push(name);
    }
    document.tags.sort();
    document.tags.dedup();
    document.tags.push(Tag::new("cost", "free"));
    let said = flow.nodes.iter().map(|node| node.say.as_str()).filter(|say| !say.is_empty());
    document.text = said.collect::<Vec<_>>().join(" ");
    document.checked_on = Some(flow.checked_on);
    document.baby = flow.baby;
    document.loss = flow.loss;
    document
}
