//! The CVE record format, version 5 (`cve-schema`): what the CNA says, and what authorised publishers (CISA's Vulnrichment)
//! add to it.

use serde_json::Value;

use super::{Cvss, Product, Record, Reference, cves_in, cwes_in};

/// Most members of a list that are read.
const MANY: usize = 1_000;
/// Most ranges of versions that are written out for one product.
const RANGES: usize = 20;

/// Where ratings stand in a metric.
const KINDS: [&str; 4] = ["cvssV2_0", "cvssV3_0", "cvssV3_1", "cvssV4_0"];

/// Reads a record.
pub(super) fn read(row: &Value) -> Result<Record, String> {
    let meta = row
        .get("cveMetadata")
        .ok_or("no CVE record: `cveMetadata` is missing")?;
    let id = text(meta, "cveId").ok_or("`cveMetadata.cveId` is missing")?;
    let cve = cves_in(&id)
        .into_iter()
        .next()
        .ok_or_else(|| format!("`{id}` is no CVE number"))?;
    let cna = row
        .get("containers")
        .and_then(|containers| containers.get("cna"));
    let cna = cna.ok_or("no CVE record: `containers.cna` is missing")?;
    let adp = row
        .get("containers")
        .and_then(|containers| containers.get("adp"));
    let containers: Vec<&Value> = std::iter::once(cna).chain(list(adp)).collect();
    let mut record = Record {
        title: text(cna, "title"),
        url: Some(format!("https://www.cve.org/CVERecord?id={cve}")),
        language: Some("en".to_owned()),
        published: text(meta, "datePublished").or_else(|| text(meta, "dateReserved")),
        updated: text(meta, "dateUpdated"),
        ..Record::default()
    };
    record.text = described(cna, "descriptions")
        .or_else(|| described(cna, "rejectedReasons"))
        .unwrap_or_default();
    if record.title.is_none() && record.text.is_empty() {
        return Err("the record says nothing".into());
    }
    let facts = &mut record.facts;
    facts.id.clone_from(&cve);
    facts.cves.push(cve);
    facts.impact = list(cna.get("impacts")).find_map(|impact| described(impact, "descriptions"));
    facts.solution = described(cna, "solutions").or_else(|| described(cna, "workarounds"));
    let is_disputed = list(cna.get("tags")).any(|tag| tag.as_str() == Some("disputed"));
    facts.status = text(meta, "state")
        .filter(|_| !is_disputed)
        .or(Some("DISPUTED".to_owned()));
    for container in containers {
        let by = container
            .get("providerMetadata")
            .and_then(|by| text(by, "shortName"));
        facts.cvss.extend(ratings(container, by.as_deref()));
        for weakness in
            list(container.get("problemTypes")).flat_map(|kind| list(kind.get("descriptions")))
        {
            let told = text(weakness, "cweId").or_else(|| text(weakness, "description"));
            for cwe in cwes_in(&told.unwrap_or_default()) {
                if !facts.cwes.contains(&cwe) {
                    facts.cwes.push(cwe);
                }
            }
        }
        for product in list(container.get("affected")).filter_map(product) {
            if !facts.products.contains(&product) && facts.products.len() < MANY {
                facts.products.push(product);
            }
        }
        for reference in list(container.get("references")).filter_map(reference) {
            let is_known = facts
                .references
                .iter()
                .any(|known| known.url == reference.url);
            if !is_known && facts.references.len() < MANY {
                facts.references.push(reference);
            }
        }
    }
    Ok(record)
}

fn ratings<'v>(container: &'v Value, by: Option<&'v str>) -> impl Iterator<Item = Cvss> {
    let metrics = list(container.get("metrics"));
    metrics.flat_map(move |metric| {
        KINDS.iter().filter_map(move |kind| {
            let told = metric.get(kind)?;
            let score = told.get("baseScore")?.to_string();
            let (version, vector) = (text(told, "version"), text(told, "vectorString"));
            Some(Cvss {
                severity: text(told, "baseSeverity"),
                by: by.map(str::to_owned),
                ..Cvss::of(version.as_deref(), vector.as_deref(), &score)?
            })
        })
    })
}

fn product(affected: &Value) -> Option<Product> {
    let told = |name: &str| {
        text(affected, name).filter(|text| !matches!(text.as_str(), "n/a" | "N/A" | "-"))
    };
    let cpe = list(affected.get("cpes")).find_map(|cpe| Product::of_cpe(cpe.as_str()?));
    let of_cpe = cpe.unwrap_or_default();
    let product = told("product")
        .or_else(|| told("packageName"))
        .unwrap_or(of_cpe.product);
    let vendor = told("vendor").unwrap_or(of_cpe.vendor);
    if product.is_empty() && vendor.is_empty() {
        return None;
    }
    let is_default = text(affected, "defaultStatus").as_deref() == Some("affected");
    let ranges: Vec<String> = list(affected.get("versions"))
        .filter_map(range)
        .take(RANGES)
        .collect();
    let versions = match (ranges.is_empty(), is_default) {
        (true, true) => Some("all".to_owned()),
        (true, false) => of_cpe.versions,
        (false, _) => Some(ranges.join(", ")),
    };
    Some(Product {
        vendor,
        product,
        cpe: of_cpe.cpe,
        versions,
    })
}

