//! Cuts a JSON document into the elements of the array its rows are in, as a stream.
//!
//! Only one element is in memory at a time; everything beside the path is skipped unread. An element is found by its
//! brackets and strings alone, so that one that is no JSON inside costs one row and not the document.

use std::io::BufRead;

use crate::BodyError;
use crate::error::ROW_BYTES;

/// The longest key that is compared with the path.
const KEY_BYTES: usize = 1 << 10;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(Vec<u8>),
    Each,
}

/// A container on the way to the rows, or the one that holds them.
struct Frame {
    is_array: bool,
    /// How many steps of the path lead to this container.
    depth: usize,
    /// A member was read: a comma has to come before the next one.
    begun: bool,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    /// Physical line on which it starts.
    pub(crate) line: u64,
    /// How many physical lines it covers.
    pub(crate) lines: u64,
    /// It is longer than a row may be; only its beginning is given.
    pub(crate) too_long: bool,
    /// The body ended in it.
    pub(crate) cut: bool,
}

pub(crate) struct Elements<B> {
    input: B,
    line: u64,
    path: Vec<Step>,
    /// The rows are the documents themselves, of which there may be several on end.
    documents: bool,
    shown_path: String,
    stack: Vec<Frame>,
    started: bool,
    found: bool,
    error: Option<BodyError>,
}

impl<B: BufRead> Elements<B> {
    pub(crate) fn new(input: B, path: &str) -> Self {
        let steps = path.split('.').filter(|step| !step.is_empty());
        Self {
            documents: path == ".",
            input,
            line: 1,
            path: steps
                .map(|s| {
                    if s == "*" {
                        Step::Each
                    } else {
                        Step::Key(s.as_bytes().to_vec())
                    }
                })
                .collect(),
            shown_path: path.to_owned(),
            stack: Vec::new(),
            started: false,
            found: false,
            error: None,
        }
    }

    pub(crate) fn error(&self) -> Option<&BodyError> {
        self.error.as_ref()
    }

    /// Fills `out` with the text of the next element; none at the end of the document, be it sound or not.
    pub(crate) fn next(&mut self, out: &mut Vec<u8>) -> Option<Element> {
        if self.error.is_some() {
            return None;
        }
        match self.advance(out) {
            Ok(element) => element,
            Err(error) => {
                self.error = Some(error);
                None
            }
        }
    }

    fn advance(&mut self, out: &mut Vec<u8>) -> Result<Option<Element>, BodyError> {
        if self.documents {
            return self.document(out);
        }
        if !self.started {
            self.started = true;
            match self.token()? {
                None => return Err(self.not_json("the body is empty")),
                Some(b'[' | b'{') => self.enter(0)?,
                Some(_) => return Err(self.not_json("a document starts with `[` or `{`")),
            }
        }
        while let Some(frame) = self.stack.last() {
            let (is_array, depth, begun) = (frame.is_array, frame.depth, frame.begun);
            let close = if is_array { b']' } else { b'}' };
            let mut byte = self
                .token()?
                .ok_or_else(|| self.not_json("the document ends early"))?;
            if byte == b',' && begun {
                self.bump();
                byte = self
                    .token()?
                    .ok_or_else(|| self.not_json("the document ends early"))?;
            } else if begun && byte != close {
                return Err(self.not_json("a comma or the end of the list has to stand here"));
            }
            if byte == close {
                self.bump();
                self.stack.pop();
                continue;
            }
            if let Some(frame) = self.stack.last_mut() {
                frame.begun = true;
            }
            let mut goes_on = true;
            if !is_array {
                let key = self.key()?;
                goes_on = match self.path.get(depth) {
                    Some(Step::Key(wanted)) => *wanted == key,
                    Some(Step::Each) | None => true,
                };
            } else if matches!(self.path.get(depth), Some(Step::Key(_))) {
                goes_on = false;
            }
            if !goes_on {
                self.value(None)?;
            } else if depth == self.path.len() {
                out.clear();
                return self.value(Some(out)).map(Some);
            } else if matches!(self.token()?, Some(b'[' | b'{')) {
                self.enter(depth + 1)?;
            } else {
                self.value(None)?;
            }
        }
        if self.found {
            Ok(None)
        } else {
            Err(BodyError::Path {
                path: self.shown_path.clone(),
            })
        }
    }

