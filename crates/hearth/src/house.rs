use crate::{doors, guides, rooms, subscriptions};
use accounts::{Accounts, AccountsConfig, CountSenders, Office, OfficeConfig};
use axum::{Extension, Router, middleware::from_fn_with_state};
use content::Library;
use directory::Directory;
use events::Events;
use feed::{Feed, FeedConfig};
use fetch::{FetchConfig, Fetcher, Reach, Schemes};
use freshness::Desk;
use intake::Intake;
use jobs::Runner;
use kernel::{Clock, Dice, Fault};
use meaning::{Encoder, Listener};
use notify::{Notify, NotifyConfig};
use quality::Quality;
use safety::{Category, SecondNet};
use serde::Deserialize;
use std::{path::PathBuf, sync::Arc, time::Duration};
use store::{Db, Migration, Tx, outbox};
use web::Site;

/// Every room, opened over one database.
#[derive(Clone)]
pub struct House {
    /// The site.
    pub site: Site,
    /// The directory with its index.
    pub directory: Directory,
    /// Sessions, their dates and timetables.
    pub events: Events,
    /// Families' places on the dates of sessions.
    pub bookings: bookings::Desk,
    /// Who came.
    pub registers: registers::Registers,
    /// Families that were asked to come.
    pub invitations: invitations::Invitations,
    /// One family at a time.
    pub appointments: appointments::Appointments,
    /// Holiday Activities and Food.
    pub holidays: holidays::Holidays,
    /// Guided flows.
    pub flows: flows::Flows,
    /// Where guides are written.
    pub flow_desk: flow_desk::FlowDesk,
    /// A language model that may reword, where a council has one.
    pub rewording: rewording::Rewording,
    /// Ask.
    pub assistant: assistant::Assistant,
    /// The pages.
    pub library: Library,
    /// People and how they sign in.
    pub accounts: Accounts,
    /// People's rights, and the staff's pages about people.
    pub office: Office,
    /// Messages out.
    pub notify: Notify,
    /// What is due, reported or hidden.
    pub desk: Desk,
    /// The directory as open data.
    pub feed: Feed,
    /// Other feeds and files, taken in.
    pub intake: Intake,
    /// How true the data is.
    pub quality: Quality,
    /// Whether this is the demonstration, which has doors that a council's house must not have.
    pub is_demonstration: bool,
    /// The last announcement before the rooms were opened.
    heard: i64,
}

/// How a house is set up. Everything has a sound value of its own.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// A council's own folder of pages, if it has one.
    pub pages: Option<PathBuf>,
    /// How people sign in.
    pub accounts: AccountsConfig,
    /// How long things are kept.
    pub office: OfficeConfig,
    /// How messages go out.
    pub notify: NotifyConfig,
    /// What may be fetched from elsewhere.
    pub outgoing: OutgoingConfig,
    /// The national service that says who is eligible for a holiday programme, if there is one.
    pub eligibility: Option<holidays::NationalEngineConfig>,
    /// The folder of the full encoder, if a council has one.
    pub encoder: Option<PathBuf>,
    /// A language model that may reword, if a council wants one.
    pub language_model: Option<rewording::ModelConfig>,
    /// Nothing leaves the house, and every role can be tried with one click.
    pub is_demonstration: bool,
}

/// The second net of the safety screen: what the encoder hears in a text.
struct Heard(Listener);

impl SecondNet for Heard {
    fn read(&self, text: &str) -> Option<Category> {
        self.0.hear(text)?.parse().ok()
    }
}

/// What may be fetched from elsewhere, beside the open internet.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OutgoingConfig {
    /// Private hosts (`feed.internal`) and nets (`10.1.0.0/16`) that feeds may be pulled from all the same.
    pub allow_private: Vec<String>,
    /// Feeds may be pulled without encryption too.
    pub allow_http: bool,
    /// Whether anything is fetched at all. A served demonstration fetches nothing, whoever presses what; its commands do
    /// what they are told.
    #[serde(skip)]
    pub reach: Reach,
}

