//! What scripts are written with: the classes as they tell of themselves, and words that mean something to them.

use std::ffi::c_long;

use native_api::value::Value;

use crate::create::CreateError;
use crate::exception::Exception;
use crate::host::Host;
use crate::library::Library;
use crate::table::Table;

/// Calls of members that make sense one after the other.
pub(crate) type Cue = Vec<(String, Vec<Value>)>;

/// The words of the scripts for one library.
///
/// The classes and their members are read through the binary interface. What strings mean something to them, such as
/// the address of a server that answers, is told here by whoever knows.
pub struct Vocabulary {
    pub(crate) classes: Vec<Class>,
    pub(crate) words: Vec<String>,
}

/// One class of the library.
pub(crate) struct Class {
    pub(crate) name: String,
    pub(crate) table: Table,
    /// The value of each property of a new object: it tells the type.
    pub(crate) values: Vec<Value>,
    /// Done right after every `Init`.
    pub(crate) prologue: Cue,
    pub(crate) cues: Vec<Cue>,
}

impl Vocabulary {
    /// Asks the library for its classes and one object of each for its members.
    ///
    /// # Errors
    /// When an object cannot be created, or does not tell.
    pub fn read(library: &Library) -> Result<Self, VocabularyError> {
        let classes = library.class_names().into_iter().map(|name| Class::read(library, name));
        Ok(Self { classes: classes.collect::<Result<_, _>>()?, words: vec![String::new()] })
    }

    /// Strings that may mean something as a value of any member.
    ///
    /// No script makes up a path that leads out of the working folder; these strings are used as they are.
    #[must_use]
    pub fn words(mut self, words: impl IntoIterator<Item: Into<String>>) -> Self {
        self.words.extend(words.into_iter().map(Into::into));
        self
    }

    /// What every object of `class` is told right after its `Init`: properties with one value, methods with their
    /// parameters, by their English names.
    ///
    /// # Panics
    /// When the library has no such class or member.
    #[must_use]
    pub fn prologue(mut self, class: &str, calls: &[(&str, &[Value])]) -> Self {
        let class = self.class(class);
        class.prologue.extend(class.cue(calls));
        self
    }

    /// Calls that make sense for `class` one after the other, as in [`prologue`](Self::prologue).
    ///
    /// # Panics
    /// When the library has no such class or member.
    #[must_use]
    pub fn cue(mut self, class: &str, calls: &[(&str, &[Value])]) -> Self {
        let class = self.class(class);
        class.cues.push(class.cue(calls));
        self
    }

    fn class(&mut self, name: &str) -> &mut Class {
        let found = self.classes.iter_mut().find(|class| class.name == name);
        found.unwrap_or_else(|| panic!("there is no class {name}"))
    }
}

impl Class {
    fn read(library: &Library, name: String) -> Result<Self, VocabularyError> {
        let object = library.create(&name, Host::default()).map_err(VocabularyError::Object)?;
        let table = object.table().map_err(|failure| {
            VocabularyError::Member(Exception { member: name.clone(), failure, text: None })
        })?;
        let readable = |name: &str| object.get(name).map_err(VocabularyError::Member);
        let values = table.properties.iter();
        let values = values.map(|p| if p.readable { readable(&p.name) } else { Ok(Value::Empty) });
        Ok(Self {
            values: values.collect::<Result<_, _>>()?,
            name,
            table,
            prologue: Cue::new(),
            cues: Vec::new(),
        })
    }

    fn cue(&self, calls: &[(&str, &[Value])]) -> Cue {
        let known = |member: &str| self.property(member).or(self.method(member)).is_some();
        let calls = calls.iter().inspect(|(member, _)| assert!(known(member), "there is no member {member}"));
        calls.map(|(member, values)| ((*member).to_owned(), values.to_vec())).collect()
    }

    /// The number of a property.
    pub(crate) fn property(&self, name: &str) -> Option<c_long> {
        number(self.table.properties.iter().position(|property| property.name == name))
    }

    /// The number of a method.
    pub(crate) fn method(&self, name: &str) -> Option<c_long> {
        number(self.table.methods.iter().position(|method| method.name == name))
    }

    /// All names of its members.
    pub(crate) fn names(&self) -> Vec<&str> {
        let properties = self.table.properties.iter().flat_map(|property| [&property.name, &property.alias]);
        let methods = self.table.methods.iter().flat_map(|method| [&method.name, &method.alias]);
        properties.chain(methods).map(String::as_str).collect()
    }
}

fn number(index: Option<usize>) -> Option<c_long> {
    index.map(|index| index.try_into().expect("a number that came as a c_long"))
}

/// Why a library tells too little of itself for a vocabulary.
#[derive(Debug)]
pub enum VocabularyError {
    /// There is no object to ask.
    Object(CreateError),
    /// The object refuses to tell.
    Member(Exception),
}

impl std::fmt::Display for VocabularyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Object(error) => write!(f, "no object to ask: {error}"),
            Self::Member(error) => write!(f, "an object does not tell: {error}"),
        }
    }
}

impl std::error::Error for VocabularyError {}
