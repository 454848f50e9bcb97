//! Reads the register of childcare providers as Ofsted publishes it: the CSV of 'Childcare providers and inspections:
//! management information' on GOV.UK.
//!
//! The names of its columns were looked up in public programs that read it, for no copy of the file itself was at hand:
//! `Web link`, `Provider URN`, `Provider type`, `Provider subtype`, `Provider status`, `Individual register combinations`,
//! `Provider name`, `Registered person URN`, `Registered person name`, `Registration date`, `Provider address line 1` to
//! `3`, `Provider town`, `Postcode` (until 2021 and in some later files) or `Provider postcode`, `Telephone number` (some
//! years), `Local authority`, `Region`, `Places`, and then inspections, whose names change every year. Three lines of a
//! heading may stand above the names. Columns are found by name, whatever their order, case and spacing.
//!
//! Inspection outcomes are not read: a grade out of date is worse than none, and Ofsted no longer gives one word for it.
//! Every entry links to the provider's own page at Ofsted instead.
//!
//! Who stays unnamed: a childminder works in their own home. Whatever the file gives of one, the entry is called
//! 'Childminder in' the town, has no name, street, telephone or point, and of a postcode that the register publishes only
//! its first half. Home childcarers and childcare in somebody's home are not listed at all; nor is any provider whose name
//! Ofsted holds back.

use crate::{
    Read,
    csv_file::{Row, Table, folded, read_table_with},
    lenient,
    model::{Address, Location, Organization, OrganizationIdentifier, Phone, Service, ServiceAtLocation},
    read::Reader,
};
use kernel::{Date, Postcode};
use uuid::Uuid;

/// The short name from which the ids of the register's entries are made.
pub const SOURCE: &str = "ofsted-register";
const SOURCE_WORDS: &str = "Ofsted register of childcare providers";

/// What a file of the register gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Register {
    /// The providers, each keyed by its URN.
    pub providers: Vec<Read>,
    /// How many rows are of another council's area.
    pub elsewhere: usize,
    /// How many are never listed: home childcarers, childcare in somebody's home, and providers whose name is held back.
    pub not_listed: usize,
}

/// Reads a file of the register, only the providers of one council when it is named; a refusal names the columns that
/// are missing.
pub fn read_register(bytes: &[u8], local_authority: Option<&str>) -> Result<Register, String> {
    let urn = folded("Provider URN");
    let table = read_table_with(bytes, |cells| cells.iter().any(|cell| folded(cell) == urn))
        .map_err(|why| if why.contains("names of the columns") { missing(&["Provider URN"]) } else { why })?;
    let columns = Columns::of(&table)?;
    let mut register = Register::default();
    for row in &table.rows {
        let provider = Provider { row, columns: &columns };
        let authority = provider.get(columns.authority).unwrap_or_default();
        if local_authority.is_some_and(|wanted| folded(wanted) != folded(authority)) {
            register.elsewhere += 1;
            continue;
        }
        match kind(provider.get(columns.kind).unwrap_or_default()) {
            Kind::Premises if provider.get(columns.name).is_some() => {
                register.providers.push(provider.named())
            }
            Kind::Childminder => register.providers.push(provider.unnamed(authority)),
            Kind::Unknown => register.providers.push(provider.unknown()),
            Kind::Premises | Kind::Home => register.not_listed += 1,
        }
    }
    Ok(register)
}

enum Kind {
    /// Premises that are nobody's home: nurseries, pre-schools, clubs.
    Premises,
    Childminder,
    /// A home childcarer, or childcare in somebody's home.
    Home,
    Unknown,
}

fn kind(written: &str) -> Kind {
    match folded(written).as_str() {
        "childcareonnondomesticpremises" => Kind::Premises,
        "childminder" => Kind::Childminder,
        "homechildcarer" | "childcareondomesticpremises" => Kind::Home,
        _ => Kind::Unknown,
    }
}

/// Where each column stands.
struct Columns {
    urn: usize,
    kind: usize,
    status: usize,
    name: usize,
    authority: usize,
    postcode: usize,
    subtype: Option<usize>,
    registers: Option<usize>,
    lines: Vec<usize>,
    town: Option<usize>,
    ward: Option<usize>,
    telephone: Option<usize>,
    places: Option<usize>,
    registered: Option<usize>,
    web: Option<usize>,
}

