//! Server-sent events, as the HTML standard has them:
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation>.

/// The largest event, in bytes.
const EVENT: usize = 1 << 20;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) data: String,
}

/// Takes events out of what arrives.
#[derive(Default)]
pub(super) struct Events {
    /// What has arrived of a line.
    line: Vec<u8>,
    /// The line before ended in a carriage return: a line feed now belongs to it.
    returned: bool,
    name: String,
    data: Option<String>,
    /// The event under way is larger than any may be, and is dropped.
    too_large: bool,
}

impl Events {
    /// The events that these bytes complete.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        for byte in bytes {
            let after_return = std::mem::take(&mut self.returned);
            match byte {
                b'\n' if after_return => {}
                b'\n' | b'\r' => {
                    self.returned = *byte == b'\r';
                    let line = std::mem::take(&mut self.line);
                    events.extend(self.end_of_line(&String::from_utf8_lossy(&line)));
                }
                _ if self.line.len() < EVENT => self.line.push(*byte),
                _ => self.too_large = true,
            }
        }
        events
    }

    fn end_of_line(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            let (name, data) = (std::mem::take(&mut self.name), self.data.take());
            let too_large = std::mem::take(&mut self.too_large);
            return data.filter(|_| !too_large).map(|data| Event { name, data });
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => {
                let length = self.data.as_ref().map_or(0, String::len);
                if length + value.len() > EVENT {
                    self.too_large = true;
                    return None;
                }
                match &mut self.data {
                    None => self.data = Some(value.to_owned()),
                    Some(data) => {
                        data.push('\n');
                        data.push_str(value);
                    }
                }
            }
            // A comment, such as Mastodon's `:thump`, or a field that nobody needs here.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // https://docs.joinmastodon.org/methods/streaming/#events
    const STREAM: &str = ":thump\nevent: update\ndata: {\"id\":\"1\"}\n\n:thump\n\nevent:delete\r\ndata:108\r\n\r\n\
        event: x\rdata: a\rdata: b\r\rid: 4\n\ndata\n\n";

    fn events(parts: &[&[u8]]) -> Vec<(String, String)> {
        let mut events = Events::default();
        let all = parts.iter().flat_map(|part| events.take(part));
        all.map(|event| (event.name, event.data)).collect()
    }

    #[test]
    fn events_are_taken_out() {
        let expected = [
            ("update", "{\"id\":\"1\"}"),
            ("delete", "108"),
            ("x", "a\nb"),
            ("", ""),
        ];
        let expected = expected.map(|(name, data)| (name.to_owned(), data.to_owned()));
        assert_eq!(events(&[STREAM.as_bytes()]), expected);
    }

    #[test]
    fn an_event_that_is_too_large_costs_only_itself() {
        let long = format!("data: {}\n\ndata: ok\n\n", "x".repeat(2 * EVENT));
        assert_eq!(
            events(&[long.as_bytes()]),
            [(String::new(), "ok".to_owned())]
        );
        let many = format!("{}\ndata: ok\n\n", "data: xxxxxxx\n".repeat(EVENT / 4));
        assert_eq!(
            events(&[many.as_bytes()]),
            [(String::new(), "ok".to_owned())]
        );
    }

    proptest! {
        #[test]
        fn however_the_bytes_are_cut(cuts in prop::collection::vec(0..STREAM.len(), 0..8)) {
            let mut cuts = cuts;
            cuts.sort_unstable();
            let mut parts = Vec::new();
            let mut from = 0;
            for cut in cuts {
                parts.push(&STREAM.as_bytes()[from..cut]);
                from = cut;
            }
            parts.push(&STREAM.as_bytes()[from..]);
            prop_assert_eq!(events(&parts), events(&[STREAM.as_bytes()]));
        }
    }
}
