//! Answers on their way out: appended to OUT.partial as they come, and written whole, in the order of the input, at the end.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::text;
use d8_store::ResultRow;
use serde::Serialize;
use serde_json::value::RawValue;

/// One line of OpenAI's batch output.
#[derive(Serialize)]
struct OutputLine<'a> {
    id: String,
    custom_id: &'a str,
    response: Option<Response<'a>>,
    error: Option<ErrorObject<'a>>,
}

#[derive(Serialize)]
struct Response<'a> {
    status_code: u16,
    request_id: String,
    body: &'a RawValue,
}

#[derive(Serialize)]
struct ErrorObject<'a> {
    code: &'a str,
    message: &'a str,
}

/// What became of a line.
#[derive(Clone, Debug)]
pub(super) enum Verdict {
    /// Answered.
    Answered(ResultRow),
    /// Not answered: a code of the public contract, why in words, and what the provider said, if it did.
    Failed {
        /// The code.
        code: &'static str,
        /// Why.
        message: String,
        /// The provider's own.
        result: Option<ResultRow>,
    },
}

/// The line of the output file. `id` is the task's number, or none for a line that never became one.
pub(super) fn render(id: Option<u64>, custom_id: &str, verdict: &Verdict) -> Vec<u8> {
    let name = id.map_or_else(|| format!("batch_req_{custom_id}"), |id| format!("batch_req_{id}"));
    let (result, error) = match verdict {
        Verdict::Answered(result) => (Some(result), None),
        Verdict::Failed { code, message, result } => (
            result.as_ref().filter(|result| result.status > 0),
            Some(ErrorObject { code, message }),
        ),
    };
    let body = result.and_then(|result| serde_json::from_slice::<Box<RawValue>>(&result.body).ok());
    let response = result.zip(body.as_deref()).map(|(result, body)| Response {
        status_code: if error.is_none() { 200 } else { result.status },
        request_id: name.replace("batch_req_", "req_"),
        body,
    });
    let line = OutputLine {
        id: name,
        custom_id,
        response,
        error,
    };
    let mut bytes = serde_json::to_vec(&line).unwrap_or_default();
    // A provider may answer in several lines; JSON allows a space wherever it allows a line's end.
    for byte in &mut bytes {
        if matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
    bytes.push(b'\n');
    bytes
}

/// The file beside OUT that answers are appended to.
pub(super) struct Partial {
    path: PathBuf,
    file: BufWriter<File>,
    /// How many lines it held for each id when it was opened and that were not asked for since.
    present: HashMap<String, u32>,
}

impl Partial {
    /// Opens the file, keeps what is whole in it and cuts off a torn last line. It is one process's at a time.
    pub(super) fn open(out: &Path) -> io::Result<Self> {
        let path = beside(out, ".partial");
        let mut file = open_alone(&path)?;
        let (present, whole) = read_present(&file)?;
        file.set_len(whole)?;
        io::Seek::seek(&mut file, io::SeekFrom::End(0))?;
        Ok(Self {
            path,
            file: BufWriter::new(file),
            present,
        })
    }

    /// Whether a line of this id was there already; each counts once.
    pub(super) fn take_present(&mut self, custom_id: &str) -> bool {
        match self.present.get_mut(custom_id) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }

    /// Appends a line.
    pub(super) fn append(&mut self, line: &[u8]) -> io::Result<()> {
        self.file.write_all(line)
    }

    /// Gives what was appended to the system.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }

    /// Everything is in OUT now.
    pub(super) fn remove(self) -> io::Result<()> {
        drop(self.file);
        std::fs::remove_file(&self.path)
    }
}

/// Two that append at once would tear each other's lines. Anybody may read.
#[cfg(not(windows))]
fn open_alone(path: &Path) -> io::Result<File> {
    let file = for_appending().open(path)?;
    match file.try_lock() {
        Err(std::fs::TryLockError::WouldBlock) => Err(io::Error::other(text!("store-being-written"))),
        // A file system without locks is no reason to do no work.
        Ok(()) | Err(std::fs::TryLockError::Error(_)) => Ok(file),
    }
}

#[cfg(windows)]
fn open_alone(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt;
    const FILE_SHARE_READ: u32 = 1;
    const ERROR_SHARING_VIOLATION: i32 = 32;
    let opened = for_appending().share_mode(FILE_SHARE_READ).open(path);
    opened.map_err(|error| match error.raw_os_error() {
        Some(ERROR_SHARING_VIOLATION) => io::Error::other(text!("store-being-written")),
        _ => error,
    })
}

fn for_appending() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true);
    options
}

