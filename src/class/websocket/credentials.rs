//! Who we are: the header `Authorization` of the handshake.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use native_api::class::Method;
use native_api::{Text, Value};

use super::WebSocket;
use crate::class::common::arguments::{syntax, token};
use crate::class::common::{name, required};

pub(super) const SET_CREDENTIALS: Method<WebSocket> = Method {
    name: name("SetCredentials", "УстановитьАвторизацию"),
    parameters: &[required("User", "Пользователь"), required("Password", "Пароль")],
    returns: false,
    run: |this, arguments| {
        let (user, password) = (arguments.string(0)?, arguments.string(1)?);
        if user.contains(':') {
            let got = Text::fixed("имя с двоеточием", "a name with a colon");
            return Err(syntax(0, "имя без двоеточия", "a name without a colon", got));
        }
        let value = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
        this.client.change(|settings| settings.authorization = Some(value));
        Ok(Value::Empty.into())
    },
};

pub(super) const SET_TOKEN: Method<WebSocket> = Method {
    name: name("SetToken", "УстановитьТокен"),
    parameters: &[required("Token", "Токен")],
    returns: false,
    run: |this, arguments| {
        let token = token(arguments, 0)?;
        let value = (!token.is_empty()).then(|| format!("Bearer {token}"));
        this.client.change(|settings| settings.authorization = value);
        Ok(Value::Empty.into())
    },
};
