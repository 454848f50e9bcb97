//! What meaning may change and what it may not, on entries of few words and many vectors.

use meaning::{DIMENSIONS, Table, Vector};
use proptest::prelude::*;
use search::{Document, How, Index, Kind, Query, Results, Synonyms};
use std::sync::LazyLock;

static HOUSE: LazyLock<Synonyms> = LazyLock::new(Synonyms::house);
const WORDS: [&str; 8] = ["latch", "baby", "money", "horse", "speech", "quiet", "debt", "feeding"];

fn vector() -> impl Strategy<Value = Option<Vector>> {
    let said = prop::sample::subsequence(WORDS.to_vec(), 1..3);
    let anything = prop::collection::vec(-1f32..1.0, DIMENSIONS).prop_map(|parts| {
        let mut direction = [0.0; DIMENSIONS];
        direction.copy_from_slice(&parts);
        Vector::of(&direction)
    });
    prop_oneof![
        1 => Just(None),
        4 => said.prop_map(|words| Table::builtin().vector(&words.join(" "))),
        1 => anything,
    ]
}

fn document() -> impl Strategy<Value = Document> {
    let words = || prop::sample::subsequence(WORDS.to_vec(), 0..4);
    (words(), words(), vector(), any::<bool>()).prop_map(|(title, text, vector, baby)| {
        let mut document = Document::new(Kind::Service, "", &title.join(" "));
        (document.text, document.vector, document.baby) = (text.join(" "), vector, baby);
        document
    })
}

fn documents() -> impl Strategy<Value = Vec<Document>> {
    prop::collection::vec(document(), 1..40)
}

fn question() -> impl Strategy<Value = String> {
    let words = prop::sample::subsequence([&WORDS[..], &["borrowing", "breastfeed", "pony"]].concat(), 1..4);
    words.prop_map(|words| words.join(" "))
}

fn order(results: &Results<'_>) -> Vec<u32> {
    results.hits.iter().map(|hit| hit.document).collect()
}

fn without_vectors(documents: &[Document]) -> Vec<Document> {
    documents.iter().map(|document| Document { vector: None, ..document.clone() }).collect()
}

/// Every number and every order, but not what only a search by meaning knows.
fn told(results: &Results<'_>) -> String {
    let hits: Vec<_> = results
        .hits
        .iter()
        .map(|hit| (hit.document, hit.score, hit.covered, hit.section, &hit.matched))
        .collect();
    let rest = (results.total, &results.facets, &results.loosened, &results.corrected, results.weak);
    format!("{hits:?} {rest:?} {:?}", results.sureness)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn without_vectors_it_is_the_search_by_words_exactly(documents in documents(), words in question()) {
        let index = Index::build(without_vectors(&documents), &HOUSE);
        let with = Index::build(documents, &HOUSE);
        let query = Query { per_page: 50, ..Query::of(&words) };
        let alone = Query { lexical_alone: true, ..query.clone() };
        prop_assert_eq!(told(&index.search(&query)), told(&with.search(&alone)));
        prop_assert_eq!(told(&index.search(&query)), told(&index.search(&alone)));
    }

    #[test]
    fn the_same_question_has_the_same_answer(documents in documents(), words in question()) {
        let query = Query { per_page: 50, ..Query::of(&words) };
        let index = Index::build(documents.clone(), &HOUSE);
        let once = told(&index.search(&query));
        prop_assert_eq!(&once, &told(&index.search(&query)));
        prop_assert_eq!(once, told(&Index::build(documents, &HOUSE).search(&query)));
    }

    #[test]
    fn what_is_called_what_was_typed_stays_where_words_put_it(documents in documents(), at in any::<prop::sample::Index>()) {
        let words = at.get(&documents).title.clone();
        prop_assume!(!words.is_empty());
        let index = Index::build(documents, &HOUSE);
        let query = Query { per_page: 50, ..Query::of(&words) };
        let by_words = index.search(&Query { lexical_alone: true, ..query.clone() });
        prop_assert_eq!(order(&index.search(&query)), order(&by_words));
    }

    #[test]
    fn what_words_found_is_found_and_few_come_in_beside_it(documents in documents(), words in question()) {
        let index = Index::build(documents, &HOUSE);
        let query = Query { per_page: 50, ..Query::of(&words) };
        let both = index.search(&query);
        let by_words = order(&index.search(&Query { lexical_alone: true, ..query }));
        let found = order(&both);
        prop_assert!(by_words.iter().all(|document| found.contains(document)));
        prop_assert!(found.len() <= by_words.len() + search::fusion::BROUGHT_IN_MAX);
        for hit in &both.hits {
            let by_meaning = hit.matched.iter().any(|matched| matched.how == How::Meaning);
            prop_assert_eq!(by_meaning, !by_words.contains(&hit.document));
            prop_assert!(!by_meaning || hit.closeness.is_some_and(|near| near >= search::fusion::NEAR_ENOUGH));
        }
    }

    #[test]
    fn a_loss_is_answered_by_words_alone(documents in documents(), words in question()) {
        let index = Index::build(documents, &HOUSE);
        let query = Query { per_page: 50, loss: true, ..Query::of(&words) };
        let alone = index.search(&Query { lexical_alone: true, ..query.clone() });
        prop_assert_eq!(told(&index.search(&query)), told(&alone));
    }

    #[test]
    fn an_entry_that_loses_its_vector_moves_nobody_else(mut documents in documents(), at in any::<prop::sample::Index>(), words in question()) {
        let at = at.index(documents.len());
        let query = Query { per_page: 50, ..Query::of(&words) };
        let before = order(&Index::build(documents.clone(), &HOUSE).search(&query));
        documents[at].vector = None;
        let after = order(&Index::build(documents, &HOUSE).search(&query));
        let others = |of: &[u32], among: &[u32]| -> Vec<u32> {
            of.iter().copied().filter(|document| *document != at as u32 && among.contains(document)).collect()
        };
        prop_assert_eq!(others(&before, &after), others(&after, &before));
        // The place it leaves may be taken by the next nearest, and by nobody else.
        prop_assert!(after.iter().filter(|document| !before.contains(document)).count() <= 1);
    }
}

#[test]
fn what_no_word_finds_is_found_by_what_it_means_and_says_so() {
    let entry = |slug: &str, title: &str, means: &str| Document {
        vector: Table::builtin().vector(means),
        ..Document::new(Kind::Service, slug, title)
    };
    let index = Index::build(
        vec![
            entry("ponies", "Stables", "horse riding pony lessons"),
            entry("money", "Advice on owing", "debt money bills loans"),
        ],
        &Synonyms::none(),
    );
    let results = index.search(&Query::of("the bank and loan"));
    let hit = &results.hits[0];
    assert_eq!((index.documents()[hit.document as usize].slug.as_str(), results.total), ("money", 1));
    assert_eq!(hit.matched.iter().map(|matched| matched.how).collect::<Vec<_>>(), [How::Meaning]);
    assert!(results.weak, "by meaning alone we are not sure");
    assert_eq!(results.sureness.lexical_share, 0.0);
    assert_eq!(index.search(&Query { lexical_alone: true, ..Query::of("the bank and loan") }).total, 0);
}
