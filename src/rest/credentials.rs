//! What a Bitrix24 application proves itself with (OAuth 2.0, RFC 6749).

use std::fmt;

use native_api::Text;

/// What `УстановитьТокены` is given. Empty is absent.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// The access token.
    pub access: String,
    /// The refresh token, which is good for one new pair.
    pub refresh: String,
    /// The application's `client_id`.
    pub client_id: String,
    /// The application's `client_secret`.
    pub client_secret: String,
}

/// Without the secrets.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

impl Credentials {
    /// What has to be given to `УстановитьТокены` before a call can be made, or a new pair be asked for.
    pub(super) fn missing(&self) -> Option<Text> {
        let parts = [
            (&self.refresh, "refresh_token"),
            (&self.client_id, "client_id"),
            (&self.client_secret, "client_secret"),
        ];
        let missing = parts.iter().filter(|(value, _)| value.is_empty()).map(|(_, name)| *name);
        let missing = missing.collect::<Vec<_>>().join(", ");
        if missing.is_empty() {
            return None;
        }
        if self.access.is_empty() && self.refresh.is_empty() {
            return Some(Text::fixed(
                "Нет токена доступа: передайте его методу УстановитьТокены",
                "There is no access token: give one to SetTokens",
            ));
        }
        let (ru, en) = match self.access.is_empty() {
            true => ("Нет токена доступа", "There is no access token"),
            false => ("Срок токена доступа истёк", "The access token has expired"),
        };
        Some(Text::made(
            format!("{ru}, а получить новый нельзя: методу УстановитьТокены не передано: {missing}"),
            format!("{en}, and a new one cannot be asked for: SetTokens was not given: {missing}"),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials([access, refresh, client_id, client_secret]: [&str; 4]) -> Credentials {
        let [access, refresh, client_id, client_secret] =
            [access, refresh, client_id, client_secret].map(str::to_owned);
        Credentials { access, refresh, client_id, client_secret }
    }

    #[test]
    fn what_is_missing_is_named_and_nothing_shown() {
        for (given, words) in [
            (["", "", "", ""], "There is no access token: give"),
            (["", "", "id", "secret"], "There is no access token: give"),
            (["", "refresh", "id", ""], "no access token, and"),
            (["access", "", "id", "secret"], "not given: refresh_token"),
            (["access", "refresh", "", ""], "not given: client_id, client_secret"),
        ] {
            let text = credentials(given).missing().unwrap();
            assert!(text.en.contains(words) && text.ru.contains("УстановитьТокены"), "{text:?}");
        }
        assert_eq!(credentials(["", "refresh", "id", "secret"]).missing(), None);
        let shown = format!("{:?}", credentials(["5ecr3t"; 4]));
        assert!(!shown.contains("5ecr3t"), "{shown}");
    }
}
