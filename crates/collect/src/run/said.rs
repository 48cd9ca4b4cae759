//! What a service says is wrong, in its own words, short and safe to show.

use noroshi_exchange::visible;

use super::page;

/// Where services write it: X and other problems (RFC 9457), Bluesky, Mastodon, GitHub, Misskey, MyJVN.
const JSON: [&str; 7] = [
    "detail",
    "errors.0.detail",
    "errors.0.message",
    "message",
    "error.message",
    "error",
    "title",
];
const XML: [&str; 1] = ["Status@errMsg"];

/// The longest that is shown, in characters.
const SHOWN: usize = 200;

/// The service's own words in an answer; none if it has none that can be read.
pub(super) fn said(body: &[u8]) -> Option<String> {
    let found = page::look(body, &JSON)
        .or_else(|_| page::look(body, &XML))
        .ok()?;
    let found = match found.iter().all(|found| found.texts.is_empty()) {
        true => page::look(body, &XML).ok()?,
        false => found,
    };
    let text = found.iter().find_map(|found| found.texts.first())?;
    let text: String = visible(text.trim()).chars().take(SHOWN).collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_services_way_of_saying_it() {
        for (body, expected) in [
            // https://docs.x.com/x-api/fundamentals/response-codes-and-errors
            (
                r#"{"title":"Unauthorized","type":"about:blank","status":401,"detail":"Unauthorized"}"#,
                Some("Unauthorized"),
            ),
            (
                r#"{"errors":[{"detail":"Could not find user with username: [x].","title":"Not Found Error"}]}"#,
                Some("Could not find user with username: [x]."),
            ),
            // https://docs.joinmastodon.org/entities/Error/
            (r#"{"error":"Record not found"}"#, Some("Record not found")),
            // https://atproto.com/specs/xrpc#error-responses
            (
                r#"{"error":"InvalidRequest","message":"Profile not found"}"#,
                Some("Profile not found"),
            ),
            (
                r#"{"error":{"message":"No such user.","code":"NO_SUCH_USER"}}"#,
                Some("No such user."),
            ),
            (
                "<R><s:Status retCd=\"1\" errMsg=\"bad parameter\"/></R>",
                Some("bad parameter"),
            ),
            ("<html><body>oops</body></html>", None),
            ("oops", None),
            ("", None),
        ] {
            assert_eq!(said(body.as_bytes()).as_deref(), expected, "{body}");
        }
        let long = format!("{{\"error\":\"a\\u0000{}\"}}", "x".repeat(1_000));
        let shown = said(long.as_bytes()).unwrap();
        assert_eq!(shown.chars().count(), SHOWN);
        assert!(!shown.contains('\0'));
    }
}
