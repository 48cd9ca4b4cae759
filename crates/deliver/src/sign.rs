//! Signatures of webhooks, as Standard Webhooks has them (<https://www.standardwebhooks.com>, specification 1.0.0):
//! HMAC-SHA256 over `id.timestamp.body`, in Base64, behind `v1,`. The secret is `whsec_` and the key in Base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What a secret begins with.
const PREFIX: &str = "whsec_";
/// The least and most bytes of a key.
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// A fresh key is so long.
const FRESH: usize = 32;
/// How old or young a message may be, in seconds: longer, and it may be a copy.
const WINDOW: i64 = 300;

/// A secret that nobody guesses; nothing where the system has no randomness.
pub(crate) fn fresh() -> Option<String> {
    let mut key = [0u8; FRESH];
    getrandom::fill(&mut key).ok()?;
    Some(format!("{PREFIX}{}", STANDARD.encode(key)))
}

/// Whether a text is a secret to sign with.
pub(crate) fn is_secret(secret: &str) -> bool {
    key(secret).is_some()
}

fn key(secret: &str) -> Option<Vec<u8>> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    BYTES.contains(&key.len()).then_some(key)
}

fn seal(secret: &str, id: &str, at: i64, body: &str) -> Option<Hmac<Sha256>> {
    let mut seal = Hmac::<Sha256>::new_from_slice(&key(secret)?).ok()?;
    seal.update(format!("{id}.{at}.").as_bytes());
    seal.update(body.as_bytes());
    Some(seal)
}

/// The header `webhook-signature`; nothing where the secret is none. `at` is in seconds since the epoch.
pub fn signature(secret: &str, id: &str, at: i64, body: &str) -> Option<String> {
    let seal = seal(secret, id, at, body)?.finalize().into_bytes();
    Some(format!("v1,{}", STANDARD.encode(seal)))
}

/// What a receiver does: whether one of the signatures in the header is right, and the message neither old nor
/// of the future.
pub fn verify(secret: &str, id: &str, at: i64, body: &str, header: &str, now: i64) -> bool {
    let fresh = at.abs_diff(now) <= WINDOW.unsigned_abs();
    fresh
        && header.split(' ').any(|one| {
            let sealed = one
                .strip_prefix("v1,")
                .and_then(|one| STANDARD.decode(one).ok());
            match (sealed, seal(secret, id, at, body)) {
                (Some(sealed), Some(seal)) => seal.verify_slice(&sealed).is_ok(),
                _ => false,
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const AT: i64 = 1_614_265_330;
    const BODY: &str = "{\"test\": 2432232314}";

    #[test]
    fn it_is_the_signature_of_the_specification() {
        let signed = signature(SECRET, ID, AT, BODY).unwrap();
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn only_what_was_signed_is_taken() {
        let signed = signature(SECRET, ID, AT, BODY).unwrap();
        let several = format!("v1a,xyz v1,AAAA {signed}");
        assert!(verify(SECRET, ID, AT, BODY, &several, AT + 300));
        assert!(verify(SECRET, ID, AT, BODY, &signed, AT - 300));
        for (id, at, body, header, now) in [
            ("msg_other", AT, BODY, signed.as_str(), AT),
            (ID, AT + 1, BODY, &signed, AT),
            (ID, AT, "{\"test\": 1}", &signed, AT),
            (ID, AT, BODY, "v1,g0hM9SsE", AT),
            (ID, AT, BODY, "", AT),
            (ID, AT, BODY, &signed, AT + 301),
            (ID, AT, BODY, &signed, AT - 301),
        ] {
            assert!(
                !verify(SECRET, id, at, body, header, now),
                "{id} {at} {header} {now}"
            );
        }
    }

    #[test]
    fn secrets_have_a_form() {
        assert!(is_secret(SECRET) && is_secret(&fresh().unwrap()));
        assert_ne!(fresh(), fresh());
        for secret in [
            "",
            "whsec_",
            "whsec_c2hvcnQ=",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_!",
        ] {
            assert!(!is_secret(secret), "{secret}");
            assert_eq!(signature(secret, ID, AT, BODY), None);
        }
    }
}
