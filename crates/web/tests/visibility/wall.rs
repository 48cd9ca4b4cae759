//! A random wall of posts, and its own books of who may read what: the model for all that people write.

use std::collections::{BTreeMap, BTreeSet};

use noroshi_exchange::record::{Facts, Product};
use noroshi_indicator::{Kind, Observable, Tlp};
use noroshi_store::{
    AccountKind, AudienceKind, Author, EVERYONE, Entry, Form, ImportMode, NewAccount,
    NewAttachment, NewExistAccess, NewItem, NewLabel, NewList, NewPost, Part, Reader, Role, Span,
    StoryDraft,
};

use crate::common::{ALL_SCOPES, Hub};
use crate::dice::Dice;

pub(crate) struct Person {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) organisation: Option<String>,
    pub(crate) key: String,
}

pub(crate) struct Circle {
    pub(crate) name: String,
    kind: AudienceKind,
    members: Vec<String>,
}

/// A post as the model keeps it.
pub(crate) struct Said {
    pub(crate) id: i64,
    pub(crate) by: usize,
    pub(crate) audience: usize,
    pub(crate) reply_to: Option<i64>,
    pub(crate) text: String,
    /// In its text, its tag, its values and the name of its file, and nowhere else.
    pub(crate) mark: String,
    pub(crate) mentions: BTreeSet<usize>,
    pub(crate) file: Option<i64>,
    pub(crate) deleted: bool,
    pub(crate) stars: BTreeSet<usize>,
    /// Row number and account of each repost.
    pub(crate) reposts: Vec<(i64, usize)>,
}

pub(crate) struct Tale {
    pub(crate) id: i64,
    pub(crate) by: usize,
    pub(crate) audience: usize,
    pub(crate) mark: String,
    pub(crate) posts: Vec<i64>,
}

pub(crate) struct Shelf {
    pub(crate) owner: usize,
    pub(crate) name: String,
    pub(crate) hidden: bool,
    pub(crate) members: BTreeSet<usize>,
}

pub(crate) struct Wall {
    pub(crate) people: Vec<Person>,
    pub(crate) circles: Vec<Circle>,
    pub(crate) posts: Vec<Said>,
    pub(crate) tales: Vec<Tale>,
    pub(crate) shelves: Vec<Shelf>,
    pub(crate) follows: BTreeSet<(usize, usize)>,
    /// What sources collected; only where a test asks for it.
    pub(crate) gathered: Vec<Gathered>,
}

/// An item as the model keeps it.
pub(crate) struct Gathered {
    pub(crate) form: Form,
    pub(crate) audience: usize,
    /// In all that it says.
    pub(crate) mark: String,
}

impl Wall {
    pub(crate) async fn random(hub: &Hub, dice: &mut Dice) -> Wall {
        let organisations = ["red", "green"].map(str::to_owned);
        for name in &organisations {
            hub.store.ensure_organisation(name).await.unwrap();
        }
        let mut people = Vec::new();
        for (n, role) in [
            Role::Admin,
            Role::Analyst,
            Role::Bot,
            Role::Analyst,
            Role::Reader,
        ]
        .into_iter()
        .enumerate()
        {
            let organisation = dice.percent(60).then(|| dice.pick(&organisations));
            let new = NewAccount {
                name: format!("writer-{n}"),
                kind: if role == Role::Bot {
                    AccountKind::Bot
                } else {
                    AccountKind::Person
                },
                role,
                organisation: organisation.clone(),
            };
            let account = hub.store.add_account(new).await.unwrap();
            people.push(Person {
                id: account.id,
                key: hub.key(&account.name, &ALL_SCOPES).await,
                name: account.name,
                role,
                organisation,
            });
        }
        let mut circles = vec![Circle {
            name: EVERYONE.to_owned(),
            kind: AudienceKind::Everyone,
            members: Vec::new(),
        }];
        let names: Vec<String> = people.iter().map(|person| person.name.clone()).collect();
        for n in 0..4 {
            let (kind, members) = match n % 2 {
                0 => (AudienceKind::Organisations, dice.some(&organisations, 40)),
                _ => (AudienceKind::Accounts, dice.some(&names, 30)),
            };
            let name = format!("ring-{n}");
            let told: Vec<&str> = members.iter().map(String::as_str).collect();
            hub.store.add_audience(&name, kind, &told).await.unwrap();
            circles.push(Circle {
                name,
                kind,
                members,
            });
        }
        let mut wall = Wall {
            people,
            circles,
            posts: Vec::new(),
            tales: Vec::new(),
            shelves: Vec::new(),
            follows: BTreeSet::new(),
            gathered: Vec::new(),
        };
        let label = NewLabel {
            name: "label".to_owned(),
            colour: 1,
            key: None,
            kinds: Vec::new(),
        };
        let operator = Reader::operator();
        hub.store.add_label(&operator, label).await.unwrap();
        for n in 0..40 {
            wall.write(hub, dice, n).await;
        }
        wall.react(hub, dice).await;
        wall.curate(hub, dice).await;
        wall
    }

