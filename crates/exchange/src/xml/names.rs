//! Names of elements and attributes, with the prefixes that recipes know, whatever prefix a document uses.

/// Namespaces and the prefix they go by here; empty: none.
const KNOWN: &[(&str, &str)] = &[
    ("http://purl.org/dc/elements/1.1/", "dc"),
    ("http://purl.org/dc/terms/", "dcterms"),
    ("http://purl.org/rss/1.0/", ""),
    ("http://my.netscape.com/rdf/simple/0.9/", ""),
    ("http://channel.netscape.com/rdf/simple/0.9/", ""),
    ("http://purl.org/rss/1.0/modules/content/", "content"),
    ("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf"),
    ("http://www.w3.org/2005/Atom", "atom"),
    ("http://purl.org/atom/ns#", "atom"),
    ("http://www.w3.org/1999/xhtml", ""),
    ("http://search.yahoo.com/mrss/", "media"),
    ("http://www.itunes.com/dtds/podcast-1.0.dtd", "itunes"),
    ("http://jvn.jp/rss/mod_sec/", "sec"),
    ("http://jvn.jp/rss/mod_sec/3.0/", "sec"),
    ("http://jvn.jp/vuldef/", ""),
];

/// The most declarations that are kept in mind.
const DECLARED: usize = 256;

/// The prefixes in force.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Depth of the element that declares it, the prefix in the document, and the one here.
    declared: Vec<(usize, String, String)>,
    /// The namespace of the root: its elements go without a prefix.
    home: Option<String>,
}

impl Names {
    /// Takes the declarations of an element at `depth`; 0 is the root.
    pub(super) fn enter<'n>(
        &mut self,
        depth: usize,
        name: &str,
        declarations: impl Iterator<Item = (&'n str, &'n str)> + Clone,
    ) {
        if depth == 0 {
            let own = name.split_once(':').map_or("", |(prefix, _)| prefix);
            self.home = declarations
                .clone()
                .find(|(prefix, _)| *prefix == own)
                .map(|(_, namespace)| namespace.to_owned());
        }
        for (prefix, namespace) in declarations {
            if prefix.is_empty() || self.declared.len() >= DECLARED {
                continue;
            }
            let known = KNOWN.iter().find(|(known, _)| *known == namespace);
            let here = match known {
                _ if self.home.as_deref() == Some(namespace) && !is_rdf(namespace) => "",
                Some((_, here)) => here,
                None => prefix,
            };
            self.declared
                .push((depth, prefix.to_owned(), here.to_owned()));
        }
    }

    /// Forgets what the element at `depth` declared.
    pub(super) fn leave(&mut self, depth: usize) {
        while self.declared.pop_if(|(at, ..)| *at >= depth).is_some() {}
    }

    /// The name as recipes know it.
    pub(super) fn name(&self, raw: &str) -> String {
        let Some((prefix, local)) = raw.split_once(':') else {
            return raw.to_owned();
        };
        let declared = self.declared.iter().rev();
        let here = declared
            .into_iter()
            .find(|(_, declared, _)| declared == prefix)
            .map_or(prefix, |(_, _, here)| here);
        if here.is_empty() {
            return local.to_owned();
        }
        format!("{here}:{local}")
    }
}

/// The root of RSS 1.0 is `rdf:RDF`, but its items are not of its namespace.
fn is_rdf(namespace: &str) -> bool {
    namespace.ends_with("22-rdf-syntax-ns#")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_of_the_document_become_those_of_recipes() {
        let mut names = Names::default();
        let declared = [
            ("r", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
            ("d", "http://purl.org/dc/elements/1.1/"),
            ("x", "https://vendor.example/ns"),
        ];
        names.enter(0, "r:RDF", declared.into_iter());
        assert_eq!(names.name("r:RDF"), "rdf:RDF");
        assert_eq!(names.name("d:date"), "dc:date");
        assert_eq!(names.name("x:y"), "x:y");
        assert_eq!(names.name("z:y"), "z:y");
        names.enter(1, "item", [("d", "http://purl.org/dc/terms/")].into_iter());
        assert_eq!(names.name("d:date"), "dcterms:date");
        names.leave(1);
        assert_eq!(names.name("d:date"), "dc:date");
    }

    #[test]
    fn the_namespace_of_the_root_has_no_prefix() {
        let mut names = Names::default();
        let declared = [("a", "http://www.w3.org/2005/Atom")];
        names.enter(0, "a:feed", declared.into_iter());
        assert_eq!(names.name("a:entry"), "entry");
        let mut names = Names::default();
        names.enter(0, "rss", declared.into_iter());
        assert_eq!(names.name("a:link"), "atom:link");
    }
}
