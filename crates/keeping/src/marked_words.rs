//! Two wordings side by side, with the words that differ marked: a reviewer's eye goes to what was changed.

/// Some words of a line that are all kept or all changed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Piece {
    /// The words.
    pub text: String,
    /// Struck through on the one side, underlined on the other.
    pub changed: bool,
}

/// One line of a wording.
pub(crate) type Line = Vec<Piece>;

/// Past so many pairs of words they are not compared one by one.
const PAIRS_MAX: usize = 1_000_000;

/// Marks in both wordings what the other one does not have. Wordings that have little in common are marked whole: a
/// word kept here and there is harder to read than two sentences.
pub(crate) fn mark_changes(before: &str, after: &str) -> (Vec<Line>, Vec<Line>) {
    let (was, is) = (words(before), words(after));
    let (kept_was, kept_is) = common(&was, &is);
    let kept = kept_was.iter().filter(|kept| **kept).count();
    let longer = was.len().max(is.len());
    if kept * 3 < longer {
        return (lines(before, &vec![false; was.len()]), lines(after, &vec![false; is.len()]));
    }
    (lines(before, &kept_was), lines(after, &kept_is))
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// Which words of each belong to the longest run of words, in order, that both have.
fn common(was: &[&str], is: &[&str]) -> (Vec<bool>, Vec<bool>) {
    let (mut kept_was, mut kept_is) = (vec![false; was.len()], vec![false; is.len()]);
    if was.len() * is.len() > PAIRS_MAX {
        return (kept_was, kept_is);
    }
    let width = is.len() + 1;
    // `longest[a][b]` is how many words the ends from `a` and from `b` have in common.
    let mut longest = vec![0_u32; (was.len() + 1) * width];
    for a in (0..was.len()).rev() {
        for b in (0..is.len()).rev() {
            longest[a * width + b] = if was[a] == is[b] {
                longest[(a + 1) * width + b + 1] + 1
            } else {
                longest[(a + 1) * width + b].max(longest[a * width + b + 1])
            };
        }
    }
    let (mut a, mut b) = (0, 0);
    while a < was.len() && b < is.len() {
        if was[a] == is[b] {
            (kept_was[a], kept_is[b]) = (true, true);
            (a, b) = (a + 1, b + 1);
        } else if longest[(a + 1) * width + b] >= longest[a * width + b + 1] {
            a += 1;
        } else {
            b += 1;
        }
    }
    (kept_was, kept_is)
}

fn lines(text: &str, kept: &[bool]) -> Vec<Line> {
    let mut kept = kept.iter();
    let line = |line: &str| {
        let mut pieces: Line = Vec::new();
        for (word, kept) in line.split_whitespace().zip(kept.by_ref()) {
            match pieces.last_mut().filter(|piece| piece.changed != *kept) {
                Some(piece) => {
                    piece.text.push(' ');
                    piece.text.push_str(word);
                }
                None => pieces.push(Piece { text: word.to_owned(), changed: !kept }),
            }
        }
        pieces
    };
    text.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(lines: &[Line]) -> String {
        let piece = |piece: &Piece| {
            if piece.changed { format!("[{}]", piece.text) } else { piece.text.clone() }
        };
        let line = |line: &Line| line.iter().map(piece).collect::<Vec<_>>().join(" ");
        lines.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn only_the_words_that_differ_are_marked() {
        for (before, after, was, is) in [
            ("0151 495 5065", "0151 495 5056", "0151 495 [5065]", "0151 495 [5056]"),
            ("Come on Monday", "Come on Monday or Tuesday", "Come on Monday", "Come on Monday [or Tuesday]"),
            ("One\n\nTwo three", "One\n\nTwo four", "One\n\nTwo [three]", "One\n\nTwo [four]"),
            ("Not given", "Free", "[Not given]", "[Free]"),
            (
                "Midwives answer a call",
                "Come and sit with us",
                "[Midwives answer a call]",
                "[Come and sit with us]",
            ),
            ("", "New", "", "[New]"),
        ] {
            let (marked_was, marked_is) = mark_changes(before, after);
            assert_eq!((shown(&marked_was).as_str(), shown(&marked_is).as_str()), (was, is));
        }
    }

    #[test]
    fn no_word_is_lost_and_what_is_kept_is_the_same_on_both_sides() {
        let all = ["a b c d", "a c b d e", "d d d", "", "x\ny z", "a b\n c d  e f"];
        for before in all {
            for after in all {
                let (was, is) = mark_changes(before, after);
                let words_of = |lines: &[Line], only_kept: fn(&Piece) -> bool| {
                    let pieces: Vec<String> = lines
                        .iter()
                        .flatten()
                        .filter(|piece| only_kept(piece))
                        .map(|piece| piece.text.clone())
                        .collect();
                    pieces.join(" ")
                };
                assert_eq!(words_of(&was, |_| true), words(before).join(" "));
                assert_eq!(words_of(&is, |_| true), words(after).join(" "));
                assert_eq!(words_of(&was, |piece| !piece.changed), words_of(&is, |piece| !piece.changed));
            }
        }
    }
}