    fn in_circle(&self, who: usize, circle: usize) -> bool {
        let (person, circle) = (&self.people[who], &self.circles[circle]);
        match circle.kind {
            AudienceKind::Everyone => true,
            AudienceKind::Organisations => person
                .organisation
                .as_ref()
                .is_some_and(|own| circle.members.contains(own)),
            AudienceKind::Accounts => circle.members.contains(&person.name),
        }
    }

    pub(crate) fn may_read(&self, who: usize, post: &Said) -> bool {
        post.by == who || self.in_circle(who, post.audience)
    }

    pub(crate) fn may_read_tale(&self, who: usize, tale: &Tale) -> bool {
        tale.by == who || self.in_circle(who, tale.audience)
    }

    pub(crate) fn may_know(&self, who: usize, shelf: &Shelf) -> bool {
        shelf.owner == who || !shelf.hidden || shelf.members.contains(&who)
    }

    pub(crate) fn post(&self, id: i64) -> &Said {
        self.posts.iter().find(|post| post.id == id).unwrap()
    }

    /// Rows of a timeline that somebody may read, newest first: number, post, who put it there.
    pub(crate) fn rows(&self, who: usize) -> Vec<(i64, &Said, usize)> {
        let mut rows = Vec::new();
        for post in self
            .posts
            .iter()
            .filter(|post| !post.deleted && self.may_read(who, post))
        {
            rows.push((post.id, post, post.by));
            rows.extend(post.reposts.iter().map(|(row, by)| (*row, post, *by)));
        }
        rows.sort_by_key(|(id, ..)| std::cmp::Reverse(*id));
        rows
    }

    /// Marks that somebody must not see.
    pub(crate) fn hidden_marks(&self, who: usize) -> Vec<&str> {
        let posts = self
            .posts
            .iter()
            .filter(|post| post.deleted || !self.may_read(who, post));
        let items = self
            .gathered
            .iter()
            .filter(|item| !self.in_circle(who, item.audience));
        let tales = self
            .tales
            .iter()
            .filter(|tale| !self.may_read_tale(who, tale));
        let shelves = self
            .shelves
            .iter()
            .filter(|shelf| !self.may_know(who, shelf));
        posts
            .map(|post| post.mark.as_str())
            .chain(items.map(|item| item.mark.as_str()))
            .chain(tales.map(|tale| tale.mark.as_str()))
            .chain(shelves.map(|shelf| shelf.name.as_str()))
            .collect()
    }

    /// Every audience gets a source that collects items of each form, and lists one thing.
    pub(crate) async fn gather(&mut self, hub: &Hub, dice: &mut Dice) {
        for audience in 0..self.circles.len() {
            let name = format!("gazette-{audience}");
            let source = hub.source_for(&name, &self.circles[audience].name).await;
            let mut items = Vec::new();
            for form in Form::ALL {
                for n in 0..2 {
                    let mark = format!("g{audience}x{n}mark{}", dice.roll(1_000_000));
                    items.push(item(form, &mark));
                    self.gathered.push(Gathered {
                        form,
                        audience,
                        mark,
                    });
                }
            }
            let begun = hub
                .store
                .begin_import(&source, ImportMode::Serving, "test", None);
            let mut import = begun.await.unwrap();
            import.items(items, Vec::new()).await.unwrap();
            import.finish().await.unwrap();
        }
        // Whoever only reads may read as scripts of EXIST do.
        for person in self.people.iter().filter(|one| one.role == Role::Reader) {
            let new = NewExistAccess {
                network: None,
                account: person.name.clone(),
                tlp: Tlp::Red,
            };
            let operator = Reader::operator();
            hub.store.add_exist_access(&operator, new).await.unwrap();
        }
    }

