//! A believable amount of work, so that no door of the demonstration is empty on the first visit.
//!
//! All of it is done the way people do it: through the rooms' own doors, by the demonstration people, on a few days of
//! the past. So it can hold nothing that a provider, a visitor or an editor could not have sent.

use crate::{
    neighbour::{BROKEN, MADE_ONE, Neighbour},
    people,
};
use access::{Actor, Signed};
use anyhow::{Context, bail};
use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use directory::{Directory, Entry};
use freshness::Desk;
use http_body_util::BodyExt;
use kernel::{Clock, Fault, Instant};
use notify::Notify;
use std::sync::Arc;
use tower::ServiceExt;
use web::{Site, Who};

/// Does the work, once: when any change was ever sent or any report is open, nothing is done. Says whether it did.
pub async fn add_work(site: &Site, notify: &Notify) -> Result<bool, Fault> {
    let untouched = site.db().read(|tx| {
        Ok(keeping::count_waiting(tx)?.ever_sent == 0 && directory::upkeep::list_open_reports(tx)?.is_empty())
    });
    if !untouched.await? {
        return Ok(false);
    }
    let stage = Stage::open(site, notify).await?;
    let Some((plain, other)) = stage.entries() else { return Ok(false) };

    stage.stand(days_before(site, 9));
    stage.neighbour.take_in().await?;
    stage.neighbour.run_the_hours_jobs().await?;
    stage.find_the_broken_link([11, 10, 9].map(|days| days_before(site, days))).await?;
    stage.send_price(other).await?;

    stage.stand(days_before(site, 7));
    stage.neighbour.change_here(&stage.editor).await?;
    stage.make_one_of_two().await?;

    stage.stand(days_before(site, 3));
    stage.report(plain, "hours", "The leaflet at the library gives other times than this page.").await?;

    stage.stand(days_before(site, 2));
    stage.refuse_what_waits(other).await?;
    stage.send_interpreter(other).await?;
    stage.apply().await?;

    stage.stand(days_before(site, 1));
    stage.send_private_page(plain).await?;
    stage.remind(other).await?;
    stage
        .report(other, "way_in", "The page says anyone can come. We were told to ask our school first.")
        .await?;

    stage.neighbour.take_in_again().await?;
    stage.neighbour.run_the_hours_jobs().await?;

    stage.stand(site.clock().now());
    stage.report(plain, "other", "The link to the website opened another page than I expected.").await?;
    stage.neighbour.run_the_hours_jobs().await?;
    Ok(true)
}

fn days_before(site: &Site, days: i64) -> Instant {
    let now = site.clock().now();
    Instant::from_second(now.as_second() - days * 24 * 60 * 60).unwrap_or(now)
}

/// The same data as the house's own, on a day of the past, and everybody who does something there.
struct Stage {
    clock: Clock,
    doors: Router,
    provider: Who,
    editor: Who,
    /// What the demonstration provider keeps.
    kept: Vec<Entry>,
    neighbour: Neighbour,
}

impl Stage {
    async fn open(house: &Site, notify: &Notify) -> Result<Stage, Fault> {
        let clock = Clock::standing_at(&house.clock().now().to_string());
        let site = Site::open(house.db().clone(), clock.clone(), house.dice().clone()).await?;
        let directory = Directory::open(&site, Arc::new(|_| Vec::new())).await?;
        let desk = Desk::new(&site, Arc::new(|_| Ok(Vec::new())), Arc::new(|_| Ok(Vec::new())));
        let neighbour = Neighbour::open(&site)?;
        let doors = directory::routes(&directory)
            .and(keeping::public_door(&site))
            .and(keeping::provider_door(&site))
            .and(keeping::admin_door(&site))
            .and(freshness::admin_door(&desk))
            .and(notify::demo_door(notify))
            .and(neighbour.doors());
        let (real, dice) = (house.clock().clone(), house.dice().clone());
        let (provider, editor, kept) = site
            .db()
            .write(move |tx| {
                let provider = people::sign_in(tx, people::PROVIDER, &real, &dice)?;
                let editor = people::sign_in(tx, people::EDITOR, &real, &dice)?;
                let mut kept = Vec::new();
                for line in directory::list_entries_of(tx, &provider.organizations)? {
                    kept.extend(directory::find_entry(tx, &line.slug)?);
                }
                Ok((provider, editor, kept))
            })
            .await?;
        let who = |signed: Signed| Who { actor: Actor::Person(signed) };
        Ok(Stage {
            clock,
            doors: doors.into_router(),
            provider: who(provider),
            editor: who(editor),
            kept,
            neighbour,
        })
    }

