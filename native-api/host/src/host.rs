//! What kind of platform is played.

use std::sync::Arc;
use std::time::Duration;

use native_api::abi::platform::app_type;

use crate::faults::Faults;

/// Settings of the platform that an object is created on. The default is a current thin client of a
/// Russian user, with all its functions and no faults.
#[derive(Clone)]
#[must_use]
pub struct Host {
    pub(crate) locale: String,
    pub(crate) language: String,
    pub(crate) application: i32,
    pub(crate) version: String,
    pub(crate) platform_info: bool,
    pub(crate) capabilities: i32,
    pub(crate) event_depth_limit: usize,
    pub(crate) count_events_only: bool,
    pub(crate) time_per_event: Duration,
    pub(crate) watch_memory: bool,
    pub(crate) faults: Arc<Faults>,
}

impl Default for Host {
    fn default() -> Self {
        Self {
            locale: if cfg!(windows) { "rus_RUS" } else { "ru_RU" }.to_owned(),
            language: "ru".to_owned(),
            application: app_type::THIN_CLIENT,
            version: "8.3.27.1508".to_owned(),
            platform_info: true,
            capabilities: 3,
            event_depth_limit: 10_000,
            count_events_only: false,
            time_per_event: Duration::ZERO,
            watch_memory: true,
            faults: Arc::default(),
        }
    }
}

impl Host {
    /// A server: external events are not available there.
    pub fn server() -> Self {
        Self::default().application(app_type::SERVER)
    }

    /// A platform before 8.3.21: it knows three bases of the object, and so no interface language.
    pub fn before_8_3_21() -> Self {
        Self { capabilities: 1, ..Self::default() }.version("8.3.20.1549")
    }

    /// What `SetLocale` is given, such as `ru_RU` (Linux) or `rus_RUS` (Windows).
    pub fn locale(mut self, locale: &str) -> Self {
        locale.clone_into(&mut self.locale);
        self
    }

    /// What `SetUserInterfaceLanguageCode` is given, such as `ru`.
    pub fn language(mut self, language: &str) -> Self {
        language.clone_into(&mut self.language);
        self
    }

    /// Kind of application, one of [`app_type`]. Server, external connection and mobile server have no
    /// external events: `ExternalEvent` answers false.
    pub fn application(mut self, application: i32) -> Self {
        self.application = application;
        self
    }

    /// What `IPlatformInfo` tells as the platform's version.
    pub fn version(mut self, version: &str) -> Self {
        version.clone_into(&mut self.version);
        self
    }

    /// `GetInterface` knows no `IPlatformInfo`.
    pub fn without_platform_info(mut self) -> Self {
        self.platform_info = false;
        self
    }

    /// The greatest depth that `SetEventBufferDepth` accepts; 1 keeps the buffer as small as it starts.
    pub fn event_depth_limit(mut self, limit: usize) -> Self {
        self.event_depth_limit = limit;
        self
    }

    /// `ExternalEvent` is counted and answered with true, and no more: it copies, keeps and watches nothing, and meets
    /// no fault. For benchmarks.
    pub fn count_events_only(mut self) -> Self {
        self.count_events_only = true;
        self
    }

    /// The same, and each takes this long.
    pub fn time_per_event(mut self, time: Duration) -> Self {
        self.time_per_event = time;
        self.count_events_only()
    }

    /// Blocks of memory are known, so that a leak is noticed, but not filled and not examined: for benchmarks.
    pub fn without_memory_checks(mut self) -> Self {
        self.watch_memory = false;
        self
    }

    /// Faults kept by the test, possibly shared with other objects.
    pub fn faults(mut self, faults: &Arc<Faults>) -> Self {
        self.faults = Arc::clone(faults);
        self
    }

    pub(crate) fn has_events(&self) -> bool {
        let without = [app_type::SERVER, app_type::EXTERNAL_CONNECTION, app_type::MOBILE_SERVER];
        !without.contains(&self.application)
    }
}
