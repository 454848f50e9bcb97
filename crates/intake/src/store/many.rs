use kernel::Fault;
use store::{Tx, Value};

/// How many rows go into one statement. Few sizes, so that a connection keeps few statements prepared.
const AT_ONCE: [usize; 4] = [64, 16, 4, 1];

/// Runs a statement that inserts one row, `insert ... values ($1, $2) ...`, for many rows at once.
pub(crate) fn insert_many(tx: &mut Tx, one: &str, rows: &[Vec<Value>]) -> Result<(), Fault> {
    let Some(width) = rows.first().map(Vec::len) else { return Ok(()) };
    let begin = one.find("values").map_or(one.len(), |at| at + "values".len());
    let end = one[begin..].find(')').map_or(one.len(), |at| begin + at + 1);
    let mut rest = rows;
    for count in AT_ONCE {
        if rest.len() < count {
            continue;
        }
        let places: Vec<String> =
            (0..count).map(|row| format!("({})", store::places(row * width + 1, width))).collect();
        let sql = format!("{} {}{}", &one[..begin], places.join(", "), &one[end..]);
        while rest.len() >= count {
            let (now, later) = rest.split_at(count);
            tx.exec(&sql, &now.concat())?;
            rest = later;
        }
    }
    Ok(())
}

/// Cuts a list into parts for `in (...)`, again in few sizes: the last part is filled up with its own last value.
pub(crate) fn parts_of<T: Clone>(list: &[T]) -> Vec<Vec<T>> {
    const PART: usize = 64;
    list.chunks(PART)
        .map(|part| {
            let mut part = part.to_vec();
            if let Some(last) = part.last().cloned() {
                let size = if part.len() > 8 { PART } else { 8 };
                part.resize(size, last);
            }
            part
        })
        .collect()
}
