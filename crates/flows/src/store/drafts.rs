use crate::keep_drafts::{Draft, Edition};
use kernel::Fault;
use store::{Tx, args};

const DRAFTS: &str = "select slug, text, edition, based_on, saved_at from flow_draft";

pub(crate) fn list_drafts(tx: &mut Tx) -> Result<Vec<Draft>, Fault> {
    tx.all(&format!("{DRAFTS} order by slug"), args![])
}

pub(crate) fn find_draft(tx: &mut Tx, slug: &str) -> Result<Option<Draft>, Fault> {
    tx.opt(&format!("{DRAFTS} where slug = $1"), args![slug])
}

/// The same, held until the transaction ends: whoever else saves waits.
pub(crate) fn take_draft(tx: &mut Tx, slug: &str) -> Result<Option<Draft>, Fault> {
    let held = format!("{DRAFTS} where slug = $1{}", tx.for_update());
    tx.opt(&held, args![slug])
}

/// Keeps a draft over the edition that was seen, and says whether that was still the latest. A new one has seen none.
pub(crate) fn set_draft(tx: &mut Tx, draft: &Draft) -> Result<bool, Fault> {
    let changed = if draft.edition == 1 {
        tx.exec(
            "insert into flow_draft (slug, text, edition, based_on, saved_at) values ($1, $2, 1, $3, $4)
             on conflict (slug) do nothing",
            args![draft.slug.as_str(), draft.text.as_str(), draft.based_on, draft.saved_at],
        )?
    } else {
        tx.exec(
            "update flow_draft set text = $2, edition = $3, saved_at = $4 where slug = $1 and edition = $5",
            args![draft.slug.as_str(), draft.text.as_str(), draft.edition, draft.saved_at, draft.edition - 1],
        )?
    };
    Ok(changed == 1)
}

/// Lets go of a draft in the edition that was seen with all its earlier ones, and says whether it was still that.
pub(crate) fn delete_draft(tx: &mut Tx, slug: &str, edition: i64) -> Result<bool, Fault> {
    let gone = tx.exec("delete from flow_draft where slug = $1 and edition = $2", args![slug, edition])? == 1;
    if gone {
        tx.exec("delete from flow_draft_edition where slug = $1", args![slug])?;
    }
    Ok(gone)
}

/// Keeps what a draft was before it was saved over.
pub(crate) fn insert_edition(tx: &mut Tx, draft: &Draft) -> Result<(), Fault> {
    tx.exec(
        "insert into flow_draft_edition (slug, edition, text, saved_at) values ($1, $2, $3, $4)",
        args![draft.slug.as_str(), draft.edition, draft.text.as_str(), draft.saved_at],
    )?;
    Ok(())
}

/// Lets go of all but the latest earlier editions of a draft.
pub(crate) fn delete_old_editions(tx: &mut Tx, slug: &str, kept: i64) -> Result<u64, Fault> {
    tx.exec(
        "delete from flow_draft_edition where slug = $1 and edition not in
         (select edition from flow_draft_edition where slug = $1 order by edition desc limit $2)",
        args![slug, kept],
    )
}

/// The earlier editions of a draft, latest first.
pub(crate) fn list_editions(tx: &mut Tx, slug: &str) -> Result<Vec<Edition>, Fault> {
    tx.all(
        "select edition, text, saved_at from flow_draft_edition where slug = $1 order by edition desc",
        args![slug],
    )
}
