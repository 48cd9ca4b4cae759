//! Many lists, held against one observable at a time.

use std::borrow::Cow;

use noroshi_indicator::{Kind, Observable, fold};

use super::network::{Network, Networks};
use super::patterns::{Entry, Regexes, Substrings, translate};
use super::table::Texts;
use super::{KindSet, Matching, Warninglist};

/// Skipped entries that are kept for each list; more are only counted.
const SKIPPED_SHOWN: usize = 20;
/// The longest entry, in bytes.
const ENTRY_BYTES: usize = 8192;

/// Many lists with their entries indexed. The cost of a look-up does not grow with their number
/// or size, but for substring and regex lists.
#[derive(Debug, Default)]
pub struct Warninglists {
    lists: Vec<ListInfo>,
    skipped: Vec<Skipped>,
    networks: Networks,
    names: Texts,
    strings: Texts,
    substrings: Substrings,
    regexes: Regexes,
}

/// A list without its entries.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ListInfo {
    /// What it is called.
    pub name: String,
    /// What is in it, in a sentence.
    pub description: String,
    /// Its number; a later one replaces an earlier.
    pub version: u64,
    /// How its entries are compared with a value.
    pub matching: Matching,
    /// Which kinds of observables it is about.
    pub kinds: KindSet,
    /// How many entries are in use.
    pub entries: usize,
    /// How many entries could not be used.
    pub skipped: usize,
}

/// An entry that could not be used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Skipped {
    /// The name of its list.
    pub list: String,
    /// The entry, at most 200 characters of it.
    pub entry: String,
    /// What is wrong with it.
    pub reason: String,
}

/// A list that has an observable.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hit<'a> {
    /// Which list.
    pub list: &'a ListInfo,
    /// The entry that matched: the narrowest network, the longest name.
    pub entry: Cow<'a, str>,
    /// What of the observable it matched.
    pub through: Through,
}

/// What of an observable a list has.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Through {
    /// The value itself.
    Value,
    /// The host of the URL.
    Host,
}

impl Warninglists {
    /// Indexes lists. What cannot be used of them is in [`Warninglists::skipped`].
    pub fn new(lists: impl IntoIterator<Item = Warninglist>) -> Warninglists {
        let mut all = Warninglists::default();
        let mut substrings = Vec::new();
        let mut regexes = Vec::new();
        // More lists than 16 bits can number are beyond any use.
        for (number, list) in (0..u16::MAX).zip(lists) {
            all.lists.push(ListInfo {
                name: list.name,
                description: list.description,
                version: list.version,
                matching: list.matching,
                kinds: list.kinds,
                entries: list.entries.len(),
                skipped: 0,
            });
            for text in list.entries {
                let entry = Entry { list: number, text };
                let taken = match list.matching {
                    _ if entry.text.len() > ENTRY_BYTES => {
                        Err(format!("longer than {ENTRY_BYTES} bytes"))
                    }
                    _ if entry.text.trim().is_empty() => Err("empty".to_owned()),
                    Matching::Cidr => all.take_network(&entry),
                    Matching::Hostname => all.take_name(&entry),
                    Matching::String => room(all.strings.insert(&fold(&entry.text), number)),
                    Matching::Substring => {
                        substrings.push(Entry {
                            list: number,
                            text: fold(&entry.text),
                        });
                        Ok(())
                    }
                    Matching::Regex => match translate(&entry.text) {
                        Ok(pattern) => {
                            regexes.push((
                                Entry {
                                    list: number,
                                    text: entry.text.clone(),
                                },
                                pattern,
                            ));
                            Ok(())
                        }
                        Err(reason) => Err(reason),
                    },
                };
                if let Err(reason) = taken {
                    all.skip(&entry, reason);
                }
            }
        }
        let (substrings, refused) = Substrings::new(substrings);
        let (regexes, also_refused) = Regexes::new(regexes);
        for (entry, reason) in refused.into_iter().chain(also_refused) {
            all.skip(&entry, reason);
        }
        Warninglists {
            substrings,
            regexes,
            ..all
        }
    }

    /// The lists, in the order given.
    pub fn lists(&self) -> &[ListInfo] {
        &self.lists
    }

