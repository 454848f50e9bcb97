//! The council's settings in the browser: what an officer changes without a file. Colours that could not be read are
//! refused; what stands only in the settings file (towns, contacts with review dates, map tiles) is left as it is.

use access::{ChangeSettings, On, audit};
use askama::Template;
use axum::extract::State;
use directory::Directory;
use kernel::{Email, Phone, Refusal};
use settings::{Council, Theme};
use web::{
    CardView, Form, Page, Reply, Who,
    fields::{ErrorSummary, Errors, Input},
    see_other, show_with,
};

/// Name, label, hint and the most letters of each box.
const FIELDS: [(&str, &str, &str, usize); 11] = [
    ("name", "Name in the header", "Such as ‘Halton family hubs’.", 60),
    ("strapline", "Line under the name", "", 80),
    ("area_name", "The place in a sentence", "Such as ‘Halton’.", 60),
    ("programme_name", "What the national programme is called now", "", 80),
    ("phone", "Telephone of the contact centre", "It stands on every page.", 20),
    ("phone_hours", "When it answers", "Leave empty for ‘not given’.", 120),
    ("email", "Email for families", "", 254),
    (
        "brand_hue",
        "Brand colour",
        "A hue from 0 to 359: 20 is red, 140 green, 205 sea, 260 blue, 320 violet.",
        3,
    ),
    ("lamp_hue", "Lamp colour", "A hue from 0 to 359: 78 is amber.", 3),
    ("exit_to", "Where ‘Exit this page’ leads", "A page that says nothing about who was here.", 200),
    ("footnote", "Words at the foot of every page", "", 300),
];

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsView {
    card: Option<CardView>,
    summary: String,
    fields: Vec<String>,
    saved: bool,
}

/// `GET /admin/settings`.
pub(crate) async fn get(State(directory): State<Directory>, who: Who, params: web::Params) -> Reply {
    who.may::<ChangeSettings>(On::all("settings"))?;
    let council = directory.site().council();
    let typed = |name: &str| value_of(&council, name);
    page(&directory, typed, None, &Errors::default(), !params.get("saved").is_empty())
}

/// `POST /admin/settings`.
pub(crate) async fn post(State(directory): State<Directory>, who: Who, form: Form) -> Reply {
    let may = who.may::<ChangeSettings>(On::all("settings"))?;
    let site = directory.site();
    let names: Vec<&str> = FIELDS.iter().map(|(name, ..)| *name).collect();
    let card = site.card(site.screen(&form.typed(&names)).verdict()).map(CardView::above);
    let errors = wrong_with(&form);
    if !errors.is_empty() {
        return page(&directory, |name| form.get(name).to_owned(), card, &errors, false);
    }
    let (now, typed) = (site.clock().now(), form.clone());
    site.db()
        .write(move |tx| {
            let before = settings::find_council(tx)?.unwrap_or_else(Council::unnamed);
            let after = changed(before.clone(), &typed);
            let fields: Vec<&str> = FIELDS
                .iter()
                .map(|(name, ..)| *name)
                .filter(|name| value_of(&before, name) != value_of(&after, name))
                .collect();
            if !fields.is_empty() {
                settings::set_council(tx, &after, now)?;
                audit::record(tx, &may, format!("changed the settings: {}", fields.join(", ")), "", now);
            }
            Ok(())
        })
        .await?;
    site.refresh().await?;
    Ok(see_other("/admin/settings?saved=yes"))
}

fn wrong_with(form: &Form) -> Errors {
    let mut errors = Errors::default();
    for (name, label, _, letters_max) in FIELDS {
        if form.get(name).chars().count() > letters_max {
            errors.0.push(Refusal::at(name, format!("{label}: use {letters_max} letters or fewer")));
        }
    }
    for (name, sentence) in [("name", "Enter a name"), ("area_name", "Enter the name of the place")] {
        if form.get(name).is_empty() {
            errors.0.push(Refusal::at(name, sentence));
        }
    }
    if !form.get("phone").is_empty() {
        errors.take("phone", form.get("phone").parse::<Phone>());
    }
    if !form.get("email").is_empty() {
        errors.take("email", form.get("email").parse::<Email>());
    }
    if !form.get("exit_to").starts_with("https://") || form.get("exit_to").contains(char::is_whitespace) {
        errors.0.push(Refusal::at("exit_to", "Enter an address that begins with https://"));
    }
    let hue = |name| form.get(name).parse::<u16>().ok().filter(|hue| *hue < 360);
    for name in ["brand_hue", "lamp_hue"] {
        if hue(name).is_none() {
            errors.0.push(Refusal::at(name, "Enter a whole number from 0 to 359"));
        }
    }
    if let (Some(brand), Some(lamp)) = (hue("brand_hue"), hue("lamp_hue"))
        && Theme::from_hues(brand, lamp).is_err()
    {
        errors
            .0
            .push(Refusal::at("brand_hue", "Words could not be read in these colours. Choose other ones"));
    }
    errors
}

fn changed(before: Council, form: &Form) -> Council {
    let text = |name: &str| form.get(name).to_owned();
    Council {
        name: text("name"),
        strapline: text("strapline"),
        area_name: text("area_name"),
        programme_name: text("programme_name"),
        phone: text("phone"),
        phone_hours: text("phone_hours"),
        email: text("email"),
        brand_hue: text("brand_hue").parse().unwrap_or(before.brand_hue),
        lamp_hue: text("lamp_hue").parse().unwrap_or(before.lamp_hue),
        exit_to: text("exit_to"),
        footnote: text("footnote"),
        ..before
    }
}

fn value_of(council: &Council, name: &str) -> String {
    match name {
        "name" => council.name.clone(),
        "strapline" => council.strapline.clone(),
        "area_name" => council.area_name.clone(),
        "programme_name" => council.programme_name.clone(),
        "phone" => council.phone.clone(),
        "phone_hours" => council.phone_hours.clone(),
        "email" => council.email.clone(),
        "brand_hue" => council.brand_hue.to_string(),
        "lamp_hue" => council.lamp_hue.to_string(),
        "exit_to" => council.exit_to.clone(),
        _ => council.footnote.clone(),
    }
}

fn page(
    directory: &Directory,
    value: impl Fn(&str) -> String,
    card: Option<CardView>,
    errors: &Errors,
    saved: bool,
) -> Reply {
    let mut fields = Vec::with_capacity(FIELDS.len());
    for (name, label, hint, _) in FIELDS {
        let value = value(name);
        let input = Input {
            name,
            label,
            hint,
            value: &value,
            kind: "text",
            autocomplete: "off",
            error: errors.at(name),
        };
        fields.push(input.render()?);
    }
    let body = SettingsView { card, summary: ErrorSummary { errors }.render()?, fields, saved };
    let (status, title) = errors.page("Settings");
    show_with(directory.site(), status, &Page::new(title), &body)
}