    async fn write(&mut self, hub: &Hub, dice: &mut Dice, n: usize) {
        let by = dice.roll(4);
        let audience = if dice.percent(30) {
            0
        } else {
            dice.roll(self.circles.len())
        };
        let seen: Vec<i64> = self
            .posts
            .iter()
            .filter(|post| self.may_read(by, post))
            .map(|post| post.id)
            .collect();
        let reply_to = (dice.percent(50) && !seen.is_empty()).then(|| dice.pick(&seen));
        let mark = format!("w{n}mark{}", dice.roll(1_000_000));
        let mentions: BTreeSet<usize> = match dice.percent(50) {
            true => BTreeSet::from([dice.roll(self.people.len())]),
            false => BTreeSet::new(),
        };
        let mut text =
            format!("said {mark} of {mark}.evil.example and 192.0.2.7 #{mark}tag #shared");
        for who in &mentions {
            text += &format!(" @{}", self.people[*who].name);
        }
        let account = self.people[by].id;
        let file = match dice.percent(25) {
            true => Some(self.file(hub, account, &mark).await),
            false => None,
        };
        let new = NewPost {
            text: text.clone(),
            reply_to,
            audience: Some(self.circles[audience].name.clone()),
            attachments: file.into_iter().collect(),
            ..NewPost::default()
        };
        let Ok(post) = hub.store.add_post(account, new).await else {
            // Only an audience that does not reach its author is refused.
            assert!(!self.in_circle(by, audience) && self.people[by].role != Role::Admin);
            return;
        };
        // Whoever writes also labels, so that what is labelled is hidden with its text.
        let store = &hub.store;
        store
            .set_annotation_target(account, post.id, true)
            .await
            .unwrap();
        let span = Span {
            start: 0,
            end: 4,
            label: "label".to_owned(),
        };
        store
            .annotate(account, post.id, 0, vec![span])
            .await
            .unwrap();
        self.posts.push(Said {
            id: post.id,
            by,
            audience,
            reply_to,
            text,
            mark,
            mentions,
            file,
            deleted: false,
            stars: BTreeSet::new(),
            reposts: Vec::new(),
        });
    }

    async fn file(&self, hub: &Hub, account: i64, mark: &str) -> i64 {
        use std::io::Write;
        let mut writer = hub.store.blob_writer().unwrap();
        writer
            .write_all(format!("file of {mark}").as_bytes())
            .unwrap();
        let new = NewAttachment {
            body: writer.finish().unwrap(),
            name: format!("{mark}.txt"),
            media: "text/plain".to_owned(),
        };
        hub.store.add_attachment(account, new).await.unwrap().id
    }

    async fn react(&mut self, hub: &Hub, dice: &mut Dice) {
        for _ in 0..40 {
            let (who, at) = (dice.roll(4), dice.roll(self.posts.len()));
            let account = self.people[who].id;
            if !self.may_read(who, &self.posts[at]) || self.posts[at].deleted {
                continue;
            }
            let post = &mut self.posts[at];
            match dice.roll(4) {
                0 => {
                    hub.store.star_post(account, post.id, true).await.unwrap();
                    post.stars.insert(who);
                }
                1 if hub.store.repost_post(account, post.id, true).await.unwrap() => {
                    let reader = noroshi_store::Reader::account(account);
                    let of = noroshi_store::Timeline::Account(self.people[who].name.clone());
                    let page = hub.store.timeline(&reader, &of, None, 1).await.unwrap();
                    let row: &Entry = &page.entries[0];
                    assert!(row.repost.is_some());
                    post.reposts.push((row.id, who));
                }
                2 if post.by == who && dice.percent(40) => {
                    hub.store.delete_post(account, post.id).await.unwrap();
                    post.deleted = true;
                    post.stars.clear();
                    post.reposts.clear();
                }
                _ => {
                    let whom = dice.roll(self.people.len());
                    hub.store
                        .follow_account(account, &self.people[whom].name, true)
                        .await
                        .unwrap();
                    self.follows.insert((who, whom));
                }
            }
        }
    }