impl Columns {
    fn of(table: &Table) -> Result<Columns, String> {
        let needed = ["Provider type", "Provider status", "Provider name", "Local authority"];
        let mut lacking: Vec<&str> = needed.into_iter().filter(|name| table.column(name).is_none()).collect();
        let postcode = table.column("Provider postcode").or_else(|| table.column("Postcode"));
        if postcode.is_none() {
            lacking.push("Postcode");
        }
        let find = |name: &str| table.column(name).ok_or_else(|| missing(&lacking));
        Ok(Columns {
            urn: find("Provider URN")?,
            kind: find("Provider type")?,
            status: find("Provider status")?,
            name: find("Provider name")?,
            authority: find("Local authority")?,
            postcode: postcode.ok_or_else(|| missing(&lacking))?,
            subtype: table.column("Provider subtype"),
            registers: table.column("Individual register combinations"),
            lines: (1..=3)
                .filter_map(|line| table.column(&format!("Provider address line {line}")))
                .collect(),
            town: table.column("Provider town"),
            ward: table.column("Ward").or_else(|| table.column("Provider ward")),
            telephone: table.column("Telephone number").or_else(|| table.column("Provider telephone number")),
            places: table.column("Places"),
            registered: table.column("Registration date"),
            web: table.column("Web link"),
        })
    }
}

fn missing(columns: &[&str]) -> String {
    let quoted: Vec<String> = columns.iter().map(|column| format!("'{column}'")).collect();
    format!(
        "This is not Ofsted's file of childcare providers: it has no column called {}. Download 'Childcare providers and inspections: management information' from GOV.UK and choose the file of provider level data.",
        quoted.join(" or ")
    )
}

/// One row.
struct Provider<'a> {
    row: &'a Row,
    columns: &'a Columns,
}

