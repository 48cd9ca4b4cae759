//! The navigation: which pages there are, and which one is open.

use noroshi_store::Role;

use super::Frame;

/// An entry of the navigation.
pub(crate) struct Entry {
    pub(crate) href: &'static str,
    pub(crate) icon: &'static str,
    pub(crate) word: &'static str,
    /// Whether the open page is this one or below it.
    pub(crate) open: bool,
    /// How much is fresh there, where that is told.
    pub(crate) fresh: Option<i64>,
}

impl Frame {
    /// What is always in sight.
    pub(crate) fn first_entries(&self) -> Vec<Entry> {
        let words = self.words;
        vec![
            self.entry("/", "home", words.nav_home),
            self.entry("/timeline", "timeline", words.nav_timeline),
            Entry {
                fresh: Some(self.fresh),
                ..self.entry("/notifications", "bell", words.nav_notifications)
            },
            self.entry("/search", "search", words.nav_search),
        ]
    }

    /// What a large screen shows below that, and a small one on demand.
    pub(crate) fn work_entries(&self) -> Vec<Entry> {
        let words = self.words;
        vec![
            self.entry("/hunts", "hunt", words.hunts),
            self.entry("/trackers", "trackers", words.nav_trackers),
            self.entry("/stories", "story", words.nav_stories),
            self.entry("/annotate", "label", words.nav_annotate),
            self.entry("/check", "check", words.nav_check),
            self.entry("/sources", "sources", words.nav_sources),
            self.entry("/handover", "clock", words.handover),
            self.entry("/channels", "mail", words.channels),
            self.entry("/bots", "bots", words.nav_bots),
        ]
    }

    /// What a small screen shows on demand.
    pub(crate) fn other_entries(&self) -> Vec<Entry> {
        let words = self.words;
        let mut entries = vec![
            self.entry("/help", "help", words.nav_help),
            self.entry("/api", "api", words.nav_api),
            self.entry("/about", "about", words.nav_about),
            self.entry("/settings", "settings", words.nav_settings),
        ];
        if self.account.role == Role::Admin {
            entries.push(self.entry("/manage", "manage", words.nav_manage));
        }
        entries
    }

    fn entry(&self, href: &'static str, icon: &'static str, word: &'static str) -> Entry {
        let path = self.address.split('?').next().unwrap_or_default();
        // One source and its receipts lie below all of them, and what is posted below the timeline.
        let below = |begins: &[&str]| begins.iter().any(|one| path.starts_with(one));
        let path = if below(&["/source/", "/batch/"]) {
            "/sources"
        } else if below(&["/post", "/tag/", "/account/", "/list", "/following"]) {
            "/timeline"
        } else if path.starts_with("/hunt/") {
            "/hunts"
        } else if path.starts_with("/story/") {
            "/stories"
        } else {
            path
        };
        let below = path.strip_prefix(href);
        let open =
            below.is_some_and(|rest| rest.is_empty() || (rest.starts_with('/') && href != "/"));
        Entry {
            href,
            icon,
            word,
            open,
            fresh: None,
        }
    }
}
