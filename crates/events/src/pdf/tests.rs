use super::*;
use lopdf::{Document, Object};

/// A day of a town: what a line of a timetable usually says.
fn item(number: usize) -> Item {
    Item {
        label: vec!["9:30am".to_owned(), "to 11am".to_owned()],
        title: format!("Stay and play {number}"),
        link: format!("https://hub.example.org/whats-on/stay-and-play-{number}"),
        paragraphs: vec![vec![
            Words::plain("Mill Family Hub, Sunshine room. Under 5 years. Brothers and sisters can come too."),
            Words::bold("Drop in."),
            Words::plain("Free. Step-free. Dads welcome."),
        ]],
    }
}

pub(super) fn paper(sessions: usize, print: Print) -> Paper {
    let each = sessions.div_ceil(5).max(1);
    let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];
    let numbers: Vec<usize> = (0..sessions).collect();
    let groups = numbers.chunks(each).zip(days).map(|(numbers, day)| Group {
        heading: day.to_owned(),
        items: numbers.iter().map(|number| item(*number)).collect(),
    });
    Paper {
        title: "Northtown timetable: Autumn term 2026".to_owned(),
        under: vec![
            Words::plain("7 September to 18 December 2026."),
            Words::bold("Correct on 22 November 2026."),
        ],
        link: "https://hub.example.org/timetables/northtown".to_owned(),
        short_link: "hub.example.org/timetables/northtown".to_owned(),
        look_here: "Look here for changes:".to_owned(),
        groups: groups.collect(),
        nothing: "Nothing more is planned here.".to_owned(),
        foot: "Drop in means just come along. For anything else, ask first.".to_owned(),
        print,
    }
}

fn read(paper: &Paper) -> Document {
    Document::load_mem(&pdf(paper).unwrap()).unwrap()
}

/// The sizes of the letters on the paper, the smallest first.
fn sizes(document: &Document) -> Vec<f32> {
    let mut sizes: Vec<f32> = document
        .get_pages()
        .into_values()
        .flat_map(|page| document.get_and_decode_page_content(page).unwrap().operations)
        .filter(|operation| operation.operator == "Tf")
        .map(|operation| operation.operands[1].as_float().unwrap())
        .collect();
    sizes.sort_by(f32::total_cmp);
    sizes.dedup();
    sizes
}

/// The kinds of structure in the order in which a reader meets them.
fn structure(document: &Document) -> Vec<String> {
    fn walk(document: &Document, node: &Object, out: &mut Vec<String>) {
        let node = document.dereference(node).unwrap().1;
        match node {
            Object::Array(all) => all.iter().for_each(|one| walk(document, one, out)),
            Object::Dictionary(node) => {
                if let Ok(kind) = node.get(b"S").and_then(Object::as_name) {
                    out.push(String::from_utf8(kind.to_vec()).unwrap());
                }
                if let Ok(kids) = node.get(b"K") {
                    walk(document, kids, out);
                }
            }
            _ => {}
        }
    }
    let root = document.catalog().unwrap().get(b"StructTreeRoot").unwrap();
    let mut out = Vec::new();
    walk(document, root, &mut out);
    out
}

#[test]
fn forty_sessions_stand_on_one_side_and_never_in_letters_under_8_points() {
    for (sessions, sides) in [(0, 1..=1), (1, 1..=1), (12, 1..=1), (40, 1..=1), (120, 2..=4)] {
        let document = read(&paper(sessions, Print::Usual));
        let made = document.get_pages().len();
        assert!(sides.contains(&made), "{sessions} sessions on {made} sides");
        assert!(sizes(&document)[0] >= 8.0, "{:?}", sizes(&document));
    }
    assert!(sizes(&read(&paper(8, Print::Usual))).contains(&12.0), "a few have room");
}

