//! Erasing a person: everything of every room in one transaction, and afterwards the database is written anew so that
//! no byte of it is left in the file. What stays is the trail's minimum: ids, times and acts.

use crate::{
    Office,
    rights_model::decide_erase,
    store::{data_rights as rows, staff_people},
};
use access::{Act, AnswerDataRequest, May, On, PersonId, TakeOwnData, audit};
use jobs::{JobContext, Outcome};
use kernel::{Fault, Instant, Refusal};
use store::{Tx, outbox};

/// The job that writes the database anew after somebody was erased.
pub const WRITE_THE_DATABASE_ANEW: &str = "write_the_database_anew";

/// Announced when somebody was erased; the subject is their id, which says nothing any more.
pub const PERSON_ERASED: &str = "person_erased";

/// The rights with which somebody may be erased.
pub(crate) trait MayErase: Act {}
impl MayErase for TakeOwnData {}
impl MayErase for AnswerDataRequest {}

/// Erases somebody. Refused for the last administrator; somebody who is erased already stays so.
pub(crate) fn erase<A: MayErase>(
    tx: &mut Tx<'_>,
    office: &Office,
    may: &May<A>,
    person: PersonId,
    why: &str,
    now: Instant,
) -> Result<Result<(), Refusal>, Fault> {
    if let Err(refusal) = decide_erase(person, &staff_people::list_administrators(tx)?) {
        return Ok(Err(refusal));
    }
    if staff_people::find_person_to_change(tx, person)?.is_none() {
        return Ok(Ok(()));
    }
    for source in office.sources() {
        (source.erase)(tx, person, now)
            .map_err(|fault| fault.context(format!("erasing in {}", source.room)))?;
    }
    audit::record(tx, may, "erased the account and all that was kept with it", why, now);
    outbox::announce(tx, PERSON_ERASED, Some(person.uuid()), &serde_json::Value::Null, now)?;
    jobs::enqueue(tx, WRITE_THE_DATABASE_ANEW, &office.tables(), now, now, None)?;
    Ok(Ok(()))
}

/// Writes the database anew. While somebody reads it cannot be done, so it is tried again.
pub async fn write_the_database_anew(context: JobContext) -> Result<Outcome, Fault> {
    let tables: Vec<String> = context.payload()?;
    let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
    let began = context.clock.now();
    store::scrub(&context.db, &tables).await?;
    context
        .db
        .write(move |tx| {
            rows::set_scrubbed(tx, began)?;
            let may = May::<AnswerDataRequest>::by_machine(WRITE_THE_DATABASE_ANEW, On::all("database"));
            audit::record(tx, &may, "wrote the database anew after an erasure", "", began);
            Ok(())
        })
        .await?;
    Ok(Outcome::Done)
}
