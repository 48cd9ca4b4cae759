//! Channels over HTTP: all that one has, and one with its log.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_store::{Cadence, Channel, ChannelKind, Delivery, DeliveryKind, DeliveryState};
use serde::Deserialize;
use utoipa::ToSchema;

use super::order::{self, ChannelOrder};
use crate::extract::{FormBody, InPath, Params};
use crate::frame::{Frame, Language, Words, render};
use crate::manage::told;
use crate::part::{Moment, Pager, audience_word, visible};
use crate::problem::Problem;
use crate::state::{AppState, to_the_end};

/// Rows of a log's page.
const ROWS: usize = 50;

/// What a form says; what is empty stays as it is.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct ChannelForm {
    kind: String,
    name: String,
    url: String,
    token: String,
    channel: String,
    /// With commas, spaces or lines between them.
    to: String,
    key: String,
    language: String,
    zone: String,
    cadence: String,
    per_hour: String,
    audience: String,
    /// A ticked box.
    enabled: Option<String>,
}

impl ChannelForm {
    fn order(&self) -> Result<ChannelOrder, Problem> {
        let said = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let to: Vec<String> = self
            .to
            .split([',', ';', ' ', '\n', '\r', '\t'])
            .filter(|one| !one.is_empty())
            .map(str::to_owned)
            .collect();
        let per_hour =
            match said(&self.per_hour) {
                None => None,
                Some(text) => Some(text.parse().map_err(|_| {
                    Problem::bad_request(format!("{text:?} is no number of messages"))
                })?),
            };
        Ok(ChannelOrder {
            name: said(&self.name),
            kind: said(&self.kind),
            url: said(&self.url),
            token: said(&self.token),
            channel: said(&self.channel),
            to: Some(to).filter(|to| !to.is_empty()),
            key: said(&self.key),
            language: said(&self.language),
            zone: said(&self.zone),
            cadence: said(&self.cadence),
            per_hour,
            audience: Some(self.audience.clone()),
            enabled: Some(self.enabled.is_some()),
        })
    }

    fn of(channel: &Channel) -> ChannelForm {
        let config: serde_json::Value = serde_json::from_str(&channel.config).unwrap_or_default();
        let text = |field: &str| config[field].as_str().unwrap_or_default().to_owned();
        let to = config["to"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let to: Vec<&str> = to.iter().filter_map(serde_json::Value::as_str).collect();
        ChannelForm {
            kind: channel.kind.name().to_owned(),
            name: channel.name.clone(),
            channel: text("channel"),
            to: to.join(", "),
            language: channel.language.clone(),
            zone: channel.zone.clone(),
            cadence: channel.cadence.name().to_owned(),
            per_hour: channel.per_hour.to_string(),
            audience: channel.audience.clone().unwrap_or_default(),
            enabled: channel.enabled.then(String::new),
            ..ChannelForm::default()
        }
    }

    fn is(&self, kinds: &[&str]) -> bool {
        kinds.contains(&self.kind.as_str())
    }
}

/// The fields of a channel's form, with their choices.
struct Form {
    words: &'static Words,
    form: ChannelForm,
    audiences: Vec<(String, String)>,
    /// What is kept of the address, where there is one.
    host: String,
    /// It is there already.
    known: bool,
}

impl Form {
    async fn new(state: &AppState, frame: &Frame, form: ChannelForm) -> Result<Form, Problem> {
        let words = frame.words;
        let mut audiences = vec![(String::new(), words.channel_only_me.to_owned())];
        if form.is(&["timeline"]) {
            audiences.clear();
        }
        let all = state.store.audiences_of(frame.account.id).await?;
        audiences.extend(all.into_iter().map(|one| {
            let word = audience_word(&one.name, frame);
            (one.name, word)
        }));
        if !audiences.iter().any(|(name, _)| *name == form.audience) && !form.audience.is_empty() {
            audiences.push((form.audience.clone(), visible(&form.audience)));
        }
        Ok(Form {
            words,
            form,
            audiences,
            host: String::new(),
            known: false,
        })
    }

    fn audiences(&self) -> &[(String, String)] {
        &self.audiences
    }

    fn languages(&self) -> Vec<(&'static str, &'static str)> {
        Language::ALL
            .map(|one| (one.tag(), one.own_name()))
            .to_vec()
    }