#[test]
fn it_is_tagged_with_its_title_its_language_headings_lists_links_and_words_for_the_code() {
    let document = read(&paper(10, Print::Usual));
    let catalog = document.catalog().unwrap();
    assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), b"en-GB");
    let marked = document.dereference(catalog.get(b"MarkInfo").unwrap()).unwrap().1;
    assert!(marked.as_dict().unwrap().get(b"Marked").unwrap().as_bool().unwrap());
    let shown = document.dereference(catalog.get(b"ViewerPreferences").unwrap()).unwrap().1;
    assert!(shown.as_dict().unwrap().get(b"DisplayDocTitle").unwrap().as_bool().unwrap());
    let information = document.dereference(document.trailer.get(b"Info").unwrap()).unwrap().1;
    let title = information.as_dict().unwrap().get(b"Title").unwrap();
    assert_eq!(lopdf::decode_text_string(title).unwrap(), "Northtown timetable: Autumn term 2026");
    let kinds = structure(&document);
    let count = |kind: &str| kinds.iter().filter(|known| *known == kind).count();
    assert_eq!([count("H1"), count("H2"), count("H3"), count("L"), count("LI")], [1, 5, 10, 5, 10]);
    assert_eq!([count("Lbl"), count("LBody"), count("Figure"), count("Link")], [10, 10, 1, 11]);
    let at = |kind: &str| kinds.iter().position(|known| known == kind).unwrap();
    assert!(at("H1") < at("H2") && at("H2") < at("L") && at("Lbl") < at("H3"), "{kinds:?}");
    let annotations: usize = document
        .get_pages()
        .into_values()
        .map(|page| document.get_page_annotations(page).unwrap().len())
        .sum();
    assert_eq!(annotations, 11, "every session and the page itself");
}

#[test]
fn its_words_can_be_searched_and_a_letter_that_the_font_has_not_is_still_in_them() {
    let mut paper = paper(2, Print::Usual);
    paper.groups[0].items[0].title = "Clwb Siân 漢 مرحبا بكم Żółć".to_owned();
    let document = read(&paper);
    let text = document.extract_text(&[1]).unwrap();
    for words in
        ["Northtown timetable: Autumn term 2026", "Stay and play 1", "9:30am", "Correct on 22 November"]
    {
        assert!(text.contains(words), "{words} is missing in {text}");
    }
    assert!(text.contains("Siân") && text.contains('漢') && text.contains("Żółć"), "{text}");
    assert_eq!(pdf(&paper).unwrap(), pdf(&paper).unwrap(), "the same words are the same file");
}

#[test]
fn large_print_is_18_points_everywhere_and_has_as_many_sides_as_it_needs() {
    let document = read(&paper(40, Print::Large));
    assert_eq!(sizes(&document)[0], 18.0);
    assert!(document.get_pages().len() > 4);
    let text = document.extract_text(&[2]).unwrap();
    assert!(text.contains("(continued)") && text.contains("Side 2 of 9"), "{text}");
    let easy = read(&paper(6, Print::Easy));
    assert_eq!(sizes(&easy)[0], 16.0);
}

#[test]
fn nothing_stands_over_an_edge_however_long_a_text_is() {
    let letters = Letters::load().unwrap();
    for print in [Print::Usual, Print::Easy, Print::Large] {
        let mut paper = paper(30, print);
        paper.title = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch ".repeat(4);
        paper.groups[1].items[0].title = "W".repeat(120);
        paper.groups[1].items[1].paragraphs = vec![vec![Words::plain("Bring a towel. ".repeat(400))]];
        let set = flow::set(letters, &paper, &flow::measure(letters, &paper));
        for line in set.sides.iter().flat_map(|side| &side.lines) {
            let gaps: f32 = line.words.iter().skip(1).map(|word| letters.space(word.weight)).sum();
            let wide = (line.words.iter().map(|word| word.width).sum::<f32>() + gaps) * line.size;
            assert!(line.x + wide <= flow::WIDTH - flow::MARGIN + 1.0, "{:?} {}", line.what, line.x + wide);
            assert!(line.baseline <= flow::HEIGHT - flow::MARGIN, "{:?} {}", line.what, line.baseline);
        }
        let drawn: usize = set
            .sides
            .iter()
            .flat_map(|side| &side.lines)
            .filter(|line| line.what == flow::What::Paragraph(1, 1, 0))
            .map(|line| line.words.len())
            .sum();
        assert_eq!(drawn, 1200, "every word of it is there");
        pdf(&paper).unwrap();
    }
}
