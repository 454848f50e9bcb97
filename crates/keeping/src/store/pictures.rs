use kernel::{Fault, Instant};
use store::{Tx, args, row};
use uuid::Uuid;

row! {
    /// A picture of an entry, without its content.
    #[derive(Clone, Debug)]
    pub(crate) struct PictureRow {
        id: Uuid, service_id: Uuid, kind: String, alt: String, media_type: String, width: i64, height: i64, state: String,
        sent_at: Instant,
    }
}

const PICTURES: &str =
    "select id, service_id, kind, alt, media_type, width, height, state, sent_at from entry_picture";

pub(crate) fn insert_picture(
    tx: &mut Tx,
    picture: &PictureRow,
    content: &str,
    sender: Option<Uuid>,
) -> Result<(), Fault> {
    tx.exec(
        "insert into entry_picture (id, service_id, kind, alt, media_type, width, height, content, state, sender, sent_at, reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '')",
        args![
            picture.id, picture.service_id, &picture.kind, &picture.alt, &picture.media_type, picture.width, picture.height,
            content, &picture.state, sender, picture.sent_at
        ],
    )?;
    Ok(())
}

/// Waits for one's turn to send a picture of an entry: who counts after this counts what everybody before has sent.
pub(crate) fn set_picture_turn(tx: &mut Tx, service: Uuid, now: Instant) -> Result<(), Fault> {
    tx.exec(
        "insert into entry_picture_turn (service_id, taken_at) values ($1, $2)
         on conflict (service_id) do update set taken_at = excluded.taken_at",
        args![service, now],
    )?;
    Ok(())
}

pub(crate) fn find_picture(tx: &mut Tx, id: Uuid) -> Result<Option<PictureRow>, Fault> {
    tx.opt(&format!("{PICTURES} where id = $1"), args![id])
}

pub(crate) fn find_picture_content(tx: &mut Tx, id: Uuid) -> Result<Option<String>, Fault> {
    Ok(tx
        .opt::<(String,)>("select content from entry_picture where id = $1", args![id])?
        .map(|(content,)| content))
}

pub(crate) fn list_pictures_of(tx: &mut Tx, service: Uuid) -> Result<Vec<PictureRow>, Fault> {
    tx.all(
        &format!("{PICTURES} where service_id = $1 and state <> 'refused' order by sent_at, id"),
        args![service],
    )
}

/// Those that families may see, the logo first.
pub(crate) fn list_shown_pictures_of(tx: &mut Tx, service: Uuid) -> Result<Vec<PictureRow>, Fault> {
    tx.all(
        &format!("{PICTURES} where service_id = $1 and state = 'shown' order by kind, sent_at, id"),
        args![service],
    )
}

/// Who sent a picture, while they are known.
pub(crate) fn find_picture_sender(tx: &mut Tx, id: Uuid) -> Result<Option<Uuid>, Fault> {
    let sender = tx.opt::<(Option<Uuid>,)>("select sender from entry_picture where id = $1", args![id])?;
    Ok(sender.and_then(|(sender,)| sender))
}

pub(crate) fn list_waiting_pictures(tx: &mut Tx) -> Result<Vec<PictureRow>, Fault> {
    tx.all(&format!("{PICTURES} where state = 'waiting' order by sent_at, id limit 200"), args![])
}

pub(crate) fn set_picture_state(
    tx: &mut Tx,
    id: Uuid,
    state: &str,
    by: Option<Uuid>,
    reason: &str,
    now: Instant,
) -> Result<(), Fault> {
    tx.exec(
        "update entry_picture set state = $2, settled_by = $3, reason = $4, settled_at = $5 where id = $1",
        args![id, state, by, reason, now],
    )?;
    Ok(())
}

pub(crate) fn delete_picture(tx: &mut Tx, id: Uuid) -> Result<u64, Fault> {
    tx.exec("delete from entry_picture where id = $1", args![id])
}

pub(crate) fn set_senders_forgotten(tx: &mut Tx, person: Uuid) -> Result<u64, Fault> {
    tx.exec("update entry_picture set sender = null where sender = $1", args![person])
}
