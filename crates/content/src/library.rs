use crate::markdown::{self, Rendered};
use anyhow::{Context, bail};
use kernel::{Date, Fault, Slug};
use rust_embed::RustEmbed;
use serde::Deserialize;
use std::{collections::BTreeMap, path::Path, sync::Arc};

#[derive(RustEmbed)]
#[folder = "pages/"]
struct Builtin;

/// The ONS code of the council whose telephone numbers stand in the pages inside the binary.
pub const BUILTIN_AREA: &str = "E06000006";

/// Every page, by its slug. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Library {
    pages: Arc<BTreeMap<String, Page>>,
    /// Whether they are those inside the binary.
    pub is_builtin: bool,
}

/// One page.
#[derive(Clone, Debug)]
pub struct Page {
    /// The last part of its address.
    pub slug: Slug,
    /// What its head says.
    pub head: Head,
    /// The words before the first heading, and the rest, as clean HTML.
    pub html: String,
    /// Its parts by heading, for the index and the list at its top.
    pub sections: Vec<Section>,
    /// The words before the first heading.
    pub opening: String,
    /// Addresses on this site that it links to.
    pub links: Vec<String>,
}

/// A part of a page.
#[derive(Clone, Debug)]
pub struct Section {
    /// What comes after `#`.
    pub anchor: String,
    /// Its heading.
    pub heading: String,
    /// Its words.
    pub text: String,
}

/// What stands between the two `+++` lines, as TOML.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The heading.
    pub title: String,
    /// One sentence, up to 200 letters.
    pub summary: String,
    /// Slugs of needs.
    #[serde(default)]
    pub topics: Vec<String>,
    /// Stages of life it is about.
    #[serde(default)]
    pub stage: Vec<String>,
    /// What people also say.
    #[serde(default)]
    pub also_say: Vec<String>,
    /// Slugs of other pages.
    #[serde(default)]
    pub related: Vec<String>,
    /// Where its facts come from.
    pub sources: Vec<String>,
    /// When they were last checked.
    pub checked_on: Date,
    /// By when somebody must look again.
    pub review_by: Date,
    /// Who answers for it: a team.
    pub owner: String,
    /// About babies or pregnancy: hidden from someone who has lost a baby.
    #[serde(default)]
    pub baby: bool,
    /// For someone who has lost a baby.
    #[serde(default)]
    pub loss: bool,
    /// Neutral title and an exit.
    #[serde(default)]
    pub sensitive: bool,
    /// What is general knowledge or disputed.
    #[serde(default)]
    pub doubt: String,
}

impl Library {
    /// The pages inside the binary.
    pub fn builtin() -> Result<Library, Fault> {
        let read = |name: &str| {
            let file = Builtin::get(name).context("a listed page is there")?;
            Ok((name.to_owned(), String::from_utf8(file.data.into_owned())?))
        };
        let files: Result<Vec<_>, Fault> = Builtin::iter().map(|name| read(&name)).collect();
        Ok(Library { pages: Library::read(files?)?, is_builtin: true })
    }

    /// The pages of a council's own folder.
    pub fn from_folder(folder: &Path) -> Result<Library, Fault> {
        let mut files = Vec::new();
        for entry in
            std::fs::read_dir(folder).with_context(|| format!("the pages' folder {}", folder.display()))?
        {
            let entry = entry?;
            files.push((
                entry.file_name().to_string_lossy().into_owned(),
                std::fs::read_to_string(entry.path())?,
            ));
        }
        Ok(Library { pages: Library::read(files)?, is_builtin: false })
    }

    fn read(files: Vec<(String, String)>) -> Result<Arc<BTreeMap<String, Page>>, Fault> {
        let mut pages = BTreeMap::new();
        for (name, text) in files {
            if let Some(slug) = name.strip_suffix(".md") {
                let page = Page::read(slug, &text).with_context(|| format!("the page {name}"))?;
                pages.insert(slug.to_owned(), page);
            }
        }
        Ok(Arc::new(pages))
    }

