//! What an answer says of itself: how many rows it has, where the next page is, how many there are in all.
//!
//! The whole answer is read once, so one that was cut short or is no JSON or XML is told apart; of its values only those
//! asked for are kept.

use std::collections::BTreeMap;
use std::fmt;

use quick_xml::events::{BytesStart, Event};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The values at one path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// How many values there are, of whatever kind.
    pub(crate) count: usize,
    /// Those that are texts, numbers or truths.
    pub(crate) texts: Vec<String>,
}

/// The values at each of some paths. A path of JSON is keys and positions with dots between, `*` for every member; a
/// path of XML is the name of an element, `@` and an attribute behind it if that is meant.
///
/// # Errors
/// Why the answer cannot be what a service sent whole.
pub(crate) fn look(body: &[u8], paths: &[&str]) -> Result<Vec<Found>, String> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        None => Err("it is empty".to_owned()),
        Some(b'<') => look_at_xml(body, paths),
        Some(_) => look_at_json(body, paths),
    }
}

fn look_at_json(body: &[u8], paths: &[&str]) -> Result<Vec<Found>, String> {
    let mut root = Node::default();
    for (number, path) in paths.iter().enumerate() {
        let mut node = &mut root;
        for step in path.split('.').filter(|step| !step.is_empty()) {
            node = node.below.entry(step.to_owned()).or_default();
        }
        node.paths.push(number);
    }
    let mut found = vec![Found::default(); paths.len()];
    let mut json = serde_json::Deserializer::from_slice(body);
    let seed = Look {
        nodes: vec![&root],
        found: &mut found,
    };
    let read = seed.deserialize(&mut json).and_then(|()| json.end());
    match read {
        Ok(()) => Ok(found),
        Err(error) if error.is_eof() => Err(format!("it breaks off: {error}")),
        Err(error) => Err(format!("it is no JSON: {error}")),
    }
}

#[derive(Default)]
struct Node {
    /// Numbers of the paths that end here.
    paths: Vec<usize>,
    below: BTreeMap<String, Node>,
}

/// Looks at one value.
struct Look<'a> {
    nodes: Vec<&'a Node>,
    found: &'a mut Vec<Found>,
}

