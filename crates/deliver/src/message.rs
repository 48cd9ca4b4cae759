//! What is said, before a service's form is given to it.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use noroshi_indicator::Tlp;
use noroshi_store::{Channel, DeliveryKind};

use crate::notice::Notice;
use crate::text;
use crate::words::Language;

/// The longest heading, in characters.
const HEADING: usize = 150;

/// A message on its way out. All its texts are harmless single lines.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    pub(crate) kind: DeliveryKind,
    pub(crate) language: Language,
    pub(crate) zone: TimeZone,
    /// Says what it is about.
    pub(crate) heading: String,
    /// The oldest hits.
    pub(crate) notices: Vec<Notice>,
    /// All hits.
    pub(crate) total: i64,
    /// Further lines: of a test, of a sheet.
    pub(crate) lines: Vec<String>,
    /// Where all of it is.
    pub(crate) link: String,
    /// The hub's own address, without a slash behind.
    pub(crate) hub: String,
    /// By which the far side knows the message again.
    pub(crate) key: String,
    /// When it was made, in microseconds since the epoch.
    pub(crate) at: i64,
    /// The hunt, if it is about one.
    pub(crate) hunt: Option<i64>,
}

impl Message {
    /// Without hits or lines.
    pub(crate) fn new(
        channel: &Channel,
        hub: &str,
        kind: DeliveryKind,
        key: &str,
        at: i64,
    ) -> Message {
        Message {
            kind,
            language: Language::of(&channel.language),
            zone: TimeZone::get(&channel.zone).unwrap_or(TimeZone::UTC),
            heading: String::new(),
            notices: Vec::new(),
            total: 0,
            lines: Vec::new(),
            link: hub.to_owned(),
            hub: hub.to_owned(),
            key: key.to_owned(),
            at,
            hunt: None,
        }
    }

    /// A test.
    pub(crate) fn test(mut self, channel: &Channel) -> Message {
        self.heading = self.language.test(&text::line(&channel.name, 80));
        self.lines = vec![self.language.test_says().to_owned()];
        self.link = format!("{}/channels/{}", self.hub, channel.id);
        self
    }

    /// About hits: the oldest, and how many of each hunt.
    pub(crate) fn hits(mut self, notices: Vec<Notice>, hunts: &[(i64, i64)]) -> Message {
        self.total = hunts.iter().map(|(_, count)| count).sum();
        let name = notices.first().map(|notice| notice.hunt.clone());
        self.heading = match (notices.as_slice(), hunts, name) {
            ([one], [_], _) if self.total == 1 => format!("{}: {}", one.hunt, one.title),
            (_, [(_, count)], Some(name)) => self.language.hits_of(*count, &name),
            (_, [], _) | (_, _, None) => self.language.no_hits().to_owned(),
            (_, hunts, _) => self.language.hits_of_hunts(self.total, hunts.len()),
        };
        self.heading = text::cut(&self.heading, HEADING);
        self.link = match (notices.as_slice(), hunts) {
            ([one], _) if self.total == 1 => self.address(&one.path),
            (_, [(hunt, _)]) => self.address(&format!("/hunt/{hunt}")),
            _ => self.address("/hunts"),
        };
        if let [(hunt, _)] = hunts {
            self.hunt = Some(*hunt);
        }
        self.notices = notices;
        self
    }

    /// A page of the hub.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.hub)
    }

    /// How many hits there are beyond the first `shown`.
    pub(crate) fn more(&self, shown: usize) -> Option<String> {
        let more = self.total - shown as i64;
        (more > 0).then(|| self.language.more(more))
    }

    /// A time by the reader's clock.
    pub(crate) fn time(&self, at: i64) -> String {
        match Timestamp::from_microsecond(at) {
            Ok(at) => at
                .to_zoned(self.zone.clone())
                .strftime("%Y-%m-%d %H:%M %Z")
                .to_string(),
            Err(_) => String::new(),
        }
    }

    /// When, which hunt, which marking.
    pub(crate) fn about(&self, notice: &Notice) -> String {
        let mut about = format!("{} {}", self.language.hunt(), notice.hunt);
        about.push_str(&format!(" · {}", self.time(notice.at)));
        if let Some(tlp) = notice.tlp {
            about.push_str(&format!(" · {}", marking(tlp)));
        }
        about
    }
}

/// `TLP:AMBER+STRICT`
pub(crate) fn marking(tlp: Tlp) -> String {
    format!("TLP:{}", tlp.name().to_uppercase())
}
