//! Whether words that are quoted say together what they have of a question. Two points of one list are two things: what
//! stands in one and in the other was not said of anything.

use crate::passages::{Quote, stems};
use std::collections::HashSet;

/// What is said in one breath: a paragraph, or a point of a list with the line that leads to it.
pub(crate) fn units(quote: &Quote) -> Vec<String> {
    let on_one_line = |lines: &[String]| lines.join(" ");
    let lead = on_one_line(&quote.sentences);
    if quote.points.is_empty() {
        return vec![format!("{lead} {}", on_one_line(&quote.after))];
    }
    let points = quote.points.iter().map(|point| format!("{lead} {point}"));
    points.chain([on_one_line(&quote.after)]).filter(|unit| !unit.trim().is_empty()).collect()
}

/// Whether the words of a question, each with its forms, are said together: one of them names the part or the page, or
/// two of those that are there stand in one unit. A question of one word says nothing apart.
pub(crate) fn says_together(words: &[&HashSet<String>], named: &HashSet<String>, units: &[String]) -> bool {
    let is_in =
        |forms: &HashSet<String>, stems: &HashSet<String>| forms.iter().any(|form| stems.contains(form));
    if words.len() < 2 || units.len() < 2 || words.iter().any(|forms| is_in(forms, named)) {
        return true;
    }
    let units: Vec<HashSet<String>> = units.iter().map(|unit| stems(unit)).collect();
    let said = |forms: &&&HashSet<String>| units.iter().any(|unit| is_in(forms, unit));
    let of_them = |unit: &HashSet<String>| words.iter().filter(|forms| is_in(forms, unit)).count();
    let apart = words.iter().filter(said).count();
    apart < 2 || units.iter().map(of_them).max().unwrap_or_default() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn together(asked: &str, named: &str, units: &[&str]) -> bool {
        let forms: Vec<HashSet<String>> = asked.split(' ').map(stems).collect();
        let forms: Vec<&HashSet<String>> = forms.iter().collect();
        let units: Vec<String> = units.iter().map(|unit| (*unit).to_owned()).collect();
        says_together(&forms, &stems(named), &units)
    }

    #[test]
    fn words_of_two_points_are_not_said_together() {
        let fever = ["Give lots to drink.", "Check on them in the night.", "Do not use cold water."];
        assert!(!together("drinking night", "Fever and illness", &fever));
        assert!(!together("drink water", "Looking after them at home", &fever));
        assert!(together("fever night", "Fever and illness", &fever), "the page is about it");
        assert!(together("cold water", "Looking after them at home", &fever), "one point has both");
        assert!(together("night", "Looking after them at home", &fever), "one word is not apart");
        assert!(together("drinking night", "", &["Give lots to drink. Check on them in the night."]));
    }
}
