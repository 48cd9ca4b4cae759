//! Pages of people and sources: what somebody may open and post, and what those tell.

use std::collections::BTreeSet;

use noroshi_store::Role;

use crate::asker::Asker;
use crate::common::{Answer, replaced};

/// The names of sources that a page links to.
fn named(page: &str) -> BTreeSet<String> {
    let links = page.split("href=\"/source/").skip(1);
    links
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect()
}

impl Asker<'_> {
    fn manages(&self) -> bool {
        self.person.role == Role::Admin
    }

    async fn post(&self, path: &str, cookie: &str, form: &str) -> Answer {
        let request = self.hub.stranger().request("POST", path);
        let request = request
            .header("cookie", cookie)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned());
        let answer = Answer::of(request.send().await.unwrap()).await;
        self.search_through(&answer, path);
        answer
    }

    pub(crate) async fn reach(&self, method: &str, path: &str, cookie: &str) -> Answer {
        match method {
            "GET" => self.page(path, cookie).await,
            _ => self.post(path, cookie, "").await,
        }
    }

    /// What is hidden is answered as what does not exist, or is not for the person anyway.
    pub(crate) async fn hidden_as_absent(
        &self,
        method: &str,
        paths: [&str; 2],
        words: [&str; 2],
        cookie: &str,
    ) {
        let one = self.reach(method, paths[0], cookie).await;
        let other = self.reach(method, paths[1], cookie).await;
        assert_eq!(one.status, other.status, "{method} {}", paths[0]);
        assert_eq!(replaced(&one.text, words[0], words[1]), other.text);
        assert!(
            other.status == 404 || other.status == 403,
            "{}",
            other.status
        );
    }

    pub(crate) async fn sources_page(&self) {
        let cookie = self.session().await;
        let page = self.page("/sources", &cookie).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let seen: BTreeSet<String> = self
            .model
            .seen
            .iter()
            .map(|feed| feed.kept.name.clone())
            .collect();
        assert_eq!(named(&page.text), seen, "{}", self.person.name);
    }

    pub(crate) async fn overlap(&self) {
        let cookie = self.session().await;
        let page = self.page("/sources/overlap", &cookie).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let listing = self
            .model
            .seen
            .iter()
            .filter(|feed| !feed.listings.is_empty());
        let expected: BTreeSet<String> = listing.map(|feed| feed.kept.name.clone()).collect();
        assert_eq!(named(&page.text), expected, "{}", self.person.name);
    }

    pub(crate) async fn source_page(&self, method: &str) {
        let cookie = self.session().await;
        for feed in &self.model.seen {
            let path = format!("/source/{}", feed.kept.name);
            let answer = self.reach(method, &path, &cookie).await;
            let expected = match (method, self.manages()) {
                ("GET", _) => 200,
                (_, true) => 303,
                (_, false) => 403,
            };
            assert_eq!(answer.status, expected, "{method} {path}: {}", answer.text);
        }
        for feed in &self.model.hidden {
            let name = &feed.kept.name;
            let path = format!("/source/{name}");
            let paths = [path.as_str(), "/source/no-such"];
            self.hidden_as_absent(method, paths, [name, "no-such"], &cookie)
                .await;
        }
    }

    pub(crate) async fn batch_page(&self, method: &str, rest: &str) {
        let cookie = self.session().await;
        if method == "GET" {
            for receipt in self.model.seen.iter().flat_map(|feed| &feed.receipts) {
                let path = format!("/batch/{}", receipt.id);
                let page = self.page(&path, &cookie).await;
                assert_eq!(page.status, 200, "{path}: {}", page.text);
            }
        }
        for receipt in self.model.hidden.iter().flat_map(|feed| &feed.receipts) {
            let id = receipt.id.to_string();
            let path = format!("/batch/{id}{rest}");
            let absent = format!("/batch/999999{rest}");
            let paths = [path.as_str(), absent.as_str()];
            self.hidden_as_absent(method, paths, [&id, "999999"], &cookie)
                .await;
        }
    }

    /// Strangers follow links; one that is not good tells nothing.
    pub(crate) async fn welcome(&self) {
        let answer = self.page("/welcome/0123", "").await;
        assert_eq!(answer.status, 404);
        let form = "name=x&password=correct+horse+battery&again=correct+horse+battery";
        let answer = self.post("/welcome/0123", "", form).await;
        assert_eq!(answer.status, 404);
    }

    pub(crate) async fn settings(&self, path: &str) {
        let cookie = self.session().await;
        let form = match path {
            "/settings/look" => "language=en&theme=dark&zone=",
            "/settings/password" => "current=a&password=b&again=c",
            _ => "name=mine&read=1&tlp=green&days=30",
        };
        let answer = self.post(path, &cookie, form).await;
        let expected: &[u16] = match path {
            "/settings/look" => &[303],
            "/settings/password" => &[400],
            // The second time the name is taken.
            _ => &[200, 400],
        };
        assert!(
            expected.contains(&answer.status.as_u16()),
            "{path}: {}",
            answer.text
        );
        // Nobody else is let near.
        let stranger = self.post(path, "", form).await;
        assert_eq!(
            (stranger.status.as_u16(), stranger.header("location")),
            (303, "/sign-in")
        );
    }

    pub(crate) async fn own_session(&self) {
        let cookie = self.session().await;
        let (store, until) = (&self.hub.store, noroshi_store::now() + 60_000_000);
        for person in &self.world.people {
            let token = store
                .begin_session(&person.name, None, until)
                .await
                .unwrap();
            let sessions = store.sessions(&person.name, Some(&token)).await.unwrap();
            let id = sessions.iter().find(|session| session.current).unwrap().id;
            let path = format!("/settings/sessions/{id}/revoke");
            assert_eq!(self.post(&path, &cookie, "").await.status, 303);
            let ended = store.session(&token).await.unwrap().is_none();
            assert_eq!(ended, person.name == self.person.name, "{}", person.name);
        }
    }

    pub(crate) async fn own_key(&self) {
        let cookie = self.session().await;
        let all = self.hub.store.keys(None).await.unwrap();
        for key in all.iter().filter(|key| key.account != self.person.name) {
            if !self.manages() {
                let path = format!("/settings/keys/{}/revoke", key.id);
                assert_eq!(self.post(&path, &cookie, "").await.status, 404);
            }
        }
        let after = self.hub.store.keys(None).await.unwrap();
        assert!(
            all.iter()
                .all(|key| after.contains(key) || key.last_used.is_some())
        );
    }

    pub(crate) async fn manage(&self, method: &str, path: &str) {
        let cookie = self.session().await;
        let answer = self.reach(method, path, &cookie).await;
        let expected = if self.manages() { 200 } else { 403 };
        assert_eq!(answer.status, expected, "{method} {path}: {}", answer.text);
        let stranger = self.reach(method, path, "").await;
        assert_eq!(stranger.status, 303);
    }

    pub(crate) async fn refuse(&self, path: &str) {
        let cookie = self.session().await;
        if !self.manages() {
            assert_eq!(self.post(path, &cookie, "").await.status, 403, "{path}");
        }
        assert_eq!(self.post(path, "", "").await.status, 303, "{path}");
    }

    pub(crate) async fn manage_account(&self, method: &str, rest: &str) {
        let name = format!("made-{}", noroshi_store::now());
        self.hub.account(&name, Role::Reader).await;
        let cookie = self.session().await;
        let path = format!("/manage/accounts/{name}{rest}");
        let form = "role=reader&organisation=&description=x&owner=&enabled=1";
        let answer = match method {
            "GET" => self.page(&path, &cookie).await,
            _ => self.post(&path, &cookie, form).await,
        };
        let expected = match (self.manages(), method, rest) {
            (false, _, _) => 403,
            (true, "GET", _) | (true, _, "/link") => 200,
            (true, _, _) => 303,
        };
        assert_eq!(answer.status, expected, "{method} {path}: {}", answer.text);
        // A source's account is nobody's business.
        for feed in &self.model.hidden {
            let name = &feed.kept.name;
            let path = format!("/manage/accounts/{name}{rest}");
            let absent = format!("/manage/accounts/no-such{rest}");
            let one = match method {
                "GET" => self.page(&path, &cookie).await,
                _ => self.post(&path, &cookie, form).await,
            };
            let other = match method {
                "GET" => self.page(&absent, &cookie).await,
                _ => self.post(&absent, &cookie, form).await,
            };
            assert_eq!(one.status, other.status);
            assert_eq!(replaced(&one.text, name, "no-such"), other.text);
        }
    }
}
