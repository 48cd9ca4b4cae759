//! Invented values: 25 % IPv4, 40 % domains, 15 % URLs, 20 % SHA-256. The same value for the same
//! number.

use noroshi_indicator::Kind;

const SYLLABLES: [&str; 32] = [
    "ka", "ki", "ku", "ke", "ko", "sa", "shi", "su", "se", "so", "ta", "chi", "tsu", "te", "to",
    "na", "ni", "nu", "ne", "no", "ha", "hi", "fu", "he", "ho", "ma", "mi", "mu", "me", "mo", "ra",
    "ri",
];
const ENDINGS: [&str; 6] = ["com", "net", "org", "example", "co.jp", "info"];

/// Spreads a number over 64 bits (SplitMix64).
pub(crate) fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn name(mut bits: u64, number: usize) -> String {
    let mut name = String::with_capacity(32);
    for _ in 0..3 {
        name.push_str(SYLLABLES[(bits % 32) as usize]);
        bits /= 32;
    }
    name.push_str(&number.to_string());
    if bits.is_multiple_of(3) {
        name.insert_str(0, "www.");
    }
    name.push('.');
    name.push_str(ENDINGS[(bits / 3 % 6) as usize]);
    name
}

/// The value of a row, as a feed would spell it.
pub(crate) fn value(number: usize) -> (Kind, String) {
    let bits = mix(number as u64);
    match number % 20 {
        0..5 => {
            // An odd multiplier makes distinct numbers distinct addresses.
            let address = (number as u32).wrapping_mul(2_654_435_761);
            (Kind::Ipv4, std::net::Ipv4Addr::from(address).to_string())
        }
        5..13 => (Kind::Domain, name(bits, number)),
        13..16 => {
            let path = SYLLABLES[(bits >> 40) as usize % 32];
            (
                Kind::Url,
                format!("http://{}/{path}/{}", name(bits, number), bits % 1000),
            )
        }
        _ => {
            let parts = [bits, mix(bits), mix(bits ^ 1), mix(bits ^ 2)];
            (
                Kind::Sha256,
                parts.map(|part| format!("{part:016x}")).concat(),
            )
        }
    }
}
