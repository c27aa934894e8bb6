//! Does the steps, and judges the answers.

use std::ffi::c_long;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};

use crate::component::Component;
use crate::error_log::AddError;
use crate::exception::Failure;
use crate::gate::Gate;
use crate::object::Instance;
use crate::script::part::Members;
use crate::script::step::{Call, Fault, Form, Step};
use crate::sync::lock;

/// In how many events something is done.
const BUSY_EVENTS: u32 = 20;

/// What the threads that use one object know of its life, and what they find wrong with it.
pub(crate) struct Life {
    members: Members,
    /// `Init` has succeeded.
    ready: AtomicBool,
    /// `Done` was called, and has returned or not.
    ending: AtomicBool,
    /// `Done` has returned.
    ended: AtomicBool,
    /// Read while a step is done; true when there shall be no more steps.
    closed: RwLock<bool>,
    busy_events: AtomicU32,
    gates: Mutex<Vec<Gate>>,
    doing: Mutex<Vec<(&'static str, usize)>>,
    findings: Mutex<Vec<String>>,
}

impl Life {
    pub(crate) fn new(members: Members) -> Self {
        Self {
            members,
            ready: AtomicBool::default(),
            ending: AtomicBool::default(),
            ended: AtomicBool::default(),
            closed: RwLock::default(),
            busy_events: AtomicU32::new(BUSY_EVENTS),
            gates: Mutex::default(),
            doing: Mutex::default(),
            findings: Mutex::default(),
        }
    }

    /// Whether the next event is one in which something is done.
    pub(crate) fn takes_part_in_event(&self) -> bool {
        let left = |left: u32| left.checked_sub(1);
        self.busy_events.fetch_update(Ordering::AcqRel, Ordering::Acquire, left).is_ok()
    }

    /// Ends all steps, unless one is just being done.
    pub(crate) fn close(&self) -> bool {
        self.closed.try_write().map(|mut closed| *closed = true).is_ok()
    }

    /// Lets calls of `ExternalEvent` return.
    pub(crate) fn release_events(&self) {
        lock(&self.gates).clear();
    }

    /// Calls `Done`, unless the object is gone: an event may outlive it.
    pub(crate) fn done(&self, instance: &Instance) {
        self.ending.store(true, Ordering::Release);
        if let Some(component) = instance.enter() {
            component.done();
        }
        self.ended.store(true, Ordering::Release);
    }

    /// Which steps are being done: where they stand, and their numbers from 0.
    pub(crate) fn doing(&self) -> Vec<(&'static str, usize)> {
        lock(&self.doing).clone()
    }

    pub(crate) fn find(&self, finding: String) {
        lock(&self.findings).push(format!("{}: {finding}", self.members.name));
    }

