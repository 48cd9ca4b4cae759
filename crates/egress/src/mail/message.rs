//! A mail as it is written (RFC 5322): two alternatives, the plain one first.

use std::time::{Duration, SystemTime};

use lettre::address::{Address, Envelope};
use lettre::message::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};

use super::MailError;

/// A mail to send. Written twice, it is the same bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mail {
    /// Whom it is from: an address.
    pub from: String,
    /// The name beside that address.
    pub from_name: Option<String>,
    /// Addresses that it goes to.
    pub to: Vec<String>,
    /// One line.
    pub subject: String,
    /// The body for those who read text.
    pub text: String,
    /// The body for those who read HTML.
    pub html: String,
    /// `Message-ID`, without the brackets: by which a mail that comes twice is known.
    pub id: String,
    /// `Date`, in microseconds since the epoch.
    pub at: i64,
    /// `List-Id`, without the brackets: by which readers sort.
    pub list_id: Option<String>,
}

/// The envelope, and the mail with CRLF.
pub(super) fn written(mail: &Mail) -> Result<(Envelope, Vec<u8>), MailError> {
    let from = address(&mail.from)?;
    let to: Result<Vec<Address>, MailError> = mail.to.iter().map(|to| address(to)).collect();
    let to = to?;
    let envelope = Envelope::new(Some(from.clone()), to.clone());
    let envelope = envelope.map_err(|error| wrong(&error.to_string()))?;
    let mut message = Message::builder()
        .from(Mailbox::new(mail.from_name.as_deref().map(one_line), from))
        .subject(one_line(&mail.subject))
        .date(date(mail.at))
        .message_id(Some(format!("<{}>", token(&mail.id)?)))
        .envelope(envelope.clone());
    for to in to {
        message = message.to(Mailbox::new(None, to));
    }
    // RFC 3834: nobody is to answer by a machine.
    message = message.raw_header(raw("Auto-Submitted", "auto-generated")?);
    if let Some(list) = &mail.list_id {
        message = message.raw_header(raw("List-Id", &format!("<{}>", token(list)?))?);
    }
    let boundary: String = mail
        .id
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(60)
        .collect();
    let parts = MultiPart::builder()
        .kind(lettre::message::MultiPartKind::Alternative)
        .boundary(format!("noroshi-{boundary}"))
        .singlepart(SinglePart::plain(mail.text.clone()))
        .singlepart(SinglePart::html(mail.html.clone()));
    let message = message.multipart(parts);
    let message = message.map_err(|error| wrong(&error.to_string()))?;
    Ok((envelope, message.formatted()))
}

fn address(text: &str) -> Result<Address, MailError> {
    text.parse()
        .map_err(|_| wrong(&format!("{text:?} is no mail address")))
}

fn raw(name: &'static str, value: &str) -> Result<HeaderValue, MailError> {
    let name = HeaderName::new_from_ascii(name.to_owned());
    let name = name.map_err(|error| wrong(&error.to_string()))?;
    Ok(HeaderValue::new(name, value.to_owned()))
}

/// What stands between brackets in a header: nothing that could end it.
fn token(text: &str) -> Result<&str, MailError> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@');
    match !text.is_empty() && text.len() <= 200 && text.chars().all(legal) {
        true => Ok(text),
        false => Err(wrong("an identifier holds what is not allowed there")),
    }
}

/// A line end would begin another header.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

fn date(at: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(at).unwrap_or(0))
}

fn wrong(reason: &str) -> MailError {
    MailError::Mail(reason.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail() -> Mail {
        Mail {
            from: "noroshi@hub.example".to_owned(),
            from_name: Some("Noroshi".to_owned()),
            to: vec![
                "soc@corp.example".to_owned(),
                "aiko@corp.example".to_owned(),
            ],
            subject: "攻撃\r\nBcc: everybody@corp.example".to_owned(),
            text: "Hello\n.\nQUIT\nend".to_owned(),
            html: "<p>Hello</p>".to_owned(),
            id: "0123abcd@hub.example".to_owned(),
            at: 1_774_774_800_000_000,
            list_id: Some("hunt-7.hub.example".to_owned()),
        }
    }

    #[test]
    fn a_mail_has_its_headers_and_no_others() {
        let (envelope, bytes) = written(&mail()).unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let names: Vec<&str> = head
            .split("\r\n")
            .filter(|line| !line.starts_with([' ', '\t']))
            .map(|line| line.split(':').next().unwrap())
            .collect();
        assert_eq!(
            names,
            [
                "From",
                "Subject",
                "Date",
                "Message-ID",
                "To",
                "Auto-Submitted",
                "List-Id",
                "MIME-Version",
                "Content-Type"
            ]
        );
        assert!(
            head.contains("Message-ID: <0123abcd@hub.example>"),
            "{head}"
        );
        assert!(
            head.contains("Date: Sun, 29 Mar 2026 09:00:00 +0000"),
            "{head}"
        );
        assert!(head.contains("List-Id: <hunt-7.hub.example>"), "{head}");
        assert!(head.contains("multipart/alternative"), "{head}");
        assert!(
            head.contains("To: soc@corp.example, aiko@corp.example"),
            "{head}"
        );
        assert_eq!(envelope.to().len(), 2);
        assert!(body.contains("text/plain") && body.contains("text/html"));
        // A retry sends the same bytes.
        assert_eq!(written(&mail()).unwrap().1, bytes);
    }

    #[test]
    fn what_would_be_another_header_is_none() {
        for (from, to, id, list) in [
            (
                "a@b.example\r\nBcc: x@y.example",
                "s@c.example",
                "i@h.example",
                None,
            ),
            (
                "a@b.example",
                "s@c.example\r\nRCPT TO:<x@y.example>",
                "i@h.example",
                None,
            ),
            (
                "a@b.example",
                "s@c.example",
                "i@h.example>\r\nBcc: <x",
                None,
            ),
            (
                "a@b.example",
                "s@c.example",
                "i@h.example",
                Some("a> b\r\nBcc: x"),
            ),
            ("a@b.example", "nobody", "i@h.example", None),
        ] {
            let mail = Mail {
                from: from.to_owned(),
                to: vec![to.to_owned()],
                id: id.to_owned(),
                list_id: list.map(str::to_owned),
                ..mail()
            };
            let error = written(&mail).unwrap_err();
            assert!(
                matches!(error, MailError::Mail(_)),
                "{from} {to} {id}: {error}"
            );
        }
        let nobody = Mail {
            to: Vec::new(),
            ..mail()
        };
        assert!(written(&nobody).is_err());
    }
}
