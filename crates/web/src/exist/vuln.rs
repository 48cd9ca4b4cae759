//! Records of vulnerabilities.

use std::collections::HashMap;
use std::sync::Arc;

use axum::response::Response;
use noroshi_exchange::record::{Cvss, Facts, Product, Reference};
use noroshi_indicator::{Kind, Observable};
use noroshi_store::{Collected, CollectedFilter, CveRecord, ExistTest, Form};
use serde::Serialize;

use super::items::title;
use super::refusal::Refusal;
use super::{Asking, answer, dates, envelope};
use crate::part::vector::words_of;

#[derive(Serialize)]
struct Row {
    id: String,
    title: String,
    description: String,
    t_description: Option<String>,
    vulndb_published_date: String,
    vulndb_last_modified: Option<String>,
    products: Vec<Named>,
    vendors: Vec<String>,
    references: Vec<Ref>,
    tags: Vec<Tag>,
    solution: Option<String>,
    nvds: Vec<Nvd>,
    cvsses: Vec<Rating>,
    source: String,
}

#[derive(Serialize)]
struct Named {
    id: String,
    name: String,
}

#[derive(Serialize)]
struct Ref {
    id: String,
    reftype: String,
    value: String,
}

#[derive(Serialize)]
struct Tag {
    id: u32,
    name: String,
    description: Option<String>,
    longname: Option<String>,
}

#[derive(Serialize)]
struct Nvd {
    id: String,
    cwe_id: Option<String>,
    cvss_score: Option<String>,
    summary: Option<String>,
}

#[derive(Serialize)]
struct Rating {
    id: String,
    access_complexity: Option<&'static str>,
    availability_impact: Option<&'static str>,
    confidentiality_impact: Option<&'static str>,
    access_vector: Option<&'static str>,
    authentication: Option<&'static str>,
    integrity_impact: Option<&'static str>,
    score: String,
    calculated_cvss_base_score: String,
    cve_id: Option<String>,
    source: Option<String>,
    generated_on: Option<String>,
}

