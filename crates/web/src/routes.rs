//! All routes, on one page, grouped by who calls them.
//!
//! Every handler is registered by its own description, so that the [table](table()) has them all:
//! the test of visibility goes through it, and a route that it does not know fails it.

use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use utoipa::openapi::path::PathItem;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::state::AppState;
use crate::{
    about, account, annotation, attachment, audience, audit, batch, browser, change, channel,
    check, component, error_page, exist, follow, frame, handover, headers, health, help, home,
    hunt, key, limits, list, live, lookup, manage, necomatter, notification, observable, openapi,
    post, search, session, settings, source, story, stream, timeline, tracker, vulnerability,
};

/// For whoever watches over the server: no key, and an answer even when all else is busy.
fn watching() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(health::check))
        .routes(routes!(openapi::show))
}

/// For programs, with a key: answered soon.
fn asking() -> OpenApiRouter<AppState> {
    let bulk = DefaultBodyLimit::max(noroshi_lookup::MOST_BYTES + 64 * 1024);
    OpenApiRouter::default()
        .routes(routes!(search::api::search))
        .routes(routes!(lookup::api::lookup))
        .routes(routes!(vulnerability::api::show))
        .routes(routes!(lookup::api::bulk).layer(bulk))
        .routes(routes!(source::api::list, source::add::create))
        .routes(routes!(source::add::templates))
        .routes(routes!(source::api::show, source::api::change))
        .routes(routes!(batch::api::list))
        .routes(routes!(batch::api::show))
        .routes(routes!(batch::api::bad))
        .routes(routes!(account::api::me))
        .routes(routes!(account::api::list, account::api::add))
        .routes(routes!(
            account::api::show,
            account::api::change,
            account::api::delete
        ))
        .routes(routes!(account::api::link))
        .routes(routes!(
            audience::api::list_organisations,
            audience::api::add_organisation
        ))
        .routes(routes!(audience::api::list, audience::api::add))
        .routes(routes!(audience::api::change))
        .routes(routes!(session::api::list))
        .routes(routes!(session::api::revoke))
        .routes(routes!(key::api::list, key::api::add))
        .routes(routes!(key::api::revoke))
        .routes(routes!(audit::api::list))
        .merge(writing())
        .merge(notifying())
        .merge(curating())
        .merge(hunting())
        .merge(annotating())
}

/// For programs, with a key: labelled texts.
fn annotating() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(annotation::api::list))
        .routes(routes!(annotation::api::annotate, annotation::api::forget))
        .routes(routes!(annotation::api::labels, annotation::api::add_label))
}

/// For programs, with a key: stories.
fn curating() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(story::api::list, story::api::add))
        .routes(routes!(
            story::api::show,
            story::api::change,
            story::api::delete
        ))
        .routes(routes!(story::api::versions))
        .routes(routes!(story::api::version))
        .routes(routes!(story::api::candidates))
        .routes(routes!(story::api::export))
}

/// For programs, with a key: hunts and what they found.
fn hunting() -> OpenApiRouter<AppState> {
    use hunt::api;
    let list = DefaultBodyLimit::max(hunt::LARGEST);
    OpenApiRouter::default()
        .routes(routes!(api::list, api::add).layer(list))
        .routes(routes!(api::preview).layer(list))
        .routes(routes!(api::show, api::change, api::delete).layer(list))
        .routes(routes!(api::mute))
        .routes(routes!(api::make_feed, api::revoke_feed))
        .routes(routes!(api::jobs, api::add_job))
        .routes(routes!(api::cancel_job))
        .routes(routes!(api::hits))
        .routes(routes!(api::act))
        .routes(routes!(api::hit))
}

/// For people with a browser, and their feed readers: hunts and what they found.
fn hunts() -> OpenApiRouter<AppState> {
    let list = DefaultBodyLimit::max(hunt::LARGEST);
    OpenApiRouter::default()
        .routes(routes!(hunt::page::show))
        .routes(routes!(hunt::form::blank, hunt::form::add).layer(list))
        .routes(routes!(hunt::form::open, hunt::form::change).layer(list))
        .routes(routes!(hunt::hits::show))
        .routes(routes!(hunt::act::hits))
        .routes(routes!(hunt::act::hunt))
        .routes(routes!(hunt::export::show))
        .routes(routes!(hunt::feed::show))
}