    /// Entries that could not be used, at most 20 of each list.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// The lists that have an observable, each of them once. Of a URL, lists of networks and of
    /// host names also have the host.
    pub fn hits(&self, observable: &Observable) -> Vec<Hit<'_>> {
        let mut found = Found {
            lists: &self.lists,
            hits: Vec::new(),
        };
        let kinds = KindSet::from_iter([observable.kind()]);
        self.by_place(observable, kinds, Through::Value, &mut found);
        if observable.kind() == Kind::Url
            && let Some(host) = observable.host()
        {
            let kinds = KindSet::from_iter([Kind::Url, host.kind()]);
            self.by_place(&host, kinds, Through::Host, &mut found);
        }
        let value = fold(observable.value());
        for (list, entry) in self.strings.get(&value) {
            found.add(list, kinds, Through::Value, || Cow::Borrowed(entry));
        }
        let patterns = self
            .substrings
            .within(&value)
            .chain(self.regexes.matching(observable.value()));
        for entry in patterns {
            found.add(entry.list, kinds, Through::Value, || {
                Cow::Borrowed(&entry.text)
            });
        }
        found.hits
    }

    /// Lists of networks and host names that an address, a network or a name is in.
    fn by_place<'a>(
        &'a self,
        place: &Observable,
        kinds: KindSet,
        through: Through,
        found: &mut Found<'a>,
    ) {
        match place.kind() {
            Kind::Ipv4 | Kind::Ipv6 | Kind::Cidr => {
                let network = Network::parse(place.value());
                for (list, around) in network
                    .into_iter()
                    .flat_map(|inner| self.networks.around(inner))
                {
                    found.add(list, kinds, through, || Cow::Owned(around.to_string()));
                }
            }
            Kind::Domain => {
                for name in self_and_above(place.value()) {
                    for (list, entry) in self.names.get(name) {
                        found.add(list, kinds, through, || Cow::Borrowed(entry));
                    }
                }
            }
            _ => {}
        }
    }

    fn take_network(&mut self, entry: &Entry) -> Result<(), String> {
        let network =
            Network::parse(entry.text.trim()).ok_or("neither a network nor an address")?;
        self.networks.insert(network, entry.list);
        Ok(())
    }

    fn take_name(&mut self, entry: &Entry) -> Result<(), String> {
        let name = host_name(entry.text.trim()).ok_or("not a host name")?;
        room(self.names.insert(&name, entry.list))
    }

    fn skip(&mut self, entry: &Entry, reason: String) {
        let Some(list) = self.lists.get_mut(usize::from(entry.list)) else {
            return;
        };
        list.entries -= 1;
        list.skipped += 1;
        if list.skipped <= SKIPPED_SHOWN {
            self.skipped.push(Skipped {
                list: list.name.clone(),
                entry: entry.text.chars().take(200).collect(),
                reason,
            });
        }
    }
}

fn room(inserted: bool) -> Result<(), String> {
    if inserted {
        Ok(())
    } else {
        Err("no room for more text".to_owned())
    }
}

/// A name as domains are written canonically. Lists write `.evil.example` and
/// `*.evil.example` where they mean names below; those lists have the name itself, too.
fn host_name(text: &str) -> Option<Cow<'_, str>> {
    let name = text.strip_prefix("*.").unwrap_or(text);
    let name = name.strip_prefix('.').unwrap_or(name);
    let plain = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
    if !name.is_empty() && name.bytes().all(plain) {
        return Some(Cow::Borrowed(name.strip_suffix('.').unwrap_or(name)));
    }
    let domain = Observable::parse(Kind::Domain, name).ok()?;
    Some(Cow::Owned(domain.value().to_owned()))
}

/// A name and every name above it, the longest first.
fn self_and_above(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| Some(name.split_once('.')?.1))
}

/// Hits as they come in: the first of each list stays.
struct Found<'a> {
    lists: &'a [ListInfo],
    hits: Vec<Hit<'a>>,
}

impl<'a> Found<'a> {
    fn add(
        &mut self,
        list: u16,
        kinds: KindSet,
        through: Through,
        entry: impl FnOnce() -> Cow<'a, str>,
    ) {
        let Some(list) = self.lists.get(usize::from(list)) else {
            return;
        };
        let new = !self.hits.iter().any(|hit| std::ptr::eq(hit.list, list));
        if new && list.kinds.meets(kinds) {
            self.hits.push(Hit {
                list,
                entry: entry(),
                through,
            });
        }
    }
}