    /// The next document.
    fn document(&mut self, out: &mut Vec<u8>) -> Result<Option<Element>, BodyError> {
        match self.token()? {
            Some(b'[' | b'{') => {}
            None if self.started => return Ok(None),
            None => return Err(self.not_json("the body is empty")),
            Some(_) => return Err(self.not_json("a document starts with `[` or `{`")),
        }
        self.started = true;
        out.clear();
        self.value(Some(out)).map(Some)
    }

    /// Goes into the container that starts here.
    fn enter(&mut self, depth: usize) -> Result<(), BodyError> {
        let is_array = self.token()? == Some(b'[');
        self.bump();
        self.found |= depth == self.path.len();
        self.stack.push(Frame {
            is_array,
            depth,
            begun: false,
        });
        Ok(())
    }

    /// Reads a key and the colon behind it.
    fn key(&mut self) -> Result<Vec<u8>, BodyError> {
        if self.token()? != Some(b'"') {
            return Err(self.not_json("a key has to stand here"));
        }
        let mut key = Vec::new();
        self.bump();
        let mut escaped = false;
        loop {
            let Some(byte) = self.peek()? else {
                return Err(self.not_json("the document ends in a key"));
            };
            self.bump();
            match byte {
                b'"' if !escaped => break,
                _ if key.len() < KEY_BYTES => key.push(byte),
                _ => {}
            }
            escaped = byte == b'\\' && !escaped;
        }
        if self.token()? != Some(b':') {
            return Err(self.not_json("a colon has to follow the key"));
        }
        self.bump();
        self.token()?;
        Ok(key)
    }

    /// Reads over one value, keeping its text if asked to.
    fn value(&mut self, mut out: Option<&mut Vec<u8>>) -> Result<Element, BodyError> {
        let mut element = Element {
            line: self.line,
            lines: 1,
            too_long: false,
            cut: false,
        };
        let (mut depth, mut in_string, mut escaped, mut any) = (0_u64, false, false, false);
        loop {
            let byte = match self.peek() {
                Ok(Some(byte)) => byte,
                // The body ends in the value. What of it there is, is a row: a bad one.
                Ok(None) if any && out.is_some() => {
                    element.cut = true;
                    break;
                }
                Err(error) if any && out.is_some() => {
                    self.error = Some(error);
                    element.cut = true;
                    break;
                }
                Ok(None) => return Err(self.not_json("the document ends early")),
                Err(error) => return Err(error),
            };
            if in_string {
                in_string = byte != b'"' || escaped;
                escaped = byte == b'\\' && !escaped;
            } else {
                match byte {
                    b'"' if depth == 0 && any => break,
                    b'"' => in_string = true,
                    b'[' | b'{' => depth += 1,
                    b']' | b'}' if depth == 0 => break,
                    b']' | b'}' => depth -= 1,
                    b',' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => break,
                    _ => {}
                }
            }
            any = true;
            self.bump();
            if let Some(out) = out.as_deref_mut() {
                if out.len() < ROW_BYTES {
                    out.push(byte);
                } else {
                    element.too_long = true;
                }
            }
            if depth == 0 && !in_string && matches!(byte, b'"' | b']' | b'}') {
                break;
            }
        }
        if !any {
            return Err(self.not_json("a value has to stand here"));
        }
        element.lines = self.line - element.line + 1;
        Ok(element)
    }

    /// The next byte that is no white space.
    fn token(&mut self) -> Result<Option<u8>, BodyError> {
        loop {
            match self.peek()? {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.bump(),
                other => return Ok(other),
            }
        }
    }

    fn peek(&mut self) -> Result<Option<u8>, BodyError> {
        loop {
            match self.input.fill_buf() {
                Ok(available) => return Ok(available.first().copied()),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(BodyError::from_io(error)),
            }
        }
    }

    /// Takes the byte that [`Self::peek`] showed.
    fn bump(&mut self) {
        if let Ok([byte, ..]) = self.input.fill_buf() {
            self.line += u64::from(*byte == b'\n');
            self.input.consume(1);
        }
    }

