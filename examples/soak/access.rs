//! What a module of 1C keeps to listen to a portal.

use std::fmt;
use std::str::FromStr;

/// A portal and the tokens for it. Its text form is the parts with spaces between them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Access {
    pub(crate) portal: String,
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { portal, access, refresh, client_id, client_secret } = self;
        write!(f, "{portal} {access} {refresh} {client_id} {client_secret}")
    }
}

impl FromStr for Access {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        match <[String; 5]>::try_from(parts) {
            Ok([portal, access, refresh, client_id, client_secret]) => {
                Ok(Self { portal, access, refresh, client_id, client_secret })
            }
            Err(parts) => Err(format!("{} частей вместо пяти", parts.len())),
        }
    }
}
