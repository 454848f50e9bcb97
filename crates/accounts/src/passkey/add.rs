//! Adds a passkey to one's account.

use crate::{
    Accounts,
    accounts::hash_of,
    mails,
    passkey::{
        COOKIE, challenge, checker, is_strong, leads_to,
        model::{MOST, Refused, first_name},
        read_json, refuse, spend,
    },
    session::{Current, add_cookie, on_own, words_of},
    store::{
        passkeys::{self as rows, PasskeyRow},
        people as people_rows,
    },
};
use access::{May, PersonId, UseOwnAccount, audit};
use axum::{
    Extension,
    extract::{Request, State},
    http::HeaderMap,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Fault, Id, Instant};
use store::Tx;
use web::{Reply, Who};
use webauthn_rs::prelude::{CredentialID, Passkey, PasskeyRegistration, RegisterPublicKeyCredential};

/// `POST /account/passkeys/start`.
pub(crate) async fn start(
    State(accounts): State<Accounts>,
    who: Who,
    current: Option<Extension<Current>>,
    headers: HeaderMap,
) -> Reply {
    who.may::<UseOwnAccount>(on_own(&who))?;
    let Some(Extension(current)) = current.filter(|current| is_strong(Some(current))) else {
        return Ok(refuse(Refused::NotStrong));
    };
    let site = accounts.site();
    let checker = match checker(site, &headers) {
        Ok(checker) => checker,
        Err(refused) => return Ok(refuse(refused)),
    };
    let person = current.person;
    let (row, passkeys) = site
        .db()
        .read(move |tx| Ok((people_rows::find_person(tx, person)?, rows::list_passkeys(tx, person)?)))
        .await?;
    if passkeys.len() >= MOST {
        return Ok(refuse(Refused::TooMany));
    }
    // A device that has a passkey of this account already says so instead of making a second.
    let there: Vec<CredentialID> =
        passkeys.iter().filter_map(|passkey| URL_SAFE_NO_PAD.decode(&passkey.credential_id).ok()).collect();
    let name = row.as_ref().map_or("", |row| row.name.as_str());
    let email = row.as_ref().and_then(|row| row.email.as_ref()).map_or(name, |email| email.as_str());
    let (options, state) = checker.start_passkey_registration(person.uuid(), email, name, Some(there))?;
    let mut options = serde_json::to_value(&options)?;
    // Nothing is typed at sign-in, so the device itself must know whose passkey it is.
    let selection = &mut options["publicKey"]["authenticatorSelection"];
    selection["residentKey"] = "required".into();
    selection["requireResidentKey"] = true.into();
    Ok(challenge(&accounts, "add", Some(person), serde_json::to_string(&state)?, &options).await?)
}

/// `POST /account/passkeys/finish` with `{"credential": {...}}`.
pub(crate) async fn finish(
    State(accounts): State<Accounts>,
    who: Who,
    current: Option<Extension<Current>>,
    headers: HeaderMap,
    request: Request,
) -> Reply {
    let may = who.may::<UseOwnAccount>(on_own(&who))?;
    let Some(Extension(current)) = current.filter(|current| is_strong(Some(current))) else {
        return Ok(refuse(Refused::NotStrong));
    };
    let answer = read_json(request.into_body()).await;
    let added = add(&accounts, may, current.person, &headers, &answer["credential"]).await;
    let mut response = match added {
        Ok(Ok(())) => leads_to("/account/passkeys?done=added"),
        Ok(Err(refused)) => refuse(refused),
        Err(fault)
            if store::violation(&fault).is_some_and(|it| it.constraint == "passkey_credential_once") =>
        {
            refuse(Refused::Twice)
        }
        Err(fault) => return Err(fault.into()),
    };
    add_cookie(&mut response, accounts.cookies().clear(COOKIE));
    Ok(response)
}

async fn add(
    accounts: &Accounts,
    may: May<UseOwnAccount>,
    person: PersonId,
    headers: &HeaderMap,
    credential: &serde_json::Value,
) -> Result<Result<(), Refused>, Fault> {
    let site = accounts.site();
    let Some(browser_hash) = accounts.cookie(headers, COOKIE).map(hash_of) else {
        return Ok(Err(Refused::TooLate));
    };
    let checker = match checker(site, headers) {
        Ok(checker) => checker,
        Err(refused) => return Ok(Err(refused)),
    };
    let credential: Option<RegisterPublicKeyCredential> = serde_json::from_value(credential.clone()).ok();
    let browser = words_of(headers);
    let now = site.clock().now();
    let id = Id::new(site.clock(), site.dice());
    let accounts = accounts.clone();
    site.db()
        .write(move |tx| {
            let kept = spend(tx, &browser_hash, "add", now)?.filter(|kept| kept.person_id == Some(person));
            let Some(kept) = kept else { return Ok(Err(Refused::TooLate)) };
            let state: PasskeyRegistration = serde_json::from_str(&kept.state)?;
            let checked = credential.as_ref().map(|it| checker.finish_passkey_registration(it, &state));
            let Some(Ok(passkey)) = checked else { return Ok(Err(Refused::NotAccepted)) };
            let others: Vec<String> =
                rows::list_passkeys(tx, person)?.into_iter().map(|passkey| passkey.name).collect();
            if others.len() >= MOST {
                return Ok(Err(Refused::TooMany));
            }
            let row = PasskeyRow {
                id,
                person_id: person,
                credential_id: URL_SAFE_NO_PAD.encode(passkey.cred_id()),
                name: first_name(&browser, &others),
                credential: as_text(&passkey)?,
                added_at: now,
                last_used_at: None,
            };
            rows::insert_passkey(tx, &row)?;
            audit::record(tx, &may, "added a passkey", "", now);
            tell(tx, &accounts, person, &mails::NEW_WAY_TO_SIGN_IN, now)?;
            Ok(Ok(()))
        })
        .await
}

fn as_text(passkey: &Passkey) -> Result<String, Fault> {
    Ok(serde_json::to_string(passkey)?)
}

/// A mail to the person, so that they notice when it was not them.
pub(crate) fn tell(
    tx: &mut Tx<'_>,
    accounts: &Accounts,
    person: PersonId,
    template: &'static notify::Template,
    now: Instant,
) -> Result<(), Fault> {
    let site = accounts.site();
    let Some(row) = people_rows::find_person(tx, person)? else { return Ok(()) };
    let Some(email) = row.email else { return Ok(()) };
    let way = vec![("way", "a passkey".to_owned())];
    let mail = mails::to_person(template, person, (&row.name, &email), &site.council(), &way);
    accounts.post().send(tx, &mail, site.dice(), now)
}