    fn not_json(&self, reason: &str) -> BodyError {
        BodyError::Json {
            line: self.line,
            reason: reason.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, path: &str) -> (Vec<String>, Option<BodyError>) {
        let (mut elements, mut out, mut found) =
            (Elements::new(text.as_bytes(), path), Vec::new(), Vec::new());
        while let Some(element) = elements.next(&mut out) {
            let mark = if element.cut { "…" } else { "" };
            found.push(format!(
                "{}: {}{mark}",
                element.line,
                String::from_utf8_lossy(&out)
            ));
        }
        (found, elements.error().cloned())
    }

    #[test]
    fn members_of_the_document_itself() {
        let (found, error) = cut("[ {\"a\": \"]}\\\"\"},\n 12 , \"x\",[1,[2]]\n]", "");
        assert_eq!(
            found,
            ["1: {\"a\": \"]}\\\"\"}", "2: 12", "2: \"x\"", "2: [1,[2]]"]
        );
        assert_eq!(error, None);
        assert_eq!(cut("{\"a\": 1, \"b\": {}}", "").0, ["1: 1", "1: {}"]);
        assert_eq!(cut("[]", ""), (vec![], None));
    }

    #[test]
    fn a_path_skips_what_is_beside_it() {
        let text =
            r#"{"rows":7,"x":{"rows":[9]},"count":2,"data":{"y":"]","rows":[1,2]},"z":[{}]}"#;
        assert_eq!(
            cut(text, "data.rows"),
            (vec!["1: 1".into(), "1: 2".into()], None)
        );
        let text = r#"{"p":[{"i":[1,2],"n":"a"},{"n":"b"},{"i":[3]}]}"#;
        assert_eq!(cut(text, "p.*.i").0, ["1: 1", "1: 2", "1: 3"]);
    }

    #[test]
    fn documents_on_end() {
        let text = "{\"a\":[1,2]}\n[3]{\n}\n";
        assert_eq!(
            cut(text, "."),
            (
                vec!["1: {\"a\":[1,2]}".into(), "2: [3]".into(), "2: {\n}".into()],
                None
            )
        );
        let (found, error) = cut("{} x", ".");
        assert_eq!(found, ["1: {}"]);
        assert!(matches!(error, Some(BodyError::Json { .. })));
        assert!(matches!(cut("", ".").1, Some(BodyError::Json { .. })));
        assert_eq!(cut("{\"a\":", ".").0, ["1: {\"a\":…"]);
    }

    #[test]
    fn a_path_that_leads_nowhere() {
        let nowhere = Some(BodyError::Path { path: "a.b".into() });
        assert_eq!(cut(r#"{"a":{"c":[1]}}"#, "a.b"), (vec![], nowhere.clone()));
        assert_eq!(cut(r#"[{"a":{"b":[1]}}]"#, "a.b"), (vec![], nowhere));
    }

    #[test]
    fn an_element_that_is_no_json_does_not_hide_the_next() {
        assert_eq!(
            cut("[{bad:},\n{\"good\":1}]", "").0,
            ["1: {bad:}", "2: {\"good\":1}"]
        );
    }

    #[test]
    fn a_document_that_breaks_off() {
        let (found, error) = cut("[{\"a\":1},\n{\"a\":", "");
        assert_eq!(found, ["1: {\"a\":1}", "2: {\"a\":…"]);
        assert!(
            matches!(error, Some(BodyError::Json { line: 2, .. })),
            "{error:?}"
        );
        assert!(matches!(cut("[1,2", "").1, Some(BodyError::Json { .. })));
        assert!(matches!(
            cut("<html>", "").1,
            Some(BodyError::Json { line: 1, .. })
        ));
        assert!(
            matches!(cut("[1 2]", ""), (found, Some(BodyError::Json { .. })) if found == ["1: 1"])
        );
    }

    #[test]
    fn deep_nesting_is_only_counted() {
        let deep = format!("[{}{}]", "[".repeat(400_000), "]".repeat(400_000));
        assert_eq!(cut(&deep, "").0.len(), 1);
    }
}
