//! Addresses of Bitcoin, Ethereum and Monero.

use super::{Canonical, Outcome};
use crate::Kind;

/// Longest Bitcoin address: a segwit address of 90 characters (BIP 173).
const LONGEST_BTC: usize = 90;

/// A main-net address with a right checksum: base58check (`1…`, `3…`) or bech32 and bech32m
/// (`bc1…`, lower case; BIP 173, BIP 350).
pub(crate) fn btc(text: &str) -> Outcome {
    if text.len() > LONGEST_BTC || !text.is_ascii() {
        return Err("it is too long, or has letters that no Bitcoin address has");
    }
    if text
        .get(..3)
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case("bc1"))
    {
        return match bech32::segwit::decode(text) {
            Ok((hrp, _, _)) if hrp.to_lowercase() == "bc" => {
                Ok(Canonical::new(Kind::Btc, text.to_ascii_lowercase()))
            }
            _ => Err("its bech32 checksum is wrong"),
        };
    }
    let mut bytes = [0_u8; 64];
    let length = bs58::decode(text)
        .with_check(None)
        .onto(&mut bytes)
        .map_err(|_| "its base58 checksum is wrong")?;
    match (length, bytes[0]) {
        (21, 0x00 | 0x05) => Ok(Canonical::new(Kind::Btc, text.to_owned())),
        _ => Err("it is not of the main network"),
    }
}

/// `0x` and 40 hexadecimal digits. The checksum that EIP-55 hides in the case is not verified: the
/// case is lost so often on the way into a report that refusing would lose addresses.
pub(crate) fn eth(text: &str) -> Outcome {
    match text.as_bytes() {
        [b'0', b'x' | b'X', digits @ ..]
            if digits.len() == 40 && digits.iter().all(u8::is_ascii_hexdigit) =>
        {
            Ok(Canonical::new(Kind::Eth, text.to_ascii_lowercase()))
        }
        _ => Err("it takes 0x and 40 hexadecimal digits"),
    }
}

/// A main-net address: 95 characters of base58 that begin with 4 or 8, or 106 that begin with 4
/// (an integrated address). The checksum (Keccak) is not verified.
pub(crate) fn xmr(text: &str) -> Outcome {
    let bytes = text.as_bytes();
    let shaped = matches!(
        (bytes.len(), bytes.first()),
        (95, Some(b'4' | b'8')) | (106, Some(b'4'))
    );
    if !shaped || !matches!(bytes.get(1), Some(b'0'..=b'9' | b'A' | b'B')) {
        return Err("it takes 95 or 106 characters that begin with 4 or 8");
    }
    if !bytes.iter().all(|b| is_base58(*b)) {
        return Err("it has a character that base58 leaves out");
    }
    Ok(Canonical::new(Kind::Xmr, text.to_owned()))
}

/// Letters and digits without `0`, `O`, `I` and `l`.
pub(crate) fn is_base58(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() && !matches!(byte, b'0' | b'O' | b'I' | b'l')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Addresses of no one: the hash in them is a counter.
    fn base58(version: u8, fill: u8) -> String {
        let mut payload = vec![version];
        payload.extend([fill; 20]);
        bs58::encode(payload).with_check().into_string()
    }

    #[test]
    fn bitcoin_checksums() {
        for version in [0x00, 0x05] {
            let address = base58(version, 7);
            assert_eq!(btc(&address).map(|c| c.value), Ok(address.clone()));
            let last = if address.ends_with('2') { "3" } else { "2" };
            assert!(btc(&format!("{}{last}", &address[..address.len() - 1])).is_err());
        }
        assert!(btc(&base58(0x6f, 7)).is_err(), "test network");
        // From BIP 173 and BIP 350.
        let v0 = "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4";
        assert_eq!(btc(v0).map(|c| c.value), Ok(v0.to_lowercase()));
        let v1 = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0";
        assert_eq!(btc(v1).map(|c| c.value), Ok(v1.to_owned()));
        assert!(btc("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5").is_err());
        assert!(btc("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx").is_err());
        assert!(btc("").is_err());
    }

    #[test]
    fn ethereum_and_monero() {
        let eth_address = format!("0x{}", "aB".repeat(20));
        assert_eq!(
            eth(&eth_address).map(|c| c.value),
            Ok(eth_address.to_lowercase())
        );
        assert!(eth(&eth_address[..41]).is_err());
        let monero = format!("4{}", "A".repeat(94));
        assert_eq!(xmr(&monero).map(|c| c.value), Ok(monero.clone()));
        assert!(xmr(&monero.replace("AAA", "A0A")).is_err());
        assert!(xmr(&monero[..94]).is_err());
    }
}