impl OutgoingConfig {
    fn fetcher(&self, schemes: Schemes, site: &Site) -> Result<Fetcher, Fault> {
        let council = site.council();
        let user_agent = match council.public_url.as_str() {
            "" => "Hearth (family hub directory)".to_owned(),
            address => format!("Hearth (family hub directory; {address})"),
        };
        Ok(Fetcher::new(FetchConfig {
            reach: self.reach,
            schemes,
            allow_private: self.allow_private.clone(),
            user_agent,
            ..FetchConfig::default()
        })?)
    }
}

/// The tables of every room, in the order in which one leans on another.
pub const MIGRATIONS: &[&[Migration]] = &[
    access::MIGRATIONS,
    settings::MIGRATIONS,
    notify::MIGRATIONS,
    accounts::MIGRATIONS,
    directory::MIGRATIONS,
    keeping::MIGRATIONS,
    freshness::MIGRATIONS,
    editing::MIGRATIONS,
    feed::MIGRATIONS,
    intake::MIGRATIONS,
    quality::MIGRATIONS,
    events::MIGRATIONS,
    bookings::MIGRATIONS,
    registers::MIGRATIONS,
    invitations::MIGRATIONS,
    appointments::MIGRATIONS,
    holidays::MIGRATIONS,
    flows::MIGRATIONS,
    flow_desk::MIGRATIONS,
    callbacks::MIGRATIONS,
    rewording::MIGRATIONS,
    assistant::MIGRATIONS,
    matching::MIGRATIONS,
];

