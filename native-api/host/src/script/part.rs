//! The part of one object in a script.

use std::fmt;

use fastrand::Rng;
use native_api::abi::platform::app_type;

use crate::host::Host;
use crate::script::step::Step;
use crate::script::vocabulary::Vocabulary;
use crate::script::wide::Wide;
use crate::script::writer::Writer;

/// One object: on which platform, what is done with it, and how it ends.
pub(crate) struct Part {
    /// What `GetClassObject` is asked for.
    pub(crate) name: Wide,
    /// The class that there is by this name.
    pub(crate) class: Option<Members>,
    pub(crate) platform: PlatformKind,
    /// Done before the threads start.
    pub(crate) opening: Vec<Step>,
    /// What each of the threads does.
    pub(crate) threads: Vec<Vec<Step>>,
    /// Done inside every event, on the add-in's thread; may be empty.
    pub(crate) during_event: Vec<Step>,
    pub(crate) ending: Ending,
    /// When a call of `ExternalEvent` that hangs returns.
    pub(crate) release: Release,
}

/// How many members a class has, and which can be written.
#[derive(Clone, Debug)]
pub(crate) struct Members {
    pub(crate) name: String,
    /// For each property, whether it can be written.
    pub(crate) properties: Vec<bool>,
    pub(crate) methods: usize,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct PlatformKind {
    application: i32,
    platform_info: bool,
    event_depth_limit: usize,
}

/// How an object ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ending {
    Done,
    DoneTwice,
    /// `DestroyObject` alone, unless a call goes on: then `Done` comes first, which ends it.
    DestroyAlone,
}

/// When a call of `ExternalEvent` that hangs returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Release {
    BeforeDone,
    AfterDone,
    AfterDestroy,
}

impl Part {
    pub(super) fn new(rng: &mut Rng, vocabulary: &Vocabulary) -> Self {
        let known: Vec<&str> = vocabulary.classes.iter().map(|class| class.name.as_str()).collect();
        let name = if rng.u8(..16) == 0 {
            Wide::random(rng, &known)
        } else {
            Wide::exact(rng.choice(&known).copied().unwrap_or_default())
        };
        let mut part = Self {
            class: None,
            platform: PlatformKind::random(rng),
            opening: Vec::new(),
            threads: Vec::new(),
            during_event: Vec::new(),
            ending: [Ending::Done, Ending::DoneTwice, Ending::DestroyAlone][rng.usize(..3)],
            release: [Release::BeforeDone, Release::AfterDone, Release::AfterDestroy][rng.usize(..3)],
            name,
        };
        let Some(class) = vocabulary.classes.iter().find(|class| part.name.reads_as(&class.name)) else {
            return part;
        };
        part.class = Some(Members {
            name: class.name.clone(),
            properties: class.table.properties.iter().map(|property| property.writable).collect(),
            methods: class.table.methods.len(),
        });
        let mut writer = Writer { rng, vocabulary, class };
        if writer.rng.u8(..5) > 0 {
            part.opening = writer.opening();
        }
        part.threads = (0..writer.rng.usize(1..=3))
            .map(|_| {
                let moves = writer.rng.usize(1..20);
                writer.thread(moves)
            })
            .collect();
        if writer.rng.u8(..3) == 0 {
            part.during_event = writer.during_event();
        }
        part
    }
}

impl PlatformKind {
    fn random(rng: &mut Rng) -> Self {
        const KINDS: [i32; 6] = [
            app_type::THIN_CLIENT,
            app_type::THICK_CLIENT,
            app_type::THIN_CLIENT,
            app_type::SERVER,
            app_type::EXTERNAL_CONNECTION,
            i32::MAX,
        ];
        Self {
            application: KINDS[rng.usize(..KINDS.len())],
            platform_info: rng.u8(..8) > 0,
            event_depth_limit: if rng.u8(..4) == 0 { 1 } else { 1000 },
        }
    }

    pub(crate) fn host(self) -> Host {
        let host = Host::default().application(self.application).event_depth_limit(self.event_depth_limit);
        if self.platform_info { host } else { host.without_platform_info() }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, platform, ending, release, .. } = self;
        writeln!(f, "object {name} on {platform:?}; {ending:?}; what hangs returns {release:?}")?;
        let mut list = |title: &str, steps: &[Step]| {
            writeln!(f, "  {title}")?;
            steps.iter().try_for_each(|step| writeln!(f, "    {step}"))
        };
        list("opening", &self.opening)?;
        self.threads.iter().try_for_each(|steps| list("thread", steps))?;
        list("during an event", &self.during_event)
    }
}
