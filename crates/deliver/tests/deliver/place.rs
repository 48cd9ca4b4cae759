//! A hub with a hunt, and channels that lead to servers on loopback.

use std::time::Duration;

use noroshi_deliver::{Courier, Fields, MailSettings, settle};
use noroshi_egress::{Egress, EgressConfig, Purpose};
use noroshi_indicator::Tlp;
use noroshi_store::{
    AccountKind, Brought, Cadence, Channel, ChannelKind, Delivery, DeliveryState, NewAccount,
    NewChannel, NewHit, NewHunt, NewPost, Reader, Role, Store, Target, now,
};
use tempfile::TempDir;

/// Where people reach the hub.
pub(crate) const HUB: &str = "https://hub.example";

pub(crate) struct Place {
    pub(crate) store: Store,
    pub(crate) aiko: i64,
    _directory: TempDir,
}

impl Place {
    pub(crate) async fn new() -> Place {
        let directory = tempfile::tempdir().unwrap();
        let target = Target::Directory(directory.path().to_owned());
        let store = Store::open(&target).await.unwrap();
        let new = NewAccount {
            name: "aiko".to_owned(),
            kind: AccountKind::Person,
            role: Role::Analyst,
            organisation: None,
        };
        let aiko = store.add_account(new).await.unwrap().id;
        Place {
            store,
            aiko,
            _directory: directory,
        }
    }

    /// Who sends, and may reach these places on loopback.
    pub(crate) fn courier(&self, places: &[String], mail: Option<MailSettings>) -> Courier {
        let mut config = EgressConfig::new("noroshi-test");
        for place in places {
            config.allow(Purpose::Notice, place.parse().unwrap());
            config.allow(Purpose::Mail, place.parse().unwrap());
        }
        // A server that hangs is to be left soon.
        let policy = config.policy_mut(Purpose::Notice);
        policy.connect_timeout = Duration::from_millis(500);
        policy.idle_timeout = Duration::from_millis(500);
        policy.total_timeout = Duration::from_secs(2);
        let egress = Egress::new(config).unwrap();
        Courier::new(self.store.clone(), egress, mail, HUB)
    }

    pub(crate) async fn channel(&self, kind: ChannelKind, fields: Fields) -> Channel {
        self.channel_with(kind, fields, |new| new).await
    }

    pub(crate) async fn channel_with(
        &self,
        kind: ChannelKind,
        fields: Fields,
        change: impl FnOnce(NewChannel) -> NewChannel,
    ) -> Channel {
        let kept = settle(kind, &fields, None, None).unwrap();
        let new = NewChannel {
            name: kind.name().to_owned(),
            kind,
            config: kept.config,
            secret: kept.secret,
            language: "en".to_owned(),
            zone: "Asia/Tokyo".to_owned(),
            cadence: Cadence::Each,
            per_hour: 1_000,
            audience: Some("everyone".to_owned()),
            enabled: true,
        };
        self.store
            .add_channel(self.aiko, change(new))
            .await
            .unwrap()
    }

    /// A hunt whose notices go to a channel; its number.
    pub(crate) async fn hunt(&self, name: &str, channel: &Channel) -> i64 {
        let new = NewHunt {
            name: name.to_owned(),
            words: "evil".to_owned(),
            enabled: true,
            channels: vec![channel.id],
            ..NewHunt::default()
        };
        self.store.add_hunt(self.aiko, new).await.unwrap().id
    }

    pub(crate) async fn post(&self, text: &str, audience: &str, tlp: Tlp) -> i64 {
        let new = NewPost {
            text: text.to_owned(),
            audience: Some(audience.to_owned()),
            tlp: Some(tlp),
            ..NewPost::default()
        };
        self.store.add_post(self.aiko, new).await.unwrap().id
    }

    /// What was posted since becomes hits of a hunt.
    pub(crate) async fn hit(&self, hunt: i64) -> usize {
        let from = self.store.hunt_place().await.unwrap();
        let (news, next) = self.store.news(from.seq, 10_000).await.unwrap();
        let found = news.iter().filter_map(|one| match &one.brought {
            Brought::Entry(entry, _) => Some(NewHit::entry(hunt, entry)),
            Brought::Chunk(_) | Brought::Items(_) => None,
        });
        let found = found.collect();
        let recorded = self.store.record_hits(from, (next, 0), found).await;
        recorded.unwrap().unwrap().new
    }

    /// Lets the queue run until nothing of a channel is due any more.
    pub(crate) async fn settled(&self, courier: &Courier, channel: &Channel) -> Vec<Delivery> {
        let log = async || {
            let operator = Reader::operator();
            let log = self.store.deliveries(&operator, channel.id, None, 5_000);
            log.await.unwrap()
        };
        let runs = courier.clone().run(async {
            loop {
                let gathered = self.store.gather_notices(now()).await;
                gathered.unwrap();
                let open = |one: &Delivery| {
                    one.state == DeliveryState::Sending
                        || (one.attempts == 0 && one.next_try.is_some_and(|at| at <= now()))
                };
                if !log().await.iter().any(open) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        tokio::time::timeout(Duration::from_secs(60), runs)
            .await
            .unwrap();
        log().await
    }
}

pub(crate) fn url(url: String) -> Fields {
    Fields {
        url: Some(url),
        ..Fields::default()
    }
}