    fn cadences(&self) -> Vec<(&'static str, &'static str)> {
        Cadence::ALL
            .map(|one| (one.name(), cadence_word(one, self.words)))
            .to_vec()
    }
}

fn cadence_word(cadence: Cadence, words: &'static Words) -> &'static str {
    match cadence {
        Cadence::Each => words.channel_each,
        Cadence::Hourly => words.channel_hourly,
        Cadence::Daily => words.channel_daily,
    }
}

fn kind_word(kind: ChannelKind, words: &'static Words) -> &'static str {
    match kind {
        ChannelKind::SlackWebhook => words.channel_slack_webhook,
        ChannelKind::SlackBot => words.channel_slack_bot,
        ChannelKind::Email => words.channel_email,
        ChannelKind::Webhook => words.channel_webhook,
        ChannelKind::Teams => words.channel_teams,
        ChannelKind::Discord => words.channel_discord,
        ChannelKind::Mattermost => words.channel_mattermost,
        ChannelKind::Timeline => words.channel_timeline,
    }
}

#[derive(Template)]
#[template(path = "channel/channels.html")]
struct ChannelsPage {
    frame: Frame,
    channels: Vec<Row>,
    kinds: Vec<(&'static str, &'static str)>,
    /// The channel that is being made.
    draft: Option<Form>,
    error: String,
}

struct Row {
    id: i64,
    name: String,
    owner: String,
    kind: &'static str,
    leads: String,
    cadence: &'static str,
    enabled: bool,
    failing: bool,
}

impl Row {
    fn new(channel: Channel, words: &'static Words) -> Row {
        Row {
            id: channel.id,
            leads: leads(&channel),
            name: visible(&channel.name),
            owner: channel.owner,
            kind: kind_word(channel.kind, words),
            cadence: cadence_word(channel.cadence, words),
            enabled: channel.enabled,
            failing: channel.failures > 0,
        }
    }
}

/// As much of where it leads as may be shown.
fn leads(channel: &Channel) -> String {
    let form = ChannelForm::of(channel);
    let config: serde_json::Value = serde_json::from_str(&channel.config).unwrap_or_default();
    let host = config["host"].as_str().unwrap_or_default();
    let audience = match channel.kind {
        ChannelKind::Timeline => channel.audience.as_deref().unwrap_or_default(),
        _ => "",
    };
    let said = [host, &form.channel, &form.to, audience];
    let said: Vec<&str> = said.into_iter().filter(|one| !one.is_empty()).collect();
    visible(&said.join(" "))
}

#[derive(Deserialize)]
pub(crate) struct NewParams {
    #[serde(default)]
    kind: String,
}

/// One's own channels; an administrator sees all.
#[utoipa::path(get, path = "/channels", responses((status = OK)))]
pub(crate) async fn all(
    frame: Frame,
    State(state): State<AppState>,
    Params(params): Params<NewParams>,
) -> Result<Response, Problem> {
    let draft = match ChannelKind::of(&params.kind) {
        Some(kind) => Some(blank(&state, &frame, kind).await?),
        None => None,
    };
    channels(frame, &state, draft, String::new()).await
}

async fn blank(state: &AppState, frame: &Frame, kind: ChannelKind) -> Result<ChannelForm, Problem> {
    let set = state.store.preferences(frame.account.id).await?;
    Ok(ChannelForm {
        kind: kind.name().to_owned(),
        language: frame.language.tag().to_owned(),
        zone: set.zone.unwrap_or_else(|| "Asia/Tokyo".to_owned()),
        cadence: Cadence::Each.name().to_owned(),
        per_hour: "60".to_owned(),
        enabled: Some(String::new()),
        ..ChannelForm::default()
    })
}

async fn channels(
    frame: Frame,
    state: &AppState,
    draft: Option<ChannelForm>,
    error: String,
) -> Result<Response, Problem> {
    let words = frame.words;
    let all = state.store.channels(&frame.reader()).await?;
    let draft = match draft {
        Some(form) => Some(Form::new(state, &frame, form).await?),
        None => None,
    };
    let page = ChannelsPage {
        channels: all.into_iter().map(|one| Row::new(one, words)).collect(),
        kinds: ChannelKind::ALL
            .map(|kind| (kind.name(), kind_word(kind, words)))
            .to_vec(),
        draft,
        frame,
        error,
    };
    render(status(&page.error), &page)
}

fn status(error: &str) -> StatusCode {
    match error.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    }
}

/// Makes a channel. A key that was made for it is shown this once.
#[utoipa::path(post, path = "/channels", responses((status = SEE_OTHER)))]
pub(crate) async fn add(
    frame: Frame,
    State(state): State<AppState>,
    FormBody(form): FormBody<ChannelForm>,
) -> Result<Response, Problem> {
    frame.must_write()?;
    let made = async { order::make(&state, &frame.account, form.order()?).await };
    match made.await {
        Ok((channel, None)) => Ok(to(channel.id)),
        Ok((channel, Some(key))) => {
            let mut page = ChannelPage::new(frame, &state, channel, None, None).await?;
            page.key = Some(key);
            render(StatusCode::OK, &page)
        }
        Err(problem) => channels(frame, &state, Some(form), told(problem)?).await,
    }
}

fn to(channel: i64) -> Response {
    Redirect::to(&format!("/channels/{channel}")).into_response()
}

#[derive(Template)]
#[template(path = "channel/channel.html")]
struct ChannelPage {
    frame: Frame,
    channel: Row,
    paused: Option<Moment>,
    form: Form,
    log: Vec<LogRow>,
    pager: Pager,
    /// A key that was just made.
    key: Option<String>,
    error: String,
}

struct LogRow {
    id: i64,
    at: Moment,
    what: &'static str,
    hits: i64,
    state: DeliveryState,
    word: &'static str,
    attempts: i64,
    next: Option<Moment>,
    said: String,
}

impl LogRow {
    fn new(one: Delivery, words: &'static Words) -> LogRow {
        LogRow {
            id: one.id,
            at: Moment::at(one.sent.unwrap_or(one.created)),
            what: match one.kind {
                DeliveryKind::Hits => words.delivery_hits,
                DeliveryKind::Test => words.delivery_test,
                DeliveryKind::Sheet => words.handover,
            },
            hits: one.hits,
            state: one.state,
            word: match one.state {
                DeliveryState::Waiting => words.delivery_waiting,
                DeliveryState::Sending => words.delivery_sending,
                DeliveryState::Sent => words.delivery_sent,
                DeliveryState::Failed => words.delivery_failed,
            },
            attempts: one.attempts,
            next: one.next_try.map(Moment::at),
            said: visible(
                one.error
                    .as_deref()
                    .or(one.answer.as_deref())
                    .unwrap_or_default(),
            ),
        }
    }

    fn class(&self) -> &'static str {
        match self.state {
            DeliveryState::Waiting | DeliveryState::Sending => "expired",
            DeliveryState::Sent => "warned",
            DeliveryState::Failed => "listed",
        }
    }

    /// Whether it may be sent again.
    fn again(&self) -> bool {
        matches!(self.state, DeliveryState::Waiting | DeliveryState::Failed)
    }
}

impl ChannelPage {
    async fn new(
        frame: Frame,
        state: &AppState,
        channel: Channel,
        draft: Option<ChannelForm>,
        below: Option<i64>,
    ) -> Result<ChannelPage, Problem> {
        let (words, id) = (frame.words, channel.id);
        let mut log = state
            .store
            .deliveries(&frame.reader(), id, below, ROWS + 1)
            .await?;
        let more = log.len() > ROWS;
        log.truncate(ROWS);
        let next = log.last().filter(|_| more).map(|one| one.id.to_string());
        let open = below.map(|below| below.to_string());
        let path = format!("/channels/{id}?");
        let form = draft.unwrap_or_else(|| ChannelForm::of(&channel));
        let form = Form {
            known: true,
            host: leads(&channel),
            ..Form::new(state, &frame, form).await?
        };
        Ok(ChannelPage {
            paused: channel
                .paused_until
                .filter(|until| *until > noroshi_store::now())
                .map(Moment::at),
            form,
            log: log.into_iter().map(|one| LogRow::new(one, words)).collect(),
            pager: Pager::new(&path, open.as_deref(), next.as_deref(), words),
            channel: Row::new(channel, words),
            frame,
            key: None,
            error: String::new(),
        })
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct LogParams {
    cursor: Option<i64>,
}

/// A channel and its log.
#[utoipa::path(get, path = "/channels/{id}", responses((status = OK)))]
pub(crate) async fn show(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    Params(params): Params<LogParams>,
) -> Result<Response, Problem> {
    let channel = state.store.channel(&frame.reader(), id).await?;
    let page = ChannelPage::new(frame, &state, channel, None, params.cursor).await?;
    render(StatusCode::OK, &page)
}

/// Changes a channel.
#[utoipa::path(post, path = "/channels/{id}", responses((status = SEE_OTHER)))]
pub(crate) async fn change(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    FormBody(form): FormBody<ChannelForm>,
) -> Result<Response, Problem> {
    frame.must_write()?;
    let channel = state.store.channel(&frame.reader(), id).await?;
    let changed = async { order::change(&state, &frame.reader(), id, form.order()?).await };
    match changed.await {
        Ok(_) => Ok(to(id)),
        Err(problem) => {
            let error = told(problem)?;
            let mut page = ChannelPage::new(frame, &state, channel, Some(form), None).await?;
            page.error = error;
            render(StatusCode::BAD_REQUEST, &page)
        }
    }
}

/// Deletes a channel.
#[utoipa::path(post, path = "/channels/{id}/delete", responses((status = SEE_OTHER)))]
pub(crate) async fn delete(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Response, Problem> {
    frame.must_write()?;
    state.store.delete_channel(&frame.reader(), id).await?;
    Ok(Redirect::to("/channels").into_response())
}

/// Sends a test; the log has the answer.
#[utoipa::path(post, path = "/channels/{id}/test", responses((status = SEE_OTHER)))]
pub(crate) async fn test(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Response, Problem> {
    frame.must_write()?;
    let reader = frame.reader();
    to_the_end(async move { order::test(&state, &reader, id).await }).await?;
    Ok(to(id))
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct RetryForm {
    delivery: i64,
}

/// Sends a message again.
#[utoipa::path(post, path = "/channels/{id}/retry", responses((status = SEE_OTHER)))]
pub(crate) async fn retry(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    FormBody(form): FormBody<RetryForm>,
) -> Result<Response, Problem> {
    frame.must_write()?;
    let reader = frame.reader();
    state.store.retry_delivery(&reader, form.delivery).await?;
    Ok(to(id))
}
