//! Notifications: somebody was mentioned, answered, reposted, starred or followed, or a channel does not get through.

use crate::error::{Error, Result};
use crate::post::{self, Speaker};
use crate::sql::{Conn, Tx, params};
use crate::{AccountKind, Post, Reader, Store, now};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotificationKind {
    /// A post has `@name` of the account.
    Mention,
    /// A post answers one of the account's.
    Reply,
    /// Somebody reposted a post of the account.
    Repost,
    /// Somebody starred a post of the account.
    Star,
    /// Somebody follows the account.
    Follow,
    /// A hunt of the account was stopped because it found too much.
    HuntPaused,
    /// A channel of the account does not get through.
    Channel,
}

impl NotificationKind {
    const ALL: [NotificationKind; 7] = [
        NotificationKind::Mention,
        NotificationKind::Reply,
        NotificationKind::Repost,
        NotificationKind::Star,
        NotificationKind::Follow,
        NotificationKind::HuntPaused,
        NotificationKind::Channel,
    ];

    /// `mention`, `reply`, `repost`, `star`, `follow`, `hunt_paused` or `channel`.
    pub fn name(self) -> &'static str {
        const NAMES: [&str; 7] = [
            "mention",
            "reply",
            "repost",
            "star",
            "follow",
            "hunt_paused",
            "channel",
        ];
        NAMES[self as usize]
    }

    fn code(self) -> i64 {
        self as i64 + 1
    }

    fn from_code(code: i64) -> Result<NotificationKind> {
        let found = NotificationKind::ALL
            .into_iter()
            .find(|kind| kind.code() == code);
        found.ok_or_else(|| Error::Corrupt(format!("notification kind {code}")))
    }
}

/// A notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// Its number.
    pub id: i64,
    /// What happened.
    pub kind: NotificationKind,
    /// Who did it.
    pub by: Speaker,
    /// The post that mentions or answers, or that was reposted or starred.
    pub post: Option<Post>,
    /// The hunt that was stopped, with its name, while it is there.
    pub hunt: Option<(i64, String)>,
    /// The channel that does not get through: its number and name.
    pub channel: Option<(i64, String)>,
    /// In microseconds since the epoch.
    pub at: i64,
    /// Whether it was not looked at yet.
    pub fresh: bool,
}

/// Notifies accounts of what `actor` did: not those who did it themselves, muted the actor, or may not
/// see the post. Sources read nothing.
pub(crate) fn tell(
    tx: &Tx,
    kind: NotificationKind,
    actor: i64,
    post: Option<i64>,
    accounts: &[i64],
) -> Result<()> {
    let sql = "SELECT a.id FROM account a WHERE a.id = ANY(?1) AND a.id <> ?2 AND a.kind <> 3
        AND NOT EXISTS (SELECT 1 FROM mute m WHERE m.account = a.id AND m.muted = ?2) ORDER BY a.id";
    let mut told = tx.query(sql, params![accounts, actor], |row| row.int(0))?;
    if let Some(post) = post {
        told = post::who_may_see(tx, post, &told)?;
    }
    let sql = "INSERT INTO notification (account, kind, actor, post, at)
        SELECT id, ?2, ?3, ?4, ?5 FROM account WHERE id = ANY(?1)";
    let row = params![&told, kind.code(), actor, post, now()];
    tx.execute(sql, row)?;
    Ok(())
}

/// Tells an account that a hunt of its own was stopped.
pub(crate) fn tell_paused(tx: &Tx, owner: i64, hunt: i64) -> Result<()> {
    let sql =
        "INSERT INTO notification (account, kind, actor, hunt, at) VALUES (?1, ?2, ?1, ?3, ?4)";
    let kind = NotificationKind::HuntPaused.code();
    tx.execute(sql, params![owner, kind, hunt, now()])?;
    Ok(())
}

/// Tells an account that a channel of its own does not get through.
pub(crate) fn tell_of_channel(tx: &Tx, account: i64, channel: i64) -> Result<()> {
    let sql =
        "INSERT INTO notification (account, kind, actor, channel, at) VALUES (?1, ?2, ?1, ?3, ?4)";
    let kind = NotificationKind::Channel.code();
    tx.execute(sql, params![account, kind, channel, now()])?;
    Ok(())
}

/// Forgets what was taken back.
pub(crate) fn take_back(tx: &Tx, kind: NotificationKind, actor: i64, post: i64) -> Result<()> {
    let sql = "DELETE FROM notification WHERE post = ?1 AND kind = ?2 AND actor = ?3";
    tx.execute(sql, params![post, kind.code(), actor])?;
    Ok(())
}

fn fresh(conn: &Conn, account: i64) -> Result<i64> {
    let sql = "SELECT count(*) FROM notification WHERE account = ?1 AND seen IS NULL";
    conn.query_one(sql, params![account], |row| row.int(0))
}

impl Store {
    /// An account's notifications below a number, newest first. Those about posts that the account may
    /// no longer see are left out.
    pub async fn notifications(
        &self,
        account: i64,
        below: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Notification>> {
        self.read(move |conn| {
            let sql = "SELECT n.id, n.kind, a.id, a.name, a.kind, n.post, n.at, n.seen,
                    n.hunt, u.name, c.id, c.name
                FROM notification n JOIN account a ON a.id = n.actor
                LEFT JOIN hunt u ON u.id = n.hunt AND u.owner = ?1 AND u.deleted IS NULL
                LEFT JOIN channel c ON c.id = n.channel
                WHERE n.account = ?1 AND n.id < ?2 ORDER BY n.id DESC LIMIT ?3";
            let row = params![account, below.unwrap_or(i64::MAX), limit as i64];
            let rows = conn.query(sql, row, |row| {
                let notification = Notification {
                    id: row.int(0)?,
                    kind: NotificationKind::from_code(row.int(1)?)?,
                    by: Speaker {
                        id: row.int(2)?,
                        name: row.text(3)?,
                        kind: AccountKind::from_code(row.int(4)?)?,
                    },
                    post: None,
                    hunt: row.opt_int(8)?.zip(row.opt_text(9)?),
                    channel: row.opt_int(10)?.zip(row.opt_text(11)?),
                    at: row.int(6)?,
                    fresh: row.opt_int(7)?.is_none(),
                };
                Ok((row.opt_int(5)?, notification))
            })?;
            let sight = Reader::account(account).sight(conn)?;
            let mut ids: Vec<i64> = rows.iter().filter_map(|(post, _)| *post).collect();
            ids.sort_unstable();
            ids.dedup();
            let posts = post::load(conn, &sight, &ids)?;
            let with_post = |(id, mut notification): (Option<i64>, Notification)| {
                if let Some(id) = id {
                    let post = posts.iter().find(|post| post.id == id)?;
                    notification.post = Some(post.clone());
                }
                Some(notification)
            };
            Ok(rows.into_iter().filter_map(with_post).collect())
        })
        .await
    }

    /// How many notifications an account did not look at yet.
    pub async fn fresh_notifications(&self, account: i64) -> Result<i64> {
        self.read(move |conn| fresh(conn, account)).await
    }

    /// Notes that an account looked at its notifications up to a number.
    pub async fn see_notifications(&self, account: i64, up_to: i64) -> Result<()> {
        self.write(move |tx| {
            let sql = "UPDATE notification SET seen = ?3
                WHERE account = ?1 AND id <= ?2 AND seen IS NULL";
            tx.execute(sql, params![account, up_to, now()])
        })
        .await?;
        Ok(())
    }
}
