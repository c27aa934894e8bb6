//! Properties and methods by name, as a line of BSL uses them.

use std::ffi::c_long;

use native_api::value::Value;

use crate::argument::{Argument, Arguments, Parameters};
use crate::component::Component;
use crate::exception::{Exception, Failure};
use crate::object::Instance;

impl Instance {
    /// `Значение = Объект.<name>`.
    ///
    /// # Errors
    /// When BSL would throw.
    pub fn get(&self, name: &str) -> Result<Value, Exception> {
        self.run(name, |component| {
            let number = found(component.find_prop(Some(name)))?;
            if !component.is_prop_readable(number) {
                return Err(Failure::NotReadable);
            }
            component.get_prop_val(number)
        })
    }

    /// `Объект.<name> = Значение`.
    ///
    /// # Errors
    /// When BSL would throw.
    pub fn set(&self, name: &str, value: impl Into<Value>) -> Result<(), Exception> {
        self.run(name, |component| {
            let number = found(component.find_prop(Some(name)))?;
            if !component.is_prop_writable(number) {
                return Err(Failure::NotWritable);
            }
            accepted(component.set_prop_val(number, Argument::Value(value.into())))
        })
    }

    /// `Результат = Объект.<name>(…)`; parameters left out at the end take their defaults. A procedure gives
    /// [`Value::Empty`].
    ///
    /// # Errors
    /// When BSL would throw.
    pub fn call(&self, name: &str, arguments: impl Arguments) -> Result<Value, Exception> {
        self.run(name, |component| {
            let number = found(component.find_method(Some(name)))?;
            let parameters = complete(component, number, arguments.into_arguments())?;
            if component.has_ret_val(number) {
                component.call_as_func(number, parameters)
            } else {
                accepted(component.call_as_proc(number, parameters)).map(|()| Value::Empty)
            }
        })
    }

    /// `Объект.<name>(…);` as OneScript runs it: `CallAsProc` for functions too.
    ///
    /// # Errors
    /// When BSL would throw.
    pub fn call_as_statement(&self, name: &str, arguments: impl Arguments) -> Result<(), Exception> {
        self.run(name, |component| {
            let number = found(component.find_method(Some(name)))?;
            let parameters = complete(component, number, arguments.into_arguments())?;
            accepted(component.call_as_proc(number, parameters))
        })
    }

    /// Makes an exception of what went wrong and of what the add-in said about it.
    fn run<R>(
        &self,
        member: &str,
        body: impl FnOnce(&Component<'_>) -> Result<R, Failure>,
    ) -> Result<R, Exception> {
        let result = self.enter().ok_or(Failure::Destroyed).and_then(|component| body(&component));
        let errors = self.platform().errors.take_unreported();
        let raised = errors.iter().any(|error| error.scode != 0);
        let failure = match result {
            Ok(value) if !raised => return Ok(value),
            Ok(_) => Failure::Raised,
            Err(failure) => failure,
        };
        let texts: Vec<&str> = errors.iter().map(|error| error.description.as_str()).collect();
        let text = (!texts.is_empty()).then(|| texts.join("\n"));
        Err(Exception { member: member.to_owned(), failure, text })
    }
}

/// The arguments, with defaults for the parameters left out at the end.
fn complete<'a>(
    component: &'a Component<'_>,
    method: c_long,
    mut arguments: Vec<Argument>,
) -> Result<Parameters<'a>, Failure> {
    let parameters = usize::try_from(component.get_n_params(method)).unwrap_or(0);
    if arguments.len() > parameters {
        return Err(Failure::TooManyArguments { parameters });
    }
    for index in arguments.len()..parameters {
        let number = c_long::try_from(index).expect("a number that came as a c_long");
        let default = component.get_param_def_value(method, number)?;
        let default = default.ok_or(Failure::MissingArgument { number: index + 1 })?;
        arguments.push(Argument::Value(default));
    }
    Ok(component.parameters(arguments))
}

fn found(number: c_long) -> Result<c_long, Failure> {
    if number < 0 { Err(Failure::UnknownMember) } else { Ok(number) }
}

fn accepted(answer: bool) -> Result<(), Failure> {
    if answer { Ok(()) } else { Err(Failure::Refused) }
}
