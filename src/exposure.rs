//! Who can read the file that a credential stands in.

/// Which side a credential ships to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Browsers, phones: everybody has it.
    Client,
    /// Only a server.
    Server,
    /// Not known.
    #[default]
    Unknown,
}

impl Side {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
            Self::Unknown => "unknown",
        }
    }
}

/// A side, and what proves it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exposure {
    /// Which side it is.
    pub side: Side,
    /// Why, as a sentence for people.
    pub evidence: Option<String>,
    /// The files that lead from an entry point of the client to the credential, where imports
    /// prove it.
    pub route: Vec<String>,
}
