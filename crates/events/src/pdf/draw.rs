//! What was set is drawn, and said: each line is marked with what it is part of, and the tree of those parts is the order
//! in which a screen reader tells them. It is held to PDF/UA-1 by the library while it is made.

use super::{
    Paper,
    flow::{CODE, HEIGHT, Line, MARGIN, Set, Side, WIDTH, What},
    letters::{Letters, runs},
};
use anyhow::{Context, anyhow};
use kernel::Fault;
use krilla::{
    Document, SerializeSettings,
    action::{Action, LinkAction},
    annotation::{Annotation, LinkAnnotation, Target},
    configure::{Accessibility, ConfigurationBuilder},
    destination::XyzDestination,
    geom::{PathBuilder, Point, Rect},
    metadata::Metadata,
    outline::{Outline, OutlineNode},
    page::{Page, PageSettings},
    paint::{Fill, FillRule},
    surface::Surface,
    tagging::{
        Artifact, ArtifactType, BBox, ContentTag, Identifier, ListNumbering, SpanTag, Tag, TagGroup, TagTree,
    },
};
use qrcode::{Color, EcLevel, QrCode};
use std::{collections::BTreeMap, num::NonZeroU16};

const LANGUAGE: &str = "en-GB";

pub(super) fn draw(letters: &Letters, paper: &Paper, set: &Set) -> Result<Vec<u8>, Fault> {
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|why| anyhow!("PDF/UA is refused: {why:?}"))?;
    let mut document =
        Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let mut said = Said::default();
    for (number, side) in set.sides.iter().enumerate() {
        let page = PageSettings::from_wh(WIDTH, HEIGHT).context("the size of the paper")?;
        let mut page = document.start_page_with(page);
        draw_side(letters, paper, side, number, &mut page, &mut said)?;
        page.finish();
    }
    document.set_outline(outline(paper, set));
    document.set_tag_tree(said.tree(paper)?);
    document.set_metadata(
        Metadata::new().title(paper.title.clone()).language(LANGUAGE.to_owned()).creator("Hearth".to_owned()),
    );
    document.finish().map_err(|why| anyhow!("the timetable could not be written: {why:?}"))
}

/// What was drawn of each part, on whichever sides.
#[derive(Default)]
struct Said {
    lines: BTreeMap<What, Vec<Identifier>>,
    /// The places that lead somewhere, which belong to the same part as their words.
    links: BTreeMap<What, Vec<Identifier>>,
    code: Option<(Identifier, Rect)>,
}

fn draw_side(
    letters: &Letters,
    paper: &Paper,
    side: &Side,
    number: usize,
    page: &mut Page<'_>,
    said: &mut Said,
) -> Result<(), Fault> {
    let mut surface = page.surface();
    for (from, to, y) in &side.rules {
        draw_rule(&mut surface, *from, *to, *y)?;
    }
    let mut leads: Vec<(What, Rect, &str, &str)> = Vec::new();
    for line in &side.lines {
        let tag = match line.what {
            What::SideNumber => ContentTag::Artifact(Artifact::with_kind(ArtifactType::PageNumber)),
            What::GoesOn => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Header)),
            _ => ContentTag::Span(SpanTag::empty()),
        };
        let identifier = surface.start_tagged(tag);
        let wide = draw_line(letters, &mut surface, line);
        surface.end_tagged();
        // What is said again at the head of a column or a side is said once, and the sides are numbered for the eye.
        if matches!(line.what, What::GoesOn | What::SideNumber) {
            continue;
        }
        said.lines.entry(line.what).or_default().push(identifier);
        let to = match line.what {
            What::ShortLink => Some((paper.link.as_str(), paper.title.as_str())),
            What::ItemTitle(group, item) => {
                let item = &paper.groups[group].items[item];
                Some((item.link.as_str(), item.title.as_str()))
            }
            _ => None,
        };
        let top = line.baseline - line.size;
        let place = Rect::from_xywh(line.x, top, wide.max(1.0), line.size * 1.25);
        if let (Some((link, words)), Some(place)) = (to.filter(|(link, _)| link.contains("://")), place) {
            leads.push((line.what, place, link, words));
        }
    }
    if number == 0 {
        said.code = draw_code(&mut surface, &paper.link)?;
    }
    surface.finish();
    for (part, place, link, words) in leads {
        let target = Target::Action(Action::Link(LinkAction::new(link.to_owned())));
        let link = Annotation::new_link(LinkAnnotation::new(place, target), Some(words.to_owned()));
        said.links.entry(part).or_default().push(page.add_tagged_annotation(link));
    }
    Ok(())
}

/// Draws a line of letters and says how wide it is.
fn draw_line(letters: &Letters, surface: &mut Surface<'_>, line: &Line) -> f32 {
    let mut x = line.x;
    for run in runs(&line.words) {
        let glyphs = letters.shape(&run.text, run.weight);
        let font = letters.font(run.weight).clone();
        surface.draw_glyphs(Point::from_xy(x, line.baseline), &glyphs, font, &run.text, line.size, false);
        x += glyphs.iter().map(|glyph| glyph.x_advance).sum::<f32>() * line.size;
    }
    x - line.x
}

fn draw_rule(surface: &mut Surface<'_>, from: f32, to: f32, y: f32) -> Result<(), Fault> {
    let mut path = PathBuilder::new();
    path.push_rect(Rect::from_ltrb(from, y, to, y + 0.8).context("a line across")?);
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
    surface.draw_path(&path.finish().context("a line across")?);
    surface.end_tagged();
    Ok(())
}

