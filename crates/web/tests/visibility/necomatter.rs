//! The routes of NECOMAtter's face. Those that show statements are asked again after every change; that they
//! show each reader no post of others' is also told, post by post, in `tests/necomatter/visibility.rs`.

use serde_json::json;

use crate::asker::Asker;
use crate::common::Answer;

/// A route, with a path that it takes; `NAME` stands for who asks.
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    sample: &'static str,
    /// Whether it shows statements.
    shows: bool,
}

const fn shows(method: &'static str, path: &'static str, sample: &'static str) -> Route {
    Route {
        method,
        path,
        sample,
        shows: true,
    }
}

const fn other(method: &'static str, path: &'static str, sample: &'static str) -> Route {
    Route {
        method,
        path,
        sample,
        shows: false,
    }
}

/// All of them.
pub(crate) const FACE: &[Route] = &[
    other("POST", "/post.json", "/post.json"),
    other("POST", "/stream/regexp.json", "/stream/regexp.json"),
    other(
        "GET",
        "/stream/client_list.json",
        "/stream/client_list.json",
    ),
    other("GET", "/stream/client_list", "/stream/client_list"),
    shows("GET", "/user/{name}", "/user/NAME.json"),
    shows("GET", "/timeline/{name}", "/timeline/NAME.json"),
    shows("POST", "/timeline/{name}", "/timeline/NAME.json"),
    shows("GET", "/alluser/timeline.json", "/alluser/timeline.json"),
    other("GET", "/alluser/timeline", "/alluser/timeline"),
    shows(
        "GET",
        "/list_timeline/{owner}/{name}",
        "/list_timeline/NAME/few.json",
    ),
    shows("GET", "/tag/{tag}", "/tag/shared.json"),
    shows("POST", "/tag/{tag}", "/tag/shared.json"),
    shows("GET", "/search.json", "/search.json"),
    shows("POST", "/search.json", "/search.json"),
    shows("GET", "/n6/query.json", "/n6/query.json"),
    shows("GET", "/tweet/{id}", "/tweet/1_tree.json"),
    other("DELETE", "/tweet/{id}", "/tweet/999999"),
    shows(
        "GET",
        "/tweet/{id}/retweet_user_list.json",
        "/tweet/1/retweet_user_list.json",
    ),
    other(
        "POST",
        "/tweet/{id}/add_star.json",
        "/tweet/999999/add_star.json",
    ),
    other(
        "PUT",
        "/tweet/{id}/add_star.json",
        "/tweet/999999/add_star.json",
    ),
    other(
        "POST",
        "/tweet/{id}/delete_star.json",
        "/tweet/999999/delete_star.json",
    ),
    other(
        "PUT",
        "/tweet/{id}/delete_star.json",
        "/tweet/999999/delete_star.json",
    ),
    other(
        "POST",
        "/tweet/{id}/retweet.json",
        "/tweet/999999/retweet.json",
    ),
    other(
        "PUT",
        "/tweet/{id}/retweet.json",
        "/tweet/999999/retweet.json",
    ),
    other(
        "POST",
        "/tweet/{id}/retweet_cancel.json",
        "/tweet/999999/retweet_cancel.json",
    ),
    other(
        "PUT",
        "/tweet/{id}/retweet_cancel.json",
        "/tweet/999999/retweet_cancel.json",
    ),
    other("POST", "/open_to_public.json", "/open_to_public.json"),
    shows("GET", "/matome.json", "/matome.json"),
    other("POST", "/matome.json", "/matome.json"),
    other("GET", "/matome", "/matome"),
    shows("GET", "/matome/{id}", "/matome/1.json"),
    shows("POST", "/matome/{id}", "/matome/1.json"),
    other("GET", "/user_name_list.json", "/user_name_list.json"),
    other(
        "GET",
        "/user/{name}/followed_user_name_list.json",
        "/user/NAME/followed_user_name_list.json",
    ),
    other("POST", "/follow.json", "/follow.json"),
    other("POST", "/unfollow.json", "/unfollow.json"),
    other("DELETE", "/unfollow.json", "/unfollow.json"),
    other(
        "POST",
        "/user_setting/create_new_key.json",
        "/user_setting/create_new_key.json",
    ),
    other(
        "POST",
        "/user_setting/key/{key}",
        "/user_setting/key/none.json",
    ),
    other(
        "DELETE",
        "/user_setting/key/{key}",
        "/user_setting/key/none.json",
    ),
    other("POST", "/add_user.json", "/add_user.json"),
    other("PUT", "/add_user.json", "/add_user.json"),
    other("GET", "/list/{owner}", "/list/NAME.json"),
    other("POST", "/list/{owner}", "/list/NAME.json"),
    other("GET", "/list/{owner}/{name}", "/list/NAME/few.json"),
    other("POST", "/list/{owner}/{name}", "/list/NAME/few.json"),
    other("PUT", "/list/{owner}/{name}", "/list/NAME/few.json"),
    other(
        "DELETE",
        "/list/{owner}/{name}/{target}",
        "/list/NAME/few/nobody.json",
    ),
    other(
        "POST",
        "/list_delete/{owner}/{name}/{target}",
        "/list_delete/NAME/few/nobody.json",
    ),
    other("GET", "/avatar/{file}", "/avatar/NAME.svg"),
    other("GET", "/signin", "/signin"),
    other("POST", "/signin", "/signin"),
    other("GET", "/signout", "/signout"),
    other("GET", "/signup", "/signup"),
    other("POST", "/signup", "/signup"),
    other("POST", "/change_password", "/change_password"),
    other("POST", "/delete_me.js", "/delete_me.js"),
    other("GET", "/delete_me", "/delete_me"),
    other("POST", "/user/icon_upload.html", "/user/icon_upload.html"),
    other("GET", "/user_setting/", "/user_setting/"),
    other("GET", "/favicon.ico", "/favicon.ico"),
    other("GET", "/static/{*path}", "/static/bot_tutorial.html"),
];

