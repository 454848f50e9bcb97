//! A timetable as a tagged PDF, made in process: one side of A4 where it can be, with headings, lists and links that a
//! screen reader follows. What stands on it is worded elsewhere; here it is set and drawn.

mod draw;
mod flow;
mod letters;

use kernel::Fault;
use letters::{Letters, Weight};

/// What stands on the paper, already in words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Paper {
    /// The heading, and the document's title.
    pub title: String,
    /// Under the heading, the more important part in bold.
    pub under: Vec<Words>,
    /// The page that the code and the links lead to.
    pub link: String,
    /// The same as people read it, without what browsers add themselves.
    pub short_link: String,
    /// What stands before the address.
    pub look_here: String,
    pub groups: Vec<Group>,
    /// What stands there where nothing is planned.
    pub nothing: String,
    /// The last lines.
    pub foot: String,
    pub print: Print,
}

/// In which letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Print {
    /// One side, if it can be.
    #[default]
    Usual,
    /// Short sentences in larger letters.
    Easy,
    /// 18 points and more.
    Large,
}

/// Lines under a heading of their own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    pub heading: String,
    pub items: Vec<Item>,
}

/// One thing of a list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Item {
    /// The lines beside it: '9:30am', 'to 11am'. May be none.
    pub label: Vec<String>,
    pub title: String,
    /// Where its title leads.
    pub link: String,
    /// Each begins a line of its own.
    pub paragraphs: Vec<Vec<Words>>,
}

/// Words of one weight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    pub text: String,
    pub is_bold: bool,
}

impl Words {
    pub fn plain(text: impl Into<String>) -> Words {
        Words { text: text.into(), is_bold: false }
    }

    pub fn bold(text: impl Into<String>) -> Words {
        Words { text: text.into(), is_bold: true }
    }

    fn weight(&self) -> Weight {
        if self.is_bold { Weight::Bold } else { Weight::Regular }
    }
}

/// The whole document.
pub(crate) fn pdf(paper: &Paper) -> Result<Vec<u8>, Fault> {
    let letters = Letters::load()?;
    let measured = flow::measure(letters, paper);
    let set = flow::set(letters, paper, &measured);
    draw::draw(letters, paper, &set)
}

#[cfg(test)]
mod tests;
