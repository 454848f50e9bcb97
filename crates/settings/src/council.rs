use crate::language;
use safety::LocalContacts;
use serde::{Deserialize, Serialize};

/// Everything that makes this the council's own site.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Council {
    /// What the header says, such as 'Halton family hubs'.
    pub name: String,
    /// Under the name, such as 'Widnes and Runcorn'.
    pub strapline: String,
    /// The place in a sentence, such as 'Halton'.
    pub area_name: String,
    /// The ONS code of the authority, such as `E06000006`.
    pub area_code: String,
    /// The national programme's present name: it has changed twice, so it is a setting.
    pub programme_name: String,
    /// The contact centre that answers when the site cannot.
    pub phone: String,
    /// When the contact centre answers, or empty for 'not given'.
    #[serde(default)]
    pub phone_hours: String,
    /// Where to write.
    pub email: String,
    /// Where people are: towns with their outward codes and a point for 'near'.
    pub towns: Vec<Town>,
    /// What parents most look for, shown as searches under the box on the home page.
    #[serde(default)]
    pub parents_look_for: Vec<ParentNeed>,
    /// The brand hue in OKLCH degrees, 0 to 359.
    #[serde(default = "brand_hue")]
    pub brand_hue: u16,
    /// The lamp hue in OKLCH degrees, 0 to 359.
    #[serde(default = "lamp_hue")]
    pub lamp_hue: u16,
    /// The council's logo: in the settings file the name of a picture beside it, in the database the address it is
    /// served at; empty for the lit door.
    #[serde(default)]
    pub logo: String,
    /// The page language as BCP 47.
    #[serde(default = "english")]
    pub language: String,
    /// A map beside lists of places; off unless the council turns it on, because tiles come from another server.
    #[serde(default)]
    pub map: Option<MapTiles>,
    /// Where 'Exit this page' goes: a page that says nothing about who was here.
    #[serde(default = "exit_to")]
    pub exit_to: String,
    /// The address that links, the sitemap and QR codes carry, without a slash at the end.
    #[serde(default)]
    pub public_url: String,
    /// Words at the foot of every page, such as a note that this is demonstration data.
    #[serde(default)]
    pub footnote: String,
    /// The council's own emergency contacts, each with its source and review date.
    #[serde(default = "LocalContacts::none")]
    pub local_contacts: LocalContacts,
}

/// A town that families name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Town {
    /// Its name.
    pub name: String,
    /// Its outward codes, such as `WA8`.
    pub outward: Vec<String>,
    /// Roughly the middle, in degrees (WGS84).
    pub latitude: f64,
    /// Roughly the middle, in degrees (WGS84).
    pub longitude: f64,
}

/// A search that many parents make, in their words.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ParentNeed {
    /// The words.
    pub words: String,
}

/// Map tiles from a server the council chose.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MapTiles {
    /// Such as `https://tiles.example.org/{z}/{x}/{y}.png`.
    pub address: String,
    /// What the tiles' licence asks to be shown.
    pub attribution: String,
}

impl MapTiles {
    /// The server alone, for the content-security policy: `https://tiles.example.org`.
    pub fn origin(&self) -> Option<String> {
        let (scheme, rest) = self.address.split_once("://")?;
        let host = rest.split('/').next()?.replace("{s}", "*");
        (scheme == "https" && !host.is_empty() && !host.contains([';', ',', ' ']))
            .then(|| format!("https://{host}"))
    }
}

impl Council {
    /// A council that has not set anything yet. Every word of it says so.
    pub fn unnamed() -> Council {
        Council {
            name: "Family hubs".to_owned(),
            strapline: "Not set up yet".to_owned(),
            area_name: "your area".to_owned(),
            area_code: String::new(),
            programme_name: "Best Start Family Hubs".to_owned(),
            phone: String::new(),
            phone_hours: String::new(),
            email: String::new(),
            towns: Vec::new(),
            parents_look_for: Vec::new(),
            brand_hue: brand_hue(),
            lamp_hue: lamp_hue(),
            logo: String::new(),
            language: english(),
            map: None,
            exit_to: exit_to(),
            public_url: String::new(),
            footnote: String::new(),
            local_contacts: LocalContacts::none(),
        }
    }

    /// What families would miss: the settings that say who this is and are empty, or still as they came. By their names in
    /// the settings file.
    pub fn list_gaps(&self) -> Vec<&'static str> {
        let as_it_came = Council::unnamed();
        let is_unsaid = |own: &str, came: &str| own.trim().is_empty() || own == came;
        [
            ("name", is_unsaid(&self.name, &as_it_came.name)),
            // A council may do without one.
            ("strapline", self.strapline == as_it_came.strapline),
            ("area_name", is_unsaid(&self.area_name, &as_it_came.area_name)),
            ("area_code", self.area_code.is_empty()),
            ("phone", self.phone.is_empty()),
            ("email", self.email.is_empty()),
            ("towns", self.towns.is_empty()),
        ]
        .into_iter()
        .filter_map(|(key, is_missing)| is_missing.then_some(key))
        .collect()
    }

    /// Which way its language is written: `rtl` or `ltr`.
    pub fn direction(&self) -> &'static str {
        language::direction(&self.language)
    }

    /// The contact centre's number for a `tel:` link.
    pub fn phone_dialled(&self) -> String {
        self.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }
}

fn brand_hue() -> u16 {
    205
}
fn lamp_hue() -> u16 {
    78
}
fn english() -> String {
    "en-GB".to_owned()
}
fn exit_to() -> String {
    "https://www.bbc.co.uk/weather".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_empty_or_as_it_came_is_a_gap_until_it_is_filled_in() {
        let every = ["name", "strapline", "area_name", "area_code", "phone", "email", "towns"];
        assert_eq!(Council::unnamed().list_gaps(), every);
        let half = Council {
            name: "Testshire family hubs".to_owned(),
            strapline: String::new(),
            area_name: " ".to_owned(),
            area_code: "E99000001".to_owned(),
            phone: "0151 496 0100".to_owned(),
            ..Council::unnamed()
        };
        assert_eq!(half.list_gaps(), ["area_name", "email", "towns"]);
        let town = Town {
            name: "Northtown".to_owned(),
            outward: vec!["WA8".to_owned()],
            latitude: 53.36,
            longitude: -2.73,
        };
        let whole = Council {
            area_name: "Testshire".to_owned(),
            email: "hubs@example.org".to_owned(),
            towns: vec![town],
            ..half
        };
        assert!(whole.list_gaps().is_empty());
    }

    #[test]
    fn only_a_plain_https_server_may_be_named_in_the_content_security_policy() {
        let tiles = |address: &str| MapTiles { address: address.to_owned(), attribution: String::new() };
        assert_eq!(
            tiles("https://a.example.org/{z}/{x}/{y}.png").origin().as_deref(),
            Some("https://a.example.org")
        );
        assert_eq!(tiles("http://a.example.org/{z}.png").origin(), None);
        assert_eq!(tiles("https://a.example.org; script-src *").origin(), None);
    }
}
