//! A table as people export it: with commas, semicolons or tabs, in UTF-8 with or without its mark or in Windows-1252,
//! with line breaks inside cells, with rows too short or too long, with lines of a heading above the names.

use crate::words::from_windows_1252;

/// A table with named columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The names of its columns, as written.
    pub headers: Vec<String>,
    /// Its rows; rows without anything in them are left out.
    pub rows: Vec<Row>,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The line of the file on which it begins, from 1.
    pub line: u64,
    /// Its cells, in the order of the columns; a short row has fewer, a long one more.
    pub cells: Vec<String>,
}

impl Table {
    /// Which column has a name. Case and white space do not matter: published tables change both from year to year.
    pub fn column(&self, name: &str) -> Option<usize> {
        column_of(&self.headers, name)
    }
}

/// Which of some names is a given one, as [`Table::column`] finds it.
pub(crate) fn column_of(headers: &[String], name: &str) -> Option<usize> {
    let wanted = folded(name);
    headers.iter().position(|header| folded(header) == wanted)
}

/// A name of a column without case, white space and the marks between words.
pub(crate) fn folded(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Reads a file whose first line with anything in it holds the names of the columns. A refusal says what is wrong and
/// where.
pub fn read_table(bytes: &[u8]) -> Result<Table, String> {
    read_table_with(bytes, |_| true)
}

/// Reads a file whose names of columns stand in the first line that is one of names: above it published tables have a
/// title and a note.
pub(crate) fn read_table_with(bytes: &[u8], is_names: impl Fn(&[String]) -> bool) -> Result<Table, String> {
    let text = decoded(bytes)?;
    if let Some(line) = open_quote(&text, separator(&text)) {
        return Err(format!(
            "A quotation mark that begins on line {line} is never closed: the file breaks off, or a mark is missing."
        ));
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(&text))
        .from_reader(text.as_bytes());
    let mut table = Table::default();
    for record in reader.records() {
        let record = record.map_err(|fault| {
            let line = fault.position().map_or(1, csv::Position::line);
            format!("Line {line} of the file cannot be read as a row of a table.")
        })?;
        let line = record.position().map_or(0, |position| line_at(&text, position));
        let cells: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
        if cells.iter().all(String::is_empty) {
            continue;
        }
        if !table.headers.is_empty() {
            table.rows.push(Row { line, cells });
        } else if is_names(&cells) {
            table.headers = cells;
        }
    }
    if table.headers.is_empty() {
        return Err("The file has no line with the names of the columns.".to_owned());
    }
    Ok(table)
}

/// The line on which a cell in quotation marks begins that never ends. A mark inside a cell that does not begin with one
/// is a letter like others.
fn open_quote(text: &str, separator: u8) -> Option<usize> {
    let (mut line, mut opened, mut begins) = (1, None, true);
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        if byte == b'\n' {
            line += 1;
        }
        match (byte, opened) {
            (b'"', None) if begins => opened = Some(line),
            (b'"', Some(_)) if bytes.peek() == Some(&b'"') => {
                bytes.next();
            }
            (b'"', Some(_)) => opened = None,
            _ => {}
        }
        begins = opened.is_none() && (byte == separator || byte == b'\n' || byte == b'\r');
    }
    opened
}

/// The line on which a row begins; the reader gives where it began to look, before any empty lines.
fn line_at(text: &str, position: &csv::Position) -> u64 {
    let rest =
        usize::try_from(position.byte()).ok().and_then(|at| text.as_bytes().get(at..)).unwrap_or_default();
    let skipped =
        rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).filter(|byte| **byte == b'\n').count();
    position.line() + skipped as u64
}

fn decoded(bytes: &[u8]) -> Result<String, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("The file is saved in UTF-16. Save it again as CSV UTF-8.".to_owned());
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err("The file is a spreadsheet, not a table in text. Save it as CSV UTF-8.".to_owned());
    }
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    Ok(match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| from_windows_1252(*byte)).collect(),
    })
}

/// What parts the cells: whatever stands most often in the first lines, outside quotation marks.
fn separator(text: &str) -> u8 {
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut quoted = false;
    for byte in text.bytes().take(20_000) {
        match byte {
            b'"' => quoted = !quoted,
            byte if !quoted => {
                for (separator, count) in &mut counts {
                    *count += usize::from(*separator == byte);
                }
            }
            _ => {}
        }
    }
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(separator, _)| *separator)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_quotation_mark_that_is_never_closed_refuses_the_file() {
        for (text, line) in [
            ("Ref,Name\n1,\"A hall\n2,B\n", Some(2)),
            ("Ref,Name\n1,\"A \"\"big\"\" hall", Some(2)),
            ("Ref,Name\n1,\"A\nhall\"\n2,\"B \"\"c\"\"\"\n", None),
            ("Ref,Name\n1,A 5\" pipe\n", None),
        ] {
            let read = read_table(text.as_bytes());
            match line {
                None => assert!(read.is_ok(), "{text}"),
                Some(line) => {
                    assert!(read.unwrap_err().contains(&format!("line {line} is never closed")), "{text}")
                }
            }
        }
    }

    #[test]
    fn a_table_is_read_however_it_was_saved() {
        let expected = Table {
            headers: vec!["Ref".to_owned(), "Name".to_owned(), "Notes".to_owned()],
            rows: vec![
                Row {
                    line: 2,
                    cells: vec!["1".to_owned(), "Café, \u{a3}2".to_owned(), "one\ntwo".to_owned()],
                },
                Row { line: 5, cells: vec!["2".to_owned(), "B".to_owned()] },
            ],
        };
        let commas = "Ref,Name,Notes\n1,\"Café, £2\",\"one\ntwo\"\n\n2,B\n,,\n";
        let semicolons = "Ref;Name;Notes\n1;\"Café, £2\";\"one\ntwo\"\n\n2;B\n;;\n";
        let windows: Vec<u8> =
            commas.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
        for (how, bytes) in [
            ("commas", commas.as_bytes().to_vec()),
            ("semicolons", semicolons.as_bytes().to_vec()),
            ("tabs", "Ref\tName\tNotes\n1\t\"Café, £2\"\t\"one\ntwo\"\n\n2\tB\n".into()),
            ("a mark", [b"\xef\xbb\xbf", commas.as_bytes()].concat()),
            ("Windows-1252", windows),
        ] {
            assert_eq!(read_table(&bytes).unwrap(), expected, "{how}");
        }
        let table = read_table(b"\"Provider  URN\",Provider_name\r\n1,x\r\n").unwrap();
        assert_eq!(
            (table.column("provider urn"), table.column("Provider Name"), table.column("x")),
            (Some(0), Some(1), None)
        );
        for (wrong, why) in
            [(&b""[..], "no line"), (b"PK\x03\x04x", "spreadsheet"), (b"\xff\xfea\0", "UTF-16")]
        {
            assert!(read_table(wrong).unwrap_err().contains(why), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_table(&bytes);
        }
    }
}