/// An affected range in words.
fn range(version: &Value) -> Option<String> {
    if text(version, "status")? != "affected" {
        return None;
    }
    let from = text(version, "version")
        .filter(|from| !matches!(from.as_str(), "0" | "*" | "unspecified" | "n/a"));
    let end = match (text(version, "lessThan"), text(version, "lessThanOrEqual")) {
        (Some(end), _) if end != "*" => Some(format!("before {end}")),
        (_, Some(end)) if end != "*" => Some(format!("up to {end}")),
        _ => None,
    };
    match (from, end) {
        (Some(from), Some(end)) => Some(format!("{from} {end}")),
        (from, end) => from.or(end),
    }
}

fn reference(told: &Value) -> Option<Reference> {
    let url = text(told, "url")
        .filter(|url| url.starts_with("https://") || url.starts_with("http://"))?;
    let tags = list(told.get("tags")).filter_map(Value::as_str);
    Some(Reference {
        name: text(told, "name").filter(|name| *name != url),
        tags: tags
            .map(|tag| tag.trim_start_matches("x_").to_owned())
            .collect(),
        url,
    })
}

/// A text in English, or in what there is.
fn described(of: &Value, name: &str) -> Option<String> {
    let texts: Vec<&Value> = list(of.get(name)).collect();
    let is_english = |text: &&&Value| {
        text.get("lang")
            .and_then(Value::as_str)
            .is_some_and(|lang| lang.starts_with("en"))
    };
    let told = texts.iter().find(is_english).or_else(|| texts.first())?;
    text(told, "value")
}

fn text(of: &Value, name: &str) -> Option<String> {
    let text = of.get(name)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .take(MANY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_record_with_what_others_add() {
        let record = read(&json!({
            "dataType": "CVE_RECORD", "dataVersion": "5.1",
            "cveMetadata": { "cveId": "CVE-2026-0001", "state": "PUBLISHED", "datePublished": "2026-08-01T01:00:00.000Z",
                "dateUpdated": "2026-08-02T01:00:00.000Z" },
            "containers": {
                "cna": {
                    "title": "Overflow in Product",
                    "descriptions": [{ "lang": "ja", "value": "日本語" }, { "lang": "en-US", "value": "An overflow." }],
                    "affected": [
                        { "vendor": "Vendor", "product": "Product", "versions": [
                            { "version": "0", "lessThan": "1.2", "status": "affected" },
                            { "version": "2.0", "lessThanOrEqual": "2.3", "status": "affected" },
                            { "version": "3.0", "status": "unaffected" },
                            { "version": "4.0", "status": "affected" } ] },
                        { "vendor": "n/a", "product": "n/a", "versions": [] },
                        { "packageName": "lib", "vendor": "Vendor", "defaultStatus": "affected" },
                    ],
                    "problemTypes": [{ "descriptions": [{ "cweId": "CWE-787", "description": "CWE-787 Out-of-bounds" }] }],
                    "metrics": [{ "format": "CVSS", "cvssV3_1": { "version": "3.1", "baseScore": 9.8,
                        "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "baseSeverity": "CRITICAL" } }],
                    "references": [{ "url": "https://vendor.example/1", "tags": ["vendor-advisory"] }, { "url": "javascript:x" }],
                    "solutions": [{ "lang": "en", "value": "Update." }],
                    "providerMetadata": { "shortName": "vendor" },
                },
                "adp": [{ "providerMetadata": { "shortName": "CISA-ADP" }, "problemTypes": [{ "descriptions": [{ "description": "CWE-120" }] }],
                    "metrics": [{ "other": { "type": "ssvc" } }, { "cvssV4_0": { "baseScore": 9, "vectorString": "CVSS:4.0/AV:N" } }] }],
            },
        }))
        .unwrap();
        let facts = &record.facts;
        assert_eq!(record.title.as_deref(), Some("Overflow in Product"));
        assert_eq!(record.text, "An overflow.");
        assert_eq!(facts.cves, ["CVE-2026-0001"]);
        assert_eq!(facts.cwes, ["CWE-787", "CWE-120"]);
        let products: Vec<_> = facts
            .products
            .iter()
            .map(|p| (p.product.as_str(), p.versions.as_deref()))
            .collect();
        assert_eq!(
            products,
            [
                ("Product", Some("before 1.2, 2.0 up to 2.3, 4.0")),
                ("lib", Some("all"))
            ]
        );
        let cvss: Vec<_> = facts
            .cvss
            .iter()
            .map(|c| (c.version.as_str(), c.score, c.by.as_deref()))
            .collect();
        assert_eq!(
            cvss,
            [("3.1", 98, Some("vendor")), ("4.0", 90, Some("CISA-ADP"))]
        );
        assert_eq!(facts.references.len(), 1);
        assert_eq!(facts.solution.as_deref(), Some("Update."));
        assert_eq!(facts.status.as_deref(), Some("PUBLISHED"));
    }

    #[test]
    fn rejected_records_say_why() {
        let record = read(&json!({
            "cveMetadata": { "cveId": "CVE-2026-0002", "state": "REJECTED" },
            "containers": { "cna": { "rejectedReasons": [{ "lang": "en", "value": "Withdrawn." }] } },
        }))
        .unwrap();
        assert_eq!(
            (record.text.as_str(), record.facts.status.as_deref()),
            ("Withdrawn.", Some("REJECTED"))
        );
    }

    #[test]
    fn what_is_no_record() {
        for (row, expected) in [
            (json!({}), "cveMetadata"),
            (json!({ "cveMetadata": { "cveId": "x" } }), "no CVE number"),
            (
                json!({ "cveMetadata": { "cveId": "CVE-2026-0001" } }),
                "containers.cna",
            ),
            (
                json!({ "cveMetadata": { "cveId": "CVE-2026-0001" }, "containers": { "cna": {} } }),
                "says nothing",
            ),
        ] {
            let error = read(&row).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
