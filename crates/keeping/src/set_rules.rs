//! What may show to families without being checked first.

use crate::{
    edit_section::IntoReply,
    entry::{list_rules, person_of},
    fields::{FIELDS, Section, Trust},
    model::{Straight, rule_for},
    pages::before_review,
    store as rows,
};
use access::{On, SetKeepingRules};
use askama::Template;
use axum::{extract::State, http::StatusCode};
use web::{Form, Page, Reply, Site, Who, see_other, show_with};

#[derive(Template)]
#[template(path = "rules.html")]
struct RulesView {
    /// Address and words of the page before.
    back: (&'static str, &'static str),
    saved: bool,
    sections: Vec<SectionRules>,
    settled: Vec<&'static str>,
    sensitive: Vec<&'static str>,
}

/// The title of a section, and of each of its fields the key, the label and whether it shows at once.
type SectionRules = (&'static str, Vec<(&'static str, &'static str, bool)>);

/// `GET /admin/review/rules`.
pub(crate) async fn get(State(site): State<Site>, who: Who, params: web::Params) -> Reply {
    who.may::<SetKeepingRules>(On::all("keeping_rule"))?;
    let rules = site.db().read(list_rules).await?;
    let of = |trust: Trust| {
        FIELDS.iter().filter(move |field| field.trust == trust).map(|field| field.label).collect()
    };
    let body = RulesView {
        back: before_review(&who),
        saved: params.get("saved") == "1",
        sections: Section::ALL
            .into_iter()
            .filter_map(|section| {
                let fields = section
                    .fields()
                    .filter(|field| matches!(field.trust, Trust::Trusted | Trust::Reviewed))
                    .map(|field| (field.key, field.label, rule_for(field, &rules) == Straight::Through))
                    .collect::<Vec<_>>();
                (!fields.is_empty()).then_some((section.title(), fields))
            })
            .collect(),
        settled: of(Trust::Settled),
        sensitive: of(Trust::Sensitive),
    };
    show_with(&site, StatusCode::OK, &Page::new("What may show without being checked"), &body)
}

/// `POST /admin/review/rules`.
pub(crate) async fn post(State(site): State<Site>, who: Who, form: Form) -> Reply {
    let may = who.may::<SetKeepingRules>(On::all("keeping_rule"))?;
    let now = site.clock().now();
    site.db()
        .write(move |tx| {
            let before = list_rules(tx)?;
            let by = Some(person_of(&may)?.uuid());
            let mut changed = Vec::new();
            for field in FIELDS.iter().filter(|field| matches!(field.trust, Trust::Trusted | Trust::Reviewed))
            {
                let straight = if form.all("straight").any(|key| key == field.key) {
                    Straight::Through
                } else {
                    Straight::ToReview
                };
                if straight != rule_for(field, &before) {
                    rows::set_rule(tx, field.key, (straight == Straight::Through).into(), by, now)?;
                    changed.push(field.key);
                }
            }
            if !changed.is_empty() {
                access::audit::record(
                    tx,
                    &may,
                    format!("set what goes straight through: {}", changed.join(", ")),
                    "",
                    now,
                );
            }
            Ok(())
        })
        .await?;
    see_other("/admin/review/rules?saved=1").into_reply()
}
