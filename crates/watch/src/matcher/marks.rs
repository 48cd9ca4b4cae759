//! Entries by the values of fields.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::hash_map::{HashMap, RandomState};
use std::hash::BuildHasher;

use noroshi_indicator::{Kind, Observable, fold};
use noroshi_query::like::{Name, skeleton};
use noroshi_query::{Has, Is, Statement};

use super::Slot;
use super::clue::Mark;
use super::looks::Looks;

/// Entries by mark. Marks are kept as hashes: two that share one cost a needless test, no more.
#[derive(Default)]
pub(super) struct Marks {
    hasher: RandomState,
    slots: HashMap<u64, Vec<Slot>>,
    /// How many marks there are for networks of so many bits.
    lengths: BTreeMap<u8, usize>,
    /// Entries by the address that a network is to be around.
    around: BTreeMap<[u8; 16], Vec<Slot>>,
    /// Entries by labels that others look like.
    pub(super) looks: Looks,
}

impl Marks {
    pub(super) fn add(&mut self, mark: &Mark<'_>, slot: Slot) {
        if let Mark::Within(bits, _) = mark {
            *self.lengths.entry(*bits).or_default() += 1;
        }
        if let Mark::Glyphs(_) = mark {
            self.looks.glyphs += 1;
        }
        let hash = self.hasher.hash_one(mark);
        self.slots.entry(hash).or_default().push(slot);
    }

    pub(super) fn remove(&mut self, mark: &Mark<'_>, slot: Slot) {
        if let Mark::Within(bits, _) = mark
            && let Some(count) = self.lengths.get_mut(bits)
        {
            *count -= 1;
            if *count == 0 {
                self.lengths.remove(bits);
            }
        }
        let hash = self.hasher.hash_one(mark);
        if let Some(slots) = self.slots.get_mut(&hash)
            && drop_one(slots, slot)
        {
            self.slots.remove(&hash);
        }
        if let Mark::Glyphs(_) = mark {
            self.looks.glyphs -= 1;
        }
    }

    pub(super) fn add_around(&mut self, address: [u8; 16], slot: Slot) {
        self.around.entry(address).or_default().push(slot);
    }

    pub(super) fn remove_around(&mut self, address: [u8; 16], slot: Slot) {
        if let Some(slots) = self.around.get_mut(&address)
            && drop_one(slots, slot)
        {
            self.around.remove(&address);
        }
    }

    /// The entries that one of the statement's marks is asked by.
    pub(super) fn find(&self, said: &Statement<'_>, add: &mut impl FnMut(Slot)) {
        let mut show = |mark: &Mark<'_>| {
            if let Some(slots) = self.slots.get(&self.hasher.hash_one(mark)) {
                slots.iter().copied().for_each(&mut *add);
            }
        };
        show(&Mark::Any);
        show(&Mark::In(said.kind));
        show(&Mark::Tlp(said.tlp));
        show(&Mark::From(folded(said.from)));
        said.to
            .iter()
            .for_each(|name| show(&Mark::To(folded(name))));
        said.tags
            .iter()
            .for_each(|tag| show(&Mark::Tag(folded(tag))));
        if let Some(family) = said.family {
            show(&Mark::Family(folded(family)));
        }
        for vendor in said.vendors {
            show(&Mark::Vendor(folded(vendor)));
        }
        for product in said.products {
            show(&Mark::Product(folded(product)));
        }
        for (is, mark) in [
            (said.reply, Mark::Is(Is::Reply)),
            (said.repost, Mark::Is(Is::Repost)),
            (said.file, Mark::Has(Has::File)),
            (said.cvss.is_some(), Mark::Scored),
        ] {
            if is {
                show(&mark);
            }
        }
        for named in said.observables {
            self.observable(named, &mut show);
        }
        for named in said.observables {
            self.looks.find(named, add);
            self.networks(named, add);
        }
    }

    fn observable(&self, named: &Observable, show: &mut impl FnMut(&Mark<'_>)) {
        show(&Mark::Kind(named.kind()));
        show(&Mark::Value(named.key()));
        if self.looks.glyphs > 0
            && let Some(name) = Name::of(named)
        {
            show(&Mark::Glyphs(skeleton(name.label()).into()));
        }
        match named.kind() {
            Kind::Domain => names(named.value(), show),
            Kind::Url => match named.host() {
                Some(host) if host.kind() == Kind::Domain => names(host.value(), show),
                _ => self.address(named, show),
            },
            Kind::Ipv4 | Kind::Ipv6 | Kind::Cidr => self.address(named, show),
            _ => {}
        }
    }

    /// The networks that an address, or all of a network, may lie in.
    fn address(&self, named: &Observable, show: &mut impl FnMut(&Mark<'_>)) {
        let Some((first, _)) = named.address_range() else {
            return;
        };
        let address = u128::from_be_bytes(first);
        for bits in self.lengths.keys() {
            let mask = u128::MAX.checked_shl(128 - u32::from(*bits)).unwrap_or(0);
            show(&Mark::Within(*bits, (address & mask).to_be_bytes()));
        }
    }

    fn networks(&self, named: &Observable, add: &mut impl FnMut(Slot)) {
        if named.kind() == Kind::Cidr
            && let Some((first, last)) = named.address_range()
        {
            let inside = self.around.range(first..=last);
            inside
                .flat_map(|(_, slots)| slots)
                .copied()
                .for_each(&mut *add);
        }
    }
}

/// A name and the names above it.
fn names(name: &str, show: &mut impl FnMut(&Mark<'_>)) {
    let mut rest = Some(name);
    while let Some(name) = rest {
        show(&Mark::Below(Cow::Borrowed(name)));
        rest = name.split_once('.').map(|(_, above)| above);
    }
}

fn folded(text: &str) -> Cow<'_, str> {
    let plain = |b: u8| b.is_ascii() && !b.is_ascii_uppercase();
    match text.bytes().all(plain) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(fold(text)),
    }
}

/// Takes one slot out; true if none is left.
pub(super) fn drop_one(slots: &mut Vec<Slot>, slot: Slot) -> bool {
    if let Some(at) = slots.iter().position(|one| *one == slot) {
        slots.swap_remove(at);
    }
    slots.is_empty()
}
