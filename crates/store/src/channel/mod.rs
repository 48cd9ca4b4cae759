//! Channels: where an account's notices go. A channel is its owner's and the administrators' business;
//! what may not be shown of it is in `secret`, which only sending reads.

mod cadence;
mod keep;

pub use cadence::Cadence;
pub(crate) use cadence::HOUR;

use crate::error::{Error, Result};
use crate::sql::{Conn, Row, params};
use crate::{Reader, audience};

/// What is at the far end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelKind {
    /// Slack, by an incoming webhook.
    SlackWebhook,
    /// Slack, by a bot's token.
    SlackBot,
    /// Mail.
    Email,
    /// A signed webhook.
    Webhook,
    /// Microsoft Teams, by a workflow's webhook.
    Teams,
    /// Discord, by a webhook.
    Discord,
    /// Mattermost, by an incoming webhook.
    Mattermost,
    /// A post on the timeline here.
    Timeline,
}

impl ChannelKind {
    /// All, in the order in which they are offered.
    pub const ALL: [ChannelKind; 8] = [
        ChannelKind::SlackWebhook,
        ChannelKind::SlackBot,
        ChannelKind::Email,
        ChannelKind::Webhook,
        ChannelKind::Teams,
        ChannelKind::Discord,
        ChannelKind::Mattermost,
        ChannelKind::Timeline,
    ];

    /// `slack_webhook`, `slack_bot`, `email`, `webhook`, `teams`, `discord`, `mattermost` or `timeline`.
    pub fn name(self) -> &'static str {
        [
            "slack_webhook",
            "slack_bot",
            "email",
            "webhook",
            "teams",
            "discord",
            "mattermost",
            "timeline",
        ][self as usize]
    }

    /// The kind of that name.
    pub fn of(name: &str) -> Option<ChannelKind> {
        ChannelKind::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
    }

    fn from_code(code: i64) -> Result<ChannelKind> {
        let found = ChannelKind::ALL
            .into_iter()
            .find(|kind| *kind as i64 + 1 == code);
        found.ok_or_else(|| Error::Corrupt(format!("channel kind {code}")))
    }
}

/// A channel, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its number.
    pub id: i64,
    /// The account whose it is.
    pub owner_id: i64,
    /// Its name.
    pub owner: String,
    /// Unique among the owner's.
    pub name: String,
    /// What is at the far end.
    pub kind: ChannelKind,
    /// JSON, fit to be shown.
    pub config: String,
    /// `en` or `ja`.
    pub language: String,
    /// IANA name of the time zone by which it tells times and days begin.
    pub zone: String,
    /// When notices go out.
    pub cadence: Cadence,
    /// The most messages an hour; beyond, they are gathered into one.
    pub per_hour: i64,
    /// Name of the audience that it reaches; nothing: its owner alone.
    pub audience: Option<String>,
    /// Whether hits are told on it.
    pub enabled: bool,
    /// Messages given up since the last that went well.
    pub failures: i64,
    /// It rests until then; this and `created` in microseconds since the epoch.
    pub paused_until: Option<i64>,
    /// When it was made.
    pub created: i64,
}

/// A channel to make, or what one is to become.
#[derive(Clone, Debug)]
pub struct NewChannel {
    /// 1 to 64 characters, no control characters.
    pub name: String,
    /// What is at the far end; never changes.
    pub kind: ChannelKind,
    /// JSON, fit to be shown.
    pub config: String,
    /// JSON, never shown; nothing keeps what there was.
    pub secret: Option<String>,
    /// `en` or `ja`.
    pub language: String,
    /// IANA name of a time zone.
    pub zone: String,
    /// When notices go out.
    pub cadence: Cadence,
    /// The most messages an hour.
    pub per_hour: i64,
    /// Name of the audience that it reaches; nothing: its owner alone.
    pub audience: Option<String>,
    /// Whether hits are told on it.
    pub enabled: bool,
}