    pub(crate) fn take_findings(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.findings))
    }

    /// Does the steps that stand in `list` of the script.
    pub(crate) fn act(&self, instance: &Instance, list: &'static str, steps: &[Step]) {
        for (index, step) in steps.iter().enumerate() {
            let closed = self.closed.read().unwrap_or_else(PoisonError::into_inner);
            if *closed {
                return;
            }
            lock(&self.doing).push((list, index));
            self.step(instance, step);
            let mut doing = lock(&self.doing);
            if let Some(at) = doing.iter().position(|&doing| doing == (list, index)) {
                doing.swap_remove(at);
            }
        }
    }

    fn step(&self, instance: &Instance, step: &Step) {
        match step {
            Step::Done => return self.done(instance),
            Step::TakeEvent(wait) => return drop(instance.next_event(*wait)),
            Step::Pause(pause) => return std::thread::sleep(*pause),
            Step::Befall(fault) => return self.befall(instance, *fault),
            _ => {}
        }
        let (usable, ended) = (self.ready.load(Ordering::Acquire), self.ended.load(Ordering::Acquire));
        let Some(component) = instance.enter() else { return };
        instance.platform().errors.take_unreported();
        let outcome = self.call(&component, step);
        let errors = instance.platform().errors.take_unreported();
        drop(component);
        let works = matches!(step, Step::Init | Step::GetPropVal(_) | Step::SetPropVal(..) | Step::Call(_));
        if ended && works && outcome.is_ok() {
            self.find(format!("works after Done: {step}"));
        }
        // Only who is surely not ended can be asked for a text.
        let usable = usable && !self.ending.load(Ordering::Acquire);
        if let Some(fault) = self.fault(step, usable, outcome, &errors) {
            self.find(format!("{fault} in {step}"));
        }
    }

    fn befall(&self, instance: &Instance, fault: Fault) {
        let faults = instance.faults();
        match fault {
            Fault::Allocations(left) => faults.allow_allocations(Some(left)),
            Fault::RefusedEvents => faults.refuse_events(true),
            Fault::SlowEvents(delay) => faults.delay_events(delay),
            Fault::LostEvents(interval) => faults.lose_events_within(interval),
            Fault::HangingEvents => lock(&self.gates).push(faults.hang_events()),
            Fault::Reset => faults.reset(),
        }
    }

    /// The answer of a member; questions and steps of the life are always answered well, or here.
    fn call(&self, component: &Component<'_>, step: &Step) -> Result<(), Failure> {
        let properties = self.members.properties.len();
        match step {
            Step::SetMemManager => drop(component.set_mem_manager()),
            Step::SetNullMemManager => drop(component.set_null_mem_manager()),
            Step::Init => {
                accepted(component.init())?;
                self.ready.store(true, Ordering::Release);
            }
            Step::InitWithoutConnection => drop(component.init_without_connection()),
            Step::GetInfo => drop(component.get_info()),
            Step::RegisterExtensionAs => self.named(component.register_extension_as()),
            Step::SetLocale(name) => component.set_locale(name),
            Step::SetLanguage(name) => component.set_user_interface_language_code(name),
            Step::FindProp(name) => self.numbered(component.find_prop(name), properties),
            Step::FindMethod(name) => self.numbered(component.find_method(name), self.members.methods),
            Step::GetPropName(number, alias) => drop(component.get_prop_name(*number, *alias)),
            Step::GetMethodName(number, alias) => drop(component.get_method_name(*number, *alias)),
            Step::IsPropReadable(number) => drop(component.is_prop_readable(*number)),
            Step::IsPropWritable(number) => drop(component.is_prop_writable(*number)),
            Step::GetNParams(number) => drop(component.get_n_params(*number)),
            Step::HasRetVal(number) => drop(component.has_ret_val(*number)),
            Step::GetParamDefValue(method, parameter) => {
                component.get_param_def_value(*method, *parameter)?;
            }
            Step::GetPropVal(number) => drop(component.get_prop_val(*number)?),
            Step::SetPropVal(number, value) => accepted(component.set_prop_val(*number, value.clone()))?,
            Step::Call(call) => run(component, call)?,
            Step::Done | Step::TakeEvent(_) | Step::Pause(_) | Step::Befall(_) => {}
        }
        Ok(())
    }

    fn named(&self, name: Option<String>) {
        if let Some(name) = name.filter(|name| *name != self.members.name) {
            self.find(format!("RegisterExtensionAs gave {name}"));
        }
    }

    fn numbered(&self, number: c_long, count: usize) {
        if number != -1 && usize::try_from(number).map_or(true, |number| number >= count) {
            self.find(format!("number {number} of {count} members"));
        }
    }

    /// What is wrong with an answer: a member that exists and refuses says why, once; one that does not, nothing.
    fn fault(
        &self,
        step: &Step,
        usable: bool,
        outcome: Result<(), Failure>,
        errors: &[AddError],
    ) -> Option<String> {
        let within = |number: c_long, count| usize::try_from(number).is_ok_and(|number| number < count);
        let exists = match step {
            Step::GetPropVal(number) => within(*number, self.members.properties.len()),
            Step::SetPropVal(number, _) => usize::try_from(*number)
                .is_ok_and(|number| self.members.properties.get(number) == Some(&true)),
            Step::Call(call) => within(call.method, self.members.methods),
            _ => false,
        };
        let unfit = errors.iter().find(|error| {
            error.scode == 0 || error.description.is_empty() || error.source != self.members.name
        });
        match outcome {
            _ if unfit.is_some() => Some(format!("AddError unfit for an exception: {unfit:?}")),
            Err(Failure::Unreadable { vt }) => Some(format!("a value of kind {vt}, which 1C cannot read,")),
            Ok(()) if !errors.is_empty() => Some(format!("true, and {} errors", errors.len())),
            Err(_) if errors.len() > 1 || (errors.is_empty() && usable && exists) => {
                Some(format!("false, and {} errors", errors.len()))
            }
            _ => None,
        }
    }
}

fn run(component: &Component<'_>, call: &Call) -> Result<(), Failure> {
    let mut parameters = component.parameters(call.arguments.clone());
    if let Some(count) = call.declared {
        parameters = parameters.declare(count);
    }
    if call.null_array {
        parameters = parameters.null_array();
    }
    match call.form {
        Form::Procedure => accepted(component.call_as_proc(call.method, parameters)),
        Form::Function => component.call_as_func(call.method, parameters).map(drop),
        Form::FunctionWithoutResult => {
            accepted(component.call_as_func_without_result(call.method, parameters))
        }
    }
}

fn accepted(answer: bool) -> Result<(), Failure> {
    if answer { Ok(()) } else { Err(Failure::Refused) }
}
