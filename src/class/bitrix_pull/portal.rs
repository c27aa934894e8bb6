//! The portal: who we are there, connecting, and calling its methods.

use std::time::Instant;

use native_api::class::{Default, Method};
use native_api::{Misuse, MisuseKind, Text, Value};

use super::BitrixPull;
use crate::bitrix::address::{Address, check_method};
use crate::bitrix::rest_answer::RestAnswer;
use crate::class::common::arguments::{object, seconds, syntax, token};
use crate::class::common::{name, optional, required};
use crate::events;
use crate::pull::CallError;
use crate::rest::credentials::Credentials;
use crate::rest::failure::RestFailure;

pub(super) const SET_TOKENS: Method<BitrixPull> = Method {
    name: name("SetTokens", "УстановитьТокены"),
    parameters: &[
        required("AccessToken", "ТокенДоступа"),
        optional("RefreshToken", "ТокенОбновления", Default::String("")),
        optional("ClientId", "КодПриложения", Default::String("")),
        optional("ClientSecret", "КлючПриложения", Default::String("")),
    ],
    returns: false,
    run: |this, arguments| {
        let token = |index| token(arguments, index).map(str::to_owned);
        let credentials = Credentials {
            access: token(0)?,
            refresh: token(1)?,
            client_id: token(2)?,
            client_secret: token(3)?,
        };
        if credentials.access.is_empty() && credentials.refresh.is_empty() {
            let got = Text::fixed("две пустые строки", "two empty strings");
            return Err(syntax(0, "токен доступа или токен обновления", "an access or a refresh token", got));
        }
        this.pull.rest().set_credentials(credentials);
        Ok(Value::Empty.into())
    },
};

pub(super) const GET_TOKENS: Method<BitrixPull> = Method {
    name: name("GetTokens", "ПолучитьТокены"),
    parameters: &[],
    returns: true,
    run: |this, _| Ok(events::tokens(&this.pull.rest().tokens()).into()),
};

pub(super) const CONNECT: Method<BitrixPull> = Method {
    name: name("Connect", "Подключиться"),
    parameters: &[required("Address", "Адрес")],
    returns: true,
    run: |this, arguments| {
        let address = Address::parse(arguments.string(0)?).map_err(|why| {
            let (ru, en) =
                ("адрес портала или канала, https://", "the address of a portal or of a channel, https://");
            syntax(0, ru, en, why)
        })?;
        Ok(this.pull.connect(address, this.basics.timeout()).into())
    },
};

pub(super) const CALL_METHOD: Method<BitrixPull> = Method {
    name: name("CallMethod", "ВызватьМетод"),
    parameters: &[
        required("Method", "Метод"),
        optional("Parameters", "Параметры", Default::String("{}")),
        optional("Timeout", "Таймаут", Default::Number(30.0)),
    ],
    returns: true,
    run: |this, arguments| {
        let method = arguments.string(0)?;
        check_method(method).map_err(|expected| {
            let got = Text::fixed("другая строка", "another string");
            Misuse::bad_value(MisuseKind::Syntax, 0, expected, got)
        })?;
        let parameters = object(arguments, 1)?;
        let deadline = Instant::now() + seconds(arguments, 2)?;
        let answer = this.call(method, parameters, deadline)?;
        Ok(answer.map_or(Value::Empty, |answer| answer.handed_on.into()).into())
    },
};

impl BitrixPull {
    /// The time that a call of REST has where nothing else says one.
    pub(super) fn call_deadline(&self) -> Instant {
        Instant::now() + self.basics.answer_limit()
    }

    /// Calls a method of REST. A failure is the last error already; to call before there is a portal is misuse.
    pub(super) fn call(
        &self,
        method: &str,
        parameters: &str,
        deadline: Instant,
    ) -> Result<Result<RestAnswer, RestFailure>, Misuse> {
        match self.pull.call(method, parameters, deadline.saturating_duration_since(Instant::now())) {
            Ok(answer) => Ok(Ok(answer)),
            Err(CallError::Failed(failure)) => Ok(Err(failure)),
            Err(CallError::NoPortal) => Err(Misuse {
                kind: MisuseKind::State,
                parameter: None,
                expected: Text::fixed(
                    "сначала Подключиться с адресом портала",
                    "to Connect with a portal's address first",
                ),
                got: Text::fixed("адрес портала неизвестен", "no portal is known"),
            }),
        }
    }
}
