//! Where everything stands on the paper. Letters get smaller and closer step by step until all of it fits on one side,
//! but never smaller than 8 points; then there is a second side.

use super::{
    Paper, Print, Words,
    letters::{Letters, Weight, Word, lines, words},
};

/// A4, in points.
pub(super) const WIDTH: f32 = 595.28;
pub(super) const HEIGHT: f32 = 841.89;
/// Printers leave less than this empty.
pub(super) const MARGIN: f32 = 30.0;
/// 22 mm: a telephone reads it from a wall.
pub(super) const CODE: f32 = 62.4;
const CODE_SPACE: f32 = 14.0;
const COLUMN_SPACE: f32 = 18.0;

/// How it is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Style {
    pub size: f32,
    pub title: f32,
    pub heading: f32,
    pub foot: f32,
    /// From one line to the next, in parts of the size.
    pub leading: f32,
    /// Between two things of a list.
    pub gap: f32,
    pub columns: u8,
    pub label: LabelAt,
}

/// Where the label of a thing stands: in a column of its own, or, where room is short, in the line of the title, and what
/// follows has the whole width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum LabelAt {
    Beside,
    InLine,
}

impl Style {
    const fn usual(size: f32, columns: u8, leading: f32, gap: f32) -> Style {
        let label = LabelAt::Beside;
        Style { size, title: size + 7.0, heading: size + 2.0, foot: 8.0, leading, gap, columns, label }
    }

    const fn tight(size: f32, leading: f32, gap: f32) -> Style {
        Style { label: LabelAt::InLine, ..Style::usual(size, 2, leading, gap) }
    }
}

/// From the roomiest to the tightest.
const USUAL: [Style; 9] = [
    Style::usual(12.0, 1, 1.3, 7.0),
    Style::usual(10.5, 1, 1.3, 6.0),
    Style::usual(9.0, 1, 1.28, 5.0),
    Style::usual(10.0, 2, 1.28, 6.0),
    Style::usual(9.0, 2, 1.25, 5.0),
    Style::usual(9.0, 2, 1.18, 2.5),
    Style::tight(9.0, 1.18, 3.0),
    Style::tight(8.5, 1.15, 2.5),
    Style::tight(8.0, 1.12, 2.0),
];
/// Who needs two sides anyway need not read the smallest letters.
const TWO_SIDES: Style = USUAL[6];
const EASY: Style = Style {
    size: 16.0,
    title: 24.0,
    heading: 21.0,
    foot: 16.0,
    leading: 1.4,
    gap: 16.0,
    columns: 1,
    label: LabelAt::Beside,
};
const LARGE: Style = Style {
    size: 18.0,
    title: 26.0,
    heading: 22.0,
    foot: 18.0,
    leading: 1.35,
    gap: 14.0,
    columns: 1,
    label: LabelAt::Beside,
};

/// The words with their widths, which are the same at every size.
pub(super) struct Measured {
    title: Vec<Word>,
    title_again: Vec<Word>,
    under: Vec<Word>,
    look_here: Vec<Word>,
    short_link: Vec<Word>,
    nothing: Vec<Word>,
    foot: Vec<Word>,
    groups: Vec<MeasuredGroup>,
}

struct MeasuredGroup {
    heading: Vec<Word>,
    /// The same where it goes on.
    goes_on: Vec<Word>,
    items: Vec<MeasuredItem>,
}

struct MeasuredItem {
    label: Vec<Vec<Word>>,
    title: Vec<Word>,
    paragraphs: Vec<Vec<Word>>,
}

pub(super) fn measure(letters: &Letters, paper: &Paper) -> Measured {
    let plain = |text: &str| words(letters, text, Weight::Regular);
    let bold = |text: &str| words(letters, text, Weight::Bold);
    let both = |parts: &[Words]| -> Vec<Word> {
        parts.iter().flat_map(|part| words(letters, &part.text, part.weight())).collect()
    };
    let groups = paper.groups.iter().map(|group| MeasuredGroup {
        heading: bold(&group.heading),
        goes_on: bold(&format!("{} (continued)", group.heading)),
        items: group
            .items
            .iter()
            .map(|item| MeasuredItem {
                label: item.label.iter().map(|line| bold(line)).collect(),
                title: bold(&item.title),
                paragraphs: item.paragraphs.iter().map(|parts| both(parts)).collect(),
            })
            .collect(),
    });
    Measured {
        title: bold(&paper.title),
        title_again: bold(&format!("{} (continued)", paper.title)),
        under: both(&paper.under),
        look_here: plain(&paper.look_here),
        short_link: bold(&paper.short_link),
        nothing: plain(&paper.nothing),
        foot: plain(&paper.foot),
        groups: groups.collect(),
    }
}

