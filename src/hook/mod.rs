//! What git calls before a commit, before a push, and before a push is accepted.
//!
//! Installing is the user's own command in his own repository, so that it asks git where hooks
//! belong, which obeys `core.hooksPath`. Nothing else of this program runs git.

mod install;
mod manager;
mod message;
mod place;
mod script;
mod updates;

pub use install::{Change, State, install, state, uninstall};
pub use manager::Manager;
pub use message::{refusal, unread};
pub use place::{Global, HookError, Place, here};
pub use script::Script;
pub use updates::{Updates, updates};

/// A moment at which git asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before a commit is made.
    PreCommit,
    /// Before objects are sent to another repository.
    PrePush,
    /// Before a repository accepts what was sent to it.
    PreReceive,
}

impl Moment {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::PreCommit, Self::PrePush, Self::PreReceive];

    /// The name of the hook, which is that of its file.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PrePush => "pre-push",
            Self::PreReceive => "pre-receive",
        }
    }

    /// What is refused.
    fn act(self) -> &'static str {
        match self {
            Self::PreCommit => "commit",
            Self::PrePush | Self::PreReceive => "push",
        }
    }
}