fn read_present(file: &File) -> io::Result<(HashMap<String, u32>, u64)> {
    #[derive(serde::Deserialize)]
    struct Known {
        custom_id: String,
    }
    let mut present = HashMap::new();
    let (mut whole, mut reader, mut line) = (0, BufReader::new(file), Vec::new());
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line)?;
        if read == 0 || line.last() != Some(&b'\n') {
            return Ok((present, whole));
        }
        whole += read as u64;
        if let Ok(known) = serde_json::from_slice::<Known>(&line) {
            *present.entry(known.custom_id).or_insert(0) += 1;
        }
    }
}

/// OUT while it is being written: under another name until it is whole and on disk.
pub(super) struct Final {
    path: PathBuf,
    draft: PathBuf,
    file: BufWriter<File>,
}

impl Final {
    /// Begins the file.
    pub(super) fn begin(out: &Path) -> io::Result<Self> {
        let draft = beside(out, ".new");
        Ok(Self {
            path: out.to_owned(),
            file: BufWriter::new(File::create(&draft)?),
            draft,
        })
    }

    /// Adds a line.
    pub(super) fn write(&mut self, line: &[u8]) -> io::Result<()> {
        self.file.write_all(line)
    }

    /// Puts it in its place.
    pub(super) fn finish(self) -> io::Result<()> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        drop(file);
        std::fs::rename(&self.draft, &self.path)
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn row(status: u16, body: &str) -> ResultRow {
        ResultRow {
            status,
            body: body.as_bytes().to_vec(),
        }
    }

    fn text(verdict: &Verdict) -> String {
        String::from_utf8(render(Some(7), "a", verdict)).unwrap()
    }

    #[test]
    fn an_answer_keeps_its_bytes_on_one_line() {
        assert_eq!(
            text(&Verdict::Answered(row(200, "{\"x\":1.10,\n\"y\":1e400}"))),
            "{\"id\":\"batch_req_7\",\"custom_id\":\"a\",\"response\":{\"status_code\":200,\"request_id\":\"req_7\",\
             \"body\":{\"x\":1.10, \"y\":1e400}},\"error\":null}\n"
        );
    }

    #[test]
    fn a_failure_shows_the_response_only_where_a_provider_answered() {
        let failed = |result| Verdict::Failed {
            code: "provider_error",
            message: "no".into(),
            result,
        };
        assert!(text(&failed(Some(row(400, "{}")))).contains("\"status_code\":400"));
        assert!(text(&failed(Some(row(0, "{}")))).contains("\"response\":null"));
        assert!(text(&failed(None)).contains("\"error\":{\"code\":\"provider_error\",\"message\":\"no\"}"));
    }

    #[test]
    fn a_torn_line_is_cut_off_and_whole_ones_are_known() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out.jsonl");
        let partial = beside(&out, ".partial");
        std::fs::write(
            &partial,
            "{\"custom_id\":\"a\"}\n{\"custom_id\":\"a\"}\n{\"custom_id\":\"b",
        )
        .unwrap();
        let mut opened = Partial::open(&out).unwrap();
        let found = ["a", "a", "a", "b"].map(|id| opened.take_present(id));
        assert_eq!(found, [true, true, false, false]);
        opened.append(b"{\"custom_id\":\"c\"}\n").unwrap();
        opened.flush().unwrap();
        let text = std::fs::read_to_string(&partial).unwrap();
        assert_eq!(
            text,
            "{\"custom_id\":\"a\"}\n{\"custom_id\":\"a\"}\n{\"custom_id\":\"c\"}\n"
        );
        opened.remove().unwrap();
        assert!(!partial.exists());
    }
}
