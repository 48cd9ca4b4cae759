//! Which observables belong together: the one definition behind a bare observable in a query,
//! the plan of the store and the answer to a lookup.
//!
//! | asked | seen | tie |
//! |---|---|---|
//! | anything | the same | [`Tie::Same`] |
//! | domain | a name below it | [`Tie::Subdomain`] |
//! | domain, URL on a name | a name above it, down to the registered domain | [`Tie::Parent`] |
//! | domain | a URL on it or on a name below it | [`Tie::UrlOn`] |
//! | address | a URL on it | [`Tie::UrlOn`] |
//! | network | a URL on an address in it | [`Tie::UrlOn`] |
//! | address, network, URL on an address | a network around it | [`Tie::Network`] |
//! | network | an address or a narrower network in it | [`Tie::Inside`] |
//! | URL | a URL that goes on where it ends | [`Tie::UrlBelow`] |
//! | URL | its host | [`Tie::Host`] |
//!
//! Version 4 and version 6 never contain each other, not even as `::/0`.

use noroshi_indicator::{Kind, Observable};

/// How a seen observable belongs to the one asked about.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Tie {
    /// It is the same.
    Same,
    /// A name below the asked name.
    Subdomain,
    /// A name above the asked name or the asked URL's host.
    Parent,
    /// The host of the asked URL.
    Host,
    /// A URL whose host is the asked name, below it, or an asked address.
    UrlOn,
    /// A URL below the asked URL's path.
    UrlBelow,
    /// An address or network within the asked network.
    Inside,
    /// A network around what was asked.
    Network,
}

/// How `seen` belongs to `asked`, if it does. To ask the same of many, see [`Circle`].
pub fn related(asked: &Observable, seen: &Observable) -> Option<Tie> {
    Circle::around(asked.clone()).tie(seen)
}

/// An observable with everything worked out that [`related`] needs to know of it.
#[derive(Clone, Debug)]
pub struct Circle {
    asked: Observable,
    host: Option<Observable>,
    /// What a parent must not be above: the registered domain of the asked name or host.
    registered: Option<Observable>,
    range: Option<Range>,
}

/// First and last address, as [`Observable::address_range`] gives them.
type Range = ([u8; 16], [u8; 16]);

impl Circle {
    /// Prepares to hold observables against `asked`.
    pub fn around(asked: Observable) -> Circle {
        let network = asked.kind() == Kind::Cidr || asked.kind().is_address();
        Circle {
            host: (asked.kind() == Kind::Url).then(|| asked.host()).flatten(),
            registered: match asked.kind() {
                Kind::Domain | Kind::Url => asked.registered_domain(),
                _ => None,
            },
            range: (network || asked.kind() == Kind::Url)
                .then(|| asked.address_range())
                .flatten(),
            asked,
        }
    }

    /// What it is around.
    pub fn asked(&self) -> &Observable {
        &self.asked
    }

    /// How `seen` belongs to it, if it does.
    pub fn tie(&self, seen: &Observable) -> Option<Tie> {
        if *seen == self.asked {
            return Some(Tie::Same);
        }
        match (self.asked.kind(), seen.kind()) {
            (Kind::Domain, Kind::Domain) if is_below(seen, &self.asked) => Some(Tie::Subdomain),
            (Kind::Domain, Kind::Domain) => self.parent(&self.asked, seen),
            (Kind::Domain, Kind::Url) => self.url_on_name(seen),
            (Kind::Cidr, Kind::Ipv4 | Kind::Ipv6) => self.inside(seen).then_some(Tie::Inside),
            (Kind::Cidr, Kind::Cidr) if self.inside(seen) => Some(Tie::Inside),
            (Kind::Ipv4 | Kind::Ipv6 | Kind::Cidr, Kind::Url) => {
                self.inside(seen).then_some(Tie::UrlOn)
            }
            (Kind::Ipv4 | Kind::Ipv6 | Kind::Cidr | Kind::Url, Kind::Cidr) => self.network(seen),
            (Kind::Url, Kind::Url) => {
                continues(self.asked.value(), seen.value()).then_some(Tie::UrlBelow)
            }
            (Kind::Url, Kind::Domain | Kind::Ipv4 | Kind::Ipv6) => {
                let host = self.host.as_ref()?;
                if host == seen {
                    Some(Tie::Host)
                } else {
                    self.parent(host, seen)
                }
            }
            _ => None,
        }
    }

    /// `seen` is a name above `name`, but not above its registered domain.
    fn parent(&self, name: &Observable, seen: &Observable) -> Option<Tie> {
        let registered = self.registered.as_ref()?;
        let high_enough = is_below(name, seen);
        let low_enough = seen == registered || is_below(seen, registered);
        (high_enough && low_enough).then_some(Tie::Parent)
    }

    fn url_on_name(&self, seen: &Observable) -> Option<Tie> {
        // Most URLs are elsewhere, and taking the host out of one costs more than this.
        memchr::memmem::find(seen.value().as_bytes(), self.asked.value().as_bytes())?;
        let host = seen.host()?;
        (host == self.asked || is_below(&host, &self.asked)).then_some(Tie::UrlOn)
    }

    /// The addresses of `seen` are among those asked about.
    fn inside(&self, seen: &Observable) -> bool {
        let (Some(asked), Some(seen)) = (self.range, seen.address_range()) else {
            return false;
        };
        contains(asked, seen)
    }

    /// `seen` is a network around the asked addresses.
    fn network(&self, seen: &Observable) -> Option<Tie> {
        let around = contains(seen.address_range()?, self.range?);
        around.then_some(Tie::Network)
    }
}

/// `name` ends in a dot and `above`; two names.
fn is_below(name: &Observable, above: &Observable) -> bool {
    name.kind() == Kind::Domain
        && above.kind() == Kind::Domain
        && name
            .value()
            .strip_suffix(above.value())
            .is_some_and(|rest| rest.ends_with('.'))
}

fn contains(outer: Range, inner: Range) -> bool {
    outer.0 <= inner.0 && inner.1 <= outer.1 && is_v4(outer) == is_v4(inner)
}

/// Version 4 addresses are kept as `::ffff:a.b.c.d` (RFC 4291, 2.5.5.2).
fn is_v4((first, last): Range) -> bool {
    const MAPPED: [u8; 12] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
    first.starts_with(&MAPPED) && last.starts_with(&MAPPED)
}

/// `longer` is `shorter` and goes on below it: after a `/`, with a query, or with another
/// parameter of the same query.
fn continues(shorter: &str, longer: &str) -> bool {
    let Some(rest) = longer.strip_prefix(shorter) else {
        return false;
    };
    let next = rest.chars().next();
    if shorter.contains('#') {
        false
    } else if shorter.contains('?') {
        matches!(next, Some('&' | '#')) || (shorter.ends_with(['?', '&']) && next.is_some())
    } else {
        matches!(next, Some('/' | '?' | '#')) || (shorter.ends_with('/') && next.is_some())
    }
}
