//! The names before a colon.

/// A field of the language; the reserved ones are known but not available yet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Field {
    Kind,
    Value,
    Domain,
    Ip,
    Cidr,
    Hash,
    Cve,
    Source,
    From,
    To,
    In,
    Is,
    Has,
    Tag,
    Family,
    Like,
    Hunt,
    Vendor,
    Product,
    Cvss,
    Jp,
    Tlp,
    Since,
    Until,
    First,
    Last,
    /// A name kept for later, so that saved queries never change their meaning.
    Reserved(&'static str),
}

const AVAILABLE: [(&str, Field); 26] = [
    ("kind", Field::Kind),
    ("value", Field::Value),
    ("domain", Field::Domain),
    ("ip", Field::Ip),
    ("cidr", Field::Cidr),
    ("hash", Field::Hash),
    ("cve", Field::Cve),
    ("source", Field::Source),
    ("from", Field::From),
    ("to", Field::To),
    ("in", Field::In),
    ("is", Field::Is),
    ("has", Field::Has),
    ("tag", Field::Tag),
    ("family", Field::Family),
    ("like", Field::Like),
    ("hunt", Field::Hunt),
    ("vendor", Field::Vendor),
    ("product", Field::Product),
    ("cvss", Field::Cvss),
    ("jp", Field::Jp),
    ("tlp", Field::Tlp),
    ("since", Field::Since),
    ("until", Field::Until),
    ("first", Field::First),
    ("last", Field::Last),
];

const RESERVED: [&str; 1] = ["event"];

impl Field {
    /// By name, in any case: phones begin a line with a capital.
    pub(crate) fn named(name: &str) -> Option<Field> {
        let available = AVAILABLE
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, field)| *field);
        available.or_else(|| {
            RESERVED
                .iter()
                .find(|known| known.eq_ignore_ascii_case(name))
                .map(|known| Field::Reserved(known))
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Field::Reserved(name) => name,
            other => AVAILABLE
                .iter()
                .find(|(_, field)| *field == other)
                .map_or("", |(name, _)| name),
        }
    }

    pub(crate) fn available(self) -> bool {
        !matches!(self, Field::Reserved(_))
    }

    /// The field that `name` is probably a slip of: one more, one less, or one wrong letter.
    pub(crate) fn resembling(name: &str) -> Option<Field> {
        let name = name.to_ascii_lowercase();
        AVAILABLE
            .iter()
            .find(|(known, _)| one_slip_apart(known.as_bytes(), name.as_bytes()))
            .map(|(_, field)| *field)
    }
}

fn one_slip_apart(a: &[u8], b: &[u8]) -> bool {
    let same_start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same_start..], &b[same_start..]);
    let same_end = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(x, y)| x == y)
        .count();
    (a.len() - same_end).max(b.len() - same_end) == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_found_by_its_own_name() {
        for (name, field) in AVAILABLE {
            assert_eq!(Field::named(name), Some(field));
            assert_eq!(Field::named(&name.to_uppercase()), Some(field));
            assert_eq!(field.name(), name);
            assert!(field.available());
        }
        for name in RESERVED {
            let field = Field::named(name).unwrap();
            assert_eq!(field.name(), name);
            assert!(!field.available());
        }
        assert_eq!(Field::named("tags"), None);
        assert_eq!(Field::named(""), None);
    }

    #[test]
    fn slips_of_one_letter_are_recognised() {
        assert_eq!(Field::resembling("tags"), Some(Field::Tag));
        assert_eq!(Field::resembling("Familly"), Some(Field::Family));
        assert_eq!(Field::resembling("sourse"), Some(Field::Source));
        assert_eq!(Field::resembling("omain"), Some(Field::Domain));
        assert_eq!(Field::resembling("hostname"), None);
        assert_eq!(Field::resembling("tag"), None, "no slip at all");
        assert_eq!(Field::resembling("ttagg"), None);
    }
}
