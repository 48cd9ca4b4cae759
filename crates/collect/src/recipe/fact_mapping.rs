//! From a row to the facts of a vulnerability or an exploit: what the `[facts]` table comes to.

use std::borrow::Cow;

use noroshi_exchange::record::{Cvss, Exploit, Facts, Product, Reference, cves_in, cwes_in};
use noroshi_exchange::{Column, tidy};
use serde_json::Value;

use super::clean;
use super::error::Wrong;
use super::fields::TagText;
use super::item_keys::FactKeys;
use super::path::Piece;
use super::text::{Maker, Reading, Text};

/// Most products, references or ratings of one record.
const MANY: usize = 1_000;
/// Longest name, in characters.
const NAME_CHARS: usize = 300;

/// Ready for rows.
#[derive(Debug, Default)]
pub(super) struct FactRules {
    whole: Option<Text>,
    id: Option<Text>,
    cves: Vec<Text>,
    cwes: Vec<Text>,
    impact: Option<Text>,
    solution: Vec<Text>,
    status: Option<Text>,
    cvss: Vec<CvssRules>,
    products: Vec<ProductRules>,
    references: Vec<ReferenceRules>,
    exploit: Option<ExploitRules>,
}

#[derive(Debug)]
struct CvssRules {
    each: Option<Text>,
    version: Option<Text>,
    vector: Option<Text>,
    score: Option<Text>,
    severity: Option<Text>,
    by: Option<Text>,
}

#[derive(Debug)]
struct ProductRules {
    each: Option<Text>,
    vendor: Option<Text>,
    product: Option<Text>,
    cpe: Option<Text>,
    versions: Vec<Text>,
}

#[derive(Debug)]
struct ReferenceRules {
    each: Option<Text>,
    url: Option<Text>,
    name: Option<Text>,
    tags: Vec<Text>,
}

#[derive(Debug)]
struct ExploitRules {
    platform: Option<Text>,
    kind: Option<Text>,
    verified: Option<Text>,
    rank: Option<(Text, Vec<(String, String)>)>,
    path: Option<Text>,
}

impl FactRules {
    pub(super) fn new(
        keys: &FactKeys,
        reading: &Reading,
        columns: &mut Vec<Column>,
    ) -> Result<Self, Wrong> {
        let mut make = Maker::new("facts", reading, columns);
        let mut rules = Self {
            whole: make.maybe("whole", &keys.whole)?,
            id: make.maybe("id", &keys.id)?,
            cves: make.many("cves", &keys.cves)?,
            cwes: make.many("cwes", &keys.cwes)?,
            impact: make.maybe("impact", &keys.impact)?,
            solution: make.many("solution", &keys.solution)?,
            status: make.maybe("status", &keys.status)?,
            ..Self::default()
        };
        for cvss in &keys.cvss {
            rules.cvss.push(CvssRules {
                each: make.maybe("cvss.each", &cvss.each)?,
                version: make.maybe("cvss.version", &cvss.version)?,
                vector: make.maybe("cvss.vector", &cvss.vector)?,
                score: make.maybe("cvss.score", &cvss.score)?,
                severity: make.maybe("cvss.severity", &cvss.severity)?,
                by: make.maybe("cvss.by", &cvss.by)?,
            });
        }
        for product in &keys.products {
            rules.products.push(ProductRules {
                each: make.maybe("products.each", &product.each)?,
                vendor: make.maybe("products.vendor", &product.vendor)?,
                product: make.maybe("products.product", &product.product)?,
                cpe: make.maybe("products.cpe", &product.cpe)?,
                versions: make.many("products.versions", &product.versions)?,
            });
        }
        for reference in &keys.references {
            rules.references.push(ReferenceRules {
                each: make.maybe("references.each", &reference.each)?,
                url: Some(make.one("references.url", &reference.url)?),
                name: make.maybe("references.name", &reference.name)?,
                tags: make.many("references.tags", &reference.tags)?,
            });
        }
        if let Some(exploit) = &keys.exploit {
            rules.exploit = Some(ExploitRules {
                platform: make.maybe("exploit.platform", &exploit.platform)?,
                kind: make.maybe("exploit.kind", &exploit.kind)?,
                verified: make.maybe("exploit.verified", &exploit.verified)?,
                rank: match &exploit.rank {
                    None => None,
                    Some(TagText::Column(column)) => {
                        Some((make.one("exploit.rank", &column.0)?, Vec::new()))
                    }
                    Some(TagText::Mapped(rank)) => {
                        let map = rank.map.clone().into_iter().collect();
                        Some((make.one("exploit.rank", &rank.column.0)?, map))
                    }
                },
                path: make.maybe("exploit.path", &exploit.path)?,
            });
        }
        Ok(rules)
    }