const SELECT: &str = "SELECT c.id, c.owner, o.name, c.name, c.kind, c.config, c.language, c.zone,
        c.cadence, c.per_hour, d.name, c.enabled, c.failures, c.paused_until, c.created
    FROM channel c JOIN account o ON o.id = c.owner LEFT JOIN audience d ON d.id = c.audience
    WHERE c.deleted IS NULL";

/// The reader `?1` is the operator (0), the owner, or an administrator.
const KNOWN: &str = "(?1 = 0 OR c.owner = ?1
    OR EXISTS (SELECT 1 FROM account me WHERE me.id = ?1 AND me.role = 1))";

fn from_row(row: &Row) -> Result<Channel> {
    Ok(Channel {
        id: row.int(0)?,
        owner_id: row.int(1)?,
        owner: row.text(2)?,
        name: row.text(3)?,
        kind: ChannelKind::from_code(row.int(4)?)?,
        config: row.text(5)?,
        language: row.text(6)?,
        zone: row.text(7)?,
        cadence: Cadence::from_code(row.int(8)?)?,
        per_hour: row.int(9)?,
        audience: row.opt_text(10)?,
        enabled: row.int(11)? != 0,
        failures: row.int(12)?,
        paused_until: row.opt_int(13)?,
        created: row.int(14)?,
    })
}

/// The channel, if the reader may know of it.
pub(crate) fn known(conn: &Conn, reader: &Reader, id: i64) -> Result<Channel> {
    let sql = format!("{SELECT} AND {KNOWN} AND c.id = ?2");
    conn.query_opt(&sql, params![me(reader), id], from_row)?
        .ok_or_else(|| Error::not_found("channel", id.to_string()))
}

/// The channel, for whoever sends.
pub(crate) fn by_id(conn: &Conn, id: i64) -> Result<Channel> {
    known(conn, &Reader::operator(), id)
}

fn me(reader: &Reader) -> i64 {
    reader.account_id().unwrap_or(0)
}

/// Whether all whom a channel reaches may read what an audience may read. `of` is the channel's audience, and
/// `owner` is reached where there is none.
pub(crate) fn lies_within(
    conn: &Conn,
    of: Option<&audience::Audience>,
    owner: i64,
    wider: i64,
) -> Result<bool> {
    let everyone = "SELECT 1 FROM audience WHERE id = ?1 AND kind = 1";
    if conn
        .query_opt(everyone, params![wider], |_| Ok(()))?
        .is_some()
    {
        return Ok(true);
    }
    let (sql, of) = match of {
        Some(of) if of.id == wider => return Ok(true),
        Some(of) => match of.kind {
            audience::AudienceKind::Everyone => return Ok(false),
            audience::AudienceKind::Organisations => (
                "SELECT 1 FROM audience_organisation m WHERE m.audience = ?2 AND m.organisation NOT IN
                    (SELECT organisation FROM audience_organisation WHERE audience = ?1) LIMIT 1",
                of.id,
            ),
            audience::AudienceKind::Accounts => (
                "SELECT 1 FROM audience_account m JOIN account a ON a.id = m.account
                    WHERE m.audience = ?2
                    AND NOT EXISTS (SELECT 1 FROM audience_account w
                        WHERE w.audience = ?1 AND w.account = a.id)
                    AND NOT EXISTS (SELECT 1 FROM audience_organisation w
                        WHERE w.audience = ?1 AND w.organisation = a.organisation) LIMIT 1",
                of.id,
            ),
        },
        None => (
            "SELECT 1 FROM account a WHERE a.id = ?2
                AND NOT EXISTS (SELECT 1 FROM audience_account w
                    WHERE w.audience = ?1 AND w.account = a.id)
                AND NOT EXISTS (SELECT 1 FROM audience_organisation w
                    WHERE w.audience = ?1 AND w.organisation = a.organisation)",
            owner,
        ),
    };
    let outside = conn.query_opt(sql, params![wider, of], |_| Ok(()))?;
    Ok(outside.is_none())
}
