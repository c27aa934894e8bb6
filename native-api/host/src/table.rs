//! All members of a class, as its object tells them.

use std::ffi::c_long;

use native_api::value::Value;

use crate::component::Component;
use crate::exception::Failure;
use crate::object::Instance;

/// A property. Names that the add-in does not give are empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    /// English name.
    pub name: String,
    /// Russian name.
    pub alias: String,
    /// `IsPropReadable`.
    pub readable: bool,
    /// `IsPropWritable`.
    pub writable: bool,
}

/// A method. Names that the add-in does not give are empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Method {
    /// English name.
    pub name: String,
    /// Russian name.
    pub alias: String,
    /// Default of each parameter; `None` for a required one.
    pub parameters: Vec<Option<Value>>,
    /// `HasRetVal`.
    pub has_return: bool,
}

/// The members of a class in the order of their numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Properties.
    pub properties: Vec<Property>,
    /// Methods.
    pub methods: Vec<Method>,
}

impl Instance {
    /// Asks the object for all its members.
    ///
    /// # Errors
    /// When a default is a value that 1C cannot read.
    ///
    /// # Panics
    /// When the object was destroyed.
    pub fn table(&self) -> Result<Table, Failure> {
        let component = self.component();
        Ok(Table {
            properties: (0..component.get_n_props()).map(|number| property(&component, number)).collect(),
            methods: (0..component.get_n_methods())
                .map(|number| method(&component, number))
                .collect::<Result<_, _>>()?,
        })
    }
}

fn property(component: &Component<'_>, number: c_long) -> Property {
    Property {
        name: component.get_prop_name(number, 0).unwrap_or_default(),
        alias: component.get_prop_name(number, 1).unwrap_or_default(),
        readable: component.is_prop_readable(number),
        writable: component.is_prop_writable(number),
    }
}

fn method(component: &Component<'_>, number: c_long) -> Result<Method, Failure> {
    Ok(Method {
        name: component.get_method_name(number, 0).unwrap_or_default(),
        alias: component.get_method_name(number, 1).unwrap_or_default(),
        parameters: (0..component.get_n_params(number))
            .map(|parameter| component.get_param_def_value(number, parameter))
            .collect::<Result<_, _>>()?,
        has_return: component.has_ret_val(number),
    })
}
