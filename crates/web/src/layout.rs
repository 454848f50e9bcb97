use crate::{
    Site, assets,
    door::{self, Doors},
    reply::{Html, Reply},
};
use askama::Template;
use axum::response::{IntoResponse, Response};
use kernel::Fault;
use safety::{Card, CardContact, Level};
use settings::Council;
use std::borrow::Cow;

/// Everything about a page but its body.
#[derive(Clone, Default)]
pub struct Page {
    title: String,
    description: String,
    path: Option<String>,
    nav: Nav,
    exit: bool,
    sensitive: bool,
    bare: bool,
    map: bool,
    passkeys: bool,
    asks: bool,
    clear_at: String,
    header_search: bool,
    large: bool,
    hero: String,
    json_ld: Option<String>,
}

/// Which of the header's words is this page's.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Nav {
    /// None of them.
    #[default]
    None,
    /// Find help.
    Find,
    /// What's on.
    WhatsOn,
    /// Advice pages.
    Advice,
    /// Hubs.
    Hubs,
    /// Ask.
    Ask,
    /// My list.
    List,
}

impl Page {
    /// A page with its name. The council's name is added behind it.
    pub fn new(title: impl Into<String>) -> Page {
        Page { title: title.into(), header_search: true, ..Page::default() }
    }

    /// One sentence for search engines and shared links.
    pub fn describing(mut self, description: impl Into<String>) -> Page {
        self.description = description.into();
        self
    }

    /// Its one public address, with a slash in front. Without one, search engines are asked to leave it out.
    pub fn at(mut self, path: impl Into<String>) -> Page {
        self.path = Some(path.into());
        self
    }

    /// Marks a word in the header.
    pub fn under(mut self, nav: Nav) -> Page {
        self.nav = nav;
        self
    }

    /// 'Exit this page' stands in the header.
    pub fn with_exit(mut self) -> Page {
        self.exit = true;
        self
    }

    /// The same, and the title says nothing of what the page is about: it stays in the history.
    pub fn sensitive(mut self, sensitive: bool) -> Page {
        self.exit |= sensitive;
        self.sensitive |= sensitive;
        self
    }

    /// No navigation and the exit at the thumb: for a crisis.
    pub fn bare(mut self) -> Page {
        self.bare = true;
        self
    }

    /// A map may be shown here, if the council has one.
    pub fn with_map(mut self) -> Page {
        self.map = true;
        self
    }

    /// Passkeys are made or used here.
    pub fn with_passkeys(mut self) -> Page {
        self.passkeys = true;
        self
    }

    /// Questions are asked and answered here.
    pub fn with_ask(mut self) -> Page {
        self.asks = true;
        self
    }

    /// 'Exit this page' also forgets, on the server, what stands at this address.
    pub fn clearing(mut self, path: impl Into<String>) -> Page {
        self.clear_at = path.into();
        self
    }

    /// The page has a search box of its own.
    pub fn without_header_search(mut self) -> Page {
        self.header_search = false;
        self
    }

    /// Larger letters, on the screen and on paper.
    pub fn in_large_print(mut self) -> Page {
        self.large = true;
        self
    }

    /// Markup that runs on from the header: the home page's question.
    pub fn with_hero(mut self, hero: String) -> Page {
        self.hero = hero;
        self
    }

    /// schema.org data about what the page shows.
    pub fn about(mut self, json_ld: &serde_json::Value) -> Page {
        // '<' is written as an escape, so that no text of an entry can close the element early.
        self.json_ld = Some(json_ld.to_string().replace('<', "\\u003c"));
        self
    }
}

/// What stands above every page's body.
#[derive(Template)]
#[template(path = "layout_above.html")]
struct Above<'a> {
    page: &'a Page,
    council: &'a Council,
    title: Cow<'a, str>,
    canonical: Option<String>,
    theme: &'a str,
    dusk: &'a str,
    doors: Option<Doors>,
}

/// What stands below it.
#[derive(Template)]
#[template(path = "layout_below.html")]
struct Below<'a> {
    council: &'a Council,
    has_exit_below: bool,
}

impl Above<'_> {
    fn current(&self, nav: Nav) -> bool {
        self.page.nav == nav
    }
}

