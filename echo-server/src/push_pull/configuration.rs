//! The answer of `pull.application.config.get`.

use serde_json::{Value, json};

use crate::push_pull::{options::ClientIdPlace, push_server::PushServer, site::Site};

/// Where the push server is.
pub(super) const PUSH_PATH: &str = "/bitrix/subws/";
/// Where nginx-push-stream is polled; the other push servers answer there too.
pub(super) const POLLING_PATH: &str = "/bitrix/sub/";

/// The configuration; the shared channel is renewed first if its time is over.
pub(super) fn configuration(site: &Site) -> Value {
    site.renew_if_over();
    let style = &site.options.configuration;
    let push_server = site.options.push_server;
    let query = if style.url_with_query { "?place=stand-in" } else { "" };
    let polling = format!("{}{}{query}", site.base, push_server.polling_path());
    let web_socket = format!("{}{PUSH_PATH}{query}", site.base).replacen("http", "ws", 1);
    let publish = format!("{}/bitrix/pub/", site.base);
    let is_shared = site.options.wants_client_id();
    let has_public_channels = push_server.has_public_channels() && !style.public_channels_false;
    let secure = if style.polling_spelled_right { "long_polling_secure" } else { "long_pooling_secure" };
    let records = site.records();
    let (shared, private) = (&records.channels.shared, &records.channels.private);
    let mut server = json!({
        "version": push_server.version(),
        "server_enabled": true,
        "mode": if is_shared { "shared" } else { "personal" },
        "hostname": site.base.split("://").last(),
        "long_polling": polling,
        secure: polling,
        "websocket_enabled": true,
        "websocket": web_socket,
        "websocket_secure": web_socket,
        "publish_enabled": true,
        "publish": publish,
        "publish_secure": publish,
        "config_timestamp": 0,
    });
    if is_shared && style.client_id == ClientIdPlace::Server {
        server["clientId"] = site.options.client_id.as_str().into();
    }
    let mut result = json!({
        "server": server,
        "api": {"revision_web": 19, "revision_mobile": 3},
        "channels": {
            "shared": shared.json(&site.key, style.unix_dates),
            "private": private.json(&site.key, style.unix_dates),
        },
        "publicChannels": if has_public_channels { json!({}) } else { json!(false) },
        "exp": site.expires(),
    });
    if is_shared && style.client_id == ClientIdPlace::Top {
        result["clientId"] = site.options.client_id.as_str().into();
    }
    if push_server == PushServer::V5 {
        result["jwt"] = site.jwt(&records.channels).into();
    }
    result
}
