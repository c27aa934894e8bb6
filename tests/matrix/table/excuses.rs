//! Cells that make no sense, and why. Where a row tells what happens, there is no need of an excuse.

use crate::axes::Cell;
use crate::axes::Class::{self, BitrixPull, Rom, WebSocket};
use crate::axes::Mode::{self, Event, Notify, Server};
use crate::axes::Phase::{
    self, Closing, Dialling, Handshake, Idle, Receiving, Reconnecting, Sending, Tls, Waiting,
};
use crate::catalogue;

/// Why cells make no sense.
pub(crate) struct Excuse {
    pub(crate) classes: &'static [Class],
    pub(crate) phases: &'static [Phase],
    /// Names of faults, as in a row.
    pub(crate) faults: &'static str,
    pub(crate) modes: &'static [Mode],
    /// For the report, so in Russian.
    pub(crate) reason: &'static str,
}

impl Excuse {
    pub(super) fn covers(&self, cell: &Cell) -> bool {
        self.classes.contains(&cell.class)
            && self.phases.contains(&cell.phase)
            && self.modes.contains(&cell.mode)
            && catalogue::is_among(self.faults, cell.fault)
    }
}

const fn excuse(
    classes: &'static [Class],
    phases: &'static [Phase],
    faults: &'static str,
    modes: &'static [Mode],
    reason: &'static str,
) -> Excuse {
    Excuse { classes, phases, faults, modes, reason }
}

const SOCKETS: &[Class] = &[Rom, WebSocket];
const ALL: &[Mode] = &[Event, Notify, Server];
const EVERY: &[Phase] = &[Dialling, Tls, Handshake, Idle, Receiving, Sending, Closing, Reconnecting, Waiting];
const OPEN: &[Phase] = &[Idle, Receiving, Sending, Closing];