impl Provider<'_> {
    /// A cell; one that is empty or held back is none.
    fn get(&self, column: impl Into<Option<usize>>) -> Option<&str> {
        let cell = self.row.cells.get(column.into()?)?.trim();
        let said =
            !cell.is_empty() && !matches!(folded(cell).as_str(), "redacted" | "null" | "na" | "notavailable");
        said.then_some(cell)
    }

    fn urn(&self) -> &str {
        self.get(self.columns.urn).unwrap_or_default()
    }

    /// A place that is nobody's home, with everything that is published of it.
    fn named(&self) -> Read {
        let mut reader = Reader::new(SOURCE);
        let name = kernel::one_line(self.get(self.columns.name).unwrap_or_default());
        let urn = self.urn().to_owned();
        let id = |kind: &str| Uuid::from(kernel::Id::<Service>::named(SOURCE, &format!("{kind}/{urn}")));
        let organization = Organization {
            id: id("organization"),
            name: name.clone(),
            description: "A childcare provider registered with Ofsted.".to_owned(),
            organization_identifiers: vec![self.identifier(id("identifier"))],
            ..Organization::default()
        };
        let telephone = self.get(self.columns.telephone).map(|written| {
            let number = lenient::phones(written).and_then(|found| found.into_iter().next());
            Phone {
                id: id("phone"),
                number: number.map_or_else(|| written.to_owned(), |(number, _)| number),
                ..Phone::default()
            }
        });
        let location = Location {
            id: id("location"),
            location_type: "physical".to_owned(),
            name: Some(name.clone()),
            addresses: vec![self.address(id("address"))],
            ..Location::default()
        };
        let place = ServiceAtLocation {
            id: id("service_at_location"),
            service_id: Some(id("service")),
            location_id: Some(location.id),
            location: Some(location),
            ..ServiceAtLocation::default()
        };
        let service = Service {
            name,
            description: Some(self.description(subtype_words(self.get(self.columns.subtype)))),
            organization_id: Some(organization.id),
            organization: Some(organization),
            service_at_locations: vec![place],
            phones: telephone.into_iter().collect(),
            ..self.common(&mut reader)
        };
        self.finish(service, reader)
    }

    /// A childminder: only the town.
    fn unnamed(&self, authority: &str) -> Read {
        let mut reader = Reader::new(SOURCE);
        let urn = self.urn().to_owned();
        let id = |kind: &str| Uuid::from(kernel::Id::<Service>::named(SOURCE, &format!("{kind}/{urn}")));
        let area = self.get(self.columns.town).or_else(|| self.get(self.columns.ward)).unwrap_or(authority);
        let area = title_case(&kernel::one_line(area));
        let organization = Organization {
            id: kernel::Id::<Service>::named(SOURCE, "organization/childminders").uuid(),
            name: "Registered childminders".to_owned(),
            description: "People who look after children in their own homes and are registered with Ofsted."
                .to_owned(),
            ..Organization::default()
        };
        let half = self.get(self.columns.postcode).and_then(|written| written.parse::<Postcode>().ok());
        let location = Location {
            id: id("location"),
            location_type: "physical".to_owned(),
            name: Some(format!("In {area}")),
            point_quality: Some("town".to_owned()),
            town: Some(area.clone()),
            postal_code: half.map(|postcode| postcode.outward().to_owned()),
            ..Location::default()
        };
        let place = ServiceAtLocation {
            id: id("service_at_location"),
            service_id: Some(id("service")),
            location_id: Some(location.id),
            location: Some(location),
            ..ServiceAtLocation::default()
        };
        let service = Service {
            name: format!("Childminder in {area}"),
            description: Some(self.description("A childminder looks after children in their own home.")),
            organization_id: Some(organization.id),
            organization: Some(organization),
            service_at_locations: vec![place],
            ..self.common(&mut reader)
        };
        let why = "A childminder works at home, so the name, the address and the phone number were left out.";
        reader.left_out("/name", why);
        self.finish(service, reader)
    }

    fn unknown(&self) -> Read {
        let why = format!(
            "Row on line {}: the kind of provider is not a known one. Look at the row.",
            self.row.line
        );
        Read { key: self.urn().to_owned(), refused: Some(why), ..Read::default() }
    }

    /// What every entry has.
    fn common(&self, reader: &mut Reader<'_>) -> Service {
        let urn = self.urn();
        let page = self.get(self.columns.web).and_then(lenient::link);
        let sound = !urn.is_empty() && urn.chars().all(|letter| letter.is_ascii_alphanumeric());
        Service {
            id: kernel::Id::<Service>::named(SOURCE, &format!("service/{urn}")).uuid(),
            status: self.status(reader),
            licenses: Some(self.licence()),
            source: Some(SOURCE_WORDS.to_owned()),
            source_url: page
                .or_else(|| sound.then(|| format!("https://reports.ofsted.gov.uk/search?q={urn}"))),
            ..Service::default()
        }
    }

    fn status(&self, reader: &mut Reader<'_>) -> String {
        let written = folded(self.get(self.columns.status).unwrap_or_default());
        match written.as_str() {
            "active" => "active",
            "suspended" => "temporarily closed",
            "cancelled" | "resigned" | "closed" | "removed" | "inactive" => "defunct",
            _ => {
                reader.mended(
                    "/status",
                    "The register's word for its status is not a known one, so it is taken as not running.",
                );
                "inactive"
            }
        }
        .to_owned()
    }

    fn licence(&self) -> String {
        let registered: Option<Date> = self.get(self.columns.registered).and_then(lenient::day);
        let since =
            registered.map_or_else(String::new, |day| format!(", since {}", day.strftime("%-d %B %Y")));
        format!("Registered with Ofsted, number {}{since}", self.urn())
    }

    fn description(&self, what: &str) -> String {
        let mut sentences = vec![what.to_owned()];
        let registers = self.get(self.columns.registers).map(folded).unwrap_or_default();
        let on: Vec<&str> = [
            ("eyr", "the Early Years Register"),
            ("ccr", "the compulsory part of the Childcare Register"),
            ("vcr", "the voluntary part of the Childcare Register"),
        ]
        .into_iter()
        .filter(|(code, _)| registers == "all" || registers.contains(code))
        .map(|(_, words)| words)
        .collect();
        match on[..] {
            [] => {}
            [one] => sentences.push(format!("It is on {one}.")),
            [.., last] => sentences.push(format!("It is on {} and {last}.", on[..on.len() - 1].join(", "))),
        }
        match self.get(self.columns.places).and_then(|places| places.parse::<u32>().ok()) {
            None | Some(0) => {}
            Some(1) => sentences.push("It has 1 place.".to_owned()),
            Some(places) => sentences.push(format!("It has {places} places.")),
        }
        sentences.join(" ")
    }

    fn identifier(&self, id: Uuid) -> OrganizationIdentifier {
        OrganizationIdentifier {
            id,
            identifier_scheme: None,
            identifier_type: "Ofsted unique reference number (URN)".to_owned(),
            identifier: self.urn().to_owned(),
        }
    }

    fn address(&self, id: Uuid) -> Address {
        let mut lines = self.columns.lines.iter().filter_map(|line| self.get(*line)).map(kernel::one_line);
        let written = self.get(self.columns.postcode).unwrap_or_default();
        let address_1 = lines.next().unwrap_or_default();
        let more: Vec<String> = lines.collect();
        Address {
            id,
            address_1,
            address_2: (!more.is_empty()).then(|| more.join(", ")),
            city: self.get(self.columns.town).map(title_case).unwrap_or_default(),
            state_province: self.get(self.columns.authority).map(kernel::one_line).unwrap_or_default(),
            postal_code: written
                .parse::<Postcode>()
                .map_or_else(|_| written.to_owned(), |postcode| postcode.to_string()),
            country: "GB".to_owned(),
            address_type: "physical".to_owned(),
            ..Address::default()
        }
    }

    fn finish(&self, service: Service, reader: Reader<'_>) -> Read {
        let key = self.urn().to_owned();
        let refused = key.is_empty().then(|| format!("Row on line {}: it has no URN.", self.row.line));
        Read { key, service, notes: reader.notes, refused }
    }
}

