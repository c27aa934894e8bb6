//! The functions of an add-in's object as they are, one by one, by number.

use std::ffi::{c_long, c_void};
use std::ptr::{self, NonNull};

use native_api::abi::component::{
    InitDoneTable, LanguageExtenderTable, LocaleTable, UserLanguageTable, WideStr,
};
use native_api::abi::variant::RawVariant;
use native_api::value::Value;

use crate::argument::{self, Argument, Arguments, Parameters};
use crate::calls::Call;
use crate::exception::Failure;
use crate::faces::Faces;
use crate::repeated::{Answer, RepeatedCall};
use crate::text::Name;
use crate::variant;

/// Where an add-in's object lies.
#[derive(Clone, Copy)]
pub(crate) struct Address(pub(crate) NonNull<c_void>);

// SAFETY: the binary interface lets the platform call an object from any of its threads.
unsafe impl Send for Address {}

/// An add-in's object during calls of its functions, named as in the binary interface. The object cannot be
/// destroyed while this exists.
///
/// What is out of range here is passed on as it is: it is the add-in's task to answer it.
pub struct Component<'a> {
    address: Address,
    faces: &'a Faces,
    _call: Call<'a>,
}

macro_rules! call {
    ($self:ident.$base:ident.$function:ident($($argument:expr),*)) => {{
        let (this, table) = $self.$base();
        // SAFETY: the object lives, or this `Component` could not exist; `this` is the base that the table
        // belongs to; pointers among the arguments are null or valid during the call.
        unsafe { (table.$function)(this, $($argument),*) }
    }};
}

impl<'a> Component<'a> {
    pub(crate) fn new(address: Address, faces: &'a Faces, call: Call<'a>) -> Self {
        Self { address, faces, _call: call }
    }

    /// `Init`, with the connection to the platform.
    pub fn init(&self) -> bool {
        self.faces.platform.connect();
        call!(self.init_done.init(self.faces.connection()))
    }

    /// `Init` with a null pointer.
    pub fn init_without_connection(&self) -> bool {
        call!(self.init_done.init(ptr::null_mut()))
    }

    /// `setMemManager`, with the platform's allocator.
    pub fn set_mem_manager(&self) -> bool {
        call!(self.init_done.set_mem_manager(self.faces.memory()))
    }

    /// `setMemManager` with a null pointer.
    pub fn set_null_mem_manager(&self) -> bool {
        call!(self.init_done.set_mem_manager(ptr::null_mut()))
    }

    /// `GetInfo`: the technology version.
    #[must_use]
    pub fn get_info(&self) -> c_long {
        call!(self.init_done.get_info())
    }

    /// `Done`. After it, the connection is dead.
    pub fn done(&self) {
        self.faces.platform.end(|| call!(self.init_done.done()));
        self.faces.platform.disconnect();
    }

    /// `SetLocale`; `None` passes a null pointer, as everywhere below.
    pub fn set_locale(&self, locale: impl Name) {
        with_wide(locale, |locale| call!(self.locale.set_locale(locale)));
    }

    /// `SetUserInterfaceLanguageCode`.
    pub fn set_user_interface_language_code(&self, language: impl Name) {
        with_wide(language, |language| call!(self.user_language.set_user_interface_language_code(language)));
    }

    /// `RegisterExtensionAs`: the class name.
    #[must_use]
    pub fn register_extension_as(&self) -> Option<String> {
        let mut name = ptr::null_mut();
        let registered = call!(self.language_extender.register_extension_as(&raw mut name));
        self.take_name(name).filter(|_| registered)
    }

    /// `GetNProps`.
    #[must_use]
    pub fn get_n_props(&self) -> c_long {
        call!(self.language_extender.get_n_props())
    }

    /// `FindProp`: -1 when there is none.
    #[must_use]
    pub fn find_prop(&self, name: impl Name) -> c_long {
        with_wide(name, |name| call!(self.language_extender.find_prop(name)))
    }

    /// `GetPropName`: the English name for `alias` 0, the Russian one for 1.
    #[must_use]
    pub fn get_prop_name(&self, number: c_long, alias: c_long) -> Option<String> {
        self.take_name(call!(self.language_extender.get_prop_name(number, alias)))
    }

    /// `GetPropVal`.
    ///
    /// # Errors
    /// When the answer is false, or a value that 1C cannot read.
    pub fn get_prop_val(&self, number: c_long) -> Result<Value, Failure> {
        let mut value = RawVariant::EMPTY;
        let done = call!(self.language_extender.get_prop_val(number, &raw mut value));
        self.outcome(done, &value)
    }

    /// `SetPropVal`.
    pub fn set_prop_val(&self, number: c_long, value: Argument) -> bool {
        let ledger = &self.faces.platform.ledger;
        let mut value = argument::write(ledger, value);
        let done = call!(self.language_extender.set_prop_val(number, &raw mut value));
        variant::release(ledger, &value);
        done
    }

    /// `IsPropReadable`.
    #[must_use]
    pub fn is_prop_readable(&self, number: c_long) -> bool {
        call!(self.language_extender.is_prop_readable(number))
    }