/// For programs, with a key: what people and bots write.
fn writing() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(post::api::search, post::api::add))
        .routes(routes!(post::api::show, post::api::edit, post::api::delete))
        .routes(routes!(post::api::thread))
        .routes(routes!(post::api::history))
        .routes(routes!(
            post::api::starred_by,
            post::api::star,
            post::api::unstar
        ))
        .routes(routes!(
            post::api::reposted_by,
            post::api::repost,
            post::api::unrepost
        ))
        .routes(routes!(timeline::api::show))
        .routes(routes!(follow::api::show))
        .routes(routes!(follow::api::follow, follow::api::unfollow))
        .routes(routes!(follow::api::follow_tag, follow::api::unfollow_tag))
        .routes(routes!(follow::api::mute, follow::api::unmute))
        .routes(routes!(list::api::list, list::api::add))
        .routes(routes!(
            list::api::show,
            list::api::change,
            list::api::delete
        ))
        .routes(routes!(list::api::add_member, list::api::remove_member))
        .routes(routes!(notification::api::list))
        .routes(routes!(notification::api::see))
        .routes(routes!(stream::api::listeners))
        .routes(routes!(attachment::api::show))
}

/// For programs, with a key: channels and their logs, the hand-over sheet.
fn notifying() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(channel::api::list, channel::api::add))
        .routes(routes!(
            channel::api::show,
            channel::api::change,
            channel::api::delete
        ))
        .routes(routes!(channel::api::deliveries))
        .routes(routes!(channel::api::retry))
        .routes(routes!(handover::api::show))
        .routes(routes!(handover::api::begin))
}

/// For programs, with a key: waits for something, or must not be cut off.
fn waiting() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(change::api::list))
        .routes(routes!(stream::api::show))
        .routes(routes!(batch::api::roll_back))
        .routes(routes!(channel::api::test))
        .routes(routes!(attachment::api::add).layer(DefaultBodyLimit::max(attachment::LARGEST)))
}

/// For people with a browser.
fn pages() -> OpenApiRouter<AppState> {
    let bulk = DefaultBodyLimit::max(noroshi_lookup::MOST_BYTES + 64 * 1024);
    OpenApiRouter::default()
        .routes(routes!(home::page::show))
        .routes(routes!(search::page::show))
        .routes(routes!(search::export::show))
        .routes(routes!(search::complete::show))
        .routes(routes!(observable::page::show))
        .routes(routes!(observable::card::show))
        .routes(routes!(check::page::ask, check::page::check).layer(bulk))
        .routes(routes!(help::page::show))
        .routes(routes!(browser::page::show))
        .routes(routes!(about::page::show))
        .routes(routes!(component::page::show))
        .routes(routes!(frame::asset::show))
        .routes(routes!(frame::choice::choose))
        .routes(routes!(session::page::ask, session::page::sign_in))
        .routes(routes!(session::welcome::ask, session::welcome::follow))
        .routes(routes!(settings::page::show))
        .routes(routes!(settings::change::look))
        .routes(routes!(settings::change::password))
        .routes(routes!(settings::change::revoke_session))
        .routes(routes!(settings::keys::add))
        .routes(routes!(settings::keys::revoke))
        .routes(routes!(source::list::show))
        .routes(routes!(source::overlap::show))
        .routes(routes!(source::add::show, source::add::send))
        .routes(routes!(source::page::show, source::page::change))
        .routes(routes!(source::first::show, source::first::choose))
        .routes(routes!(source::progress::show))
        .routes(routes!(batch::page::show))
        .merge(posting())
        .merge(stories())
        .merge(channels())
        .merge(texts())
        .merge(trackers())
        .merge(managing())
        .merge(hunts())
        .routes(routes!(session::page::sign_out))
}

/// For open pages: hear of news for as long as they are open.
fn live() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(live::show))
}

/// For people with a browser: what must not be cut off.
fn undoing() -> OpenApiRouter<AppState> {
    let form = DefaultBodyLimit::max(post::send::FORM);
    OpenApiRouter::default()
        .routes(routes!(batch::page::roll_back))
        .routes(routes!(channel::page::test))
        .routes(routes!(post::send::send).layer(form))
}