fn subtype_words(subtype: Option<&str>) -> &'static str {
    match subtype.map(folded).as_deref() {
        Some("fulldaycare") => "A nursery with care for the whole day.",
        Some("sessionaldaycare" | "sessionalcare") => {
            "A pre-school or playgroup with care for part of the day."
        }
        Some("outofschooldaycare" | "outofschoolcare") => "A club before or after school or in the holidays.",
        Some("creche" | "crechedaycare") => "A crèche.",
        _ => "Childcare that is not in somebody's home.",
    }
}

/// 'WIDNES' as 'Widnes'; what has small letters already stays.
fn title_case(name: &str) -> String {
    if name.chars().any(char::is_lowercase) {
        return name.to_owned();
    }
    let mut begins = true;
    let cased = name.chars().map(|letter| {
        let as_is =
            std::mem::replace(&mut begins, !letter.is_alphanumeric() && letter != '\'' && letter != '’');
        if as_is { letter.to_string() } else { letter.to_lowercase().to_string() }
    });
    cased.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FILE: &str = "Childcare providers as at 31 August\n\nnote, with a comma\n\
        Web link,Provider URN,Provider type,Provider subtype,Provider status,Individual Register combinations,Provider name,\
        Registered person name,Registration date,Provider address line 1,Provider address line 2,Provider town,Postcode,\
        Telephone Number,Local authority,Places\n\
        https://reports.ofsted.gov.uk/provider/16/EX000001,EX000001,Childcare on non-domestic premises,Full day care,Active,ALL,\
        Example Nursery,Demonstration Person,01/09/2019,1 High Street,,WIDNES,WA8 7QF,0151 496 0000,Halton,40\n\
        ,EX000002,Childminder,,Active,EYR-CCR,Demonstration Person,Demonstration Person,02/05/2020,2 Home Road,,RUNCORN,WA7 2AA,\
        0151 496 0001,Halton,6\n\
        ,EX000003,Childminder,,Suspended,VCR only,REDACTED,REDACTED,,REDACTED,REDACTED,REDACTED,REDACTED,,Halton,\n\
        ,EX000004,Home childcarer,,Active,VCR only,REDACTED,,,,,,REDACTED,,Halton,\n\
        ,EX000005,Childcare on domestic premises,,Active,ALL,Somebody's House,,,3 Home Road,,WIDNES,WA8 7QF,,Halton,\n\
        ,EX000006,Childcare on non-domestic premises,Sessional day care,Active,EYR,REDACTED,,,REDACTED,,REDACTED,REDACTED,,Halton,\n\
        ,EX000007,Childcare on non-domestic premises,Sessional day care,Active,EYR,Elsewhere Playgroup,,,,,CHESTER,CH1 1AA,,Cheshire West,\n\
        ,EX000008,Something new,,Active,EYR,A name,,,,,,,,Halton,\n";

    #[test]
    fn nurseries_are_whole_and_people_who_work_at_home_stay_unnamed() {
        let register = read_register(FILE.as_bytes(), Some("halton")).unwrap();
        assert_eq!((register.providers.len(), register.elsewhere, register.not_listed), (4, 1, 3));
        let [nursery, childminder, hidden, unknown] = &register.providers[..] else { panic!() };
        assert_eq!((nursery.key.as_str(), nursery.service.name.as_str()), ("EX000001", "Example Nursery"));
        assert_eq!(
            nursery.service.source_url.as_deref(),
            Some("https://reports.ofsted.gov.uk/provider/16/EX000001")
        );
        assert_eq!(
            nursery.service.description.as_deref(),
            Some(
                "A nursery with care for the whole day. It is on the Early Years \
            Register, the compulsory part of the Childcare Register and the voluntary part of the Childcare Register. It has 40 places."
            )
        );
        assert_eq!(
            nursery.service.licenses.as_deref(),
            Some("Registered with Ofsted, number EX000001, since 1 September 2019")
        );
        let address = &nursery.service.service_at_locations[0].location.as_ref().unwrap().addresses[0];
        assert_eq!((address.city.as_str(), address.postal_code.as_str()), ("Widnes", "WA8 7QF"));
        assert_eq!(nursery.service.phones[0].number, "0151 496 0000");
        assert!(!serde_json::to_string(&nursery.service).unwrap().contains("Demonstration"));
        assert_eq!(
            (childminder.key.as_str(), childminder.service.name.as_str()),
            ("EX000002", "Childminder in Runcorn")
        );
        assert_eq!(
            childminder.service.source_url.as_deref(),
            Some("https://reports.ofsted.gov.uk/search?q=EX000002")
        );
        let written = serde_json::to_string(&childminder.service).unwrap();
        for private in ["Demonstration", "Home Road", "WA7 2AA", "2AA", "0151", "latitude"] {
            assert!(!written.contains(private), "{private}");
        }
        assert_eq!(
            (hidden.service.name.as_str(), hidden.service.status.as_str()),
            ("Childminder in Halton", "temporarily closed")
        );
        assert!(!serde_json::to_string(&hidden.service).unwrap().contains("REDACTED"));
        assert!(unknown.refused.as_ref().unwrap().starts_with("Row on line 12: "));
        for read in &register.providers[..3] {
            let mut service = read.service.clone();
            crate::tidy(&mut service);
            let found = crate::check::check_service_model(&service, "2026-11-22".parse().unwrap());
            assert!(found.iter().all(|one| one.level != crate::Level::Fails), "{found:?}");
        }
        assert_eq!(read_register(FILE.as_bytes(), None).unwrap().elsewhere, 0);
    }

    #[test]
    fn another_file_is_refused_by_the_columns_it_lacks() {
        let refused = read_register(b"URN,School\n1,x\n", None).unwrap_err();
        assert!(refused.contains("no column called 'Provider URN'"), "{refused}");
        let refused = read_register(b"Provider URN,Provider type,Provider name\n1,x,y\n", None).unwrap_err();
        assert!(refused.contains("'Provider status' or 'Local authority' or 'Postcode'"), "{refused}");
        // The order of the columns does not matter, nor their case.
        let moved =
            b"LOCAL AUTHORITY,provider postcode,Provider Name,Provider Status,Provider Type,PROVIDER URN\n\
            Halton,WA8 7QF,Example Club,Active,Childcare on non-domestic premises,EX000009\n";
        assert_eq!(read_register(moved, Some("Halton")).unwrap().providers[0].service.name, "Example Club");
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(rows in proptest::collection::vec("\\PC{0,60}", 0..6), raw in proptest::collection::vec(any::<u8>(), 0..100)) {
            let head = FILE.lines().nth(3).unwrap();
            let _ = read_register(format!("{head}\n{}", rows.join("\n")).as_bytes(), None);
            let _ = read_register(&raw, Some("Halton"));
        }
    }
}
