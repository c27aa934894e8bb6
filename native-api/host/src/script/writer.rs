//! Steps by chance.

use std::ffi::c_long;
use std::time::Duration;

use fastrand::Rng;
use native_api::value::Value;

use crate::argument::Argument;
use crate::script::step::{Call, Fault, Form, Step};
use crate::script::values::{hostile, plausible};
use crate::script::vocabulary::{Class, Cue, Vocabulary};
use crate::script::wide::Wide;

const LOCALES: [&str; 6] = ["ru_RU", "rus_RUS", "en_US", "ru", "en", "tr_TR.UTF-8"];
const FORMS: [Form; 3] = [Form::Procedure, Form::Function, Form::FunctionWithoutResult];

/// Writes the steps of the threads that use an object of one class.
pub(super) struct Writer<'a> {
    pub(super) rng: &'a mut Rng,
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) class: &'a Class,
}

impl Writer<'_> {
    /// A life's beginning as the platform has it.
    pub(super) fn opening(&mut self) -> Vec<Step> {
        let mut steps = vec![Step::SetMemManager, Step::RegisterExtensionAs];
        steps.extend(self.init());
        let locale = LOCALES[self.rng.usize(..LOCALES.len())];
        steps.extend([Step::GetInfo, Step::SetLocale(Wide::exact(locale))]);
        steps
    }

    /// What one thread does; `moves` are one step or a few.
    pub(super) fn thread(&mut self, moves: usize) -> Vec<Step> {
        let mut steps = Vec::new();
        for _ in 0..moves {
            match self.rng.u8(..20) {
                0..=5 => steps.extend(self.cue()),
                6..=10 => steps.push(self.member(false)),
                11..=13 => steps.push(self.member(true)),
                14..=15 => steps.push(self.question()),
                16 => steps.extend(self.life()),
                17 => steps.push(Step::Befall(self.fault())),
                18 => steps.push(Step::TakeEvent(Duration::from_millis(self.rng.u64(..20)))),
                _ => steps.push(Step::Pause(Duration::from_millis(self.rng.u64(..10)))),
            }
        }
        steps
    }

    /// What is done inside an event; nothing there waits for an event.
    pub(super) fn during_event(&mut self) -> Vec<Step> {
        let moves = self.rng.usize(1..4);
        let mut steps = self.thread(moves);
        steps.retain(|step| !matches!(step, Step::TakeEvent(_) | Step::Pause(_)));
        if self.rng.u8(..4) == 0 {
            let at = self.rng.usize(..=steps.len());
            steps.insert(at, Step::Done);
        }
        steps
    }

    fn init(&mut self) -> Vec<Step> {
        let mut steps = vec![Step::Init];
        steps.extend(self.perform(&self.class.prologue));
        steps
    }

    fn cue(&mut self) -> Vec<Step> {
        let cue = self.rng.choice(&self.class.cues);
        cue.map(|cue| self.perform(cue)).unwrap_or_default()
    }

    fn perform(&self, cue: &Cue) -> Vec<Step> {
        let step = |(member, values): &(String, Vec<Value>)| {
            let mut arguments: Vec<_> = values.iter().cloned().map(Argument::Value).collect();
            match (self.class.property(member), self.class.method(member)) {
                (Some(number), _) if arguments.is_empty() => Some(Step::GetPropVal(number)),
                (Some(number), _) => Some(Step::SetPropVal(number, arguments.swap_remove(0))),
                (None, number) => number.map(|method| {
                    let form = Form::Function;
                    Step::Call(Call { method, form, arguments, declared: None, null_array: false })
                }),
            }
        };
        cue.iter().filter_map(step).collect()
    }

    /// A member read, written or called; `hostile`: in a way in which 1C does not.
    fn member(&mut self, hostile: bool) -> Step {
        let properties = self.class.table.properties.len();
        let methods = self.class.table.methods.len();
        if self.rng.usize(..properties + methods) >= properties {
            return Step::Call(self.call(hostile));
        }
        let number = self.number(properties, hostile);
        if self.rng.u8(..3) == 0 {
            return Step::GetPropVal(number);
        }
        let example = usize::try_from(number).ok().and_then(|number| self.class.values.get(number));
        Step::SetPropVal(number, self.argument(example.unwrap_or(&Value::Empty), hostile))
    }

    fn call(&mut self, hostile: bool) -> Call {
        let number = self.number(self.class.table.methods.len(), hostile);
        let method = usize::try_from(number).ok().and_then(|number| self.class.table.methods.get(number));
        let parameters = method.map_or(&[][..], |method| &method.parameters);
        let mut arguments: Vec<_> = parameters
            .iter()
            .map(|default| self.argument(default.as_ref().unwrap_or(&Value::Empty), hostile))
            .collect();
        if !hostile {
            let form =
                if method.is_some_and(|method| method.has_return) { Form::Function } else { Form::Procedure };
            return Call { method: number, form, arguments, declared: None, null_array: false };
        }
        match self.rng.u8(..6) {
            0 => arguments.truncate(self.rng.usize(..3)),
            1 => arguments.extend((0..self.rng.usize(1..100)).map(|_| super::values::hostile(self.rng))),
            _ => {}
        }
        let declared = (self.rng.u8(..8) == 0).then(|| [c_long::MIN, -1, 0, 1, 5, 1000][self.rng.usize(..6)]);
        let form = FORMS[self.rng.usize(..FORMS.len())];
        Call { method: number, form, arguments, declared, null_array: self.rng.u8(..12) == 0 }
    }

    fn argument(&mut self, example: &Value, hostile_too: bool) -> Argument {
        if hostile_too && self.rng.bool() {
            return hostile(self.rng);
        }
        Argument::Value(plausible(self.rng, example, &self.vocabulary.words))
    }

    /// A question about the class, which changes nothing.
    fn question(&mut self) -> Step {
        let name = Wide::random(self.rng, &self.class.names());
        let property = self.number(self.class.table.properties.len(), true);
        let method = self.number(self.class.table.methods.len(), true);
        let alias = [0, 1, 2, -1, c_long::MAX][self.rng.usize(..5)];
        match self.rng.u8(..12) {
            0 | 1 => Step::FindProp(name),
            2 | 3 => Step::FindMethod(name),
            4 => Step::GetPropName(property, alias),
            5 => Step::GetMethodName(method, alias),
            6 => Step::IsPropReadable(property),
            7 => Step::IsPropWritable(property),
            8 => Step::GetNParams(method),
            9 => Step::HasRetVal(method),
            10 => Step::GetParamDefValue(method, self.number(5, true)),
            _ => Step::GetInfo,
        }
    }

    /// A step of a life, at whatever time.
    fn life(&mut self) -> Vec<Step> {
        let locale = Wide::random(self.rng, &LOCALES);
        match self.rng.u8(..12) {
            0 => vec![Step::SetMemManager],
            1 => vec![Step::SetNullMemManager],
            2 | 3 => self.init(),
            4 => vec![Step::InitWithoutConnection],
            5 => vec![Step::Done],
            6 => vec![Step::RegisterExtensionAs],
            7 | 8 => vec![Step::SetLocale(locale)],
            9 | 10 => vec![Step::SetLanguage(locale)],
            _ => vec![Step::GetInfo],
        }
    }

    fn fault(&mut self) -> Fault {
        let time = Duration::from_millis(self.rng.u64(..30));
        match self.rng.u8(..10) {
            0..=2 => Fault::Allocations(self.rng.u64(..4)),
            3 => Fault::RefusedEvents,
            4 | 5 => Fault::SlowEvents(time),
            6 => Fault::LostEvents(time),
            7 if self.rng.u8(..4) == 0 => Fault::HangingEvents,
            _ => Fault::Reset,
        }
    }

    /// A number of `count` members; `any`: or one out of range.
    fn number(&mut self, count: usize, any: bool) -> c_long {
        let known = self.rng.usize(..count.max(1));
        let [known, count] = [known, count].map(|number| number.try_into().expect("it came as a c_long"));
        if any && self.rng.u8(..4) == 0 {
            return [-1, count, count + 1, c_long::MAX, c_long::MIN][self.rng.usize(..5)];
        }
        known
    }
}
