//! A random hub, and what is in it: the store is told by imports, the model keeps its own books.

use std::collections::BTreeMap;

use noroshi_indicator::{Observable, Tlp};
use noroshi_store::{
    AccountKind, AudienceKind, BadRow, EVERYONE, ImportMode, Mode, NewAccount, NewListing,
    NewSource, Role, Source,
};
use serde_json::json;

use crate::common::{ALL_SCOPES, Hub, row};
use crate::dice::Dice;

/// Values that belong together in every way there is.
pub(crate) const VALUES: [&str; 24] = [
    "evil.example",
    "www.evil.example",
    "a.www.evil.example",
    "other.example",
    "login.other.example",
    "x.y.other.example",
    "http://www.evil.example/a",
    "http://www.evil.example/a/b",
    "https://evil.example/",
    "https://login.other.example/x?y=z",
    "http://192.0.2.7/p",
    "http://192.0.2.7/p/q",
    "192.0.2.7",
    "192.0.2.8",
    "192.0.2.200",
    "198.51.100.1",
    "2001:db8::1",
    "192.0.2.0/24",
    "192.0.2.0/28",
    "2001:db8::/32",
    "d41d8cd98f00b204e9800998ecf8427e",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "CVE-2026-0001",
    "someone@evil.example",
];

pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) organisation: Option<String>,
    pub(crate) key: String,
}

/// Who an audience is made of.
#[derive(Clone)]
pub(crate) struct Circle {
    pub(crate) name: String,
    pub(crate) kind: AudienceKind,
    pub(crate) members: Vec<String>,
}

impl Circle {
    fn widest(&self) -> &'static [Tlp] {
        match (self.kind, self.members.len()) {
            (AudienceKind::Everyone, _) => &[Tlp::Clear, Tlp::Green],
            (AudienceKind::Organisations, 1) => &[Tlp::Green, Tlp::Amber, Tlp::AmberStrict],
            (AudienceKind::Organisations, _) => &[Tlp::Clear, Tlp::Amber],
            (AudienceKind::Accounts, _) => &[Tlp::Green, Tlp::AmberStrict, Tlp::Red],
        }
    }
}

/// One listing as it stands.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) listing: NewListing,
    pub(crate) listed: bool,
    pub(crate) batch: i64,
}

/// The receipt that is expected.
#[derive(Clone, Debug, Default)]
pub(crate) struct Receipt {
    pub(crate) id: i64,
    pub(crate) rolled_back: bool,
    pub(crate) rows: i64,
    pub(crate) new: i64,
    pub(crate) changed: i64,
    pub(crate) unchanged: i64,
    pub(crate) folded: i64,
    pub(crate) delisted: i64,
    pub(crate) bad: Vec<BadRow>,
}

type Listings = BTreeMap<Observable, Kept>;

pub(crate) struct Feed {
    pub(crate) kept: Source,
    /// In its name, and nowhere else.
    pub(crate) name_mark: String,
    /// In everything it says.
    pub(crate) mark: String,
    pub(crate) tlp: Tlp,
    pub(crate) audience: usize,
    pub(crate) owner: Option<String>,
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) listings: Listings,
    /// What it listed before each batch.
    before: Vec<Listings>,
}

pub(crate) struct World {
    pub(crate) people: Vec<Person>,
    pub(crate) audiences: Vec<Circle>,
    pub(crate) feeds: Vec<Feed>,
    pub(crate) rollbacks: Vec<(String, i64)>,
}

