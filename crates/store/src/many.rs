//! Many rows in few statements: taking in a feed is mostly this.

use crate::{Fault, Tx, Value};

/// How many rows go into one statement. Few sizes, so that a connection keeps few statements prepared.
const AT_ONCE: [usize; 4] = [64, 16, 4, 1];

/// Runs a statement that inserts one row, `insert ... values ($1, 'x', $2) ...`, for many rows at once. Every row has as
/// many values as the statement has places.
pub fn insert_many(tx: &mut Tx, one: &str, rows: &[Vec<Value>]) -> Result<(), Fault> {
    let Some(width) = rows.first().map(Vec::len) else { return Ok(()) };
    let begin = one.find("values").map_or(one.len(), |at| at + "values".len());
    let end = one[begin..].find(')').map_or(one.len(), |at| begin + at + 1);
    let mut rest = rows;
    for count in AT_ONCE {
        if rest.len() < count {
            continue;
        }
        let values: Vec<String> = (0..count).map(|row| moved_on(&one[begin..end], row * width)).collect();
        let sql = format!("{}{}{}", &one[..begin], values.join(","), &one[end..]);
        while rest.len() >= count {
            let (now, later) = rest.split_at(count);
            tx.exec(&sql, &now.concat())?;
            rest = later;
        }
    }
    Ok(())
}

/// ` ($1, 'x', $2)` as ` ($11, 'x', $12)`, moved on by 10.
fn moved_on(values: &str, by: usize) -> String {
    let mut out = String::with_capacity(values.len() + 16);
    let mut parts = values.split('$');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let number: usize = part[..digits].parse().unwrap_or_default();
        out.push_str(&format!("${}{}", number + by, &part[digits..]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_of_a_later_row_are_moved_on_and_what_is_written_out_stays() {
        assert_eq!(moved_on(" ($1, 'x', $2, 1)", 10), " ($11, 'x', $12, 1)");
    }
}
