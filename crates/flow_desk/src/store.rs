use kernel::{Fault, Instant};
use store::{Migration, Tx, args, row};
use uuid::Uuid;

/// The room's tables.
pub const MIGRATIONS: &[Migration] =
    &[Migration { room: "flow_desk", number: 1, name: "walks that are kept as examples", sql: FIRST }];

const FIRST: &str = "
create table flow_example (
    id {id} not null primary key,
    slug {text} not null, name {text} not null, today {text} not null, steps {text} not null,
    said {text} not null, kept_at {instant} not null
) {strict};
create index flow_example_by_slug on flow_example (slug);
";

row! {
    /// A walk through a guide and what it said. It holds keys of answers and days that an editor chose, nobody's words.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct Example {
        id: Uuid,
        slug: String,
        name: String,
        today: String,
        steps: String,
        said: String,
        kept_at: Instant,
    }
}

pub(crate) fn list_examples(tx: &mut Tx, slug: &str) -> Result<Vec<Example>, Fault> {
    let sql = "select id, slug, name, today, steps, said, kept_at from flow_example where slug = $1 order by name, id";
    tx.all(sql, args![slug])
}

/// Keeps an example, or what it says now.
pub(crate) fn set_example(tx: &mut Tx, example: &Example) -> Result<(), Fault> {
    tx.exec(
        "insert into flow_example (id, slug, name, today, steps, said, kept_at) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (id) do update set said = excluded.said, kept_at = excluded.kept_at",
        args![
            example.id,
            example.slug.as_str(),
            example.name.as_str(),
            example.today.as_str(),
            example.steps.as_str(),
            example.said.as_str(),
            example.kept_at
        ],
    )?;
    Ok(())
}

pub(crate) fn delete_example(tx: &mut Tx, slug: &str, id: Uuid) -> Result<bool, Fault> {
    Ok(tx.exec("delete from flow_example where slug = $1 and id = $2", args![slug, id])? == 1)
}
