//! One call of a member: values in, value out, misuse into an exception.

use std::ffi::c_long;

use crate::abi::variant::RawVariant;
use crate::arguments::Arguments;
use crate::barrier::caught;
use crate::class::{Class, Method, Name, Parameter, Property};
use crate::language::Text;
use crate::marshal::{self, Unreadable};
use crate::misuse::{Misuse, MisuseKind};
use crate::object::{Inner, Phase};
use crate::returned::Lent;
use crate::value::Value;

/// Most parameters whose values need no memory of their own.
const FEW: usize = 4;

/// Reads a property into `out`.
///
/// # Safety
/// `out` is null or a variant that may be written and holds nothing to free.
pub(crate) unsafe fn get<C: Class>(inner: &Inner<C>, property: &Property<C>, out: *mut RawVariant) -> bool {
    answer(inner, property.name, &[], || {
        let value = (property.get)(&inner.class);
        // SAFETY: as this function's contract says.
        unsafe { give(inner, out, Lent::Value(&value)) }
    })
}

/// Writes a property from `value`.
///
/// # Safety
/// `value` is null or a readable variant, and what it points to is readable for its length.
pub(crate) unsafe fn set<C: Class>(
    inner: &Inner<C>,
    property: &Property<C>,
    value: *const RawVariant,
) -> bool {
    let Some(set) = property.set else { return false };
    answer(inner, property.name, &[], || {
        // SAFETY: as this function's contract says.
        let value = unsafe { marshal::read(value) }.map_err(|why| unreadable(0, why))?;
        set(&inner.class, &Arguments::new(&[value]))
    })
}

/// Runs a method on `count` values; its result goes to `out`, or nowhere when that is null.
///
/// # Safety
/// `params` is null or `count` readable variants, `out` as for [`get`].
pub(crate) unsafe fn run<C: Class>(
    inner: &Inner<C>,
    method: &Method<C>,
    out: *mut RawVariant,
    params: *const RawVariant,
    count: c_long,
) -> bool {
    answer(inner, method.name, method.parameters, || {
        let (mut few, mut many) = ([const { Value::Empty }; FEW], Vec::new());
        let values = match few.get_mut(..method.parameters.len()) {
            Some(few) => few,
            None => {
                many.resize(method.parameters.len(), Value::Empty);
                &mut many[..]
            }
        };
        // SAFETY: as this function's contract says.
        unsafe { read_all(method.parameters, params, count, values) }?;
        let returned = (method.run)(&inner.class, &Arguments::new(values))?;
        if !out.is_null() {
            // SAFETY: as this function's contract says.
            unsafe { give(inner, out, returned.value()) }?;
        }
        // From here on 1C has the value: a panic must not turn the call into one that has failed.
        caught(|| returned.settle());
        Ok(())
    })
}

/// Reads `count` values, and those that stand in for omitted ones, into as many `values` as there are parameters.
///
/// # Safety
/// As for the parameters of [`run`].
unsafe fn read_all(
    parameters: &[Parameter],
    params: *const RawVariant,
    count: c_long,
    values: &mut [Value],
) -> Result<(), Misuse> {
    let count = usize::try_from(count).unwrap_or(0);
    if count > parameters.len() || (count > 0 && params.is_null()) {
        let (expected, got) = (parameters.len().to_string(), count.to_string());
        return Err(Misuse {
            kind: MisuseKind::Count,
            parameter: None,
            expected: Text::made(format!("параметров: {expected}"), format!("{expected} parameters")),
            got: Text::made(got.clone(), got),
        });
    }
    for (index, (parameter, value)) in parameters.iter().zip(values).enumerate() {
        if index < count {
            // SAFETY: `index` is below `count`, the number of variants that there are.
            let param = unsafe { params.add(index) };
            // SAFETY: one of the platform's variants.
            *value = unsafe { marshal::read(param) }.map_err(|why| unreadable(index, why))?;
        }
        if let (Value::Empty, Some(default)) = (&*value, parameter.default) {
            *value = default.value();
        }
    }
    Ok(())
}

/// # Safety
/// `out` is null or a variant that may be written and holds nothing to free.
unsafe fn give<C: Class>(inner: &Inner<C>, out: *mut RawVariant, value: Lent<'_>) -> Result<(), Misuse> {
    // SAFETY: not null by the first test, and writable as this function's contract says.
    if !out.is_null() && unsafe { marshal::write(out, value, inner.memory.get()) } {
        return Ok(());
    }
    Err(Misuse {
        kind: MisuseKind::Memory,
        parameter: None,
        expected: Text::fixed("память для результата", "memory for the result"),
        got: Text::fixed("отказ платформы", "a refusal of the platform"),
    })
}

fn unreadable(parameter: usize, why: Unreadable) -> Misuse {
    let got = match why {
        Unreadable::Code(code) => {
            Text::made(format!("тип с кодом {code}"), format!("a type with code {code}"))
        }
        Unreadable::Date => Text::fixed("несуществующая дата", "a date that does not exist"),
        Unreadable::Null => Text::fixed("нулевой указатель", "a null pointer"),
    };
    let expected = Text::fixed("значение 1С", "a value of 1C");
    Misuse::bad_value(MisuseKind::Type, parameter, expected, got)
}

/// Runs `body` on a ready object; misuse and panics become one exception in BSL.
fn answer<C: Class>(
    inner: &Inner<C>,
    member: Name,
    parameters: &[Parameter],
    body: impl FnOnce() -> Result<(), Misuse>,
) -> bool {
    if !inner.is_in(Phase::Ready) {
        return false;
    }
    let outcome = caught(body).unwrap_or_else(|| Err(panicked()));
    let Err(misuse) = outcome else { return true };
    let parameter = misuse.parameter.and_then(|index| parameters.get(index)).map(|parameter| parameter.name);
    let text = misuse.sentence(C::NAME, member, parameter, inner.platform.language());
    inner.class.misused(&text);
    inner.platform.add_error(C::NAME, &text);
    false
}

/// Tells of a defect without the panic's own text, which may hold a secret.
fn panicked() -> Misuse {
    Misuse {
        kind: MisuseKind::Internal,
        parameter: None,
        expected: Text::fixed("завершение вызова", "the call to end"),
        got: Text::fixed(
            "внутренняя ошибка компоненты, сообщите разработчикам",
            "an internal error of the add-in, please report it",
        ),
    }
}
