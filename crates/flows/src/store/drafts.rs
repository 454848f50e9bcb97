use crate::keep_drafts::Draft;
use kernel::Fault;
use store::{Tx, args};

const DRAFTS: &str = "select slug, text, edition, based_on, saved_at from flow_draft";

pub(crate) fn list_drafts(tx: &mut Tx) -> Result<Vec<Draft>, Fault> {
    tx.all(&format!("{DRAFTS} order by slug"), args![])
}

/// A draft, held until the transaction ends where it may be changed in it.
pub(crate) fn find_draft(tx: &mut Tx, slug: &str) -> Result<Option<Draft>, Fault> {
    tx.opt(&format!("{DRAFTS} where slug = $1"), args![slug])
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

/// Lets go of a draft in the edition that was seen, and says whether it was still that.
pub(crate) fn delete_draft(tx: &mut Tx, slug: &str, edition: i64) -> Result<bool, Fault> {
    Ok(tx.exec("delete from flow_draft where slug = $1 and edition = $2", args![slug, edition])? == 1)
}