impl World {
    pub(crate) async fn random(hub: &Hub, dice: &mut Dice) -> World {
        let organisations = ["red", "green", "blue"].map(str::to_owned);
        for name in &organisations {
            hub.store.ensure_organisation(name).await.unwrap();
        }
        let mut people = Vec::new();
        for (n, role) in [
            Role::Admin,
            Role::Analyst,
            Role::Reader,
            Role::Bot,
            Role::Reader,
        ]
        .into_iter()
        .enumerate()
        {
            let organisation = dice.percent(75).then(|| dice.pick(&organisations));
            people.push(person(hub, n, role, organisation).await);
        }
        let names: Vec<String> = people.iter().map(|person| person.name.clone()).collect();
        let mut audiences = vec![Circle {
            name: EVERYONE.to_owned(),
            kind: AudienceKind::Everyone,
            members: Vec::new(),
        }];
        for n in 0..6 {
            let (kind, members) = match n % 2 {
                0 => (AudienceKind::Organisations, dice.some(&organisations, 40)),
                _ => (AudienceKind::Accounts, dice.some(&names, 30)),
            };
            let name = format!("circle-{n}");
            let members_of: Vec<&str> = members.iter().map(String::as_str).collect();
            hub.store
                .add_audience(&name, kind, &members_of)
                .await
                .unwrap();
            audiences.push(Circle {
                name,
                kind,
                members,
            });
        }
        let mut world = World {
            people,
            audiences,
            feeds: Vec::new(),
            rollbacks: Vec::new(),
        };
        for n in 0..7 {
            let audience = if n == 0 {
                0
            } else {
                dice.roll(world.audiences.len())
            };
            let owner = dice.percent(30).then(|| dice.pick(&names));
            let feed = feed(hub, dice, n, (audience, &world.audiences[audience]), owner).await;
            world.feeds.push(feed);
        }
        for _ in 0..16 {
            let at = dice.roll(world.feeds.len());
            world.feeds[at].collect(hub, dice).await;
        }
        world
    }

    /// Whether a person may read a source, told the slow way.
    pub(crate) fn may_read(&self, person: &Person, feed: &Feed) -> bool {
        let circle = &self.audiences[feed.audience];
        let reached = match circle.kind {
            AudienceKind::Everyone => true,
            AudienceKind::Organisations => person
                .organisation
                .as_ref()
                .is_some_and(|own| circle.members.contains(own)),
            AudienceKind::Accounts => circle.members.contains(&person.name),
        };
        reached || feed.owner.as_ref() == Some(&person.name)
    }

    /// Somebody sees something that somebody else does not, about the same value.
    pub(crate) fn has_secrets(&self) -> bool {
        self.people.iter().any(|person| {
            let (seen, hidden): (Vec<&Feed>, Vec<&Feed>) = self
                .feeds
                .iter()
                .partition(|feed| self.may_read(person, feed));
            let meets =
                |a: &Feed, b: &Feed| a.listings.keys().any(|key| b.listings.contains_key(key));
            seen.iter().any(|a| hidden.iter().any(|b| meets(a, b)))
        })
    }

    /// Through the API, by somebody who may.
    pub(crate) async fn roll_back_something(&mut self, hub: &Hub, dice: &mut Dice) {
        let mut able = Vec::new();
        for (who, person) in self.people.iter().enumerate() {
            for (at, feed) in self.feeds.iter().enumerate() {
                let may = matches!(person.role, Role::Admin | Role::Analyst);
                if may && !feed.receipts.is_empty() && self.may_read(person, feed) {
                    able.push((who, at));
                }
            }
        }
        let (who, at) = dice.pick(&able);
        let client = hub.with_key(&self.people[who].key);
        let feed = &mut self.feeds[at];
        let from = dice.roll(feed.receipts.len());
        let path = format!("/api/v1/batches/{}/rollback", feed.receipts[from].id);
        let undone = client.send("POST", &path, &json!({})).await;
        assert_eq!(undone.status, 200, "{}", undone.text);
        feed.listings = feed.before[from].clone();
        for receipt in &mut feed.receipts[from..] {
            receipt.rolled_back = true;
            self.rollbacks.push((feed.kept.name.clone(), receipt.id));
        }
    }

    /// Through the API, by an administrator who sees the source.
    pub(crate) async fn change_an_audience(&mut self, hub: &Hub, dice: &mut Dice) {
        let person = &self.people[0];
        assert_eq!(person.role, Role::Admin);
        let seen: Vec<usize> = (0..self.feeds.len())
            .filter(|at| self.may_read(person, &self.feeds[*at]))
            .collect();
        let at = dice.pick(&seen);
        let audience = (self.feeds[at].audience + 1 + dice.roll(self.audiences.len() - 1))
            % self.audiences.len();
        let tlp = dice.pick(self.audiences[audience].widest());
        let path = format!("/api/v1/sources/{}", self.feeds[at].kept.name);
        let body = json!({"audience": self.audiences[audience].name, "tlp": tlp});
        let changed = hub.with_key(&person.key).send("PATCH", &path, &body).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        self.feeds[at].audience = audience;
        self.feeds[at].tlp = tlp;
    }
}