/// What follows the address of a page where it is for bots.
pub(crate) fn endings(route: &str) -> &'static [&'static str] {
    let of_face = FACE.iter().any(|one| one.path == route);
    match route {
        "/tweet/{id}" => &[".json", "_parent.json", "_child.json", "_tree.json"],
        "/search.json" => &["?search_text=said", "?search_text=mark"],
        _ if of_face && route.ends_with('}') => &[".json"],
        _ => &[],
    }
}

impl Asker<'_> {
    /// Asks all of them, or those that show statements. Whatever comes, nothing hidden is in it.
    pub(crate) async fn face(&self, again: bool) {
        let cookie = self.session().await;
        for route in FACE.iter().filter(|route| route.shows || !again) {
            match route.path {
                "/signout" => self.knock(route, &self.session().await).await,
                _ => self.knock(route, &cookie).await,
            }
        }
    }

    async fn knock(&self, route: &Route, cookie: &str) {
        let path = route.sample.replace("NAME", &self.person.name);
        let stranger = self.hub.stranger();
        let request = stranger
            .request(route.method, &path)
            .header("cookie", cookie)
            .header("sec-fetch-site", "same-origin");
        let request = match route.method {
            "GET" => request,
            _ => request
                .header("content-type", "application/json")
                .body(json!({}).to_string()),
        };
        let answer = Answer::of(request.send().await.unwrap()).await;
        let what = format!("{} {path}", route.method);
        self.search_through(&answer, &what);
        assert!(!answer.status.is_server_error(), "{what}: {}", answer.text);
        if route.shows {
            assert_eq!(answer.status, 200, "{what}: {}", answer.text);
            let refused = stranger.request(route.method, &path).send().await.unwrap();
            assert_eq!(refused.status(), 401, "{what}");
        }
    }
}
