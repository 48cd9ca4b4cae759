//! Products from CPE names.

use super::Product;

impl Product {
    /// The product of a CPE name in either binding: `cpe:/a:vendor:product:1.0`, `cpe:2.3:a:vendor:product:1.0:…`.
    pub fn of_cpe(cpe: &str) -> Option<Self> {
        let cpe = cpe.trim();
        let rest = cpe
            .strip_prefix("cpe:2.3:")
            .or_else(|| cpe.strip_prefix("cpe:/"))?;
        let mut parts = parts(rest);
        let _what = parts.next()?;
        let vendor = parts.next()?;
        let product = parts.next()?;
        let version = parts
            .next()
            .filter(|version| !matches!(version.as_str(), "" | "*" | "-"));
        Some(Self {
            vendor: vendor.replace('_', " "),
            product: product.replace('_', " "),
            cpe: Some(cpe.to_owned()),
            versions: version,
        })
    }
}

/// The components between colons that are not quoted with a backslash.
fn parts(text: &str) -> impl Iterator<Item = String> {
    let mut parts = vec![String::new()];
    let mut characters = text.chars().take(1_000);
    while let Some(c) = characters.next() {
        match c {
            ':' => parts.push(String::new()),
            '\\' => {
                if let (Some(next), Some(last)) = (characters.next(), parts.last_mut()) {
                    last.push(next);
                }
            }
            c => {
                if let Some(last) = parts.last_mut() {
                    last.push(c);
                }
            }
        }
    }
    parts.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_bindings() {
        for (cpe, vendor, product, version) in [
            (
                "cpe:/a:vendor:some_product:1.0",
                "vendor",
                "some product",
                Some("1.0"),
            ),
            (
                "cpe:2.3:o:vendor:pro\\:duct:*:*:*:*:*:*:*:*",
                "vendor",
                "pro:duct",
                None,
            ),
            ("cpe:/h:vendor:router", "vendor", "router", None),
        ] {
            let found = Product::of_cpe(cpe).unwrap();
            assert_eq!(
                (found.vendor.as_str(), found.product.as_str()),
                (vendor, product)
            );
            assert_eq!(found.versions.as_deref(), version);
        }
        assert_eq!(Product::of_cpe("a:vendor:product"), None);
        assert_eq!(Product::of_cpe("cpe:/a:vendor"), None);
    }
}
