//! The staff pages for people: who there is and what they may do; adding somebody, changing their roles, shutting them
//! out and letting them in again. Each change says who did it and why, and is undone by its opposite.

use crate::{
    Office,
    heard::Heard,
    model::SignInName,
    store::{people as rows, staff_people},
    words,
};
use access::{Action, Grant, ManagePeople, On, PersonId, Role, Roles, audit};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use kernel::{Fault, Id, Refusal};
use std::collections::BTreeMap;
use store::Tx;
use uuid::Uuid;
use web::{
    Form, Page, Params, Reply, Who,
    fields::{ErrorSummary, Errors, Input},
    see_other, show_with,
};

mod change;
pub(crate) use change::{LINK_FROM_STAFF, get_one, post_one};

/// People on a page.
const PAGE: i64 = 50;
/// The most letters of a name.
const NAME_MAX: usize = 100;

#[derive(Template)]
#[template(path = "people.html")]
struct PeopleView {
    card: String,
    seen: bool,
    search: String,
    words: String,
    role: &'static str,
    roles: Vec<(&'static str, &'static str, bool)>,
    narrowed: bool,
    people: Vec<LineView>,
    heading: String,
    first: i64,
    last: i64,
    before: i64,
    after: Option<i64>,
}

struct LineView {
    href: String,
    name: String,
    email: String,
    roles: String,
    state: &'static str,
    seen: String,
}

/// `GET /admin/people`: everybody.
pub(crate) async fn get(State(office): State<Office>, who: Who) -> Reply {
    list_page(&office, &who, &Form::default()).await
}

/// `POST /admin/people`: what is looked for is a name, so it never stands in an address.
pub(crate) async fn post(State(office): State<Office>, who: Who, form: Form) -> Reply {
    list_page(&office, &who, &form).await
}

async fn list_page(office: &Office, who: &Who, form: &Form) -> Reply {
    let may = who.may::<ManagePeople>(On::all("account"))?;
    let site = office.site();
    let heard = Heard::of(site, form);
    let now = site.clock().now();
    let words = form.get("q").to_owned();
    let role: Option<Role> = form.get("role").parse().ok();
    let page: i64 = form.get("page").parse().ok().filter(|page| (1..=10_000).contains(page)).unwrap_or(1);
    let (skip, looked_for) = ((page - 1) * PAGE, words.clone());
    let (people, total) = site
        .db()
        .write(move |tx| {
            let (found, total) = staff_people::list_found(tx, &looked_for, role, PAGE, skip)?;
            audit::record(tx, &may, "read the list of people", "", now);
            let lines = found.into_iter().map(|person| {
                let roles = rows::list_roles(tx, person.id)?;
                let seen = staff_people::find_last_seen(tx, person.id)?;
                Ok((person, roles, seen))
            });
            Ok((lines.collect::<Result<Vec<_>, Fault>>()?, total))
        })
        .await?;
    let shown = i64::try_from(people.len())?;
    let search = Input {
        name: "q",
        label: "Name or email address",
        hint: "",
        value: &words,
        kind: "search",
        autocomplete: "off",
        error: None,
    };
    let body = PeopleView {
        card: heard.html()?,
        seen: heard.seen,
        search: search.render()?,
        role: role.map_or("", Role::key),
        roles: Role::ALL.map(|each| (each.key(), each.words(), role == Some(each))).into(),
        narrowed: role.is_some() || !words.is_empty(),
        words,
        people: people
            .into_iter()
            .map(|(person, roles, seen)| LineView {
                href: format!("/admin/people/{}", person.id),
                state: if person.disabled_at.is_some() { "Disabled" } else { "May sign in" },
                email: person.email.map_or(String::new(), |email| email.to_string()),
                roles: roles.each().map(Role::words).collect::<Vec<_>>().join(", "),
                seen: seen.map_or("not lately".to_owned(), words::day_of),
                name: person.name,
            })
            .collect(),
        heading: match usize::try_from(total)? {
            0 => "Nobody found".to_owned(),
            number => web::say::count(number, "person", "people"),
        },
        first: if shown == 0 { 0 } else { skip + 1 },
        last: skip + shown,
        before: page - 1,
        after: (skip + shown < total).then_some(page + 1),
    };
    show_with(site, StatusCode::OK, &Page::new("People"), &body)
}

/// A role as it is chosen: with what the policy lets it do.
struct RoleChoice {
    key: &'static str,
    words: &'static str,
    short: &'static str,
    may: Vec<String>,
    chosen: bool,
}

fn role_choices(chosen: Roles) -> Vec<RoleChoice> {
    Role::ALL
        .map(|role| RoleChoice {
            key: role.key(),
            words: role.words(),
            short: in_short(role),
            may: what_it_may(role),
            chosen: chosen.has(role),
        })
        .into()
}