    async fn curate(&mut self, hub: &Hub, dice: &mut Dice) {
        for n in 0..6 {
            let by = dice.roll(4);
            let account = self.people[by].id;
            let readable = self
                .posts
                .iter()
                .filter(|post| !post.deleted && self.may_read(by, post));
            let readable: Vec<i64> = readable.map(|post| post.id).collect();
            let posts = dice.some(&readable, 20);
            let open: Vec<usize> = (0..self.circles.len())
                .filter(|circle| self.in_circle(by, *circle) || self.people[by].role == Role::Admin)
                .collect();
            let (audience, mark) = (
                dice.pick(&open),
                format!("t{n}mark{}", dice.roll(1_000_000)),
            );
            let mut parts = vec![
                Part::Heading(format!("heading {mark}")),
                Part::Note(format!("note *{mark}*")),
            ];
            parts.extend(posts.iter().map(|id| Part::Post(*id)));
            let draft = StoryDraft {
                title: format!("title {mark}"),
                audience: Some(self.circles[audience].name.clone()),
                parts,
                ..StoryDraft::default()
            };
            let story = hub.store.add_story(account, draft).await.unwrap();
            self.tales.push(Tale {
                id: story.id,
                by,
                audience,
                mark,
                posts,
            });
        }
        for n in 0..4 {
            let owner = dice.roll(4);
            let new = NewList {
                name: format!("shelf{n}mark"),
                description: format!("of shelf{n}mark"),
                hidden: n % 2 == 0,
            };
            let account = self.people[owner].id;
            let list = hub.store.add_list(account, new).await.unwrap();
            let members: BTreeSet<usize> = (0..self.people.len())
                .filter(|_| dice.percent(40))
                .collect();
            for member in &members {
                let name = &self.people[*member].name;
                hub.store
                    .set_list_member(account, &list.name, name, true)
                    .await
                    .unwrap();
            }
            self.shelves.push(Shelf {
                owner,
                name: list.name,
                hidden: list.hidden,
                members,
            });
        }
    }

    /// Through the store, by an administrator: an audience of accounts gets other members.
    pub(crate) async fn change_an_audience(&mut self, hub: &Hub, dice: &mut Dice) {
        let names: Vec<String> = self
            .people
            .iter()
            .map(|person| person.name.clone())
            .collect();
        let at = self
            .circles
            .iter()
            .position(|circle| circle.kind == AudienceKind::Accounts)
            .unwrap();
        let members = dice.some(&names, 50);
        let told: Vec<&str> = members.iter().map(String::as_str).collect();
        let admin = noroshi_store::Reader::account(self.people[0].id);
        hub.store
            .set_audience(&admin, &self.circles[at].name, &told)
            .await
            .unwrap();
        self.circles[at].members = members;
    }

    /// Every thread by its first post: who answers what, as somebody may see it.
    pub(crate) fn threads(&self) -> BTreeMap<i64, Vec<i64>> {
        let mut roots: BTreeMap<i64, i64> = BTreeMap::new();
        let mut threads: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for post in &self.posts {
            let root = post.reply_to.map_or(post.id, |parent| roots[&parent]);
            roots.insert(post.id, root);
            threads.entry(root).or_default().push(post.id);
        }
        threads
    }
}

/// An item with its mark wherever it says something; all of one vulnerability and one headline.
fn item(form: Form, mark: &str) -> NewItem {
    let said = || Some(mark.to_owned());
    let cve = "CVE-2026-0001";
    NewItem {
        form,
        key: mark.to_owned(),
        title: Some("The same headline for everybody".to_owned()),
        text: format!("gathered {mark} of {mark}.evil.example"),
        url: Some(format!("https://{mark}.publisher.example/")),
        author: Some(Author {
            name: mark.to_owned(),
            handle: said(),
            url: None,
        }),
        language: None,
        published: None,
        updated: Some(1_700_000_000_000_000),
        tags: vec![format!("{mark}tag")],
        observables: vec![Observable::parse(Kind::Cve, cve).unwrap()],
        facts: Some(Facts {
            id: mark.to_owned(),
            cves: vec![cve.to_owned()],
            products: vec![Product {
                vendor: mark.to_owned(),
                product: mark.to_owned(),
                cpe: said(),
                versions: said(),
            }],
            solution: said(),
            ..Facts::default()
        }),
    }
}
