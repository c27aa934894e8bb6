//! One thing that a thread does with an object.

use std::ffi::c_long;
use std::fmt;
use std::time::Duration;

use crate::argument::Argument;
use crate::script::wide::Wide;

/// One call of a function of the binary interface, or something that befalls the platform.
#[derive(Clone)]
pub(crate) enum Step {
    SetMemManager,
    SetNullMemManager,
    Init,
    InitWithoutConnection,
    Done,
    GetInfo,
    RegisterExtensionAs,
    SetLocale(Wide),
    SetLanguage(Wide),
    FindProp(Wide),
    FindMethod(Wide),
    GetPropName(c_long, c_long),
    GetMethodName(c_long, c_long),
    IsPropReadable(c_long),
    IsPropWritable(c_long),
    GetNParams(c_long),
    HasRetVal(c_long),
    GetParamDefValue(c_long, c_long),
    GetPropVal(c_long),
    SetPropVal(c_long, Argument),
    Call(Call),
    /// Takes an event out of the platform's buffer, or waits for one so long.
    TakeEvent(Duration),
    Pause(Duration),
    Befall(Fault),
}

/// A call of a method.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: c_long,
    pub(crate) form: Form,
    pub(crate) arguments: Vec<Argument>,
    /// Another number of parameters than there are arguments; empty ones stand behind these.
    pub(crate) declared: Option<c_long>,
    /// A null pointer in place of the array.
    pub(crate) null_array: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    Procedure,
    Function,
    FunctionWithoutResult,
}

/// What befalls the platform from then on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// `AllocMemory` grants so many requests more.
    Allocations(u64),
    /// `ExternalEvent` answers false.
    RefusedEvents,
    /// `ExternalEvent` takes so long.
    SlowEvents(Duration),
    /// `ExternalEvent` loses what comes so soon after the last.
    LostEvents(Duration),
    /// `ExternalEvent` does not return before the object's end.
    HangingEvents,
    /// All is well again.
    Reset,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetMemManager => f.write_str("setMemManager"),
            Self::SetNullMemManager => f.write_str("setMemManager(null)"),
            Self::Init => f.write_str("Init"),
            Self::InitWithoutConnection => f.write_str("Init(null)"),
            Self::Done => f.write_str("Done"),
            Self::GetInfo => f.write_str("GetInfo"),
            Self::RegisterExtensionAs => f.write_str("RegisterExtensionAs"),
            Self::SetLocale(name) => write!(f, "SetLocale({name})"),
            Self::SetLanguage(name) => write!(f, "SetUserInterfaceLanguageCode({name})"),
            Self::FindProp(name) => write!(f, "FindProp({name})"),
            Self::FindMethod(name) => write!(f, "FindMethod({name})"),
            Self::GetPropName(number, alias) => write!(f, "GetPropName({number}, {alias})"),
            Self::GetMethodName(number, alias) => write!(f, "GetMethodName({number}, {alias})"),
            Self::IsPropReadable(number) => write!(f, "IsPropReadable({number})"),
            Self::IsPropWritable(number) => write!(f, "IsPropWritable({number})"),
            Self::GetNParams(number) => write!(f, "GetNParams({number})"),
            Self::HasRetVal(number) => write!(f, "HasRetVal({number})"),
            Self::GetParamDefValue(method, parameter) => write!(f, "GetParamDefValue({method}, {parameter})"),
            Self::GetPropVal(number) => write!(f, "GetPropVal({number})"),
            Self::SetPropVal(number, value) => write!(f, "SetPropVal({number}, {value})"),
            Self::Call(call) => call.fmt(f),
            Self::TakeEvent(wait) => write!(f, "takes an event within {wait:?}"),
            Self::Pause(pause) => write!(f, "pauses for {pause:?}"),
            Self::Befall(fault) => write!(f, "platform: {fault:?}"),
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let function = match self.form {
            Form::Procedure => "CallAsProc",
            Form::Function | Form::FunctionWithoutResult => "CallAsFunc",
        };
        write!(f, "{function}({}", self.method)?;
        self.arguments.iter().try_for_each(|argument| write!(f, ", {argument}"))?;
        self.declared.iter().try_for_each(|count| write!(f, "; declared: {count}"))?;
        f.write_str(if self.null_array { "; null array)" } else { ")" })?;
        f.write_str(if matches!(self.form, Form::FunctionWithoutResult) { " into null" } else { "" })
    }
}
