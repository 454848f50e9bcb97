use crate::list_model::ListId;
use access::PersonId;
use kernel::{Date, Fault, Instant};
use std::collections::BTreeMap;
use store::{Migration, Tx, args, row};

/// The room's tables.
pub const MIGRATIONS: &[Migration] = &[
    Migration { room: "matching", number: 1, name: "lists handed over", sql: FIRST },
    Migration { room: "matching", number: 2, name: "needs held for ten minutes", sql: SECOND },
];

// Where a list was sent is kept only as a keyed hash, so that one address is not written to again and again. How often a
// list was opened is a count by day: nothing of who, from where or when in the day.
const FIRST: &str = "
create table handed_list_key (
    single {int} not null primary key constraint handed_list_key_one check (single = 1), key {text} not null
) {strict};
create table handed_list (
    id {id} not null primary key,
    code {text} not null constraint handed_list_code_unique unique,
    form_key {text} not null constraint handed_list_form_once unique,
    title {text} not null, notes {text} not null,
    how {text} not null constraint handed_list_how check (how in ('link','email','text')),
    sent_to_hash {text},
    made_by {id} not null, made_at {instant} not null, ends_at {instant} not null, withdrawn_at {instant}
) {strict};
create index handed_list_by_person on handed_list (made_by, made_at);
create index handed_list_by_address on handed_list (sent_to_hash, made_at);
create index handed_list_by_end on handed_list (ends_at);
create table handed_list_service (
    list_id {id} not null constraint handed_list_service_of references handed_list (id) on delete cascade,
    position {int} not null, slug {text} not null,
    constraint handed_list_service_key primary key (list_id, position),
    constraint handed_list_service_once unique (list_id, slug)
) {strict};
create table handed_list_open (
    list_id {id} not null constraint handed_list_open_of references handed_list (id) on delete cascade,
    day {text} not null, opens {int} not null constraint handed_list_open_some check (opens > 0),
    constraint handed_list_open_key primary key (list_id, day)
) {strict};
";

// Sealed with a key that is not here: nobody who reads the table reads a need.
const SECOND: &str = "
create table held_need (key_hash {text} not null primary key, sealed {text} not null, ends_at {instant} not null) {strict};
create index held_need_by_end on held_need (ends_at);
";

row! {
    /// A list as it is kept. The notes are their keys, with commas between.
    #[derive(Clone, Debug)]
    pub(crate) struct ListRow {
        id: ListId, code: String, title: String, notes: String, how: String, made_by: PersonId, made_at: Instant,
        ends_at: Instant, withdrawn_at: Option<Instant>,
    }
}

const LISTS: &str =
    "select id, code, title, notes, how, made_by, made_at, ends_at, withdrawn_at from handed_list";

pub(crate) fn find_list_by_code(tx: &mut Tx, code: &str) -> Result<Option<ListRow>, Fault> {
    tx.opt(&format!("{LISTS} where code = $1"), args![code])
}

/// A list that a form made before.
pub(crate) fn find_list_by_key(tx: &mut Tx, form_key: &str) -> Result<Option<ListRow>, Fault> {
    tx.opt(&format!("{LISTS} where form_key = $1"), args![form_key])
}

/// Where a list was sent, as it is kept while it is.
pub(crate) fn find_sent_to(tx: &mut Tx, id: ListId) -> Result<Option<String>, Fault> {
    let (hash,): (Option<String>,) =
        tx.one("select sent_to_hash from handed_list where id = $1", args![id])?;
    Ok(hash)
}

/// A list of somebody's own; none of anybody else's.
pub(crate) fn find_list_of(tx: &mut Tx, id: ListId, person: PersonId) -> Result<Option<ListRow>, Fault> {
    tx.opt(&format!("{LISTS} where id = $1 and made_by = $2"), args![id, person])
}

/// Everything that somebody handed over, the latest first.
pub(crate) fn list_made_by(tx: &mut Tx, person: PersonId) -> Result<Vec<ListRow>, Fault> {
    tx.all(&format!("{LISTS} where made_by = $1 order by made_at desc, id limit 500"), args![person])
}

pub(crate) fn insert_list(
    tx: &mut Tx,
    row: &ListRow,
    form_key: &str,
    sent_to_hash: Option<&str>,
    services: &[String],
) -> Result<(), Fault> {
    tx.exec(
        "insert into handed_list (id, code, form_key, title, notes, how, sent_to_hash, made_by, made_at, ends_at, withdrawn_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        args![row.id, row.code.as_str(), form_key, row.title.as_str(), row.notes.as_str(), row.how.as_str(), sent_to_hash.map(str::to_owned), row.made_by, row.made_at, row.ends_at, row.withdrawn_at],
    )?;
    for (slug, position) in services.iter().zip(1i64..) {
        tx.exec(
            "insert into handed_list_service (list_id, position, slug) values ($1, $2, $3)",
            args![row.id, position, slug.as_str()],
        )?;
    }
    Ok(())
}

