//! Why a portal refused a call: kinds to act on, and texts for the user.

use std::borrow::Cow;
use std::time::SystemTime;

use native_api::Text;

use crate::bitrix::date;
use crate::bitrix::json::Object;
use crate::log::masked;

/// Longest description of a portal that is handed on, in characters.
const LONGEST_DESCRIPTION: usize = 300;

/// An answer that is none of those asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestError {
    /// What to do about it.
    pub kind: RestErrorKind,
    /// HTTP status.
    pub status: u16,
    /// The portal's own code, as it came; empty if there was none.
    pub code: String,
    /// For the user, without secrets.
    pub text: Text,
}

/// What to do about a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestErrorKind {
    /// The access token is too old: refresh it and call again.
    ExpiredToken,
    /// Too many calls in a short time: call again after a pause.
    QueryLimit,
    /// This method used up its time: call again not before that moment of the portal's clock.
    OperationTimeLimit {
        /// When the time is given back, if the portal says so.
        reset: Option<SystemTime>,
    },
    /// The portal's plan lacks this.
    WrongLicense,
    /// The tokens, their scope or their user do not allow it; nothing changes by itself.
    Auth,
    /// No such method, or no such portal any more.
    NotFound,
    /// The portal cannot just now: worth another attempt, as after a failure of the network.
    Unavailable,
    /// The answer is not one of this API: a page, a redirect.
    Foreign,
    /// The portal refused this call.
    Refused,
}

impl RestError {
    /// Reads an answer with `status` whose body is the JSON object of an error; `None` where it is none.
    pub(super) fn read(status: u16, body: &Object<'_>) -> Option<Self> {
        let code = body.text("error")?;
        let reset = body
            .get("operating_reset_at")
            .or_else(|| body.object("time")?.get("operating_reset_at"))
            .and_then(|reset| date::parse(reset.trim_matches('"')));
        let (kind, explanation) = explain(&code.to_ascii_uppercase(), status, reset);
        let description = body.text("error_description").unwrap_or_default();
        let detail = detail(&code, &description);
        let text = Text::made(
            format!("{}: {detail} (HTTP {status})", explanation.ru),
            format!("{}: {detail} (HTTP {status})", explanation.en),
        );
        Some(Self { kind, status, code, text })
    }

    /// An answer that is no JSON object at all.
    pub(super) fn foreign(status: u16, content_type: &str, body: &[u8]) -> Self {
        let kind = match status {
            408 | 429 | 500..=599 => RestErrorKind::Unavailable,
            _ => RestErrorKind::Foreign,
        };
        let explanation = match status {
            300..=399 => Text::fixed(
                "портал перенаправляет на другой адрес: проверьте адрес портала",
                "the portal redirects to another address: check the portal's address",
            ),
            407 => Text::fixed("прокси требует авторизации", "the proxy wants authorization"),
            500..=599 => Text::fixed("портал временно недоступен", "the portal is not available just now"),
            _ if is_page(content_type, body) => Text::fixed(
                "вместо ответа портала получена веб-страница (прокси, заглушка или другой сайт)",
                "a web page came in the place of the portal's answer (a proxy, a stub or another site)",
            ),
            _ if body.trim_ascii().is_empty() => {
                Text::fixed("портал ответил пустым телом", "the portal's answer is empty")
            }
            _ => Text::fixed(
                "портал ответил не в формате JSON",
                "the portal's answer is not JSON as it should be",
            ),
        };
        let text = Text::made(
            format!("{} (HTTP {status})", explanation.ru),
            format!("{} (HTTP {status})", explanation.en),
        );
        Self { kind, status, code: String::new(), text }
    }
}

/// The code decides, not the status: portals are not consistent about that.
fn explain(code: &str, status: u16, reset: Option<SystemTime>) -> (RestErrorKind, Text) {
    use RestErrorKind as Kind;
    let (kind, ru, en) = match code {
        "EXPIRED_TOKEN" => (Kind::ExpiredToken, "срок токена истёк", "the token has expired"),
        "QUERY_LIMIT_EXCEEDED" => {
            (Kind::QueryLimit, "слишком много запросов к порталу", "too many calls to the portal")
        }
        "OPERATION_TIME_LIMIT" => (
            Kind::OperationTimeLimit { reset },
            "исчерпан лимит времени метода",
            "the method's time limit is used up",
        ),
        "WRONG_LICENSE" => (
            Kind::WrongLicense,
            "тариф портала не включает эту возможность",
            "the portal's plan does not include this",
        ),
        "WRONG_AUTH_TYPE" => (
            Kind::Auth,
            "метод доступен только приложению (OAuth), не вебхуку",
            "the method is for applications (OAuth), not for webhooks",
        ),
        "INSUFFICIENT_SCOPE" | "INVALID_SCOPE" => (
            Kind::Auth,
            "у приложения нет нужного права (scope)",
            "the application lacks the permission (scope)",
        ),
        "ACCESS_DENIED" | "USER_ACCESS_ERROR" => (
            Kind::Auth,
            "доступ запрещён пользователю или тарифу портала",
            "access is denied to the user or to the portal's plan",
        ),
        "INVALID_TOKEN" | "NO_AUTH_FOUND" | "AUTHORIZATION_ERROR" | "INVALID_CREDENTIALS" => {
            (Kind::Auth, "портал не принял токен", "the portal did not accept the token")
        }
        "INVALID_GRANT"
        | "INVALID_CLIENT"
        | "INVALID_REQUEST"
        | "APPLICATION_NOT_FOUND"
        | "PAYMENT_REQUIRED" => (
            Kind::Auth,
            "сервер авторизации отказал приложению",
            "the authorization server refused the application",
        ),
        "OVERLOAD_LIMIT" => (
            Kind::Auth,
            "портал заблокировал запросы из-за нагрузки: обратитесь в поддержку",
            "the portal blocked calls because of the load: ask its support",
        ),
        "ERROR_METHOD_NOT_FOUND" => (Kind::NotFound, "нет такого метода", "there is no such method"),
        "PORTAL_DELETED" => (Kind::NotFound, "портал удалён", "the portal was deleted"),
        "SERVER_ERROR" | "INTERNAL_SERVER_ERROR" | "CONNECTION_ERROR" | "ERROR_UNEXPECTED_ANSWER" => {
            (Kind::Unavailable, "внутренняя ошибка портала", "an internal error of the portal")
        }
        _ if matches!(status, 500 | 502..=504) => {
            (Kind::Unavailable, "портал не смог выполнить запрос", "the portal could not do it")
        }
        _ => (Kind::Refused, "портал отказал", "the portal refused"),
    };
    (kind, Text::fixed(ru, en))
}

/// Code and description, short, on one line, and without what looks like a secret.
fn detail(code: &str, description: &str) -> String {
    let line = |text: &str| {
        let visible = text.chars().map(|char| if char.is_control() { ' ' } else { char });
        visible.collect::<String>().trim().to_owned()
    };
    let detail = match line(description) {
        description if description.is_empty() => line(code),
        description => format!("{}, {description}", line(code)),
    };
    // Masked before it is cut: half a secret would not be recognised.
    let masked: Cow<'_, str> = masked(&detail);
    masked.chars().take(LONGEST_DESCRIPTION).collect()
}

fn is_page(content_type: &str, body: &[u8]) -> bool {
    content_type.trim_start().to_ascii_lowercase().starts_with("text/html")
        || body.trim_ascii().starts_with(b"<")
}