/// The square that a telephone reads, in the corner of the first side; nothing where the address is too long for one.
fn draw_code(surface: &mut Surface<'_>, link: &str) -> Result<Option<(Identifier, Rect)>, Fault> {
    // Where the site does not know its own address, there is nothing to lead to.
    if !link.contains("://") {
        return Ok(None);
    }
    let Ok(code) = QrCode::with_error_correction_level(link, EcLevel::M) else { return Ok(None) };
    let count = code.width();
    let (left, top, module) = (WIDTH - MARGIN - CODE, MARGIN, CODE / count as f32);
    let mut path = PathBuilder::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = ((at % count) as f32, (at / count) as f32);
            let dark = Rect::from_xywh(left + x * module, top + y * module, module, module);
            path.push_rect(dark.context("a square of the code")?);
        }
    }
    let identifier = surface.start_tagged(ContentTag::Other);
    surface.set_fill(Some(Fill { rule: FillRule::NonZero, ..Fill::default() }));
    surface.draw_path(&path.finish().context("the code")?);
    surface.set_fill(None);
    surface.end_tagged();
    let whole = Rect::from_xywh(left, top, CODE, CODE).context("the code")?;
    Ok(Some((identifier, whole)))
}

/// The headings, for those who jump from one to the next.
fn outline(paper: &Paper, set: &Set) -> Outline {
    let mut outline = Outline::new();
    let placed = |wanted: What| {
        set.sides.iter().enumerate().find_map(|(number, side)| {
            let line = side.lines.iter().find(|line| line.what == wanted)?;
            let at = Point::from_xy(line.x, (line.baseline - line.size).max(0.0));
            Some(XyzDestination::new(number, at))
        })
    };
    if let Some(at) = placed(What::Title) {
        let mut whole = OutlineNode::new(paper.title.clone(), at);
        for (number, group) in paper.groups.iter().enumerate() {
            if let Some(at) = placed(What::Heading(number)) {
                whole.push_child(OutlineNode::new(group.heading.clone(), at));
            }
        }
        outline.push_child(whole);
    }
    outline
}

impl Said {
    /// The document as a screen reader tells it.
    fn tree(mut self, paper: &Paper) -> Result<TagTree, Fault> {
        let mut tree = TagTree::new().with_lang(Some(LANGUAGE.to_owned()));
        tree.push(self.heading(1, &paper.title, What::Title)?);
        for part in [What::Under, What::LookHere, What::ShortLink, What::Nothing] {
            if let Some(paragraph) = self.paragraph(part) {
                tree.push(paragraph);
            }
        }
        if let Some((identifier, place)) = self.code.take() {
            let words = format!("A code for telephones. It leads to {}", paper.short_link);
            let mut figure = TagGroup::new(Tag::Figure(Some(words)).with_bbox(Some(BBox::new(0, place))));
            figure.push(identifier);
            tree.push(figure);
        }
        for (number, group) in paper.groups.iter().enumerate() {
            let mut section = TagGroup::new(Tag::Section);
            section.push(self.heading(2, &group.heading, What::Heading(number))?);
            let mut list = TagGroup::new(Tag::L(ListNumbering::None));
            for (at, item) in group.items.iter().enumerate() {
                let mut entry = TagGroup::new(Tag::LI);
                if let Some(label) = self.group(Tag::Lbl, What::Label(number, at)) {
                    entry.push(label);
                }
                let mut body = TagGroup::new(Tag::LBody);
                body.push(self.heading(3, &item.title, What::ItemTitle(number, at))?);
                for paragraph in 0..item.paragraphs.len() {
                    if let Some(paragraph) = self.paragraph(What::Paragraph(number, at, paragraph)) {
                        body.push(paragraph);
                    }
                }
                entry.push(body);
                list.push(entry);
            }
            section.push(list);
            tree.push(section);
        }
        if let Some(foot) = self.paragraph(What::Foot) {
            tree.push(foot);
        }
        Ok(tree)
    }

    fn heading(&mut self, level: u16, words: &str, part: What) -> Result<TagGroup, Fault> {
        let level = NonZeroU16::new(level).context("a heading has a level")?;
        let mut heading = TagGroup::new(Tag::Hn(level, Some(words.to_owned())));
        self.fill(&mut heading, part);
        Ok(heading)
    }

    fn paragraph(&mut self, part: What) -> Option<TagGroup> {
        self.group(Tag::P, part)
    }

    /// Nothing where nothing of it was drawn.
    fn group(&mut self, tag: impl Into<krilla::tagging::TagKind>, part: What) -> Option<TagGroup> {
        self.lines.contains_key(&part).then(|| {
            let mut group = TagGroup::new(tag);
            self.fill(&mut group, part);
            group
        })
    }

    /// The lines of a part, and the link that they are where they lead somewhere.
    fn fill(&mut self, group: &mut TagGroup, part: What) {
        let lines = self.lines.remove(&part).unwrap_or_default();
        match self.links.remove(&part) {
            Some(links) => {
                let mut link = TagGroup::new(Tag::Link);
                links.into_iter().chain(lines).for_each(|identifier| link.push(identifier));
                group.push(link);
            }
            None => lines.into_iter().for_each(|identifier| group.push(identifier)),
        }
    }
}