impl<'a> Look<'a> {
    /// What is to be looked at in a member of the value; none if nothing is.
    fn step(&mut self, name: &str) -> Option<Look<'_>> {
        let below = |node: &&'a Node| [node.below.get(name), node.below.get("*")];
        let nodes: Vec<&Node> = self.nodes.iter().flat_map(below).flatten().collect();
        let found = &mut *self.found;
        (!nodes.is_empty()).then_some(Look { nodes, found })
    }

    fn count(&mut self, text: Option<&str>) {
        for number in self.nodes.iter().flat_map(|node| &node.paths) {
            if let Some(found) = self.found.get_mut(*number) {
                found.count += 1;
                found.texts.extend(text.map(str::to_owned));
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for Look<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E: Error>(mut self, text: &str) -> Result<(), E> {
        self.count(Some(text));
        Ok(())
    }

    fn visit_u64<E: Error>(mut self, number: u64) -> Result<(), E> {
        self.count(Some(&number.to_string()));
        Ok(())
    }

    fn visit_i64<E: Error>(mut self, number: i64) -> Result<(), E> {
        self.count(Some(&number.to_string()));
        Ok(())
    }

    fn visit_f64<E: Error>(mut self, number: f64) -> Result<(), E> {
        self.count(Some(&number.to_string()));
        Ok(())
    }

    fn visit_bool<E: Error>(mut self, truth: bool) -> Result<(), E> {
        self.count(Some(if truth { "true" } else { "false" }));
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        self.count(None);
        while let Some(key) = map.next_key::<String>()? {
            match self.step(&key) {
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
                Some(look) => map.next_value_seed(look)?,
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        self.count(None);
        for number in 0_usize.. {
            let more = match self.step(&number.to_string()) {
                None => list.next_element::<IgnoredAny>()?.is_some(),
                Some(look) => list.next_element_seed(look)?.is_some(),
            };
            if !more {
                break;
            }
        }
        Ok(())
    }
}

fn look_at_xml(body: &[u8], paths: &[&str]) -> Result<Vec<Found>, String> {
    let paths: Vec<(&str, Option<&str>)> = paths
        .iter()
        .map(|path| match path.split_once('@') {
            Some((name, attribute)) => (name, Some(attribute)),
            None => (*path, None),
        })
        .collect();
    let mut found = vec![Found::default(); paths.len()];
    let mut xml = quick_xml::Reader::from_reader(body);
    let broken = |error: &dyn fmt::Display| format!("it is no XML: {error}");
    // For each open element, the paths whose text it is.
    let mut open: Vec<Vec<usize>> = Vec::new();
    loop {
        match xml.read_event().map_err(|error| broken(&error))? {
            Event::Start(start) => {
                let texts = element(&start, &paths, &mut found)?;
                for number in &texts {
                    if let Some(found) = found.get_mut(*number) {
                        found.texts.push(String::new());
                    }
                }
                open.push(texts);
            }
            Event::Empty(start) => {
                element(&start, &paths, &mut found)?;
            }
            Event::End(_) => {
                open.pop();
            }
            Event::Text(text) => {
                for number in open.last().into_iter().flatten() {
                    let texts = found.get_mut(*number).map(|found| &mut found.texts);
                    if let Some(last) = texts.and_then(|texts| texts.last_mut()) {
                        last.push_str(text.trim());
                    }
                }
            }
            Event::Eof if open.is_empty() => return Ok(found),
            Event::Eof => return Err("it breaks off within an element".to_owned()),
            _ => {}
        }
    }
}

/// Counts an element and reads its attributes; answers the paths that its text is for.
fn element(
    start: &BytesStart<'_>,
    paths: &[(&str, Option<&str>)],
    found: &mut [Found],
) -> Result<Vec<usize>, String> {
    let name = start.name();
    let is = |wanted: &str| name.as_ref() == wanted || name.local_name().as_ref() == wanted;
    let mut texts = Vec::new();
    for (number, (wanted, attribute)) in paths.iter().enumerate() {
        let Some(found) = found.get_mut(number).filter(|_| is(wanted)) else {
            continue;
        };
        match attribute {
            None => {
                found.count += 1;
                texts.push(number);
            }
            Some(attribute) => {
                let value = start.try_get_attribute(attribute);
                let value = value.map_err(|error| format!("it is no XML: {error}"))?;
                if let Some(value) = value {
                    found.count += 1;
                    found.texts.push(value.value.into_owned());
                }
            }
        }
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(body: &str, paths: &[&str]) -> Vec<Vec<String>> {
        let found = look(body.as_bytes(), paths).unwrap();
        found.into_iter().map(|found| found.texts).collect()
    }

    #[test]
    fn json_by_paths() {
        let body = r#"{"data":[{"id":"3"},{"id":"2","x":{"id":9}}],"meta":{"n":2,"next":"b"}}"#;
        assert_eq!(
            texts(
                body,
                &["data.*.id", "meta.next", "meta.n", "data.1.x.id", "no"]
            ),
            [vec!["3", "2"], vec!["b"], vec!["2"], vec!["9"], vec![]]
        );
        let found = look(body.as_bytes(), &["data.*"]).unwrap();
        assert_eq!((found[0].count, found[0].texts.len()), (2, 0));
        assert_eq!(texts(r#"[{"id":1},{"id":-2}]"#, &["*.id"]), [["1", "-2"]]);
    }

    #[test]
    fn xml_by_names() {
        let body = "<?xml version='1.0'?><r xmlns:s='u'><s:id>A-1</s:id><i><id> B </id></i>\
            <status:Status totalRes=\"7\" totalResRet='2'/></r>";
        assert_eq!(
            texts(
                body,
                &["id", "Status@totalRes", "status:Status@totalResRet", "x"]
            ),
            [vec!["A-1", "B"], vec!["7"], vec!["2"], vec![]]
        );
    }

    #[test]
    fn what_is_not_whole_is_told() {
        for (body, why) in [
            ("", "empty"),
            ("{\"a\":[1,", "breaks off"),
            ("<a><b></b>", "breaks off"),
            ("<a><b></a>", "no XML"),
            ("nothing", "no JSON"),
            ("{} {}", "no JSON"),
        ] {
            let error = look(body.as_bytes(), &["a"]).unwrap_err();
            assert!(error.contains(why), "{body}: {error}");
        }
        let deep = "[".repeat(100_000);
        assert!(look(deep.as_bytes(), &["a"]).is_err());
    }
}
