//! Somebody who reads pages with a browser that has a session.

use noroshi_store::{Role, now};

use crate::common::{Answer, Hub, encoded};

/// A session and its language.
pub(crate) struct Browser<'a> {
    hub: &'a Hub,
    cookie: String,
    pub(crate) language: &'static str,
}

impl<'a> Browser<'a> {
    pub(crate) async fn new(hub: &'a Hub, name: &str) -> Browser<'a> {
        Browser::with_role(hub, name, Role::Reader).await
    }

    pub(crate) async fn with_role(hub: &'a Hub, name: &str, role: Role) -> Browser<'a> {
        hub.account(name, role).await;
        let until = now() + 3_600_000_000;
        let token = hub.store.begin_session(name, None, until).await.unwrap();
        Browser {
            hub,
            cookie: format!("noroshi={token}"),
            language: "en",
        }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let request = self.hub.stranger().request(method, path);
        let request = request.header("cookie", &self.cookie);
        let request = request.header("accept", "text/html,*/*;q=0.8");
        request.header("accept-language", self.language)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request("GET", path).send().await.unwrap()).await
    }

    /// A page that must be there, and be a page that runs nothing of its own.
    pub(crate) async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        assert_harmless(&answer, path);
        answer.text
    }

    /// A plain form.
    pub(crate) async fn send_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields = fields
            .iter()
            .map(|(name, text)| format!("{name}={}", encoded(text)));
        let request = self.request("POST", path);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let body = fields.collect::<Vec<_>>().join("&");
        Answer::of(request.body(body).send().await.unwrap()).await
    }

    /// A form with parts, as a browser sends files.
    pub(crate) async fn send_parts(&self, path: &str, parts: &[(&str, &str)]) -> Answer {
        let mut body = String::new();
        for (name, text) in parts {
            let head = format!("content-disposition: form-data; name=\"{name}\"");
            body.push_str(&format!("--part\r\n{head}\r\n\r\n{text}\r\n"));
        }
        body.push_str("--part--\r\n");
        let request = self.request("POST", path);
        let request = request.header("content-type", "multipart/form-data; boundary=part");
        Answer::of(request.body(body).send().await.unwrap()).await
    }
}

/// Nothing in the page runs, styles or leads elsewhere by itself, and the policy forbids it as well.
#[track_caller]
pub(crate) fn assert_harmless(answer: &Answer, path: &str) {
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    let policy = answer.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
    ] {
        assert!(policy.contains(part), "{path}: {policy}");
    }
    assert!(!policy.contains("unsafe"), "{path}: {policy}");
    let html = &answer.text;
    for bad in [
        "<script>",
        "<img",
        "<iframe",
        "<style",
        " style=\"",
        " onerror",
        " onload",
        " onclick",
        "href=\"http",
        "href=\"javascript",
        "src=\"http",
        "href=\"//",
        "src=\"//",
        "\u{202e}",
        "\u{200b}",
    ] {
        // The corpus itself has such words; as text they have no `<` before them.
        let found = html.find(bad).filter(|at| in_tag(html, *at));
        let around = found.map(|at| html[at..].chars().take(80).collect::<String>());
        assert_eq!(around, None, "{path}");
    }
    assert_eq!(html.matches("<script").count(), 1, "{path}");
}

/// Whether a place lies between `<` and `>`, and not within quotation marks there.
fn in_tag(html: &str, at: usize) -> bool {
    let before = &html[..at];
    let begins = html[at..].starts_with('<');
    let open = if begins { Some(at) } else { before.rfind('<') };
    let close = before.rfind('>');
    let Some(open) = open.filter(|open| close.is_none_or(|close| close < *open)) else {
        return html[at..].starts_with(['\u{202e}', '\u{200b}']);
    };
    html[open..at].matches('"').count().is_multiple_of(2)
}