/// What a role is for, in one line to choose by.
fn in_short(role: Role) -> &'static str {
    match role {
        Role::Family => "Has an account of their own, and nothing else",
        Role::ProviderEditor => "Keeps the entries of their own organisation",
        Role::Practitioner | Role::HubWorker => "Works with families, and opens their own cases",
        Role::Editor => "Checks what providers send, and mends any entry",
        Role::DataSteward => "All that an editor does, sets the rules, and answers requests for data",
        Role::SafeguardingLead => "Is the second person for what touches safety, and reads the audit trail",
        Role::Analyst => "Sees the figures, and nothing about anybody",
        Role::Administrator => "Adds people and changes the settings, but edits no entry",
    }
}

/// The policy's own rows: what the role may do beyond what everybody may with an account of their own.
fn what_it_may(role: Role) -> Vec<String> {
    let own = Action::ALL.iter().filter(|action| {
        let grant = action.grant(Some(role));
        grant != Grant::Never && grant != Grant::Own && action.grant(None) == Grant::Never
    });
    let lines: Vec<String> = own
        .map(|action| match action.grant(Some(role)) {
            Grant::Always => action.words().to_owned(),
            grant => format!("{} ({})", action.words(), grant.words()),
        })
        .collect();
    if lines.is_empty() { vec!["Their own account only".to_owned()] } else { lines }
}

fn chosen_roles(form: &Form) -> Roles {
    form.all("roles").filter_map(|key| key.parse::<Role>().ok()).collect()
}

/// The organisations on a form: those that stay ticked, and one that is added by its name.
struct Organizations {
    known: BTreeMap<Uuid, String>,
}

impl Organizations {
    async fn list(office: &Office) -> Result<Organizations, Fault> {
        let listing = office.clone();
        let known = office.site().db().read(move |tx| listing.organizations(tx)).await?;
        Ok(Organizations { known })
    }

    fn name(&self, id: Uuid) -> String {
        self.known
            .get(&id)
            .cloned()
            .unwrap_or_else(|| format!("an organisation that is gone ({})", words::short(id)))
    }

    /// In the order of the alphabet, for the list that is offered.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.known.values().cloned().collect();
        names.sort_by_key(|name| name.to_lowercase());
        names
    }

    fn find(&self, typed: &str) -> Result<Option<Uuid>, String> {
        if typed.is_empty() {
            return Ok(None);
        }
        let same = |name: &str| name.to_lowercase() == typed.to_lowercase();
        let found = self.known.iter().find(|(_, name)| same(name)).map(|(id, _)| Some(*id));
        found.ok_or_else(|| "Choose an organisation from the list, with its whole name".to_owned())
    }

    /// What a form asks for; a name nobody knows is noted.
    fn chosen(&self, form: &Form, errors: &mut Errors) -> Vec<Uuid> {
        let kept = form.all("organizations").filter_map(|id| id.parse().ok());
        let added = errors.take("organization", self.find(form.get("organization"))).flatten();
        kept.chain(added).collect()
    }
}

#[derive(Template)]
#[template(path = "people_add.html")]
struct AddView {
    card: String,
    summary: String,
    seen: bool,
    name: String,
    email: String,
    roles: Vec<RoleChoice>,
    roles_error: Option<String>,
    organization: String,
    names: Vec<String>,
    why: String,
}

/// `GET /admin/people/add`.
pub(crate) async fn get_add(State(office): State<Office>, who: Who) -> Reply {
    who.may::<ManagePeople>(On::all("account"))?;
    let organizations = Organizations::list(&office).await?;
    add_page(&office, &organizations, &Form::default(), &Heard::nothing(), &Errors::default())
}

fn add_page(
    office: &Office,
    organizations: &Organizations,
    form: &Form,
    heard: &Heard,
    errors: &Errors,
) -> Reply {
    let input = |name: &'static str, label: &str, hint: &str, kind: &str| {
        Input { name, label, hint, value: form.get(name), kind, autocomplete: "off", error: errors.at(name) }
            .render()
    };
    let body = AddView {
        card: heard.html()?,
        summary: ErrorSummary { errors }.render()?,
        seen: heard.seen,
        name: input("name", "Name", "As they want to be called.", "text")?,
        email: input("email", "Email address", "We send an invitation to it.", "email")?,
        roles: role_choices(chosen_roles(form)),
        roles_error: errors.at("roles").map(str::to_owned),
        organization: organization_field(form.get("organization"), errors)?,
        names: organizations.names(),
        why: why_field(form.get("why"), errors)?,
    };
    let (status, title) = errors.page("Add a person");
    show_with(office.site(), status, &Page::new(title), &body)
}

