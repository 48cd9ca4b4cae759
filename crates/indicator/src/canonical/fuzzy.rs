//! Similarity digests: ssdeep and TLSH.

use super::hash::ascii;
use super::{Canonical, Outcome};
use crate::Kind;

/// Longest part of an ssdeep hash (`SPAMSUM_LENGTH`).
const LONGEST_PART: usize = 64;

/// `blocksize:hash:hash`, the block size three times a power of two, the case as given: the letters
/// are base64.
pub(crate) fn ssdeep(text: &str) -> Outcome {
    let mut parts = text.splitn(3, ':');
    let (Some(size), Some(first), Some(second)) = (parts.next(), parts.next(), parts.next()) else {
        return Err("it takes a block size and two hashes with colons between them");
    };
    // sssdeep output may carry the file's name behind a comma.
    let second = second.split(',').next().unwrap_or_default();
    let block = size
        .parse::<u32>()
        .ok()
        .filter(|_| size.bytes().all(|b| b.is_ascii_digit()) && !size.starts_with('0'));
    if !block.is_some_and(|block| block % 3 == 0 && (block / 3).is_power_of_two()) {
        return Err("the block size is not three times a power of two");
    }
    for part in [first, second] {
        if part.len() > LONGEST_PART
            || !part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'+'))
        {
            return Err("a hash has at most 64 characters of base64");
        }
    }
    if first.is_empty() {
        return Err("the first hash is empty");
    }
    Ok(Canonical::new(
        Kind::Ssdeep,
        format!("{size}:{first}:{second}"),
    ))
}

/// 70 hexadecimal digits with or without the version `T1` before them.
pub(crate) fn tlsh(text: &str) -> Outcome {
    let upper = ascii(text).to_ascii_uppercase();
    let digits = match upper.len() {
        72 => upper
            .strip_prefix("T1")
            .ok_or("72 characters must begin with T1")?,
        _ => &upper,
    };
    if digits.len() != 70 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err("it takes 70 hexadecimal digits, with or without T1 before them");
    }
    Ok(Canonical::new(Kind::Tlsh, format!("T1{digits}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ssdeep_block_sizes() {
        assert_eq!(
            ssdeep("96:EzQNFTJgJ2:EzQNFT").map(|c| c.value),
            Ok("96:EzQNFTJgJ2:EzQNFT".to_owned())
        );
        assert_eq!(
            ssdeep("3:a+/b:c,\"name.exe\"").map(|c| c.value),
            Ok("3:a+/b:c".to_owned())
        );
        for bad in [
            "97:abc:def",
            "0:a:b",
            "96:abc",
            "96::b",
            "96:a b:c",
            "96:a:b:c",
            "+96:a:b",
            "",
        ] {
            assert!(ssdeep(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn tlsh_versions_meet() {
        let digits = "a".repeat(70);
        let want = Ok(format!("T1{}", "A".repeat(70)));
        assert_eq!(tlsh(&digits).map(|c| c.value), want);
        assert_eq!(tlsh(&format!("t1{digits}")).map(|c| c.value), want);
        assert!(tlsh(&digits[1..]).is_err());
        assert!(tlsh(&format!("T2{digits}")).is_err());
    }
}