/// For people with a browser: what they say to each other.
fn posting() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(timeline::page::home))
        .routes(routes!(timeline::page::everyone))
        .routes(routes!(timeline::page::mentions))
        .routes(routes!(timeline::page::follow_tag))
        .routes(routes!(post::send::preview))
        .routes(routes!(post::page::show))
        .routes(routes!(post::page::history))
        .routes(routes!(post::page::ask, post::page::edit))
        .routes(routes!(post::act::star))
        .routes(routes!(post::act::repost))
        .routes(routes!(post::act::delete))
        .routes(routes!(attachment::page::show))
        .routes(routes!(account::page::show))
        .routes(routes!(account::page::follow))
        .routes(routes!(account::page::mute))
        .routes(routes!(list::page::all, list::page::add))
        .routes(routes!(list::page::set_member))
        .routes(routes!(list::page::delete))
        .routes(routes!(notification::page::show))
        .routes(routes!(notification::page::see))
        .routes(routes!(follow::page::show))
        .routes(routes!(stream::page::show))
}

/// For scripts of EXIST: the seven collections of its Web API.
fn collections() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(exist::root))
        .routes(routes!(exist::list))
        .routes(routes!(exist::list_too))
        .routes(routes!(exist::show))
        .routes(routes!(exist::show_too))
}

/// For the bots and pages of NECOMAtter: its routes at the root.
fn necomatter() -> OpenApiRouter<AppState> {
    use necomatter::{
        account, acting, avatar, lists, pages, post, reading, search, stories, stream, tweet,
    };
    OpenApiRouter::default()
        .routes(routes!(post::add))
        .routes(routes!(stream::clients))
        .routes(routes!(reading::user))
        .routes(routes!(reading::timeline))
        .routes(routes!(reading::everyone))
        .routes(routes!(reading::list))
        .routes(routes!(pages::tag, pages::posted_tag))
        .routes(routes!(search::search))
        .routes(routes!(search::n6))
        .routes(routes!(tweet::show, acting::delete))
        .routes(routes!(tweet::reposters))
        .routes(routes!(acting::star))
        .routes(routes!(acting::unstar))
        .routes(routes!(acting::repost))
        .routes(routes!(acting::unrepost))
        .routes(routes!(acting::open))
        .routes(routes!(stories::add, stories::list))
        .routes(routes!(stories::show))
        .routes(routes!(necomatter::users::names))
        .routes(routes!(necomatter::users::followed))
        .routes(routes!(necomatter::users::follow))
        .routes(routes!(necomatter::users::unfollow))
        .routes(routes!(account::add_key))
        .routes(routes!(account::delete_key))
        .routes(routes!(account::add_user))
        .routes(routes!(lists::add, lists::list))
        .routes(routes!(pages::list, pages::change_list, lists::describe))
        .routes(routes!(lists::delete_member))
        .routes(routes!(lists::post_delete_member))
        .routes(routes!(avatar::show))
}

/// The forms of NECOMAtter's pages, and where these pages are now.
fn necomatter_pages() -> OpenApiRouter<AppState> {
    use necomatter::{forms, pages, stream};
    OpenApiRouter::default()
        .routes(routes!(pages::sign_in, forms::sign_in))
        .routes(routes!(forms::leave))
        .routes(routes!(pages::sign_up, forms::sign_up))
        .routes(routes!(forms::change_password))
        .routes(routes!(forms::delete_me))
        .routes(routes!(forms::icon_upload))
        .routes(routes!(pages::everyone))
        .routes(routes!(pages::stories))
        .routes(routes!(pages::settings))
        .routes(routes!(pages::delete_me))
        .routes(routes!(pages::icon))
        .routes(routes!(pages::beside))
        .routes(routes!(stream::clients_page))
}

/// For the bots of NECOMAtter: hear of posts for as long as they are connected.
fn necomatter_stream() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(necomatter::stream::listen))
}

/// For people with a browser: stories.
fn stories() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(story::page::list))
        .routes(routes!(story::edit::blank, story::edit::add))
        .routes(routes!(story::page::show))
        .routes(routes!(story::edit::open, story::edit::change))
        .routes(routes!(story::page::version))
        .routes(routes!(story::page::delete))
        .routes(routes!(story::page::collect))
        .routes(routes!(story::export::show))
}

/// For people with a browser: what is collected, kind by kind.
fn trackers() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(tracker::overview::show))
        .routes(routes!(tracker::items::show))
        .routes(routes!(vulnerability::page::show))
}

/// For people with a browser: channels and their logs, the hand-over sheet.
fn channels() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(channel::page::all, channel::page::add))
        .routes(routes!(channel::page::show, channel::page::change))
        .routes(routes!(channel::page::delete))
        .routes(routes!(channel::page::retry))
        .routes(routes!(handover::page::show))
        .routes(routes!(handover::page::begin))
        .routes(routes!(handover::page::send))
}

