//! The lines of a file of work, whatever it is encoded in.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

/// A line longer than this is bad; the rest of it is skipped.
const LONGEST_LINE: usize = 64 * 1024 * 1024;

/// A line that is not blank.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RawLine {
    /// Its place in the file, from 1; blank lines count.
    pub number: u64,
    /// Its bytes without the line's end; cut off where it is too long.
    pub bytes: Vec<u8>,
    /// It is longer than any line may be.
    pub too_long: bool,
}

/// Reads lines one by one.
pub(crate) struct Lines {
    source: Box<dyn BufRead>,
    number: u64,
}

impl Lines {
    /// The lines of a file.
    pub(crate) fn of_file(path: &Path) -> io::Result<Self> {
        Self::of(BufReader::with_capacity(1 << 16, File::open(path)?))
    }

    /// The lines of whatever was read already.
    pub(crate) fn of_bytes(bytes: Vec<u8>) -> io::Result<Self> {
        Self::of(Cursor::new(bytes))
    }

    /// Tells the encoding by the byte order mark: UTF-8 with or without one, UTF-16 with one.
    fn of(mut source: impl BufRead + 'static) -> io::Result<Self> {
        let mut start = Vec::new();
        source.by_ref().take(3).read_to_end(&mut start)?;
        let source: Box<dyn BufRead> = match start.as_slice() {
            [0xEF, 0xBB, 0xBF] => Box::new(source),
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => {
                source.read_to_end(&mut start)?;
                Box::new(Cursor::new(from_utf16(&start)))
            }
            _ => Box::new(Cursor::new(start).chain(source)),
        };
        Ok(Self { source, number: 0 })
    }

    /// The next line that is not blank.
    pub(crate) fn next_line(&mut self) -> io::Result<Option<RawLine>> {
        loop {
            let mut bytes = Vec::new();
            let limit = LONGEST_LINE as u64 + 1;
            if self.source.by_ref().take(limit).read_until(b'\n', &mut bytes)? == 0 {
                return Ok(None);
            }
            self.number += 1;
            let too_long = bytes.len() > LONGEST_LINE && bytes.last() != Some(&b'\n');
            if too_long {
                self.skip_rest()?;
                bytes.truncate(64);
            }
            while bytes.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
                bytes.pop();
            }
            if too_long || !bytes.trim_ascii().is_empty() {
                return Ok(Some(RawLine {
                    number: self.number,
                    bytes,
                    too_long,
                }));
            }
        }
    }

    fn skip_rest(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.source.fill_buf()?;
            if buffer.is_empty() {
                return Ok(());
            }
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let used = end.map_or(buffer.len(), |end| end + 1);
            self.source.consume(used);
            if end.is_some() {
                return Ok(());
            }
        }
    }
}

/// Text with a byte order mark; what is no text becomes the replacement character, so that its line is bad, not the rest.
fn from_utf16(bytes: &[u8]) -> Vec<u8> {
    let big = bytes.first() == Some(&0xFE);
    let units = bytes.get(2..).unwrap_or_default().chunks(2).map(|pair| match *pair {
        [a, b] if big => u16::from_be_bytes([a, b]),
        [a, b] => u16::from_le_bytes([a, b]),
        _ => 0xFFFD,
    });
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect::<String>()
        .into_bytes()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &[(u64, &str)]) {
        let mut lines = Lines::of_bytes(bytes.to_vec()).unwrap();
        let mut found = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            found.push((line.number, String::from_utf8_lossy(&line.bytes).into_owned()));
        }
        let found: Vec<(u64, &str)> = found.iter().map(|(number, text)| (*number, text.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn blank_lines_count_and_are_skipped() {
        check(b"a\n\n  \r\nb\r\nc", &[(1, "a"), (4, "b"), (5, "c")]);
        check(b"", &[]);
        check(b"\n\n", &[]);
    }

    #[test]
    fn byte_order_marks() {
        check(b"\xEF\xBB\xBFa\nb", &[(1, "a"), (2, "b")]);
        let utf16 = |order: fn(u16) -> [u8; 2]| "\u{FEFF}ñ\nb\n".encode_utf16().flat_map(order).collect::<Vec<u8>>();
        check(&utf16(u16::to_le_bytes), &[(1, "ñ"), (2, "b")]);
        check(&utf16(u16::to_be_bytes), &[(1, "ñ"), (2, "b")]);
        check(b"\xEF", &[(1, "\u{FFFD}")]);
    }
}