/// The services of a list, in their order.
pub(crate) fn list_services_of(tx: &mut Tx, id: ListId) -> Result<Vec<String>, Fault> {
    let rows: Vec<(String,)> =
        tx.all("select slug from handed_list_service where list_id = $1 order by position", args![id])?;
    Ok(rows.into_iter().map(|(slug,)| slug).collect())
}

/// Withdraws a list, and says whether it stood until then.
pub(crate) fn set_withdrawn(tx: &mut Tx, id: ListId, now: Instant) -> Result<bool, Fault> {
    let changed = tx.exec(
        "update handed_list set withdrawn_at = $2 where id = $1 and withdrawn_at is null",
        args![id, now],
    )?;
    Ok(changed == 1)
}

/// Counts one more opening on a day.
pub(crate) fn insert_open(tx: &mut Tx, id: ListId, day: Date) -> Result<(), Fault> {
    tx.exec(
        "insert into handed_list_open (list_id, day, opens) values ($1, $2, 1)
            on conflict (list_id, day) do update set opens = handed_list_open.opens + 1",
        args![id, day],
    )?;
    Ok(())
}

/// How often a list was opened, by day.
pub(crate) fn list_opens(tx: &mut Tx, id: ListId) -> Result<Vec<(Date, i64)>, Fault> {
    tx.all("select day, opens from handed_list_open where list_id = $1 order by day", args![id])
}

/// A count of each list.
pub(crate) type CountsByList = BTreeMap<ListId, i64>;

/// Of each of somebody's lists, how many services are on it and how often it was opened.
pub(crate) fn list_counts(tx: &mut Tx, person: PersonId) -> Result<(CountsByList, CountsByList), Fault> {
    let services: Vec<(ListId, i64)> = tx.all(
        "select s.list_id, count(*) from handed_list_service s join handed_list l on l.id = s.list_id
            where l.made_by = $1 group by s.list_id",
        args![person],
    )?;
    let opens: Vec<(ListId, i64)> = tx.all(
        "select o.list_id, cast(sum(o.opens) as bigint) from handed_list_open o join handed_list l on l.id = o.list_id
            where l.made_by = $1 group by o.list_id",
        args![person],
    )?;
    Ok((services.into_iter().collect(), opens.into_iter().collect()))
}

/// How many lists were sent to an address since an instant.
pub(crate) fn count_sent_to(tx: &mut Tx, hash: &str, since: Instant) -> Result<i64, Fault> {
    let (many,): (i64,) = tx.one(
        "select count(*) from handed_list where sent_to_hash = $1 and made_at >= $2",
        args![hash, since],
    )?;
    Ok(many)
}

/// The key from which addresses are hashed; kept the first time.
pub(crate) fn find_or_insert_key(tx: &mut Tx, fresh: &str) -> Result<String, Fault> {
    tx.exec(
        "insert into handed_list_key (single, key) values (1, $1) on conflict (single) do nothing",
        args![fresh],
    )?;
    let (key,): (String,) = tx.one("select key from handed_list_key where single = 1", args![])?;
    Ok(key)
}

/// Forgets where lists made before an instant were sent; says of how many. A day is all the limit needs.
pub(crate) fn set_addresses_forgotten(tx: &mut Tx, before: Instant) -> Result<u64, Fault> {
    tx.exec(
        "update handed_list set sent_to_hash = null where made_at < $1 and sent_to_hash is not null",
        args![before],
    )
}

/// Forgets where somebody's lists were sent; says how many lists there are.
pub(crate) fn set_addresses_forgotten_of(tx: &mut Tx, person: PersonId) -> Result<u64, Fault> {
    tx.exec("update handed_list set sent_to_hash = null where made_by = $1", args![person])
}

/// Deletes the lists that ended before an instant, with what hangs on them; says how many.
pub(crate) fn delete_ended_before(tx: &mut Tx, before: Instant) -> Result<u64, Fault> {
    tx.exec("delete from handed_list where ends_at < $1", args![before])
}

pub(crate) fn insert_need(tx: &mut Tx, key_hash: &str, sealed: &str, ends_at: Instant) -> Result<(), Fault> {
    tx.exec(
        "insert into held_need (key_hash, sealed, ends_at) values ($1, $2, $3)",
        args![key_hash, sealed, ends_at],
    )?;
    Ok(())
}

/// A need that is held, as it is sealed.
pub(crate) fn find_need(tx: &mut Tx, key_hash: &str, now: Instant) -> Result<Option<String>, Fault> {
    let found: Option<(String,)> =
        tx.opt("select sealed from held_need where key_hash = $1 and ends_at > $2", args![key_hash, now])?;
    Ok(found.map(|(sealed,)| sealed))
}

/// Lets go of needs whose time is over; says of how many.
pub(crate) fn delete_needs_ended(tx: &mut Tx, now: Instant) -> Result<u64, Fault> {
    tx.exec("delete from held_need where ends_at <= $1", args![now])
}