/// For people with a browser: texts to label.
fn texts() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(annotation::list::show))
        .routes(routes!(annotation::export::show))
        .routes(routes!(annotation::label::add))
        .routes(routes!(annotation::label::change))
        .routes(routes!(annotation::list::set_target))
        .routes(routes!(annotation::text::show, annotation::text::save))
}

/// For administrators with a browser.
fn managing() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(manage::accounts::show))
        .routes(routes!(manage::accounts::add))
        .routes(routes!(manage::account::show, manage::account::change))
        .routes(routes!(manage::account::delete))
        .routes(routes!(manage::account::link))
        .routes(routes!(manage::audience::show, manage::audience::add))
        .routes(routes!(manage::audience::add_organisation))
        .routes(routes!(manage::audience::change))
        .routes(routes!(manage::key::show))
        .routes(routes!(manage::key::revoke))
        .routes(routes!(manage::exist::show, manage::exist::add))
        .routes(routes!(manage::exist::delete))
        .routes(routes!(manage::audit::show))
}

/// What the OpenAPI document describes.
pub(crate) fn api() -> OpenApiRouter<AppState> {
    watching().merge(asking()).merge(waiting())
}

/// The whole server as a router.
pub fn app(state: AppState) -> Router {
    let quick = middleware::from_fn_with_state(state.clone(), limits::quick);
    let patient = middleware::from_fn_with_state(state.clone(), limits::patient);
    let guard = middleware::from_fn(session::guard);
    let all = OpenApiRouter::default()
        .merge(
            asking()
                .merge(pages().route_layer(guard.clone()))
                .merge(necomatter().route_layer(middleware::from_fn(necomatter::guard)))
                .merge(necomatter_pages().route_layer(guard.clone()))
                .merge(collections())
                .route_layer(quick),
        )
        .merge(
            waiting()
                .merge(live())
                .merge(necomatter_stream())
                .merge(undoing().route_layer(guard))
                .route_layer(patient),
        )
        .merge(watching());
    let (router, _) = all.split_for_parts();
    router
        .fallback(nowhere)
        .method_not_allowed_fallback(not_so)
        .layer(DefaultBodyLimit::max(limits::BODY))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(error_page::show))
        // A compressor waits for more; a stream's readers must not.
        .layer(CompressionLayer::new().compress_when(
            DefaultPredicate::new().and(NotForContentType::const_new("application/x-ndjson")),
        ))
        .layer(middleware::map_response(headers::secure))
        .with_state(state)
}

/// A method and a path with its parameters in braces.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Route {
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// As the router knows it: `/api/v1/lookup/{*value}`.
    pub path: String,
}

/// Every route there is.
pub fn table() -> Vec<Route> {
    let described = api()
        .merge(pages())
        .merge(necomatter())
        .merge(necomatter_pages())
        .merge(necomatter_stream())
        .merge(collections())
        .merge(live())
        .merge(undoing())
        .into_openapi();
    let mut table = Vec::new();
    for (path, item) in described.paths.paths {
        for method in methods(&item) {
            let path = path.clone();
            table.push(Route { method, path });
        }
    }
    table.sort();
    table
}

fn methods(item: &PathItem) -> impl Iterator<Item = &'static str> {
    let there = [
        ("GET", item.get.is_some()),
        ("PUT", item.put.is_some()),
        ("POST", item.post.is_some()),
        ("DELETE", item.delete.is_some()),
        ("OPTIONS", item.options.is_some()),
        ("HEAD", item.head.is_some()),
        ("PATCH", item.patch.is_some()),
        ("TRACE", item.trace.is_some()),
    ];
    there
        .into_iter()
        .filter_map(|(method, there)| there.then_some(method))
}

async fn nowhere(uri: Uri) -> Problem {
    let path: String = uri.path().chars().take(100).collect();
    Problem::new(StatusCode::NOT_FOUND, format!("There is nothing at {path}"))
}

async fn not_so(method: Method, uri: Uri) -> Problem {
    let path: String = uri.path().chars().take(100).collect();
    let detail = format!("{path} does not take {method}");
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
}

fn panicked(reason: Box<dyn std::any::Any + Send>) -> Response {
    let text = reason.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| reason.downcast_ref::<&str>().copied());
    let text = format!("a handler panicked: {}", text.unwrap_or("without a reason"));
    axum::response::IntoResponse::into_response(Problem::internal(&text))
}
