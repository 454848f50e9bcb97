use access::PersonId;
use kernel::{Fault, Id, Instant};
use store::{Migration, Tx, args, row};

/// The room's tables.
pub const MIGRATIONS: &[Migration] = &[
    Migration { room: "editing", number: 1, name: "views and changes to many", sql: CORE },
    Migration { room: "editing", number: 2, name: "looks at a change to many", sql: LOOKS },
];

const CORE: &str = "create table entry_view (
        id {id} not null primary key,
        name {text} not null constraint entry_view_once unique,
        query {text} not null,
        saved_at {instant} not null
    ) {strict};
    create table many_change (
        id {id} not null primary key,
        kind {text} not null, value {text} not null, put {text} not null, words {text} not null, why {text} not null,
        changed_by {id}, changed_at {instant} not null, undone_at {instant}
    ) {strict};
    create table many_change_entry (
        many_change_id {id} not null constraint many_change_entry_of references many_change (id),
        slug {text} not null,
        version_before {int} not null, version_after {int} not null,
        left_because {text} not null,
        undone {bool} not null,
        constraint many_change_entry_key primary key (many_change_id, slug)
    ) {strict};";

const LOOKS: &str = "create table many_look (
        id {id} not null constraint many_look_key primary key,
        kind {text} not null, value {text} not null, put {text} not null, slugs {text} not null,
        looked_at {instant} not null
    ) {strict};
    create index many_look_by_time on many_look (looked_at);";

row! {
    /// A view that somebody kept: a name for a query.
    #[derive(Clone, Debug)]
    pub(crate) struct EntryView { id: Id<()>, name: String, query: String }
}

pub(crate) fn list_views(tx: &mut Tx) -> Result<Vec<EntryView>, Fault> {
    tx.all("select id, name, query from entry_view order by name", args![])
}

/// Keeps a view; one of the same name is replaced.
pub(crate) fn set_view(tx: &mut Tx, id: Id<()>, name: &str, query: &str, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "insert into entry_view (id, name, query, saved_at) values ($1, $2, $3, $4)
         on conflict (name) do update set query = excluded.query, saved_at = excluded.saved_at",
        args![id, name, query, now],
    )?;
    Ok(())
}

pub(crate) fn delete_view(tx: &mut Tx, id: Id<()>) -> Result<(), Fault> {
    tx.exec("delete from entry_view where id = $1", args![id])?;
    Ok(())
}

row! {
    /// A look at a change to many entries. Its slugs stand one on a line; the change that comes of it has its id.
    #[derive(Clone, Debug)]
    pub(crate) struct ManyLook {
        id: Id<()>,
        kind: String,
        value: String,
        put: String,
        slugs: String,
        looked_at: Instant,
    }
}

pub(crate) fn insert_look(tx: &mut Tx, look: &ManyLook) -> Result<(), Fault> {
    tx.exec(
        "insert into many_look (id, kind, value, put, slugs, looked_at) values ($1, $2, $3, $4, $5, $6)",
        args![
            look.id,
            look.kind.as_str(),
            look.value.as_str(),
            look.put.as_str(),
            look.slugs.as_str(),
            look.looked_at
        ],
    )?;
    Ok(())
}

pub(crate) fn find_look(tx: &mut Tx, id: Id<()>) -> Result<Option<ManyLook>, Fault> {
    tx.opt("select id, kind, value, put, slugs, looked_at from many_look where id = $1", args![id])
}

/// Forgets looks that nobody comes back to.
pub(crate) fn delete_looks_before(tx: &mut Tx, before: Instant) -> Result<(), Fault> {
    tx.exec("delete from many_look where looked_at < $1", args![before])?;
    Ok(())
}

row! {
    /// A change to many entries that was made.
    #[derive(Clone, Debug)]
    pub(crate) struct ManyChange {
        id: Id<()>,
        kind: String,
        value: String,
        put: String,
        words: String,
        why: String,
        changed_by: Option<PersonId>,
        changed_at: Instant,
        undone_at: Option<Instant>,
    }
}

row! {
    /// What became of one entry in it. `version_after` is 0 where it was left as it was.
    #[derive(Clone, Debug)]
    pub(crate) struct ManyChangeEntry {
        slug: String,
        version_before: i64,
        version_after: i64,
        left_because: String,
        undone: bool,
    }
}

pub(crate) fn insert_change(tx: &mut Tx, change: &ManyChange) -> Result<(), Fault> {
    tx.exec(
        "insert into many_change (id, kind, value, put, words, why, changed_by, changed_at, undone_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, null)",
        args![
            change.id,
            change.kind.as_str(),
            change.value.as_str(),
            change.put.as_str(),
            change.words.as_str(),
            change.why.as_str(),
            change.changed_by,
            change.changed_at
        ],
    )?;
    Ok(())
}

pub(crate) fn insert_change_entry(tx: &mut Tx, change: Id<()>, entry: &ManyChangeEntry) -> Result<(), Fault> {
    tx.exec(
        "insert into many_change_entry (many_change_id, slug, version_before, version_after, left_because, undone)
         values ($1, $2, $3, $4, $5, $6)",
        args![
            change,
            entry.slug.as_str(),
            entry.version_before,
            entry.version_after,
            entry.left_because.as_str(),
            entry.undone
        ],
    )?;
    Ok(())
}

const CHANGE: &str =
    "select id, kind, value, put, words, why, changed_by, changed_at, undone_at from many_change";

pub(crate) fn list_changes(tx: &mut Tx) -> Result<Vec<ManyChange>, Fault> {
    tx.all(&format!("{CHANGE} order by changed_at desc, id desc limit 100"), args![])
}

pub(crate) fn find_change(tx: &mut Tx, id: Id<()>) -> Result<Option<ManyChange>, Fault> {
    tx.opt(&format!("{CHANGE} where id = $1{}", tx.for_update()), args![id])
}

/// The same for a reader, which can lock nothing.
pub(crate) fn find_change_to_read(tx: &mut Tx, id: Id<()>) -> Result<Option<ManyChange>, Fault> {
    tx.opt(&format!("{CHANGE} where id = $1"), args![id])
}

pub(crate) fn list_change_entries(tx: &mut Tx, id: Id<()>) -> Result<Vec<ManyChangeEntry>, Fault> {
    tx.all(
        "select slug, version_before, version_after, left_because, undone from many_change_entry
         where many_change_id = $1 order by slug",
        args![id],
    )
}

pub(crate) fn set_undone(tx: &mut Tx, id: Id<()>, now: Instant) -> Result<(), Fault> {
    tx.exec("update many_change set undone_at = $2 where id = $1", args![id, now])?;
    Ok(())
}

pub(crate) fn set_entry_undone(tx: &mut Tx, id: Id<()>, slug: &str) -> Result<(), Fault> {
    tx.exec(
        "update many_change_entry set undone = $3 where many_change_id = $1 and slug = $2",
        args![id, slug, true],
    )?;
    Ok(())
}
