//! Signatures after Standard Webhooks: HMAC-SHA256 over id, timestamp and body, so that a receiver knows who speaks.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::secret::Secret;

/// The header that names the message: the task's id, the same in every attempt.
pub(super) const ID: &str = "webhook-id";
/// The header that tells when the attempt was made, in Unix seconds.
pub(super) const TIMESTAMP: &str = "webhook-timestamp";
/// The header with the signature.
pub(super) const SIGNATURE: &str = "webhook-signature";

const VERSION: &str = "v1,";
/// By how much a receiver's clock may differ. What is older may be a recording played again.
const TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// Why a message is not to be believed.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotGenuine {
    /// `webhook-timestamp` is no number of seconds, or is more than five minutes away from now.
    #[error("the message's time is missing, or more than five minutes away from now")]
    Time,
    /// No signature in `webhook-signature` fits.
    #[error("the message is not signed with this secret")]
    Signature,
}

/// The value of `webhook-signature`.
pub(super) fn sign(secret: &Secret, id: &str, timestamp: &str, body: &[u8]) -> String {
    let tag = authenticator(secret, id, timestamp, body).finalize().into_bytes();
    format!("{VERSION}{}", STANDARD.encode(tag))
}

/// How a receiver tells a genuine message: by the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`, and
/// the body's bytes as they came, before any JSON is read. Libraries that do this exist for most languages; they want the
/// text in `callback.secret`.
///
/// ```
/// use std::time::SystemTime;
/// use d8::callback::{NotGenuine, Secret, verify};
///
/// let folder = tempfile::tempdir()?;
/// let secret = Secret::load_or_make(folder.path())?;
/// let forged = verify(&secret, "42", "1700000000", "v1,AAAA", b"{}", SystemTime::now());
/// assert_eq!(forged, Err(NotGenuine::Time));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verify(
    secret: &Secret,
    id: &str,
    timestamp: &str,
    signatures: &str,
    body: &[u8],
    now: SystemTime,
) -> Result<(), NotGenuine> {
    let seconds: u64 = timestamp.parse().map_err(|_| NotGenuine::Time)?;
    if seconds.abs_diff(unix_seconds(now)) > TOLERANCE.as_secs() {
        return Err(NotGenuine::Time);
    }
    let authenticator = authenticator(secret, id, timestamp, body);
    // There are several while a secret is being replaced. `verify_slice` takes the same time whatever it compares.
    let fits = |signature: &str| {
        let tag = signature
            .strip_prefix(VERSION)
            .and_then(|tag| STANDARD.decode(tag).ok());
        tag.is_some_and(|tag| authenticator.clone().verify_slice(&tag).is_ok())
    };
    let genuine = signatures.split(' ').any(fits);
    genuine.then_some(()).ok_or(NotGenuine::Signature)
}

/// What clocks before 1970 show is taken for 1970.
pub(super) fn unix_seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

fn authenticator(secret: &Secret, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut authenticator = secret.keyed();
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        authenticator.update(part);
    }
    authenticator
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use super::*;

    fn secret(encoded: &str) -> Secret {
        Secret::parse(&format!("whsec_{encoded}"), Path::new("")).unwrap()
    }

    /// The bytes 0 to 31.
    fn counted() -> Secret {
        secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    }

    const BODY: &[u8] = br#"{"task_id":"42","status":"completed"}"#;
    /// By Python's `hmac`, with the secret above, id 42 and timestamp 1700000000.
    const SIGNED: &str = "v1,zm0AdFZKVAIZmRtDZCR33sEpHI6z7ciyZt7ZiNmx5Ew=";

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_signature_is_what_others_compute() {
        assert_eq!(sign(&counted(), "42", "1700000000", BODY), SIGNED);
        // The example that Standard Webhooks' own libraries are tested with.
        let theirs = sign(
            &secret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(theirs, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_receiver_believes_what_is_signed_and_recent() {
        let (secret, time) = (counted(), "1700000000");
        for now in [1_700_000_000, 1_700_000_300, 1_699_999_700] {
            assert_eq!(verify(&secret, "42", time, SIGNED, BODY, at(now)), Ok(()), "{now}");
        }
        let several = format!("v1,AAAA v1a,AAAA {SIGNED}");
        assert_eq!(verify(&secret, "42", time, &several, BODY, at(1_700_000_000)), Ok(()));
    }

    #[test]
    fn a_receiver_turns_away_whatever_was_changed() {
        let (secret, time, now) = (counted(), "1700000000", at(1_700_000_000));
        let other = self::secret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let cut = SIGNED.trim_end_matches('=');
        for (secret, id, time, signed, body) in [
            (&secret, "43", time, SIGNED, BODY),
            (&secret, "42", "1700000001", SIGNED, BODY),
            (&secret, "42", time, cut, BODY),
            (&secret, "42", time, "", BODY),
            (&secret, "42", time, "v1,", BODY),
            (&secret, "42", time, &SIGNED[3..], BODY),
            (&secret, "42", time, SIGNED, b"{}".as_slice()),
            (&other, "42", time, SIGNED, BODY),
        ] {
            let judged = verify(secret, id, time, signed, body, now);
            assert_eq!(judged, Err(NotGenuine::Signature), "{id} {time} {signed}");
        }
        for (time, now) in [
            (time, at(1_700_000_301)),
            (time, at(1_699_999_699)),
            ("soon", now),
            ("", now),
        ] {
            assert_eq!(verify(&secret, "42", time, SIGNED, BODY, now), Err(NotGenuine::Time));
        }
    }
}