    fn stand(&self, at: Instant) {
        self.clock.set(at);
    }

    /// An entry whose page is not private, and another one.
    fn entries(&self) -> Option<(&Entry, &Entry)> {
        let plain = self.kept.iter().find(|entry| !entry.sensitive)?;
        let other = self.kept.iter().find(|entry| entry.id != plain.id)?;
        Some((plain, other))
    }

    async fn send_price(&self, entry: &Entry) -> Result<(), Fault> {
        let cost = [("cost", entry.draft.cost.as_str()), ("cost_note", "Prices on request.")];
        self.send(entry, "cost", &cost, "").await
    }

    /// A change that was refused with its reason, as its sender reads it in their mail.
    async fn refuse_what_waits(&self, entry: &Entry) -> Result<(), Fault> {
        let queue = self.ask(Some(&self.editor), Request::get("/admin/review").body(Body::empty())?).await?;
        let change = address_after(&queue, "/admin/review/", 36).context("the change waits")?;
        let version = entry.version.to_string();
        let reason = "Families need to know what they pay. Please give the price, or say that it is free.";
        let verdicts = [
            ("version", version.as_str()),
            ("verdict-cost_note", "refuse"),
            ("reason-cost_note", reason),
            ("verdict-cost_options", "refuse"),
            ("reason-cost_options", reason),
        ];
        self.post(Some(&self.editor), &change, &verdicts).await?;
        Ok(())
    }

    async fn send_interpreter(&self, entry: &Entry) -> Result<(), Fault> {
        let mut fields: Vec<(&str, &str)> =
            entry.draft.languages.iter().map(|language| ("languages", language.as_str())).collect();
        fields.push(("interpretation", "An interpreter can come. Please ask us two days before."));
        self.send(entry, "language", &fields, "New since this month.").await
    }

    /// Whether a page is private touches safety, so two people look at it.
    async fn send_private_page(&self, entry: &Entry) -> Result<(), Fault> {
        let other_words = entry.draft.aliases.join("\n");
        let mut fields: Vec<(&str, &str)> =
            entry.draft.topics.iter().map(|need| ("topics", need.as_str())).collect();
        fields.extend([("aliases", other_words.as_str()), ("sensitive", "yes")]);
        fields.extend(entry.draft.baby.then_some(("baby", "yes")));
        fields.extend(entry.draft.loss.then_some(("loss", "yes")));
        self.send(entry, "needs", &fields, "Please make this a private page.").await
    }

    /// Saves one part of an entry, and sends it.
    async fn send(
        &self,
        entry: &Entry,
        part: &str,
        fields: &[(&str, &str)],
        note: &str,
    ) -> Result<(), Fault> {
        let entry = format!("/provider/entries/{}", entry.slug);
        self.post(Some(&self.provider), &format!("{entry}/{part}"), fields).await?;
        self.post(Some(&self.provider), &format!("{entry}/send"), &[("note", note)]).await?;
        Ok(())
    }

    async fn report(&self, entry: &Entry, what: &str, words: &str) -> Result<(), Fault> {
        let path = format!("/services/{}/report", entry.slug);
        self.post(None, &path, &[("what", what), ("words", words)]).await?;
        Ok(())
    }