/// Numbers of names, the same for the same name; in 32 digits as the original's were.
fn digest(text: &str) -> String {
    use sha2::{Digest, Sha256};
    let hash = Sha256::digest(text.as_bytes());
    hash.iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn tenths(score: u8) -> String {
    format!("{}.{}", score / 10, score % 10)
}

fn rating(cvss: &Cvss, facts: &Facts, changed: Option<&str>) -> Rating {
    let of = words_of(&cvss.vector);
    let known = match cvss.vector.is_empty() {
        true => format!("{} {} {}", facts.id, cvss.version, cvss.score),
        false => cvss.vector.clone(),
    };
    Rating {
        id: digest(&known),
        access_complexity: of.complexity,
        availability_impact: of.availability,
        confidentiality_impact: of.confidentiality,
        access_vector: of.vector,
        authentication: of.authentication,
        integrity_impact: of.integrity,
        score: tenths(cvss.score),
        calculated_cvss_base_score: tenths(cvss.score),
        cve_id: facts.cves.first().cloned(),
        source: cvss.by.clone(),
        generated_on: changed.map(str::to_owned),
    }
}

fn named(products: &[Product]) -> (Vec<Named>, Vec<String>) {
    let mut names: Vec<&str> = products.iter().map(|one| one.product.as_str()).collect();
    let mut vendors: Vec<String> = products.iter().map(|one| one.vendor.clone()).collect();
    names.sort_unstable();
    names.dedup();
    vendors.sort_unstable();
    vendors.dedup();
    vendors.retain(|vendor| !vendor.is_empty());
    let named = names.into_iter().filter(|name| !name.is_empty());
    let named = named.map(|name| Named {
        id: digest(name),
        name: name.to_owned(),
    });
    (named.collect(), vendors)
}

fn reference(reference: &Reference) -> Ref {
    Ref {
        id: digest(&reference.url),
        reftype: reference.tags.first().cloned().unwrap_or_default(),
        value: match &reference.name {
            Some(name) => format!("{name} {}", reference.url),
            None => reference.url.clone(),
        },
    }
}

fn tag(name: &str) -> Tag {
    // The first 31 bits of a hash: the original had a number of its own.
    let number = digest(name)
        .get(..8)
        .map(|digits| u32::from_str_radix(digits, 16));
    Tag {
        id: number.and_then(Result::ok).unwrap_or_default() >> 1,
        name: name.to_owned(),
        description: None,
        longname: None,
    }
}

fn nvd(cve: &str, facts: &Facts, text: &str, records: &HashMap<String, CveRecord>) -> Nvd {
    let record = records.get(cve);
    let facts = match record {
        Some(record) => &record.facts,
        None => facts,
    };
    let own = (facts.id == cve).then_some(text);
    let summary = record.map(|record| record.text.as_str()).or(own);
    Nvd {
        id: cve.to_owned(),
        cwe_id: facts.cwes.first().cloned(),
        cvss_score: facts.score().map(tenths),
        summary: summary.map(str::to_owned),
    }
}

fn row(asking: &Asking, row: Collected, records: &HashMap<String, CveRecord>) -> Row {
    let facts = row.facts.unwrap_or_default();
    let text = row.post.body().to_owned();
    let changed = row.post.item.as_ref().and_then(|item| item.updated);
    let changed = changed.map(dates::shown);
    let (products, vendors) = named(&facts.products);
    let source = match row.post.from.name.as_str() {
        name if name.starts_with("jvn") || name.starts_with("myjvn") => "JVN".to_owned(),
        name => asking.title(name),
    };
    Row {
        title: title(&row.post),
        t_description: None,
        vulndb_published_date: dates::shown(row.post.published),
        products,
        vendors,
        references: facts.references.iter().map(reference).collect(),
        tags: row.post.tags.iter().map(|name| tag(name)).collect(),
        solution: facts.solution.clone(),
        nvds: facts
            .cves
            .iter()
            .map(|cve| nvd(cve, &facts, &text, records))
            .collect(),
        cvsses: facts
            .cvss
            .iter()
            .map(|cvss| rating(cvss, &facts, changed.as_deref()))
            .collect(),
        source,
        id: facts.id,
        description: text,
        vulndb_last_modified: changed,
    }
}

/// What is recorded under the CVE numbers of some rows, asked for once.
async fn records(
    asking: &Asking,
    rows: &[Collected],
) -> Result<HashMap<String, CveRecord>, Refusal> {
    let cves = rows.iter().filter_map(|row| row.facts.as_ref());
    let cves = cves.flat_map(|facts| &facts.cves);
    let mut cves: Vec<Observable> = cves
        .filter_map(|cve| Observable::parse(Kind::Cve, cve).ok())
        .collect();
    cves.sort_unstable();
    cves.dedup();
    let (store, caller) = (&asking.state.store, &asking.caller);
    let records = store.cve_records(&caller.reader, &cves, caller.tlp);
    Ok(records.await?)
}

pub(super) async fn list(asking: &Asking) -> Result<Response, Refusal> {
    let (given, caller, store) = (&asking.given, &asking.caller, &asking.state.store);
    let tags: Vec<String> = given.all("tag").map(str::to_owned).collect();
    for tag in &tags {
        let known = store.is_tag_of_records(&caller.reader, tag, caller.tlp);
        if !known.await? {
            return Err(Refusal::choice("tag", tag));
        }
    }
    let cve = match given.one("cve") {
        None => None,
        Some(text) => match Observable::parse(Kind::Cve, text) {
            Ok(cve) => Some(cve),
            Err(_) => return Ok(envelope::empty()),
        },
    };
    let filter = CollectedFilter {
        form: Form::Vulnerability,
        tlp: caller.tlp,
        published: given.range("vulndb_published_date")?,
        updated: given.range("vulndb_last_modified")?,
        tags,
        names: cve.clone(),
    };
    let words = given.words()?;
    let test = (words.is_some() || cve.is_some()).then(|| -> ExistTest<Collected> {
        Arc::new(move |row| {
            let about = |cve: &Observable| {
                let facts = row.facts.as_ref();
                facts.is_some_and(|facts| facts.cves.iter().any(|one| one == cve.value()))
            };
            let text = [row.post.text.as_str(), &title(&row.post)];
            cve.as_ref().is_none_or(about) && words.as_ref().is_none_or(|words| words.are_in(&text))
        })
    });
    let page = store
        .collected(&caller.reader, filter, given.options(test)?)
        .await?;
    let records = records(asking, &page.rows).await?;
    Ok(envelope::page(given, page, |one| {
        row(asking, one, &records)
    }))
}

pub(super) async fn one(asking: &Asking, id: &str) -> Result<Response, Refusal> {
    let (store, caller) = (&asking.state.store, &asking.caller);
    let found = store.recorded(&caller.reader, id, caller.tlp).await?;
    let records = records(asking, std::slice::from_ref(&found)).await?;
    Ok(answer(&row(asking, found, &records)))
}
