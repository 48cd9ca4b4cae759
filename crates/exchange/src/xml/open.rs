//! A row that is being read: its element, and those that are open in it.

use quick_xml::events::{BytesStart, Event};

use super::element::{Element, Node};
use super::names::Names;

/// How deep elements in a row are kept; of deeper ones only the text is.
const DEPTH: usize = 48;
/// How many elements a row may have; of further ones only the text is kept.
const ELEMENTS: usize = 20_000;
/// How many attributes of an element are read.
const ATTRIBUTES: usize = 64;

/// An element that has begun.
pub(super) struct Open {
    /// Its name as written.
    pub(super) raw: String,
    pub(super) element: Element,
    pub(super) is_empty: bool,
}

impl Open {
    pub(super) fn new(start: &BytesStart<'_>, depth: usize, names: &mut Names) -> Self {
        let raw = start.name().0.to_owned();
        let mut attributes = Vec::new();
        for attribute in start.attributes().with_checks(false).take(ATTRIBUTES) {
            let Ok(attribute) = attribute else {
                break;
            };
            attributes.push((attribute.key.0.to_owned(), unescaped(&attribute.value)));
        }
        let declarations = attributes.iter().filter_map(|(name, value)| {
            let prefix = match name.strip_prefix("xmlns")? {
                "" => "",
                prefix => prefix.strip_prefix(':')?,
            };
            Some((prefix, value.as_str()))
        });
        names.enter(depth, &raw, declarations);
        let name = names.name(&raw);
        attributes.retain(|(name, _)| name != "xmlns" && !name.starts_with("xmlns:"));
        for (name, _) in &mut attributes {
            *name = names.name(name);
        }
        Self {
            raw,
            element: Element {
                name,
                attributes,
                children: Vec::new(),
            },
            is_empty: false,
        }
    }
}

/// The open elements of a row, the row itself first.
pub(super) struct Stack {
    open: Vec<Open>,
    /// The row's own depth in the document.
    base: usize,
    elements: usize,
    /// Elements that are open but not kept.
    ignored: usize,
    /// What was read of the row; nothing is kept beyond [`super::ELEMENT_BYTES`].
    pub(super) bytes: usize,
}

impl Stack {
    pub(super) fn new(row: Open, base: usize) -> Self {
        Self {
            open: vec![row],
            base,
            elements: 0,
            ignored: 0,
            bytes: 0,
        }
    }

    /// Takes what was read; true at the end of the row.
    pub(super) fn take(&mut self, event: Event<'_>, names: &mut Names) -> bool {
        match event {
            Event::Start(start) => {
                if self.has_room(&start) {
                    let open = Open::new(&start, self.base + self.open.len(), names);
                    self.open.push(open);
                } else {
                    self.ignored += 1;
                }
            }
            Event::Empty(start) if self.has_room(&start) => {
                let depth = self.base + self.open.len();
                let open = Open::new(&start, depth, names);
                names.leave(depth);
                self.add(Node::Element(open.element));
            }
            Event::End(end) => return self.end(end.name().0, names),
            Event::Text(text) => self.text(&text.into_inner()),
            Event::CData(text) => self.text(&text.into_inner()),
            Event::GeneralRef(name) => {
                let name = name.into_inner();
                match reference(&name) {
                    Some(text) => self.text(&text),
                    None => self.text(&format!("&{name};")),
                }
            }
            _ => {}
        }
        false
    }

    /// The row, all that is open in it closed.
    pub(super) fn finish(mut self) -> Element {
        while self.open.len() > 1 {
            self.close();
        }
        self.open.pop().map(|open| open.element).unwrap_or_default()
    }

    fn has_room(&mut self, start: &BytesStart<'_>) -> bool {
        self.bytes += start.len();
        self.elements += 1;
        self.ignored == 0
            && self.open.len() < DEPTH
            && self.elements <= ELEMENTS
            && self.bytes <= super::ELEMENT_BYTES
            && !start.name().0.is_empty()
    }

    fn end(&mut self, raw: &str, names: &mut Names) -> bool {
        // The row's own end counts wherever it stands: nothing of the next row may fall into this one.
        if self.open.first().is_some_and(|row| row.raw == raw)
            && !self.open.iter().skip(1).any(|open| open.raw == raw)
        {
            return true;
        }
        if self.ignored > 0 {
            self.ignored -= 1;
            return false;
        }
        if let Some(place) = self.open.iter().rposition(|open| open.raw == raw) {
            while self.open.len() > place.max(1) {
                self.close();
            }
            names.leave(self.base + place);
        }
        false
    }

    fn close(&mut self) {
        if let Some(closed) = self.open.pop() {
            self.add(Node::Element(closed.element));
        }
    }

    fn add(&mut self, node: Node) {
        if let Some(open) = self.open.last_mut() {
            open.element.children.push(node);
        }
    }

    fn text(&mut self, text: &str) {
        self.bytes += text.len();
        if self.bytes > super::ELEMENT_BYTES {
            return;
        }
        let Some(open) = self.open.last_mut() else {
            return;
        };
        match open.element.children.last_mut() {
            Some(Node::Text(before)) => before.push_str(text),
            _ => open.element.children.push(Node::Text(text.to_owned())),
        }
    }
}

/// What an entity stands for: those of XML and HTML, and characters by number.
fn reference(name: &str) -> Option<String> {
    let Some(number) = name.strip_prefix('#') else {
        return quick_xml::escape::resolve_html5_entity(name).map(str::to_owned);
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    };
    // A character that cannot be is nothing.
    Some(
        code.ok()
            .and_then(char::from_u32)
            .filter(|c| *c != '\0')
            .map(String::from)
            .unwrap_or_default(),
    )
}

/// An attribute's value with its entities replaced; what is no entity stays.
fn unescaped(value: &str) -> String {
    let mut rest = value;
    let mut text = String::with_capacity(value.len());
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        // The longest name of an entity has 31 letters.
        let mut near = after.bytes().take(33);
        let name = near
            .position(|byte| byte == b';')
            .and_then(|end| after.get(..end));
        match name.and_then(|name| Some((name, reference(name)?))) {
            Some((name, found)) => {
                text.push_str(&found);
                rest = after.get(name.len() + 1..).unwrap_or_default();
            }
            None => {
                text.push('&');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}