    /// An organisation asks to be listed, and presses the button in the mail it gets.
    /// The mail that leads a keeper to their entry, whatever the hour of the first start.
    async fn remind(&self, entry: &Entry) -> Result<(), Fault> {
        self.post(Some(&self.editor), &format!("/admin/freshness/{}/remind", entry.id), &[]).await?;
        Ok(())
    }

    async fn apply(&self) -> Result<(), Fault> {
        let fields = [
            ("organization", "Demonstration Saturday Club"),
            ("kind", "community"),
            (
                "what",
                "We meet on Saturday mornings. Dads and other carers play, cook and talk with their children.",
            ),
            ("evidence", "This is a demonstration. There is nothing to check."),
            ("contact", "Demonstration applicant"),
            ("email", "applicant@hearth.example"),
        ];
        self.post(None, "/list-your-service", &fields).await?;
        let outbox = self.ask(None, Request::get("/demo/outbox").body(Body::empty())?).await?;
        let link =
            address_after(&outbox, "/list-your-service/confirm/", 64).context("the link is in the mail")?;
        self.post(None, &link, &[]).await?;
        Ok(())
    }

    /// The neighbour's list had it twice, and an editor made one of them.
    async fn make_one_of_two(&self) -> Result<(), Fault> {
        let pair = format!("/admin/duplicates/{}/{}", MADE_ONE.0, MADE_ONE.1);
        let page = self.ask(Some(&self.editor), Request::get(&pair).body(Body::empty())?).await?;
        let version = |name: &str| {
            let rest = page.split_once(&format!("name=\"{name}\" value=\""))?.1;
            rest.split_once('"').map(|(version, _)| version.to_owned())
        };
        let (Some(a), Some(b)) = (version("va"), version("vb")) else {
            bail!("the two entries stand beside each other")
        };
        let fields = [
            ("keep", "a"),
            ("va", a.as_str()),
            ("vb", b.as_str()),
            ("why", "Their list has it twice: same room, same evening, same number."),
        ];
        self.post(Some(&self.editor), &pair, &fields).await?;
        Ok(())
    }

    /// On three days, as it takes. All links were made known on the last of them, so that no other is due yet.
    async fn find_the_broken_link(&self, days: [Instant; 3]) -> Result<(), Fault> {
        for day in days {
            self.stand(day);
            self.post(Some(&self.editor), "/admin/links/again", &[("address", BROKEN)]).await?;
            self.neighbour.run_the_link_job().await?;
        }
        Ok(())
    }

    async fn post(&self, who: Option<&Who>, path: &str, fields: &[(&str, &str)]) -> Result<String, Fault> {
        let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let form = (header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = Request::post(path).header(form.0, form.1).body(Body::from(body))?;
        self.ask(who, request).await
    }

    /// Asks as a person, or as a visitor. What a person would have been refused is a fault of the demonstration.
    async fn ask(&self, who: Option<&Who>, mut request: Request<Body>) -> Result<String, Fault> {
        let path = request.uri().path().to_owned();
        request.extensions_mut().insert(who.cloned().unwrap_or(Who { actor: Actor::Visitor }));
        let response = self.doors.clone().oneshot(request).await?;
        let status = response.status();
        if !status.is_success() && !status.is_redirection() {
            bail!(
                "the demonstration's own work was answered with {status} at {}",
                path_without_secret(&path)
            );
        }
        let body = response.into_body().collect().await?.to_bytes();
        Ok(String::from_utf8_lossy(&body).into_owned())
    }
}

/// The first address in a page that begins so and goes on for so many letters.
fn address_after(page: &str, start: &str, letters: usize) -> Option<String> {
    let goes_on =
        |rest: &str| rest.bytes().take_while(|byte| byte.is_ascii_hexdigit() || *byte == b'-').count();
    let rest = page.split(start).skip(1).find(|rest| goes_on(rest) == letters)?;
    Some(format!("{start}{}", &rest[..letters]))
}

fn path_without_secret(path: &str) -> &str {
    path.split_once("/confirm/").map_or(path, |(before, _)| before)
}
