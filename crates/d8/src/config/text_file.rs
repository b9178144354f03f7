//! Reads text files as people's tools write them: UTF-8 with or without BOM, UTF-16 with one, any line ends.

use std::io;
use std::path::Path;

/// The text of a file, its BOM cut off and its lines ended by `\n`. Fails where it cannot be read or is no text.
pub(crate) fn read(path: &Path) -> io::Result<String> {
    decode(&std::fs::read(path)?).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))
}

/// The text of some bytes, its BOM cut off and its lines ended by `\n`; none where they are no text.
pub(crate) fn decode(bytes: &[u8]) -> Option<String> {
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8(rest.to_vec()).ok()?,
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        _ => String::from_utf8(bytes.to_vec()).ok()?,
    };
    Some(text.replace("\r\n", "\n"))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    bytes.len().is_multiple_of(2).then(|| String::from_utf16(&units).ok())?
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn every_way_to_save_a_text_gives_the_same() {
        let utf16: Vec<u8> = "\u{feff}a\r\nñ".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf16_big: Vec<u8> = "\u{feff}a\nñ".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in ["a\nñ".as_bytes(), "\u{feff}a\r\nñ".as_bytes(), &utf16, &utf16_big] {
            assert_eq!(decode(bytes).as_deref(), Some("a\nñ"));
        }
        assert_eq!(decode(&[0xFF, 0xFF, 0x00]), None);
    }
}