impl House {
    /// Brings the database up to date and opens every room.
    pub async fn open(db: Db, clock: Clock, dice: Dice, setup: Setup) -> Result<House, Fault> {
        store::migrate(&db, MIGRATIONS).await?;
        // Before anything is read: what is announced from here on is heard.
        let heard = db.read(|tx| outbox::last_sequence(tx, &renewing())).await?;
        let encoder = setup.encoder.as_deref().map(Encoder::open).transpose()?.map(Arc::new);
        let listener = encoder.clone().and_then(Listener::new);
        let second_net = listener.map(|listener| Arc::new(Heard(listener)) as Arc<dyn SecondNet>);
        let site = Site::open_with_second_net(db, clock, dice, second_net).await?;
        let library = match &setup.pages {
            Some(folder) => Library::from_folder(folder)?,
            None => Library::builtin()?,
        };
        let pages = library.clone();
        let events = Events::open(&site).await?.with_counts(bookings::count_taken);
        let flows = flows::Flows::open(&site).await?;
        let guides = flows.clone();
        let extra: directory::ExtraDocuments = Arc::new(move |topics| {
            let mut documents = content::documents(&pages, topics);
            documents.extend(flows::documents(&guides, topics));
            documents
        });
        let sessions = Arc::new(events.clone());
        let directory = Directory::open_with_encoder(&site, extra, sessions, encoder).await?;
        let bookings = bookings::Desk::open(&site).await?.with_invitations(invitations::is_open_for);
        let registers = registers::Registers::new(&bookings, &events);
        let invitations = invitations::Invitations::new(&bookings, &events);
        let appointments = appointments::Appointments::new(&bookings, &events);
        let holidays = holidays::Holidays::new(&bookings, &events);
        let holidays = match setup.eligibility {
            _ if setup.is_demonstration => holidays.with_engine(Arc::new(holidays::PretendEngine)),
            Some(config) => {
                holidays.with_engine(Arc::new(holidays::NationalEngine::new(config, site.clock())?))
            }
            None => holidays,
        };
        let model = setup.language_model.filter(|_| !setup.is_demonstration);
        let rewording = rewording::Rewording::open_with(&site, model).await?;
        let assistant = assistant::Assistant::open(&directory, &library, &events, &flows, &rewording).await?;
        let flow_desk = flow_desk::FlowDesk::new(&flows, guides::known(&directory, &library, &flows));
        let client_address_header = setup.accounts.client_address_header.clone();
        let feed = Feed::open(&site, FeedConfig { client_address_header, ..FeedConfig::default() }).await?;
        let schemes = if setup.outgoing.allow_http { Schemes::HttpToo } else { Schemes::HttpsOnly };
        let intake = Intake::open(&site, setup.outgoing.fetcher(schemes, &site)?);
        let links = setup.outgoing.fetcher(Schemes::HttpToo, &site)?;
        let quality = Quality::open(&site, rooms::told_to_quality(&library), links);
        let accounts = Accounts::open(&site, setup.accounts).await?;
        let office = Office::open(&accounts, setup.office, rooms::rooms());
        let notify = if setup.is_demonstration {
            Notify::demonstration(&site, rooms::templates())
        } else {
            Notify::open(&site, setup.notify, rooms::templates())?
        };
        let clock = site.clock().clone();
        let tiles = Arc::new(move |tx: &mut Tx<'_>| rooms::list_tiles(tx, clock.now()));
        let desk = Desk::new(&site, tiles, Arc::new(rooms::list_stewards));
        let is_demonstration = setup.is_demonstration;
        Ok(House {
            site,
            directory,
            events,
            bookings,
            registers,
            invitations,
            appointments,
            holidays,
            flows,
            flow_desk,
            rewording,
            assistant,
            library,
            accounts,
            office,
            notify,
            desk,
            feed,
            intake,
            quality,
            is_demonstration,
            heard,
        })
    }

    /// Everything the site answers to, with the guards around it. Only behind the doors of people is anybody looked up:
    /// the public pages are the same for everybody.
    pub fn router(&self) -> Result<Router, Fault> {
        let known =
            doors::known(self).into_router().layer(from_fn_with_state(self.accounts.clone(), accounts::who));
        let open = doors::public(self)?.into_router();
        let counted = Extension(CountSenders(self.accounts.clone()));
        let house = web::shell(&self.site, open.merge(known).layer(counted).merge(doors::machines(self)));
        Ok(feed::open_to_all(&self.feed, house))
    }

    /// What runs later, and once a day.
    pub fn runner(&self) -> Runner {
        subscriptions::runner(self)
    }

    /// What is counted in memory is written down before the house closes.
    pub async fn close(&self) {
        if let Err(fault) = directory::write_down_opens(&self.directory).await {
            tracing::error!(fault = format!("{fault:#}"), "opens could not be written down");
        }
        if let Err(fault) = assistant::write_down_counts(&self.assistant).await {
            tracing::error!(fault = format!("{fault:#}"), "how Ask ended could not be written down");
        }
        if let Err(fault) = self.rewording.write_counts().await {
            tracing::error!(fault = format!("{fault:#}"), "counts of the model could not be written down");
        }
        if let Err(fault) = directory::missed::write_down_missed(&self.directory).await {
            tracing::error!(
                fault = format!("{fault:#}"),
                "terms that found nothing could not be written down"
            );
        }
    }

    /// Listens for announcements of this node or any other, and renews what this node keeps in memory. A fault is
    /// logged and tried again: people go on reading what was there.
    pub async fn keep_fresh(&self) {
        tokio::join!(self.listen(), self.feed.keep_fresh());
    }

    async fn listen(&self) {
        let mut seen = self.heard;
        let mut each_second = tokio::time::interval(Duration::from_secs(1));
        loop {
            each_second.tick().await;
            // A day that begins changes what is on next, as an announcement does.
            let is_new_day = self.events.day() != self.site.clock().today();
            match self.newest().await {
                Ok(newest) if newest == seen && !is_new_day => {}
                Ok(newest) => match self.renew().await {
                    Ok(()) => seen = newest,
                    Err(fault) => tracing::error!(fault = format!("{fault:#}"), "could not renew the index"),
                },
                Err(fault) => {
                    tracing::error!(fault = format!("{fault:#}"), "could not listen for announcements")
                }
            }
        }
    }

    /// Reads settings, sessions and directory again.
    pub async fn renew(&self) -> Result<(), Fault> {
        // The council first: the directory reads its towns. Then the sessions: its index holds them. The pages are
        // forgotten again when all are new.
        self.site.refresh().await?;
        self.events.renew().await?;
        self.flows.renew().await?;
        self.directory.renew().await?;
        self.site.refresh().await
    }

    async fn newest(&self) -> Result<i64, Fault> {
        self.site.db().read(|tx| outbox::last_sequence(tx, &renewing())).await
    }
}

/// What every node listens for: it forgets its kept pages and reads the sessions, the guides and the directory again.
fn renewing() -> Vec<&'static str> {
    let sessions = events::ANNOUNCEMENTS.iter().copied();
    let own = directory::ANNOUNCEMENTS.into_iter().chain(sessions).chain(flows::ANNOUNCEMENTS);
    own.chain(["settings_changed", directory::VECTORS_MADE]).collect()
}
