use crate::store::people::PersonRow;
use access::{PersonId, Role};
use kernel::{Fault, Instant};
use store::{Tx, Value, args};

const COLUMNS: &str = "person.id, person.email, person.email_skeleton, person.name, person.language, person.created_at, person.disabled_at, person.erased_at";

/// A page of the people who have not been erased, by name, and how many there are in all. The words are looked for in
/// name and address, in any case of letters.
pub(crate) fn list_found(
    tx: &mut Tx<'_>,
    words: &str,
    role: Option<Role>,
    limit: i64,
    skip: i64,
) -> Result<(Vec<PersonRow>, i64), Fault> {
    let (condition, mut values) = condition(words, role);
    let (total,): (i64,) = tx.one(&format!("select count(*) from person where {condition}"), &values)?;
    values.extend([Value::from(limit), Value::from(skip)]);
    let (a, b) = (values.len() - 1, values.len());
    let sql = format!(
        "select {COLUMNS} from person where {condition} order by lower(person.name), person.id limit ${a} offset ${b}"
    );
    Ok((tx.all(&sql, &values)?, total))
}

fn condition(words: &str, role: Option<Role>) -> (String, Vec<Value>) {
    let mut parts = vec!["person.erased_at is null".to_owned()];
    let mut values = Vec::new();
    for word in words.split_whitespace().take(8) {
        values.push(Value::from(containing(word)));
        let place = values.len();
        parts.push(format!(
            "(lower(person.name) like ${place} escape '!' or lower(person.email) like ${place} escape '!')"
        ));
    }
    if let Some(role) = role {
        values.push(Value::from(role.key()));
        parts.push(format!(
            "exists (select 1 from person_role where person_id = person.id and role = ${})",
            values.len()
        ));
    }
    (parts.join(" and "), values)
}

/// A pattern that finds a word as it was typed: `%` and `_` are letters like any other.
fn containing(word: &str) -> String {
    let mut out = String::from("%");
    for letter in word.to_ascii_lowercase().chars() {
        if matches!(letter, '%' | '_' | '!') {
            out.push('!');
        }
        out.push(letter);
    }
    out + "%"
}

/// Takes the rows of everybody who is an administrator and may sign in, so that two of them cannot put each other out
/// at the same moment.
pub(crate) fn list_administrators(tx: &mut Tx<'_>) -> Result<Vec<PersonId>, Fault> {
    let lock = tx.for_update();
    let kept: Vec<(PersonId,)> = tx.all(
        &format!(
            "select person.id from person where person.disabled_at is null and person.erased_at is null
                and exists (select 1 from person_role where person_id = person.id and role = 'administrator')
                order by person.id{lock}"
        ),
        args![],
    )?;
    Ok(kept.into_iter().map(|(person,)| person).collect())
}

/// When somebody was last seen in any session that is still kept.
pub(crate) fn find_last_seen(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<Instant>, Fault> {
    let (seen,): (Option<Instant>,) =
        tx.one("select max(last_seen_at) from session where person_id = $1", args![person])?;
    Ok(seen)
}

/// Takes the person's row, so that what is decided about them still holds when it is done.
pub(crate) fn find_person_to_change(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<PersonRow>, Fault> {
    let lock = tx.for_update();
    tx.opt(
        &format!("select {COLUMNS} from person where person.id = $1 and person.erased_at is null{lock}"),
        args![person],
    )
}
