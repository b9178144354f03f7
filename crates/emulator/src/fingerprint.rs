//! Short marks for long things: of a prompt, so that a test can tell which one was answered; of a key, so that the score
//! can name an account without showing its secret.

/// Eight hex digits that stand for a text. An answer to a prompt holds the mark of its last user message in brackets.
pub fn mark(text: &str) -> String {
    let hash = hash64(text.as_bytes());
    format!("{:08x}", (hash >> 32) ^ (hash & 0xffff_ffff))
}

/// FNV-1a, 64 bits: stable for ever, which the standard library's hasher does not promise to be.
pub(crate) fn hash64(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_stable_and_differ() {
        assert_eq!(hash64(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(mark("one").len(), 8);
        assert_ne!(mark("one"), mark("two"));
    }
}