const ROOM_FOR_A_PAGE: usize = 40 * 1024;

/// The whole page with its body, as text.
pub fn render<T: Template>(site: &Site, page: &Page, body: &T) -> Result<Html, Fault> {
    let council = site.council();
    let theme = site.theme();
    let title = match page.title.as_str() {
        _ if page.sensitive => Cow::Borrowed(council.name.as_str()),
        "" => Cow::Owned(format!("{}: find help for your family", council.name)),
        title => Cow::Owned(format!("{title}: {}", council.name)),
    };
    let canonical = page
        .path
        .as_ref()
        .filter(|_| !council.public_url.is_empty())
        .map(|path| format!("{}{path}", council.public_url));
    let (theme, dusk) = (theme.address.as_str(), theme.dusk.as_str());
    // One text from top to bottom, with room for nearly every page: nothing is written twice.
    let mut out = String::with_capacity(ROOM_FOR_A_PAGE);
    Above { page, council: &council, title, canonical, theme, dusk, doors: door::doors() }
        .render_into(&mut out)?;
    out.push('\n');
    let begins = out.len();
    body.render_into(&mut out)?;
    // Wherever a safety card stands there is a way to leave at once, whether or not the page thought of it.
    let has_exit_below = if page.exit { page.bare } else { out[begins..].contains(CARD_MARK) };
    out.push('\n');
    Below { council: &council, has_exit_below }.render_into(&mut out)?;
    Ok(Html(out))
}

/// What every card has in it: see `card.html`.
const CARD_MARK: &str = "id=\"h-card\"";

/// Shows a page that is this person's own: nothing of it is stored on the way.
pub fn show<T: Template>(site: &Site, page: &Page, body: &T) -> Reply {
    show_with(site, axum::http::StatusCode::OK, page, body)
}

/// Room for the headers of a page and for those that the guards add, made once.
const HEADERS: usize = 16;

/// The same with a status: a form with errors is still a page.
pub fn show_with<T: Template>(site: &Site, status: axum::http::StatusCode, page: &Page, body: &T) -> Reply {
    let mut response: Response = render(site, page, body)?.into_response();
    // All that the guards add find room at once.
    response.headers_mut().reserve(HEADERS);
    *response.status_mut() = status;
    Ok(response)
}

/// A safety card as a page shows it: fixed words, numbers as large buttons.
#[derive(Template)]
#[template(path = "card.html")]
pub struct CardView {
    /// The card.
    pub card: Card,
    /// Where 'carry on with what I was doing' leads, or empty.
    pub carry_on: String,
    /// `1` where the card is the page, `2` where it stands above something else.
    pub heading: u8,
}

impl CardView {
    /// The card above something else, which stays as it was.
    pub fn above(card: Card) -> CardView {
        CardView { card, carry_on: String::new(), heading: 2 }
    }

    fn red(&self) -> bool {
        self.card.level == Level::Red
    }
}

/// How a number of the card looks: 999 red, 111 blue, the rest in the council's colour.
pub(crate) fn call_class(href: &str) -> &'static str {
    match href {
        "tel:999" => "call call-999",
        "tel:111" => "call call-111",
        _ => "call",
    }
}

/// What stands under a number: whose it is, what for, when. A name that is the number is not said twice.
pub(crate) fn call_words(contact: &CardContact) -> String {
    let name = Some(contact.name.as_str()).filter(|name| *name != contact.number);
    let when = if contact.when == "not given" { "Hours not given" } else { contact.when.as_str() };
    let parts = [name, Some(contact.note.as_str()), Some(when)];
    let said: Vec<&str> = parts
        .into_iter()
        .flatten()
        .map(|part| part.trim_end_matches('.'))
        .filter(|part| !part.is_empty())
        .collect();
    said.join(". ")
}

/// Which icon stands beside a number.
pub(crate) fn call_icon(href: &str) -> &'static str {
    if href.starts_with("sms:") {
        "text"
    } else if href.starts_with("http") || href.starts_with('/') {
        "online"
    } else {
        "phone"
    }
}

pub(crate) use assets::{address, icon, small_icon, turning_icon};