    /// `IsPropWritable`.
    #[must_use]
    pub fn is_prop_writable(&self, number: c_long) -> bool {
        call!(self.language_extender.is_prop_writable(number))
    }

    /// `GetNMethods`.
    #[must_use]
    pub fn get_n_methods(&self) -> c_long {
        call!(self.language_extender.get_n_methods())
    }

    /// `FindMethod`: -1 when there is none.
    #[must_use]
    pub fn find_method(&self, name: impl Name) -> c_long {
        with_wide(name, |name| call!(self.language_extender.find_method(name)))
    }

    /// `GetMethodName`: the English name for `alias` 0, the Russian one for 1.
    #[must_use]
    pub fn get_method_name(&self, number: c_long, alias: c_long) -> Option<String> {
        self.take_name(call!(self.language_extender.get_method_name(number, alias)))
    }

    /// `GetNParams`.
    #[must_use]
    pub fn get_n_params(&self, number: c_long) -> c_long {
        call!(self.language_extender.get_n_params(number))
    }

    /// `GetParamDefValue`; `None` when the parameter is required.
    ///
    /// # Errors
    /// When the default is a value that 1C cannot read.
    pub fn get_param_def_value(&self, number: c_long, parameter: c_long) -> Result<Option<Value>, Failure> {
        let mut value = RawVariant::EMPTY;
        let optional = call!(self.language_extender.get_param_def_value(number, parameter, &raw mut value));
        let value = self.outcome(true, &value)?;
        Ok(optional.then_some(value))
    }

    /// `HasRetVal`.
    #[must_use]
    pub fn has_ret_val(&self, number: c_long) -> bool {
        call!(self.language_extender.has_ret_val(number))
    }

    /// Makes parameters for one of the calls below.
    #[must_use]
    pub fn parameters(&self, arguments: impl Arguments) -> Parameters<'_> {
        Parameters::new(&self.faces.platform.ledger, arguments.into_arguments())
    }

    /// `CallAsProc`.
    pub fn call_as_proc(&self, number: c_long, mut parameters: Parameters<'_>) -> bool {
        let (array, count) = parameters.raw();
        call!(self.language_extender.call_as_proc(number, array, count))
    }

    /// `CallAsFunc`.
    ///
    /// # Errors
    /// When the answer is false, or a value that 1C cannot read.
    pub fn call_as_func(&self, number: c_long, mut parameters: Parameters<'_>) -> Result<Value, Failure> {
        let (array, count) = parameters.raw();
        let mut result = RawVariant::EMPTY;
        let done = call!(self.language_extender.call_as_func(number, &raw mut result, array, count));
        self.outcome(done, &result)
    }

    /// `CallAsFunc` with a null pointer for the result.
    pub fn call_as_func_without_result(&self, number: c_long, mut parameters: Parameters<'_>) -> bool {
        let (array, count) = parameters.raw();
        call!(self.language_extender.call_as_func(number, ptr::null_mut(), array, count))
    }

    /// Prepares calls of a function with arguments that stay the same; the object cannot be destroyed meanwhile.
    #[must_use]
    pub fn repeat(self, number: c_long, arguments: impl Arguments) -> RepeatedCall<'a> {
        let parameters = Parameters::new(&self.faces.platform.ledger, arguments.into_arguments());
        RepeatedCall { component: self, number, parameters }
    }

    pub(crate) fn call_and_discard(&self, number: c_long, parameters: &mut Parameters<'_>) -> Option<Answer> {
        let (array, count) = parameters.raw();
        let mut result = RawVariant::EMPTY;
        let done = call!(self.language_extender.call_as_func(number, &raw mut result, array, count));
        done.then(|| variant::discard(&self.faces.platform.ledger, &result))
    }

    fn outcome(&self, done: bool, value: &RawVariant) -> Result<Value, Failure> {
        if !done {
            return Err(Failure::Refused);
        }
        variant::take(&self.faces.platform.ledger, value).map_err(|vt| Failure::Unreadable { vt })
    }

    fn take_name(&self, name: WideStr) -> Option<String> {
        variant::take_name(&self.faces.platform.ledger, name)
    }

    fn init_done(&self) -> (*mut c_void, &InitDoneTable) {
        self.base(0)
    }

    fn language_extender(&self) -> (*mut c_void, &LanguageExtenderTable) {
        self.base(1)
    }

    fn locale(&self) -> (*mut c_void, &LocaleTable) {
        self.base(2)
    }

    fn user_language(&self) -> (*mut c_void, &UserLanguageTable) {
        self.base(3)
    }

    /// The base `index` and its table, which the caller knows to be a `T`.
    fn base<T>(&self, index: usize) -> (*mut c_void, &T) {
        let base = self.address.0.as_ptr().cast::<*const T>().wrapping_add(index);
        // SAFETY: the object lives and starts with one table pointer per base.
        let table = unsafe { base.read() };
        // SAFETY: tables are part of the add-in's code, and the object keeps that loaded.
        (base.cast(), unsafe { &*table })
    }
}

fn with_wide<R>(text: impl Name, use_it: impl FnOnce(WideStr) -> R) -> R {
    let text = text.into_wide();
    use_it(text.as_ref().map_or(ptr::null(), |text| text.as_ptr()))
}
