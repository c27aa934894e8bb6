//! How a person steers a portal from a shell: `POST /stand-in/…`, without tokens.

use serde_json::{Value, json};

use crate::push_pull::{
    channels::Renewal,
    request::Asked,
    response::Response,
    site::{Audience, Site},
};

/// Where the steering begins.
pub(super) const PATH: &str = "/stand-in/";

/// Does what it is told and says what it did.
pub(super) fn answer(site: &Site, asked: &Asked) -> Response {
    if asked.head.method != "POST" {
        return Response::html(405);
    }
    let parameters = asked.parameters();
    let text = |name| parameters.text(name).unwrap_or_default();
    match asked.path().trim_start_matches(PATH) {
        "offline-event" => {
            let data = json!({"FIELDS": {"ID": text("id")}});
            Response::json(200, &json!({"recorded": site.raise(&text("event"), &data)}))
        }
        "publish" => match serde_json::from_str::<Value>(&text("text")) {
            Ok(_) => {
                let mid = site.publish(Audience::Shared, text("text"), None);
                Response::json(200, &json!({"mid": mid.to_string()}))
            }
            Err(error) => Response::json(400, &json!({"error": error.to_string()})),
        },
        "renew-channel" => {
            let renewal = match text("action").as_str() {
                "get_config" => Renewal::GetConfig,
                "reconnect" => Renewal::Reconnect,
                _ => Renewal::Silent,
            };
            site.renew(renewal);
            Response::json(200, &json!(true))
        }
        "expire-tokens" => {
            site.records().oauth.expire();
            Response::json(200, &json!(true))
        }
        _ => Response::html(404),
    }
}