/// The whole document, line by line.
pub(super) struct Set {
    pub sides: Vec<Side>,
}

/// One side of paper.
#[derive(Default)]
pub(super) struct Side {
    pub lines: Vec<Line>,
    /// Lines across, as from where and to where.
    pub rules: Vec<(f32, f32, f32)>,
}

/// A line of letters.
pub(super) struct Line {
    pub what: What,
    pub x: f32,
    /// Where the letters stand on.
    pub baseline: f32,
    pub size: f32,
    pub words: Vec<Word>,
}

/// What a line is part of. Numbers are those of the paper's groups, items and paragraphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    Title,
    Under,
    LookHere,
    ShortLink,
    Nothing,
    Heading(usize),
    /// Said again where a group goes on: not for those who hear the document as one.
    GoesOn,
    Label(usize, usize),
    ItemTitle(usize, usize),
    Paragraph(usize, usize, usize),
    Foot,
    SideNumber,
}

pub(super) fn set(letters: &Letters, paper: &Paper, measured: &Measured) -> Set {
    let with = |style: Style| Setter { letters, measured, style }.set();
    match paper.print {
        Print::Easy => with(EASY),
        Print::Large => with(LARGE),
        Print::Usual => {
            let one_side = USUAL.into_iter().map(with).find(|set| set.sides.len() == 1);
            one_side.unwrap_or_else(|| with(TWO_SIDES))
        }
    }
}

struct Setter<'a> {
    letters: &'a Letters,
    measured: &'a Measured,
    style: Style,
}

/// Something that is kept together where it can be: a heading with what follows it, one thing of a list.
struct Block {
    lines: Vec<Line>,
    height: f32,
    /// Which group it opens, or is part of.
    group: usize,
    opens: bool,
}

/// A column that is being filled.
#[derive(Clone, Copy)]
struct Column {
    side: usize,
    number: u8,
    top: f32,
}

/// What stands above the columns of the first side.
struct Head {
    lines: Vec<Line>,
    rule: f32,
    bottom: f32,
}

