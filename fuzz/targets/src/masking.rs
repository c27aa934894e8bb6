//! Secrets out of texts: no text makes the mask fail or the result grow without bound, and a secret in one of the usual
//! places is hidden whatever other lines stand around it.

use vestnik::log::masked;

/// Long enough that no piece of it stands in a text by chance.
const SECRET: &str = "5ecr3tV4lu3";
/// Where secrets stand in what is logged.
const FORMS: [&str; 12] = [
    "wss://host/ari?api_key=¤&app=panel",
    "https://host/sub/?app=panel&access_token=¤",
    "wss://user:¤@host:8088/ari?x=1",
    "socks5://user:¤@host:1080",
    "Authorization: Bearer ¤",
    "Proxy-Authorization: Basic ¤==",
    "password: ¤",
    r#"{"app":"panel","refresh_token":"¤"}"#,
    r#"{"data":"{\"client_secret\":\"¤\"}"}"#,
    r#"Settings { token: "¤", app: 1 }"#,
    "to=https%3A%2F%2Fhost%2F%3Fapp%3D1%26auth%3D¤%26x%3D2",
    "grant_type=refresh_token&client_secret=¤&client_id=app",
];

/// The first byte chooses the form, the rest is the text that stands on the lines before it and behind it.
pub fn target(data: &[u8]) {
    let [form, text @ ..] = data else { return };
    let text = String::from_utf8_lossy(text);
    let hidden = masked(&text);
    assert!(hidden.len() <= 3 * text.len() + '…'.len_utf8(), "each mask stands for one byte at least");

    if text.contains(SECRET) {
        // The fuzzer learns what it is compared with.
        return;
    }
    let form = FORMS[usize::from(*form) % FORMS.len()].replace('¤', SECRET);
    let lines = format!("{text}\n{form}\n{text}");
    assert!(!masked(&lines).contains(SECRET), "{lines}\n{}", masked(&lines));
}
