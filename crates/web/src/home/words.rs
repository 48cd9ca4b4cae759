//! What the page says, in English and Japanese.

use noroshi_indicator::Kind;
use noroshi_lookup::{State, Tie};

/// A language of the page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Language {
    English,
    Japanese,
}

impl Language {
    /// The better liked of the two, as `Accept-Language` says it (RFC 9110, 12.5.4).
    pub(crate) fn accepted(header: &str) -> Language {
        let (mut best, mut liked) = (Language::English, 0.0);
        for range in header.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            let quality = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
            let language = match name.split('-').next() {
                Some("ja") => Language::Japanese,
                Some("en" | "*") => Language::English,
                _ => continue,
            };
            // The first of equals.
            if quality.unwrap_or(1.0) > liked {
                (best, liked) = (language, quality.unwrap_or(1.0));
            }
        }
        best
    }

    /// For the `lang` attribute.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Japanese => "ja",
        }
    }

    pub(crate) fn words(self) -> &'static Words {
        match self {
            Language::English => &ENGLISH,
            Language::Japanese => &JAPANESE,
        }
    }
}

/// Declares the table, so that a test can go through it.
macro_rules! words {
    ($($name:ident: $english:literal, $japanese:literal;)*) => {
        /// Everything the page says that is not data.
        pub(crate) struct Words { $(pub(crate) $name: &'static str,)* }
        const ENGLISH: Words = Words { $($name: $english,)* };
        const JAPANESE: Words = Words { $($name: $japanese,)* };
        #[cfg(test)]
        const PAIRS: &[(&str, &str)] = &[$(($english, $japanese),)*];
    };
}

words! {
    tagline: "What is known about it", "それについて分かっていること";
    search: "Search", "検索";
    search_label: "Value or query", "値または検索式";
    search_hint: "evil[.]example, 192.0.2.7, tag:phishing since:7d",
        "evil[.]example、192.0.2.7、tag:phishing since:7d";
    sign_in: "Sign in", "サインイン";
    sign_in_label: "API key", "API キー";
    sign_in_why: "Sign in with an API key that may read.",
        "読み取りのできる API キーでサインインしてください。";
    sign_in_failed: "This key is not good for signing in.", "このキーではサインインできません。";
    sign_out: "Sign out", "サインアウト";
    not_listed: "Not listed by any source you may read.",
        "あなたが閲覧できる情報源には掲載されていません。";
    warning: "Well-known: a listing is probably a false alarm.",
        "よく知られた値です。掲載は誤検知の可能性があります。";
    listings: "Listed by", "掲載している情報源";
    related: "Around it", "関連する値";
    found_nothing: "Nothing was found.", "見つかりませんでした。";
    incomplete: "The time ran out; there may be more.", "時間切れです。続きがあるかもしれません。";
    more: "More", "続き";
    value: "Value", "値";
    state: "State", "状態";
    sources: "Sources", "情報源";
    family: "Family", "ファミリー";
    tags: "Tags", "タグ";
    first_seen: "First seen (UTC)", "初観測 (UTC)";
    last_seen: "Last seen (UTC)", "最終観測 (UTC)";
    confidence: "Confidence", "確度";
    note: "Note", "備考";
    reference: "Reference", "参照";
    column: "column", "文字目";
}

/// A state in the words of the page.
pub(crate) fn state(state: State, language: Language) -> &'static str {
    let (english, japanese) = match state {
        State::Listed => ("listed", "掲載中"),
        State::Expired => ("expired", "期限切れ"),
        State::Delisted => ("delisted", "掲載終了"),
    };
    pick(language, english, japanese)
}

/// A tie in the words of the page.
pub(crate) fn tie(tie: Tie, language: Language) -> &'static str {
    let (english, japanese) = match tie {
        Tie::Subdomain => ("Names below it", "サブドメイン"),
        Tie::Parent => ("Names above it", "親ドメイン"),
        Tie::Host => ("Its host", "ホスト"),
        Tie::UrlOnHost => ("URLs on it", "このホスト上の URL"),
        Tie::UrlBelow => ("URLs below it", "この URL の配下"),
        Tie::InsideNetwork => ("Inside this network", "このネットワーク内"),
        Tie::ContainingNetwork => ("Networks around it", "これを含むネットワーク"),
        Tie::SameRegisteredDomain => ("Same registered domain", "同じ登録ドメイン"),
    };
    pick(language, english, japanese)
}