impl Setter<'_> {
    fn set(&self) -> Set {
        let head = self.head();
        let foot = self.foot_height();
        let blocks = self.blocks();
        let whole = HEIGHT - MARGIN - foot;
        let mut sides = self.fill(&blocks, head.bottom, whole);
        if sides.len() == 1 && self.style.columns > 1 {
            // Columns of one height look like one timetable.
            let mut bottom = head.bottom + 40.0;
            while bottom < whole {
                let even = self.fill(&blocks, head.bottom, bottom);
                if even.len() == 1 {
                    sides = even;
                    break;
                }
                bottom += 8.0;
            }
        }
        let count = sides.len();
        let mut made: Vec<Side> = (0..count).map(|_| Side::default()).collect();
        made[0].lines.extend(head.lines);
        made[0].rules.push((MARGIN, WIDTH - MARGIN, head.rule));
        for side in &mut made[1..] {
            let place = (MARGIN, MARGIN, WIDTH - 2.0 * MARGIN);
            let words = &self.measured.title_again;
            self.stack(&mut side.lines, What::GoesOn, words, place, self.style.heading);
            side.rules.push((MARGIN, WIDTH - MARGIN, self.top_of_next() - 6.0));
        }
        for (side, placed) in sides.into_iter().enumerate() {
            for (number, x, y) in placed {
                let block = &blocks[number.block];
                if number.goes_on {
                    self.goes_on(&mut made[side], block.group, x, y - self.goes_on_height());
                }
                let chosen = &block.lines[number.first..number.last];
                let up = chosen.first().map_or(0.0, |line| line.baseline - self.ascent(line.size));
                let up = if number.first == 0 { 0.0 } else { up };
                made[side].lines.extend(chosen.iter().map(|line| Line {
                    what: line.what,
                    x: x + line.x,
                    baseline: y + line.baseline - up,
                    size: line.size,
                    words: line.words.clone(),
                }));
                if block.opens && number.first == 0 {
                    let under = y + self.heading_height() - 3.0;
                    made[side].rules.push((x, x + self.column_width(), under));
                }
            }
        }
        self.foot(&mut made);
        Set { sides: made }
    }

    /// Distance from the top of a line to where its letters stand on.
    fn ascent(&self, size: f32) -> f32 {
        size * (0.76 + (self.style.leading - 1.0) / 2.0)
    }

    fn step(&self, size: f32) -> f32 {
        size * self.style.leading
    }

    fn column_width(&self) -> f32 {
        let columns = f32::from(self.style.columns);
        (WIDTH - 2.0 * MARGIN - (columns - 1.0) * COLUMN_SPACE) / columns
    }

    /// Adds lines under one another and says where they end.
    fn stack(
        &self,
        out: &mut Vec<Line>,
        what: What,
        words: &[Word],
        (x, top, width): (f32, f32, f32),
        size: f32,
    ) -> f32 {
        let mut y = top;
        for words in lines(self.letters, words, size, width) {
            out.push(Line { what, x, baseline: y + self.ascent(size), size, words });
            y += self.step(size);
        }
        y
    }

    /// The heading and the code, and where what follows begins.
    fn head(&self) -> Head {
        let mut out = Vec::new();
        let measured = self.measured;
        let width = WIDTH - 2.0 * MARGIN - CODE - CODE_SPACE;
        let size = self.style.size;
        let y = self.stack(&mut out, What::Title, &measured.title, (MARGIN, MARGIN, width), self.style.title);
        let y = self.stack(&mut out, What::Under, &measured.under, (MARGIN, y + 2.0, width), size);
        let y = self.stack(&mut out, What::LookHere, &measured.look_here, (MARGIN, y, width), size);
        let y = self.stack(&mut out, What::ShortLink, &measured.short_link, (MARGIN, y, width), size);
        let rule = y.max(MARGIN + CODE) + 6.0;
        let mut bottom = rule + 6.0;
        if measured.groups.is_empty() {
            let place = (MARGIN, bottom + 6.0, WIDTH - 2.0 * MARGIN);
            bottom = self.stack(&mut out, What::Nothing, &measured.nothing, place, size);
        }
        Head { lines: out, rule, bottom }
    }

    fn foot_lines(&self) -> Vec<Vec<Word>> {
        lines(self.letters, &self.measured.foot, self.style.foot, WIDTH - 2.0 * MARGIN)
    }

    fn foot_height(&self) -> f32 {
        // One more line for the number of the side.
        self.step(self.style.foot) * (self.foot_lines().len() + 1) as f32 + 8.0
    }

    fn foot(&self, sides: &mut [Side]) {
        let size = self.style.foot;
        let top = HEIGHT - MARGIN - self.foot_height() + 8.0;
        let count = sides.len();
        for (number, side) in sides.iter_mut().enumerate() {
            if count > 1 {
                let said = format!("Side {} of {count}", number + 1);
                let words = words(self.letters, &said, Weight::Regular);
                let last = HEIGHT - MARGIN - self.step(size);
                self.stack(&mut side.lines, What::SideNumber, &words, (MARGIN, last, WIDTH), size);
            }
        }
        if let Some(last) = sides.last_mut() {
            let width = WIDTH - 2.0 * MARGIN;
            let top = if count > 1 { top } else { top + self.step(size) };
            self.stack(&mut last.lines, What::Foot, &self.measured.foot, (MARGIN, top, width), size);
        }
    }

    fn heading_height(&self) -> f32 {
        self.step(self.style.heading) + 5.0
    }

    fn goes_on_height(&self) -> f32 {
        self.step(self.style.size) + 3.0
    }

    fn goes_on(&self, side: &mut Side, group: usize, x: f32, y: f32) {
        let words = &self.measured.groups[group].goes_on;
        let place = (x, y, self.column_width());
        self.stack(&mut side.lines, What::GoesOn, words, place, self.style.size);
    }

    /// Everything under the head, in its order, each as if it stood at the top of a column.
    fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let size = self.style.size;
        let label = self.label_width();
        for (group, measured) in self.measured.groups.iter().enumerate() {
            for (number, item) in measured.items.iter().enumerate() {
                let mut out = Vec::new();
                let opens = number == 0;
                let mut top = 0.0;
                if opens {
                    let place = (0.0, 0.0, self.column_width());
                    self.stack(&mut out, What::Heading(group), &measured.heading, place, self.style.heading);
                    top = self.heading_height();
                }
                let mut beside = top;
                for line in self.label(item) {
                    let place = (0.0, beside, label);
                    beside = self.stack(&mut out, What::Label(group, number), &line, place, size);
                }
                let width = self.column_width() - label;
                let place = (label, top, width);
                let mut y = self.stack(&mut out, What::ItemTitle(group, number), &item.title, place, size);
                let (x, width) = match self.style.label {
                    LabelAt::Beside => (label, width),
                    LabelAt::InLine => (0.0, self.column_width()),
                };
                for (at, words) in item.paragraphs.iter().enumerate() {
                    y = self.stack(&mut out, What::Paragraph(group, number, at), words, (x, y, width), size);
                }
                let height = y.max(beside) + self.style.gap;
                blocks.push(Block { lines: out, height, group, opens });
            }
        }
        blocks
    }

    fn label(&self, item: &MeasuredItem) -> Vec<Vec<Word>> {
        match self.style.label {
            LabelAt::Beside => item.label.clone(),
            LabelAt::InLine if item.label.is_empty() => Vec::new(),
            LabelAt::InLine => vec![item.label.concat()],
        }
    }

    /// As wide as the widest label, and some space.
    fn label_width(&self) -> f32 {
        let items = self.measured.groups.iter().flat_map(|group| &group.items);
        let widest = items
            .flat_map(|item| self.label(item))
            .map(|line| {
                let gaps = line.len().saturating_sub(1) as f32 * self.letters.space(Weight::Bold);
                line.iter().map(|word| word.width).sum::<f32>() + gaps
            })
            .fold(0.0, f32::max);
        if widest == 0.0 { 0.0 } else { (widest * self.style.size + 8.0).min(self.column_width() / 2.0) }
    }

    /// Fills columns and sides from the top, and says where each block, or each part of one, stands.
    fn fill(&self, blocks: &[Block], first_top: f32, bottom: f32) -> Vec<Vec<(Part, f32, f32)>> {
        let mut sides: Vec<Vec<(Part, f32, f32)>> = vec![Vec::new()];
        let mut column = Column { side: 0, number: 0, top: first_top };
        let mut y = column.top;
        for (number, block) in blocks.iter().enumerate() {
            let mut first = 0;
            while first < block.lines.len() {
                let is_at_top = y == column.top;
                let goes_on = is_at_top && !(block.opens && first == 0);
                let from = match (goes_on, block.opens && first == 0 && !is_at_top) {
                    (true, _) => y + self.goes_on_height(),
                    (_, true) => y + self.style.size * 0.4,
                    _ => y,
                };
                let space = bottom - from;
                let rest = block.height - self.height_before(block, first);
                // The gap under the last one of a column may be cut off.
                if rest - self.style.gap <= space {
                    let part = Part { block: number, first, last: block.lines.len(), goes_on };
                    sides[column.side].push((part, self.column_x(column), from));
                    y = from + rest;
                    break;
                }
                if is_at_top {
                    // Higher than a whole column: as many of its lines as there is room for.
                    let fits = block.lines[first..]
                        .iter()
                        .take_while(|line| {
                            line.baseline - self.height_before(block, first) + 0.3 * line.size <= space
                        })
                        .count()
                        .max(1);
                    let part = Part { block: number, first, last: first + fits, goes_on };
                    sides[column.side].push((part, self.column_x(column), from));
                    first += fits;
                }
                column = self.after(column);
                if sides.len() == column.side {
                    sides.push(Vec::new());
                }
                y = column.top;
            }
        }
        sides
    }

    fn height_before(&self, block: &Block, first: usize) -> f32 {
        if first == 0 {
            return 0.0;
        }
        block.lines.get(first).map_or(0.0, |line| line.baseline - self.ascent(line.size))
    }

    fn column_x(&self, column: Column) -> f32 {
        MARGIN + f32::from(column.number) * (self.column_width() + COLUMN_SPACE)
    }

    fn after(&self, column: Column) -> Column {
        if column.number + 1 < self.style.columns {
            return Column { number: column.number + 1, ..column };
        }
        Column { side: column.side + 1, number: 0, top: self.top_of_next() }
    }

    /// A side that follows has the heading again.
    fn top_of_next(&self) -> f32 {
        let width = WIDTH - 2.0 * MARGIN;
        let title = lines(self.letters, &self.measured.title_again, self.style.heading, width);
        MARGIN + self.step(self.style.heading) * title.len() as f32 + 12.0
    }
}

/// Lines of a block that stand together.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Part {
    block: usize,
    first: usize,
    last: usize,
    goes_on: bool,
}