fn organization_field(typed: &str, errors: &Errors) -> Result<String, Fault> {
    let field = Input {
        name: "organization",
        label: "Add an organisation whose entries they keep (optional)",
        hint: "Type the beginning of its name and choose it. For provider editors.",
        value: typed,
        kind: "text",
        autocomplete: "off",
        error: errors.at("organization"),
    };
    // The list belongs to the box by name; without it, the whole name is typed.
    Ok(field.render()?.replace("name=\"organization\"", "name=\"organization\" list=\"organization-names\""))
}

fn why_field(typed: &str, errors: &Errors) -> Result<String, Fault> {
    let field = Input {
        name: "why",
        label: "Why? (optional)",
        hint: "It is kept in the trail. Leave out names and addresses.",
        value: typed,
        kind: "text",
        autocomplete: "off",
        error: errors.at("why"),
    };
    Ok(field.render()?)
}

/// Somebody to be added, checked.
struct NewPerson {
    name: String,
    email: SignInName,
    roles: Roles,
    organizations: Vec<Uuid>,
    why: String,
}

fn parse_new(form: &Form, organizations: &Organizations, errors: &mut Errors) -> Option<NewPerson> {
    let name = errors.take("name", name_of(form.get("name")));
    let email = errors.take("email", form.get("email").parse::<SignInName>());
    let roles = chosen_roles(form);
    if roles.is_empty() {
        errors.0.push(Refusal::at("roles", "Choose at least one role"));
    }
    let organizations = organizations.chosen(form, errors);
    let why = errors.take("why", crate::heard::reason_of(form.get("why")));
    Some(NewPerson { name: name?, email: email?, roles, organizations, why: why? })
        .filter(|_| errors.is_empty())
}

fn name_of(typed: &str) -> Result<String, String> {
    let name = kernel::one_line(typed);
    match name.chars().count() {
        0 => Err("Enter their name".to_owned()),
        1..=NAME_MAX => Ok(name),
        letters => Err(format!("Use {NAME_MAX} letters or fewer. You have {letters}")),
    }
}

/// `POST /admin/people/add`.
pub(crate) async fn post_add(State(office): State<Office>, who: Who, form: Form) -> Reply {
    who.may::<ManagePeople>(On::all("account"))?;
    let heard = Heard::of(office.site(), &form);
    let organizations = Organizations::list(&office).await?;
    let mut errors = Errors::default();
    let parsed = parse_new(&form, &organizations, &mut errors);
    let Some(new) = parsed.filter(|_| !heard.waits) else {
        return add_page(&office, &organizations, &form, &heard, &errors);
    };
    let (asking, adding) = (who.clone(), office.clone());
    let added = office.site().db().write(move |tx| add(tx, &adding, &asking, &new)).await?;
    match added {
        Ok(person) => Ok(see_other(&format!("/admin/people/{person}?done=added"))),
        Err(refusal) => {
            errors.0.push(refusal);
            add_page(&office, &organizations, &form, &heard, &errors)
        }
    }
}

fn add(
    tx: &mut Tx<'_>,
    office: &Office,
    who: &Who,
    new: &NewPerson,
) -> Result<Result<PersonId, Refusal>, Fault> {
    if let Err(refusal) = change::expect_address("email", office) {
        return Ok(Err(refusal));
    }
    if rows::find_person_by_skeleton(tx, new.email.skeleton())?.is_some() {
        let sentence = "Somebody with this address is here already. Look for them in the list of people";
        return Ok(Err(Refusal::at("email", sentence)));
    }
    let (clock, dice) = (office.site().clock(), office.site().dice());
    let draft = crate::PersonDraft {
        email: new.email.email().clone(),
        name: new.name.clone(),
        roles: new.roles.each().collect(),
        organizations: new.organizations.clone(),
    };
    let person = crate::set_person(tx, &draft, clock, dice)?;
    let may = who.may::<ManagePeople>(On::one("account", person).about(person))?;
    let roles: Vec<&str> = new.roles.each().map(Role::key).collect();
    audit::record(tx, &may, format!("added a person as {}", roles.join(", ")), new.why.clone(), clock.now());
    change::invite(tx, office, person)?;
    Ok(Ok(person))
}

/// The address in a path, or nothing.
fn person_of(id: &str) -> Option<PersonId> {
    id.parse::<Uuid>().ok().map(Id::from_uuid)
}

/// What the last change came to, for the line at the top. Only our own words can be shown.
fn done_words(params: &Params) -> &'static str {
    match params.get("done") {
        "added" => "They have been added, and an invitation is on its way.",
        "roles" => "Their roles and organisations were changed.",
        "disable" => "They have been disabled and signed out everywhere.",
        "enable" => "They may sign in again.",
        "end_sessions" => "They have been signed out everywhere.",
        "untie" => {
            "The account is untied from the council’s sign-in, and they have been signed out everywhere."
        }
        "send_link" => "A link to sign in is on its way to them.",
        _ => "",
    }
}

/// A path's id, checked.
type PersonPath = Path<String>;