async fn person(hub: &Hub, n: usize, role: Role, organisation: Option<String>) -> Person {
    let new = NewAccount {
        name: format!("person-{n}"),
        kind: AccountKind::Person,
        role,
        organisation: organisation.clone(),
    };
    let account = hub.store.add_account(new).await.unwrap();
    Person {
        key: hub.key(&account.name, &ALL_SCOPES).await,
        name: account.name,
        role,
        organisation,
    }
}

async fn feed(
    hub: &Hub,
    dice: &mut Dice,
    n: usize,
    (audience, circle): (usize, &Circle),
    owner: Option<String>,
) -> Feed {
    let name_mark = format!("name{n}mark");
    let tlp = dice.pick(circle.widest());
    let new = NewSource {
        name: format!("feed-{name_mark}"),
        mode: dice.pick(&[Mode::Snapshot, Mode::Increment]),
        expiry: None,
        audience: circle.name.clone(),
        tlp,
        enabled: true,
        owner: owner.clone(),
    };
    Feed {
        kept: hub.store.ensure_source(new).await.unwrap(),
        name_mark,
        mark: format!("said{n}mark"),
        tlp,
        audience,
        owner,
        receipts: Vec::new(),
        listings: Listings::new(),
        before: Vec::new(),
    }
}

impl Feed {
    /// One more batch, by the store and by hand.
    async fn collect(&mut self, hub: &Hub, dice: &mut Dice) {
        let mut rows = Vec::new();
        for value in dice.some(&VALUES, 30) {
            rows.push(self.row(value, dice.roll(3)));
            if dice.percent(10) {
                rows.push(self.row(value, dice.roll(3)));
            }
        }
        let bad: Vec<BadRow> = (1..=dice.roll(4) as u64)
            .map(|line| BadRow {
                line,
                reason: format!("{} cannot be read", self.mark),
                text: format!("{} row {line}", self.mark),
            })
            .collect();
        let actor = format!("{}-actor", self.mark);
        let begun = hub
            .store
            .begin_import(&self.kept, ImportMode::Serving, &actor, None);
        let mut import = begun.await.unwrap();
        let id = import.batch();
        import.chunk(rows.clone(), bad.clone()).await.unwrap();
        import.finish().await.unwrap();

        self.before.push(self.listings.clone());
        let mut receipt = Receipt {
            id,
            rows: (rows.len() + bad.len()) as i64,
            bad,
            ..Receipt::default()
        };
        let mut met: Vec<Observable> = Vec::new();
        for listing in rows {
            let observable = listing.observable.clone();
            if met.contains(&observable) {
                receipt.folded += 1;
                continue;
            }
            met.push(observable.clone());
            let same = |kept: &Kept| kept.listed && kept.listing == listing;
            match self.listings.get(&observable) {
                Some(kept) if same(kept) => {
                    receipt.unchanged += 1;
                    continue;
                }
                Some(_) => receipt.changed += 1,
                None => receipt.new += 1,
            }
            let kept = Kept {
                listing,
                listed: true,
                batch: id,
            };
            self.listings.insert(observable, kept);
        }
        if self.kept.mode == Mode::Snapshot {
            for (observable, kept) in &mut self.listings {
                if kept.listed && !met.contains(observable) {
                    (kept.listed, kept.batch) = (false, id);
                    receipt.delisted += 1;
                }
            }
        }
        self.receipts.push(receipt);
    }

    /// What it says about a value, in one of three ways.
    fn row(&self, value: &str, way: usize) -> NewListing {
        let mark = &self.mark;
        let family = match way {
            0 => None,
            1 => Some("Emotet".to_owned()),
            _ => Some(format!("Family {mark}")),
        };
        NewListing {
            port: (way == 1).then_some(8080),
            family,
            tags: vec![format!("{mark}-{way}"), "shared".to_owned()],
            note: (way != 0).then(|| format!("noted by {mark} in way{way}")),
            confidence: (way == 2).then_some(70),
            reference: Some(format!("https://{mark}.example/{way}")),
            ..row(value)
        }
    }
}
