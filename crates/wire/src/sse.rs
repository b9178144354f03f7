//! Server-sent events out of bytes that may be cut anywhere: inside a line, a line end, or a character.

/// What a body of server-sent events holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum SseItem {
    /// The data of one event, its lines joined.
    Data(Vec<u8>),
    /// The body went on without an end for longer than any event can be.
    TooLong,
}

/// An incremental decoder. Names, ids and comments are skipped: nobody on these wires says anything in them.
#[derive(Debug, Default)]
pub(crate) struct SseDecoder {
    line: Vec<u8>,
    data: Option<Vec<u8>>,
    stray: Vec<u8>,
    after_return: bool,
}

/// An event may hold an image; anything longer is not an event.
const LONGEST: usize = 32 * 1024 * 1024;

impl SseDecoder {
    /// Takes the next bytes and gives the events that they complete.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<SseItem> {
        let mut items = Vec::new();
        for piece in bytes.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
            self.take_piece(piece, &mut items);
        }
        items
    }

    /// Ends the body: what its last event lacks is only the blank line after it. Returns that event, if any, and all lines
    /// that were no events: an error body that a server sent without any `data:`.
    pub(crate) fn finish(&mut self) -> (Option<Vec<u8>>, Vec<u8>) {
        let mut items = Vec::new();
        if !self.line.is_empty() {
            self.end_line(&mut items);
        }
        (self.data.take(), std::mem::take(&mut self.stray))
    }

    fn take_piece(&mut self, piece: &[u8], items: &mut Vec<SseItem>) {
        let (end, text) = match piece.split_last() {
            Some((end @ (b'\n' | b'\r'), text)) => (Some(*end), text),
            _ => (None, piece),
        };
        let second_half = self.after_return && piece == b"\n";
        self.after_return = end == Some(b'\r');
        if second_half {
            return;
        }
        self.line.extend_from_slice(text);
        if self.held() > LONGEST {
            return self.give_up(items);
        }
        if end.is_some() {
            self.end_line(items);
        }
    }

    fn held(&self) -> usize {
        self.line.len() + self.stray.len() + self.data.as_ref().map_or(0, Vec::len)
    }

    fn give_up(&mut self, items: &mut Vec<SseItem>) {
        *self = Self::default();
        items.push(SseItem::TooLong);
    }

    fn end_line(&mut self, items: &mut Vec<SseItem>) {
        let line = std::mem::take(&mut self.line);
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line);
        if line.is_empty() {
            items.extend(self.data.take().map(SseItem::Data));
        } else if let Some(value) = field(line, b"data") {
            match &mut self.data {
                Some(data) => {
                    data.push(b'\n');
                    data.extend_from_slice(value);
                }
                None => self.data = Some(value.to_vec()),
            }
        } else if line[0] != b':'
            && ["event", "id", "retry"]
                .iter()
                .all(|name| field(line, name.as_bytes()).is_none())
        {
            self.stray.extend_from_slice(line);
            self.stray.push(b'\n');
        }
    }
}

/// The value of a field, without the one blank that may stand before it.
fn field<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    match line.strip_prefix(name)? {
        [] => Some(&[]),
        [b':', b' ', value @ ..] | [b':', value @ ..] => Some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    /// Everything a body gives when it comes in these pieces.
    fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<String>, String) {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let mut decoder = SseDecoder::default();
        let mut items: Vec<_> = pieces.into_iter().flat_map(|piece| decoder.push(piece)).collect();
        let (last, stray) = decoder.finish();
        items.extend(last.map(SseItem::Data));
        let data = items.into_iter().map(|item| match item {
            SseItem::Data(data) => text(data),
            SseItem::TooLong => "too long".to_owned(),
        });
        (data.collect(), text(stray))
    }

    fn check(body: &str, events: &[&str], stray: &str) {
        let (found, found_stray) = decode([body.as_bytes()]);
        assert_eq!(
            (
                found.iter().map(String::as_str).collect::<Vec<_>>(),
                found_stray.as_str()
            ),
            (events.to_vec(), stray)
        );
    }

    #[test]
    fn all_line_ends_and_spacings() {
        check("data: a\n\ndata:b\r\n\r\ndata:  c\r\r", &["a", "b", " c"], "");
    }

    #[test]
    fn comments_names_and_ids_are_nothing() {
        check(
            ": keep-alive\n\n\nevent: x\nid: 1\nretry: 5\ndata: a\n: OPENROUTER PROCESSING\n\n",
            &["a"],
            "",
        );
    }

    #[test]
    fn lines_of_one_event_are_joined() {
        check("data: a\ndata\ndata: b\n\n", &["a\n\nb"], "");
    }

    #[test]
    fn the_last_event_may_lack_its_end() {
        check("data: a\n\ndata: [DONE]", &["a", "[DONE]"], "");
    }

    #[test]
    fn a_body_that_is_no_stream_is_kept() {
        check("{\n  \"error\": {}\n}\n", &[], "{\n  \"error\": {}\n}\n");
    }

    #[test]
    fn an_endless_line_is_given_up() {
        let mut decoder = SseDecoder::default();
        assert_eq!(decoder.push(&vec![b'x'; LONGEST + 1]), [SseItem::TooLong]);
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_same(
            lines in proptest::collection::vec("(data: ?|:|event: |)[a-zé{} ]{0,8}(\n|\r|\r\n)(\n)?", 0..12),
            cuts in proptest::collection::vec(0usize..200, 0..12),
        ) {
            let body = lines.concat().into_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(body.len())).collect();
            cuts.extend([0, body.len()]);
            cuts.sort_unstable();
            let pieces = cuts.windows(2).map(|pair| &body[pair[0]..pair[1]]);
            prop_assert_eq!(decode(pieces), decode([body.as_slice()]));
        }
    }
}
