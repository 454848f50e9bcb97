use crate::{entries::EntryPicture, model::ServiceId};
use kernel::Fault;
use store::{Tx, args};

/// No foreign key: a picture may be checked before its entry is published for the first time.
pub(crate) const PICTURES: &str = "
create table service_picture (
    id {id} not null primary key,
    service_id {id} not null, position {int} not null,
    kind {text} not null constraint service_picture_kind check (kind in ('photo','logo')),
    alt {text} not null constraint service_picture_has_words check (alt <> ''),
    width {int} not null, height {int} not null,
    constraint service_picture_in_order unique (service_id, position)
) {strict};
";

pub(crate) fn list_pictures(tx: &mut Tx, service: ServiceId) -> Result<Vec<EntryPicture>, Fault> {
    tx.all(
        "select id, kind, alt, width, height from service_picture where service_id = $1 order by position",
        args![service],
    )
}

/// Writes an entry's pictures anew.
pub(crate) fn set_pictures(tx: &mut Tx, service: ServiceId, pictures: &[EntryPicture]) -> Result<(), Fault> {
    tx.exec("delete from service_picture where service_id = $1", args![service])?;
    for (position, picture) in pictures.iter().enumerate() {
        let position = i64::try_from(position)?;
        tx.exec(
            "insert into service_picture (id, service_id, position, kind, alt, width, height)
             values ($1, $2, $3, $4, $5, $6, $7)",
            args![
                picture.id,
                service,
                position,
                picture.kind.as_str(),
                picture.alt.as_str(),
                picture.width,
                picture.height
            ],
        )?;
    }
    Ok(())
}
