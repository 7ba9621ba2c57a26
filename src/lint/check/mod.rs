//! What patterns cannot express: one function in one file for each.

mod body_parser;
mod card;
mod card_form;
mod checkout;
mod csp;
mod debug_page;
mod deployment;
pub mod environment;
mod image;
mod isolation;
mod reader;
mod stripe_js;
mod template;
mod webhook;

use serde::Deserialize;

use super::page::{Hit, Page};

/// A function that looks for a practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// A field for a card number in a page.
    CardForm,
    /// A card number that is not published for tests.
    CardNumber,
    /// Cross-origin isolation.
    CrossOriginIsolation,
    /// A policy that lets Stripe.js be loaded and keeps it from working.
    CspIncomplete,
    /// No policy anywhere.
    CspMissing,
    /// A policy that lets any script run.
    CspTooWide,
    /// Debug pages in production.
    DebugPage,
    /// Nothing keeps files of settings out of an image.
    EnvFileInBuildContext,
    /// Files of settings that are copied into an image.
    EnvFileInImage,
    /// Files of settings that are published with a package.
    EnvFileInPackage,
    /// A file of settings with secrets that git does not ignore.
    EnvFileNotIgnored,
    /// A secret in the settings of several environments.
    KeyInSeveralEnvironments,
    /// A key of the wrong mode for its environment.
    KeyModeMismatch,
    /// A publishable and a secret key of different accounts or modes.
    KeysDoNotPair,
    /// A handler that knows only payments that succeed at once.
    OnlyCheckoutCompleted,
    /// A full key where only reads are made.
    RestrictedKeyWouldDo,
    /// A secret in what deploys a program.
    SecretInDeployment,
    /// A secret in an image.
    SecretInImage,
    /// A secret that a template prints.
    SecretInPage,
    /// A copy of Stripe.js.
    StripeJsCopied,
    /// A parser in front of a handler that needs the raw body.
    WebhookBodyParser,
    /// A webhook handler trusts a body whose signature nobody verifies.
    WebhookUnverified,
    /// A path through a webhook handler passes verification by.
    WebhookVerificationOptional,
}

impl Check {
    /// Looks at a text.
    pub fn run(self, page: &Page<'_>, hits: &mut Vec<Hit>) {
        match self {
            Self::CardForm => card_form::run(page, hits),
            Self::CardNumber => card::run(page, hits),
            Self::CrossOriginIsolation => isolation::run(page, hits),
            Self::CspIncomplete => csp::incomplete(page, hits),
            Self::CspTooWide => csp::too_wide(page, hits),
            Self::DebugPage => debug_page::run(page, hits),
            Self::EnvFileNotIgnored => environment::run(page, hits),
            // These compare what was found in all texts: see `keys` and `whole`.
            Self::CspMissing
            | Self::EnvFileInBuildContext
            | Self::EnvFileInImage
            | Self::EnvFileInPackage
            | Self::KeyInSeveralEnvironments
            | Self::KeyModeMismatch
            | Self::KeysDoNotPair => {}
            Self::OnlyCheckoutCompleted => checkout::run(page, hits),
            Self::RestrictedKeyWouldDo => reader::run(page, hits),
            Self::SecretInDeployment => deployment::run(page, hits),
            Self::SecretInImage => image::run(page, hits),
            Self::SecretInPage => template::run(page, hits),
            Self::StripeJsCopied => stripe_js::run(page, hits),
            Self::WebhookBodyParser => body_parser::run(page, hits),
            Self::WebhookUnverified => webhook::unverified(page, hits),
            Self::WebhookVerificationOptional => webhook::optional(page, hits),
        }
    }
}
