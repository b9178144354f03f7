//! A text file that is to be changed and else to stay byte for byte what it is.

use std::io;
use std::path::Path;

use crate::config::text_file;

const BOM: &str = "\u{feff}";

/// What a file holds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct KeptText {
    /// Its text with the line ends that it has, without a BOM.
    pub text: String,
    begins_with_bom: bool,
}

impl KeptText {
    /// None where there is no file. What Windows' tools write as UTF-16 becomes UTF-8.
    ///
    /// # Errors
    /// It cannot be read, or is no text.
    pub fn read(path: &Path) -> io::Result<Option<Self>> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        if let Ok(text) = std::str::from_utf8(&bytes) {
            let (text, begins_with_bom) = text.strip_prefix(BOM).map_or((text, false), |rest| (rest, true));
            return Ok(Some(Self {
                text: text.to_owned(),
                begins_with_bom,
            }));
        }
        let text = text_file::decode(&bytes);
        let text = text.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))?;
        Ok(Some(Self {
            text,
            begins_with_bom: false,
        }))
    }

    /// The bytes of the file with another text.
    pub fn bytes_of(&self, text: &str) -> Vec<u8> {
        let bom = if self.begins_with_bom { BOM } else { "" };
        format!("{bom}{text}").into_bytes()
    }
}
