//! The inbox: its limits, and how what is in it reaches 1C.

use std::time::Duration;

use native_api::class::Property;

use super::arguments::{count, size};
use super::{Face, name};
use crate::class::words::{self, Words};
use crate::delivery::DeliveryMode;
use crate::delivery::inbox::OverflowPolicy;

/// Largest limit of a queue, in messages or bytes.
const LARGEST_LIMIT: f64 = 2_147_483_647.0;
/// Longest pause between events, in milliseconds.
const LONGEST_INTERVAL: f64 = 60_000.0;

pub(in crate::class) const fn queue_size<C: Face>() -> Property<C> {
    Property {
        name: name("QueueSize", "РазмерОчереди"),
        get: |this| count(this.client().delivery().settings().limits.entries).into(),
        set: Some(|this, value| {
            let entries = size(value, 1.0..=LARGEST_LIMIT)?;
            this.client().delivery().change(|settings| settings.limits.entries = entries);
            this.client().outbox().change_limits(|limits| limits.entries = entries);
            Ok(())
        }),
    }
}

pub(in crate::class) const fn queue_bytes<C: Face>() -> Property<C> {
    Property {
        name: name("QueueBytes", "ОбъемОчереди"),
        get: |this| count(this.client().delivery().settings().limits.bytes).into(),
        set: Some(|this, value| {
            let bytes = size(value, 1.0..=LARGEST_LIMIT)?;
            this.client().delivery().change(|settings| settings.limits.bytes = bytes);
            this.client().outbox().change_limits(|limits| limits.bytes = bytes);
            Ok(())
        }),
    }
}

const POLICIES: Words<OverflowPolicy> = &[
    (OverflowPolicy::Wait, name("Wait", "Ждать")),
    (OverflowPolicy::DropOldest, name("DropOldest", "УдалятьСтарые")),
    (OverflowPolicy::DropNewest, name("DropNewest", "УдалятьНовые")),
    (OverflowPolicy::Close, name("Close", "Закрыть")),
];

pub(in crate::class) const fn overflow_policy<C: Face>() -> Property<C> {
    Property {
        name: name("OverflowPolicy", "ПолитикаПереполнения"),
        get: |this| words::english(&this.client().delivery().settings().policy, POLICIES).into(),
        set: Some(|this, value| {
            let policy = words::read(value, 0, POLICIES)?;
            this.client().delivery().change(|settings| settings.policy = policy);
            Ok(())
        }),
    }
}

pub(in crate::class) const fn queue_length<C: Face>() -> Property<C> {
    Property {
        name: name("QueueLength", "ДлинаОчереди"),
        get: |this| count(this.client().delivery().len()).into(),
        set: None,
    }
}

const MODES: Words<DeliveryMode> =
    &[(DeliveryMode::Event, name("Event", "Событие")), (DeliveryMode::Notify, name("Notify", "Уведомление"))];

pub(in crate::class) const fn delivery_mode<C: Face>() -> Property<C> {
    Property {
        name: name("DeliveryMode", "РежимДоставки"),
        get: |this| words::english(&this.client().delivery().settings().mode, MODES).into(),
        set: Some(|this, value| {
            let mode = words::read(value, 0, MODES)?;
            this.client().delivery().change(|settings| settings.mode = mode);
            Ok(())
        }),
    }
}

pub(in crate::class) const fn event_interval<C: Face>() -> Property<C> {
    Property {
        name: name("EventInterval", "ИнтервалСобытий"),
        get: |this| (this.client().delivery().settings().interval.as_secs_f64() * 1000.0).into(),
        set: Some(|this, value| {
            let interval = Duration::from_secs_f64(value.number(0, 0.0..=LONGEST_INTERVAL)? / 1000.0);
            this.client().delivery().change(|settings| settings.interval = interval);
            Ok(())
        }),
    }
}