/// The first that fits counts.
pub(crate) const EXCUSES: &[Excuse] = &[
    excuse(&[Rom], EVERY, "*", &[Notify], "у класса нет режима уведомлений"),
    excuse(&[Rom], &[Reconnecting, Waiting], "*", ALL, "класс сам не переподключается"),
    excuse(&[Rom], EVERY, "http:* socks:*", ALL, "у класса нет свойства Прокси"),
    excuse(SOCKETS, EVERY, "poll:* socket:* rest:* clock:*", ALL, "класс не знает порталов"),
    excuse(&[BitrixPull], EVERY, "server:*", ALL, "сервер портала со своими сбоями: poll, socket, rest"),
    // Too late for the phase.
    excuse(
        &[BitrixPull],
        &[Dialling, Tls],
        "poll:* socket:* rest:* clock:*",
        ALL,
        "портал виден только после TLS",
    ),
    excuse(SOCKETS, &[Dialling], "server:* certificate:*", ALL, "сервер виден только после TCP"),
    excuse(&[BitrixPull], &[Dialling], "certificate:*", ALL, "сертификат виден только после TCP"),
    excuse(SOCKETS, &[Tls], "server:*", ALL, "сервер может это только после TLS"),
    excuse(
        SOCKETS,
        &[Handshake],
        "server:close* server:reset server:eof server:half-frame server:cut-frame server:bad-* \
         server:masked-frame server:reserved-* server:big-message=* server:byte-fragments=* \
         server:compression-bomb=* server:ping-flood=* server:stop-reading server:frame-limit=* \
         server:ignore-* server:fragmented=*",
        ALL,
        "сбой открытого соединения, рукопожатие уже позади",
    ),
    // Too early for the phase.
    excuse(&Class::ALL, &[Tls], "http:* socks:* net:*", ALL, "до TLS дело не доходит: см. dialling"),
    excuse(
        &Class::ALL,
        &[Handshake],
        "http:* socks:* net:* certificate:*",
        ALL,
        "до рукопожатия дело не доходит: см. dialling, TLS",
    ),
    excuse(
        SOCKETS,
        &[Handshake],
        "server:tls-1.0 server:client-certificate",
        ALL,
        "до рукопожатия дело не доходит: см. TLS",
    ),
    excuse(
        &Class::ALL,
        OPEN,
        "http:* socks:* net:* certificate:*",
        ALL,
        "соединение не открывается: см. dialling, TLS; у открытого прокси лишь передаёт байты",
    ),
    excuse(
        SOCKETS,
        OPEN,
        "server:accept-late=* server:never-accept server:hang-up server:tls-1.0 server:client-certificate \
         server:refuse=* server:redirect=* server:endless-* server:wrong-accept server:subprotocol=* \
         server:extension=*",
        ALL,
        "сбой рукопожатия, соединение уже открыто или не откроется: см. TLS, handshake",
    ),
    // Of the phase, but not to be noticed in it.
    excuse(
        SOCKETS,
        &[Idle],
        "server:one-byte server:dribble=* server:fragmented=*",
        ALL,
        "сервер ничего не передаёт: см. receiving",
    ),
    excuse(
        SOCKETS,
        &[Idle, Receiving, Closing],
        "server:frame-limit=*",
        ALL,
        "большого сообщения никто не отправляет: см. sending",
    ),
    excuse(
        SOCKETS,
        &[Idle, Receiving, Sending],
        "server:ignore-close",
        ALL,
        "никто не закрывает: см. closing",
    ),
    excuse(&[WebSocket], &[Reconnecting], "net:no-such-name", ALL, "имя уже было найдено: см. dialling"),
    excuse(
        &[WebSocket],
        &[Waiting],
        "server:none server:accept-late=* server:big-message=* server:byte-fragments=1000 server:ping-flood=* \
         server:stop-reading server:frame-limit=* server:ignore-* server:one-byte server:dribble=* \
         server:fragmented=* http:none http:one-byte socks:none socks:one-byte socks:named-reply",
        ALL,
        "сбой не обрывает соединения сам по себе, ждать нечего",
    ),
    excuse(
        &[WebSocket],
        &[Waiting],
        "*",
        &[Server],
        "после Ложь от Подключиться ничто не продолжается само (контракт, §1)",
    ),
    // The portal.
    excuse(
        &[BitrixPull],
        &[Handshake],
        "poll:large=900000",
        ALL,
        "сообщение, пришедшее до открытия, — история, её пропускают: см. receiving",
    ),
    excuse(
        &[BitrixPull],
        &[Handshake],
        "socket:cut*",
        ALL,
        "обрывается первое сообщение, а не рукопожатие: см. receiving",
    ),
    excuse(
        &[BitrixPull],
        &[Idle],
        "poll:stall",
        ALL,
        "молчание сервера отличает от тишины только время: см. receiving",
    ),
    excuse(
        &[BitrixPull],
        &[Idle, Receiving],
        "socket:*",
        ALL,
        "сбой рукопожатия WebSocket, соединение уже открыто: см. handshake, reconnecting",
    ),
    excuse(
        &[BitrixPull],
        &[Receiving],
        "rest:*",
        ALL,
        "сообщения приходят без REST; новые настройки канала: см. idle",
    ),
    excuse(&[BitrixPull], &[Sending], "poll:* socket:*", ALL, "отправляет класс только через REST"),
    excuse(
        &[BitrixPull],
        &[Closing],
        "poll:* socket:* rest:*",
        ALL,
        "закрытие не ждёт ответа сервера, так что встретиться им негде; молчание сервера: stall",
    ),
    excuse(
        &[BitrixPull],
        &[Reconnecting],
        "socket:cut*",
        ALL,
        "обрывается первое сообщение, а не рукопожатие: см. receiving",
    ),
    excuse(
        &[BitrixPull],
        &[Reconnecting],
        "certificate:*",
        ALL,
        "стенд портала не меняет сертификата на ходу; попытка та же, что в TLS",
    ),
    excuse(&[BitrixPull], &[Reconnecting], "net:no-such-name", ALL, "имя уже было найдено: см. dialling"),
    excuse(
        &[BitrixPull],
        &[Waiting],
        "poll:* socket:* rest:* clock:* http:* socks:*",
        &[Event, Notify],
        "сбой не обрывает соединения сам по себе, ждать нечего",
    ),
    excuse(
        &[BitrixPull],
        &[Waiting],
        "*",
        &[Server],
        "после Ложь от Подключиться ничто не продолжается само (контракт, §1)",
    ),
];
