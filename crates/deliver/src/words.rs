//! What messages say, in both languages.

/// The language of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Japanese,
}

impl Language {
    pub(crate) fn of(name: &str) -> Language {
        match name {
            "ja" => Language::Japanese,
            _ => Language::English,
        }
    }

    pub(crate) fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Japanese => "ja",
        }
    }

    fn choose<'w>(self, english: &'w str, japanese: &'w str) -> &'w str {
        match self {
            Language::English => english,
            Language::Japanese => japanese,
        }
    }

    pub(crate) fn hunt(self) -> &'static str {
        self.choose("Hunt", "ハント")
    }

    pub(crate) fn open(self) -> &'static str {
        self.choose("Open in Noroshi", "Noroshi で開く")
    }

    /// In place of a text that does not leave the hub.
    pub(crate) fn only_here(self) -> &'static str {
        self.choose(
            "A hit. Its text stays in the hub.",
            "ヒットあり。本文はハブの外には出しません。",
        )
    }

    pub(crate) fn test(self, channel: &str) -> String {
        match self {
            Language::English => format!("Test of the channel {channel}"),
            Language::Japanese => format!("チャンネル {channel} のテスト"),
        }
    }

    pub(crate) fn test_says(self) -> &'static str {
        self.choose(
            "If you can read this, notices of hunts will arrive here.",
            "これが読めれば、ハントの通知はここに届きます。",
        )
    }

    /// `12 hits of phishing-jp`
    pub(crate) fn hits_of(self, count: i64, hunt: &str) -> String {
        match self {
            Language::English => format!("{count} hits of {hunt}"),
            Language::Japanese => format!("{hunt}：ヒット {count} 件"),
        }
    }

    /// `12 hits of 3 hunts`
    pub(crate) fn hits_of_hunts(self, count: i64, hunts: usize) -> String {
        match self {
            Language::English => format!("{count} hits of {hunts} hunts"),
            Language::Japanese => format!("{hunts} 個のハントでヒット {count} 件"),
        }
    }

    pub(crate) fn no_hits(self) -> &'static str {
        self.choose("Hits that are gone by now", "すでに消えたヒット")
    }

    /// `and 980 more`
    pub(crate) fn more(self, count: i64) -> String {
        match self {
            Language::English => format!("… and {count} more"),
            Language::Japanese => format!("…ほか {count} 件"),
        }
    }

    pub(crate) fn why(self) -> &'static str {
        self.choose(
            "You get this because a channel of yours in Noroshi sends it.",
            "Noroshi のチャンネルの設定により送信しています。",
        )
    }
}