/// A kind of observable in the words of the page.
pub(crate) fn kind(kind: Kind, language: Language) -> &'static str {
    let (english, japanese) = match kind {
        Kind::Ipv4 => ("IPv4 address", "IPv4 アドレス"),
        Kind::Ipv6 => ("IPv6 address", "IPv6 アドレス"),
        Kind::Cidr => ("network", "ネットワーク"),
        Kind::Domain => ("domain", "ドメイン"),
        Kind::Url => ("URL", "URL"),
        Kind::Email => ("e-mail address", "メールアドレス"),
        Kind::Md5 => ("MD5", "MD5"),
        Kind::Sha1 => ("SHA-1", "SHA-1"),
        Kind::Sha224 => ("SHA-224", "SHA-224"),
        Kind::Sha256 => ("SHA-256", "SHA-256"),
        Kind::Sha384 => ("SHA-384", "SHA-384"),
        Kind::Sha512 => ("SHA-512", "SHA-512"),
        Kind::Ssdeep => ("ssdeep", "ssdeep"),
        Kind::Tlsh => ("TLSH", "TLSH"),
        Kind::Imphash => ("imphash", "imphash"),
        Kind::Cve => ("vulnerability", "脆弱性"),
        Kind::Asn => ("AS number", "AS 番号"),
        Kind::Mac => ("MAC address", "MAC アドレス"),
        Kind::Filename => ("file name", "ファイル名"),
        Kind::RegistryKey => ("registry key", "レジストリキー"),
        Kind::Mutex => ("mutex", "ミューテックス"),
        Kind::UserAgent => ("user agent", "ユーザーエージェント"),
        Kind::Btc => ("Bitcoin address", "ビットコインアドレス"),
        Kind::Eth => ("Ethereum address", "イーサリアムアドレス"),
        Kind::Xmr => ("Monero address", "モネロアドレス"),
        Kind::AttackTechnique => ("ATT&CK technique", "ATT&CK 技術"),
    };
    pick(language, english, japanese)
}

fn pick(language: Language, english: &'static str, japanese: &'static str) -> &'static str {
    match language {
        Language::English => english,
        Language::Japanese => japanese,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_said_in_both_languages() {
        for (english, japanese) in PAIRS {
            assert!(
                !english.trim().is_empty() && english.is_ascii(),
                "{english:?}"
            );
            let is_japanese = japanese
                .chars()
                .any(|c| ('\u{3041}'..='\u{9fff}').contains(&c));
            // The hint is an example of what to type.
            assert!(is_japanese || japanese.contains("tag:"), "{japanese:?}");
        }
        for one in Kind::ALL {
            for language in [Language::English, Language::Japanese] {
                assert!(!kind(*one, language).is_empty());
            }
        }
    }

    #[test]
    fn the_better_liked_language_is_spoken() {
        for (header, language) in [
            ("", Language::English),
            ("ja", Language::Japanese),
            ("ja-JP,ja;q=0.9,en;q=0.8", Language::Japanese),
            ("en-US,en;q=0.9,ja;q=0.8", Language::English),
            ("fr, ja;q=0.3, en;q=0.2", Language::Japanese),
            ("ja;q=0, *;q=0.1", Language::English),
            ("de", Language::English),
            ("ja;q=x;;;,,=", Language::Japanese),
        ] {
            assert_eq!(Language::accepted(header), language, "{header:?}");
        }
    }
}