    pub(super) fn facts(&self, row: &Value, key: &str, reading: &Reading) -> Facts {
        let mut facts = self.whole(row).unwrap_or_default();
        let row = Row {
            value: row,
            reading,
        };
        let paragraph = |text: &Option<Text>| {
            row.one(text)
                .map(|text| tidy(&text))
                .filter(|text| !text.is_empty())
        };
        if let Some(id) = row
            .name(&self.id)
            .or_else(|| facts.id.is_empty().then(|| key.to_owned()))
        {
            facts.id = id;
        }
        for text in row.all(&self.cves) {
            for cve in cves_in(&text) {
                if !facts.cves.contains(&cve) && facts.cves.len() < MANY {
                    facts.cves.push(cve);
                }
            }
        }
        for text in row.all(&self.cwes) {
            for cwe in cwes_in(&text) {
                if !facts.cwes.contains(&cwe) && facts.cwes.len() < MANY {
                    facts.cwes.push(cwe);
                }
            }
        }
        facts.impact = paragraph(&self.impact).or(facts.impact);
        let solution: Vec<String> = row
            .all(&self.solution)
            .iter()
            .map(|text| tidy(text))
            .collect();
        if !solution.is_empty() {
            facts.solution = Some(solution.join("\n\n"));
        }
        facts.status = row.name(&self.status).or(facts.status);
        facts
            .cvss
            .extend(each(&self.cvss, |rules| &rules.each, row, CvssRules::cvss));
        facts.products.extend(each(
            &self.products,
            |rules| &rules.each,
            row,
            ProductRules::product,
        ));
        facts.references.extend(each(
            &self.references,
            |rules| &rules.each,
            row,
            ReferenceRules::reference,
        ));
        facts.products = unique(facts.products);
        facts.references = unique(facts.references);
        if let Some(rules) = &self.exploit {
            facts.exploit = Some(rules.exploit(row));
        }
        facts
    }

    /// Facts in the common form, as a command gives them.
    fn whole(&self, row: &Value) -> Option<Facts> {
        let found = self.whole.as_ref()?.pieces(row).into_iter().next()?;
        let Piece::Value(value) = found else {
            return None;
        };
        serde_json::from_value(value.clone()).ok()
    }
}

/// A row, or a part of it.
#[derive(Clone, Copy)]
struct Row<'r> {
    value: &'r Value,
    reading: &'r Reading,
}

impl Row<'_> {
    fn one(&self, text: &Option<Text>) -> Option<String> {
        text.as_ref()?.one(self.value, self.reading)
    }

    fn name(&self, text: &Option<Text>) -> Option<String> {
        clean::text(&self.one(text)?, NAME_CHARS)
    }

    fn all(&self, texts: &[Text]) -> Vec<String> {
        let found = texts
            .iter()
            .flat_map(|text| text.all(self.value, self.reading));
        found.take(MANY).collect()
    }
}

/// What a table gives for each thing in the row that it is about.
fn each<R, T>(
    tables: &[R],
    place: impl Fn(&R) -> &Option<Text>,
    row: Row<'_>,
    read: impl Fn(&R, Row<'_>) -> Option<T>,
) -> Vec<T> {
    let mut made = Vec::new();
    for table in tables {
        let Some(place) = place(table) else {
            made.extend(read(table, row));
            continue;
        };
        for piece in place.pieces(row.value) {
            let members: Vec<Cow<'_, Value>> = match &piece {
                Piece::Value(Value::Array(members)) => members.iter().map(Cow::Borrowed).collect(),
                Piece::Value(value) => vec![Cow::Borrowed(*value)],
                Piece::Text(text) => vec![Cow::Owned(Value::from(*text))],
            };
            for value in &members {
                if made.len() >= MANY {
                    return made;
                }
                let reading = row.reading;
                made.extend(read(table, Row { value, reading }));
            }
        }
    }
    made
}

impl CvssRules {
    fn cvss(&self, row: Row<'_>) -> Option<Cvss> {
        let version = row.one(&self.version);
        let vector = row.one(&self.vector);
        let rating = Cvss::of(
            version.as_deref(),
            vector.as_deref(),
            &row.one(&self.score)?,
        )?;
        Some(Cvss {
            severity: row.name(&self.severity),
            by: row.name(&self.by),
            ..rating
        })
    }
}

impl ProductRules {
    fn product(&self, row: Row<'_>) -> Option<Product> {
        let cpe = row.name(&self.cpe);
        let of_cpe = cpe.as_deref().and_then(Product::of_cpe).unwrap_or_default();
        let versions: Vec<String> = row.all(&self.versions);
        let versions = clean::text(&versions.join(", "), 1_000);
        let product = Product {
            vendor: row.name(&self.vendor).unwrap_or(of_cpe.vendor),
            product: row.name(&self.product).unwrap_or(of_cpe.product),
            cpe: of_cpe.cpe,
            versions: versions.or(of_cpe.versions),
        };
        (!product.vendor.is_empty() || !product.product.is_empty()).then_some(product)
    }
}

impl ReferenceRules {
    fn reference(&self, row: Row<'_>) -> Option<Reference> {
        let tags = row.all(&self.tags);
        Some(Reference {
            url: clean::reference(&row.one(&self.url)?)?,
            name: row.name(&self.name),
            tags: tags
                .iter()
                .filter_map(|tag| clean::text(tag, clean::NAME_CHARS))
                .collect(),
        })
    }
}

impl ExploitRules {
    /// The rank in words, where the recipe has words for it.
    fn rank(&self, row: Row<'_>) -> Option<String> {
        let (text, map) = self.rank.as_ref()?;
        let rank = text.one(row.value, row.reading)?;
        let word = map.iter().find(|(from, _)| *from == rank);
        clean::text(word.map_or(&rank, |(_, word)| word), NAME_CHARS)
    }

    fn exploit(&self, row: Row<'_>) -> Exploit {
        let verified = row.one(&self.verified).map(|text| text.to_lowercase());
        Exploit {
            platform: row.name(&self.platform),
            kind: row.name(&self.kind),
            verified: verified.map(|text| matches!(text.as_str(), "1" | "true" | "yes")),
            rank: self.rank(row),
            path: row.name(&self.path),
        }
    }
}

/// Each once, in order.
fn unique<T: PartialEq + Ord + Clone>(list: Vec<T>) -> Vec<T> {
    let mut seen = std::collections::BTreeSet::new();
    list.into_iter()
        .filter(|one| seen.insert(one.clone()))
        .collect()
}
