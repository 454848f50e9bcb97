//! How often the right thing is among the first: counted by slice, lexical alone and fused side by side, with how far
//! such a count can be trusted. Whoever judges questions calls [`table`]; nothing here searches.
//!
//! Each share stands with its 95 % interval by Wilson's score, which holds for few questions and near 100 % as well.
//! The last column is the exact sign test of the questions on which the two differ, for they answer the same ones.

use std::fmt::Write;

/// One question: in which slices it is counted, and at which place the first right answer stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// What kind of question it is: `clean`, `messy`. It may be several.
    pub slices: Vec<String>,
    /// Place of the first right answer by words alone, from 0; `None` when there was none.
    pub lexical: Option<usize>,
    /// The same by words and meaning together.
    pub fused: Option<usize>,
}

/// The printed table: a line for each slice in the order met, and one for all.
pub fn table(judged: &[Judged]) -> String {
    let mut slices: Vec<&str> = Vec::new();
    for slice in judged.iter().flat_map(|judged| &judged.slices) {
        if !slices.contains(&slice.as_str()) {
            slices.push(slice);
        }
    }
    let mut lines = String::from(HEAD);
    for slice in slices {
        let of_slice: Vec<&Judged> =
            judged.iter().filter(|judged| judged.slices.iter().any(|name| name == slice)).collect();
        write_lines(&mut lines, slice, &of_slice);
    }
    write_lines(&mut lines, "all", &judged.iter().collect::<Vec<_>>());
    lines
}

/// How many of `of` had a right answer among the first `first`, as a share. `of` empty is 0.
pub fn share_among(of: impl IntoIterator<Item = Option<usize>>, first: usize) -> f64 {
    let (mut right, mut asked) = (0usize, 0usize);
    for place in of {
        asked += 1;
        right += usize::from(place.is_some_and(|place| place < first));
    }
    right as f64 / asked.max(1) as f64
}

/// The interval in which the true share lies, 95 times of 100, when `right` of `asked` were right.
pub fn wilson(right: usize, asked: usize) -> (f64, f64) {
    if asked == 0 {
        return (0.0, 1.0);
    }
    const Z: f64 = 1.959_963_984_540_054;
    let (n, share) = (asked as f64, right as f64 / asked as f64);
    let middle = share + Z * Z / (2.0 * n);
    let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + Z * Z / n;
    (((middle - half) / whole).max(0.0), ((middle + half) / whole).min(1.0))
}

/// How likely a difference as large as this is by chance, when only `better` and `worse` of the questions differ.
pub fn sign_test(better: usize, worse: usize) -> f64 {
    let differ = better + worse;
    let fewer = better.min(worse);
    let mut chance = 0.5f64.powi(i32::try_from(differ).unwrap_or(i32::MAX));
    let mut tail = 0.0;
    for drawn in 0..=fewer {
        tail += chance;
        chance *= (differ - drawn) as f64 / (drawn + 1) as f64;
    }
    (2.0 * tail).min(1.0)
}

const FIRSTS: [usize; 3] = [1, 3, 5];
const HEAD: &str =
    "slice                    asked  by              s@1            s@3            s@5   better/worse s@3\n";

fn write_lines(lines: &mut String, slice: &str, judged: &[&Judged]) {
    let lexical = judged.iter().map(|judged| judged.lexical);
    let fused = judged.iter().map(|judged| judged.fused);
    let asked = judged.len();
    let _ = writeln!(lines, "{slice:<24} {asked:>5}  lexical {}", cells(lexical, asked));
    let is_among = |place: Option<usize>| place.is_some_and(|place| place < 3);
    let gained = |judged: &&&Judged| is_among(judged.fused) && !is_among(judged.lexical);
    let lost = |judged: &&&Judged| is_among(judged.lexical) && !is_among(judged.fused);
    let (better, worse) = (judged.iter().filter(gained).count(), judged.iter().filter(lost).count());
    let chance = sign_test(better, worse);
    let _ = writeln!(
        lines,
        "{:<24} {:>5}  fused   {}   +{better} -{worse}, p {chance:.2}",
        "",
        "",
        cells(fused, asked)
    );
}

fn cells(places: impl Iterator<Item = Option<usize>> + Clone, asked: usize) -> String {
    let mut cells = String::new();
    for first in FIRSTS {
        let right = places.clone().filter(|place| place.is_some_and(|place| place < first)).count();
        let (low, high) = wilson(right, asked);
        let percent = |share: f64| (share * 100.0).round();
        let share = percent(right as f64 / asked.max(1) as f64);
        let _ = write!(cells, " {share:>3} [{:>3}-{:>3}] ", percent(low), percent(high));
    }
    cells.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_and_chances_are_those_of_the_books() {
        let near = |a: f64, b: f64| (a - b).abs() < 5e-4;
        for (right, asked, low, high) in
            [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 100, 0.7222, 0.8749), (5, 10, 0.2366, 0.7634)]
        {
            let found = wilson(right, asked);
            assert!(near(found.0, low) && near(found.1, high), "{right} of {asked}: {found:?}");
        }
        assert_eq!(wilson(0, 0), (0.0, 1.0));
        for (better, worse, chance) in
            [(0, 0, 1.0), (5, 0, 0.0625), (0, 5, 0.0625), (8, 2, 0.1094), (4, 4, 1.0)]
        {
            assert!(near(sign_test(better, worse), chance), "{better} {worse}: {}", sign_test(better, worse));
        }
    }

    #[test]
    fn the_table_counts_each_slice_and_all_with_both_side_by_side() {
        let judged = |slices: &[&str], lexical, fused| Judged {
            slices: slices.iter().map(|slice| (*slice).to_owned()).collect(),
            lexical,
            fused,
        };
        let table = table(&[
            judged(&["clean"], Some(0), Some(0)),
            judged(&["messy", "night"], Some(3), Some(2)),
            judged(&["messy"], None, Some(4)),
            judged(&["clean"], Some(2), Some(1)),
        ]);
        let lines: Vec<&str> = table.lines().map(str::trim_end).collect();
        assert_eq!(lines.len(), 9, "{table}");
        assert!(
            lines[1].starts_with("clean                        2  lexical   50 [  9- 91]  100 [ 34-100]"),
            "{table}"
        );
        assert!(lines[4].contains("fused") && lines[4].ends_with("+1 -0, p 1.00"), "{table}");
        assert!(lines[5].starts_with("night                        1"), "{table}");
        assert!(lines[7].starts_with("all                          4  lexical   25"), "{table}");
        assert!(lines[8].contains("75 [ 30- 95]  100"), "{table}");
        assert_eq!(share_among([Some(0), Some(3), None, Some(2)], 3), 0.5);
    }
}