    /// One page.
    pub fn find(&self, slug: &str) -> Option<&Page> {
        self.pages.get(slug)
    }

    /// Every page, by title.
    pub fn list(&self) -> Vec<&Page> {
        let mut pages: Vec<&Page> = self.pages.values().collect();
        pages.sort_by(|a, b| a.head.title.cmp(&b.head.title));
        pages
    }

    /// The web addresses that pages name as their sources: the page's path, its title, the address.
    pub fn list_cited(&self) -> Vec<(String, String, String)> {
        let address = |source: &str| {
            let start = source.find("https://").or_else(|| source.find("http://"))?;
            let rest = source[start..].split([' ', ')', ',', ';', '>']).next()?;
            Some(rest.trim_end_matches('.').to_owned())
        };
        let cited = |page: &Page| {
            let of = |source: &String| Some((page.path(), page.head.title.clone(), address(source)?));
            page.head.sources.iter().filter_map(of).collect::<Vec<_>>()
        };
        self.pages.values().flat_map(cited).collect()
    }

    /// Pages that somebody should have looked at again by today.
    pub fn overdue(&self, today: Date) -> Vec<&Page> {
        self.pages.values().filter(|page| page.head.review_by < today).collect()
    }
}

impl Page {
    fn read(slug: &str, text: &str) -> Result<Page, Fault> {
        let rest = text.strip_prefix("+++\n").context("a page starts with a line of +++")?;
        let (head, body) = rest.split_once("\n+++\n").context("the head ends with a line of +++")?;
        let head: Head = toml::from_str(head)?;
        if head.summary.chars().count() > 200 || head.title.trim().is_empty() || head.sources.is_empty() {
            bail!("a page has a title, a summary of up to 200 letters, and at least one source");
        }
        if head.review_by <= head.checked_on {
            bail!("a page is reviewed after the day it was checked");
        }
        let Rendered { html, opening, sections, links } = markdown::render(body);
        let slug = slug.parse().map_err(|sentence: String| anyhow::anyhow!(sentence))?;
        Ok(Page { slug, head, html, sections, opening, links })
    }

    /// Its address.
    pub fn path(&self) -> String {
        match self.slug.as_str() {
            plain @ ("accessibility" | "privacy") => format!("/{plain}"),
            slug => format!("/pages/{slug}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_reads_and_every_link_to_a_page_leads_somewhere() {
        let library = Library::builtin().unwrap();
        assert!(library.list().len() >= 30, "at least thirty pages");
        for page in library.list() {
            for link in page
                .links
                .iter()
                .cloned()
                .chain(page.head.related.iter().map(|slug| format!("/pages/{slug}")))
            {
                let Some(slug) = link.strip_prefix("/pages/") else { continue };
                let slug = slug.split('#').next().unwrap_or_default();
                assert!(library.find(slug).is_some(), "{} links to {link}, which is not there", page.slug);
            }
            assert!(page.sections.len() >= 2, "{} has fewer than two sections", page.slug);
        }
    }

    #[test]
    fn a_page_without_sources_or_dates_is_refused() {
        assert!(Page::read("a", "no head").is_err());
        assert!(Page::read("a", "+++\ntitle = \"A\"\nsummary = \"B\"\nsources = []\nchecked_on = \"2026-01-01\"\nreview_by = \"2026-06-01\"\nowner = \"C\"\n+++\nText").is_err());
        assert!(Page::read("a", "+++\ntitle = \"A\"\nsummary = \"B\"\nsources = [\"S\"]\nchecked_on = \"2026-01-01\"\nreview_by = \"2025-06-01\"\nowner = \"C\"\n+++\nText").is_err());
    }

    #[test]
    fn a_page_past_its_review_date_is_told() {
        let library = Library::builtin().unwrap();
        assert!(library.overdue("2026-11-22".parse().unwrap()).is_empty());
        assert!(!library.overdue("2030-01-01".parse().unwrap()).is_empty());
    }
}
