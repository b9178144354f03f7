//! A body as lines, however it is cut into pieces.

use std::convert::Infallible;

use super::*;
use crate::server::lines::JsonLines;

/// The lines of a body that comes in pieces of this size, each as `number:text` or `number:code`.
async fn lines_of(bytes: &[u8], piece: usize, max_line: usize) -> Vec<String> {
    let pieces: Vec<Result<Vec<u8>, Infallible>> = bytes.chunks(piece).map(|piece| Ok(piece.to_vec())).collect();
    let body = Body::from_stream(futures_util::stream::iter(pieces));
    let mut lines = JsonLines::new(local("POST /", body), max_line);
    let mut found = Vec::new();
    while let Some(line) = lines.next().await.unwrap() {
        let text = line.text.unwrap_or_else(|error| error.code.to_owned());
        found.push(format!("{}:{text}", line.number));
    }
    found
}

#[tokio::test]
async fn lines_are_the_same_in_any_pieces_and_any_encoding() {
    let text = "{\"a\": 1}\r\n\n  \n{\"b\": \"ñ\"}\n\n{\"c\": 3}";
    let utf16: Vec<u8> = format!("\u{feff}{text}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let latin1: Vec<u8> = text.chars().map(|letter| letter as u8).collect();
    let marked = format!("\u{feff}{text}").into_bytes();
    for bytes in [text.as_bytes(), &utf16, &latin1, &marked] {
        for piece in [1, 2, 3, 7, 1_000] {
            assert_eq!(
                lines_of(bytes, piece, 100).await,
                ["1:{\"a\": 1}", "4:{\"b\": \"ñ\"}", "6:{\"c\": 3}"]
            );
        }
    }
}

#[tokio::test]
async fn a_line_that_is_too_long_does_not_stop_the_rest() {
    for piece in [1, 4, 1_000] {
        let found = lines_of(b"1\n1234567890\n12345\n1234567890", piece, 5).await;
        assert_eq!(
            found,
            ["1:1", "2:too_large", "3:12345", "4:too_large"],
            "in pieces of {piece}"
        );
    }
}

#[tokio::test]
async fn nothing_has_no_lines() {
    for text in ["", "\n", "\r\n \n\u{feff}"] {
        assert_eq!(lines_of(text.as_bytes(), 1, 10).await, [] as [&str; 0], "{text:?}");
    }
}
