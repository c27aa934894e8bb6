//! The five exports, as the platform calls them first.

use native_api::abi::exports::attach_type;
use native_api_host::Host;

use crate::outcome::{Outcome, ensure};
use crate::stage::{BITRIX, ROM, Stage, WEBSOCKET};

pub(crate) fn exports(stage: &Stage) -> Outcome {
    let classes = stage.library.class_names();
    ensure(classes == [ROM, WEBSOCKET, BITRIX], || format!("классы: {}", classes.join(", ")))?;
    let attach = stage.library.attach_type();
    ensure(attach == attach_type::ANY, || format!("GetAttachType ответил {attach}"))?;
    for level in [1, 2, 3] {
        let known = stage.library.set_platform_capabilities(level);
        ensure(known == 3, || format!("SetPlatformCapabilities ответил {known}"))?;
    }
    for name in ["", "websocket", "ROM-WebSocket2"] {
        let made = stage.library.create(name, Host::default()).is_ok();
        ensure(!made, || format!("создан объект неизвестного класса «{name}»"))?;
    }
    // A platform that knows three bases of an object, and one without IPlatformInfo.
    for host in [Host::before_8_3_21(), Host::default().without_platform_info(), Host::server()] {
        stage.library.create(WEBSOCKET, host)?;
    }
    Ok(classes.join(", "))
}
