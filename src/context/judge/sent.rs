//! What code that stays on the server sends all the same: answers, templates, properties of
//! components.

use super::{Case, exposure, fits, said, side_of};
use crate::context::rendered::{Rendered, rendered};
use crate::context::sent::Value;
use crate::context::stack::{Claim, Rank, Send, Stack};
use crate::context::statement::Source;
use crate::context::{marker, template, variable};
use crate::exposure::{Exposure, Side};

impl Case<'_> {
    /// What becomes of a value although its file does not ship. A claim that it is sent counts
    /// before one that it may be.
    pub(super) fn sent(&self) -> Option<Exposure> {
        if self.question.place.end > self.text.len() || self.is_test() {
            return None;
        }
        let found: Vec<Exposure> = [self.printed(), self.handed_over()]
            .into_iter()
            .flatten()
            .chain(self.answers())
            .collect();
        found.into_iter().min_by_key(|exposure| exposure.side)
    }

    fn is_test(&self) -> bool {
        self.rules().next().is_some_and(|(stack, ..)| stack.rank() == Rank::First)
    }

    /// What sends the value.
    fn answers(&self) -> Vec<Exposure> {
        let sends = self.stacks().flat_map(|(_, _, stack, path)| {
            let sends = stack.sends.iter().filter(|send| fits(send.within, path));
            sends.map(move |send| (send, stack))
        });
        let sends: Vec<(&Send, &Stack)> = sends.collect();
        if sends.is_empty() {
            return Vec::new();
        }
        let source = Source::new(self.question.path, self.text);
        let place = &self.question.place;
        let value = match self.script() {
            Some(script) => Value::parsed(script, place),
            None => Value::plain(&source, place.start),
        };
        let claims = sends.into_iter().filter_map(|(send, stack)| {
            let (claim, why) = value.claim(send)?;
            Some(exposure(side_of(claim), said(&why, stack)))
        });
        claims.collect()
    }

    /// A variable of a template's code that the template prints.
    fn printed(&self) -> Option<Exposure> {
        let at = self.question.place.start;
        self.stacks().find_map(|(_, _, stack, path)| {
            let mut templates = stack.templates.iter().filter(|t| fits(t.within, path));
            templates.find_map(|template| {
                let name = variable::assigned(self.text, at)?;
                template::prints(template, self.text, at, name).then(|| {
                    let why = format!("the template prints {name}");
                    exposure(Side::Client, said(&why, stack))
                })
            })
        })
    }

    /// A property that a server component gives to a component of the client is sent.
    fn handed_over(&self) -> Option<Exposure> {
        let stack = self.stacks().find(|(_, _, stack, _)| stack.entries.directive.is_some())?.2;
        if !marker::is_script(self.question.path) {
            return None;
        }
        let found = rendered(self.script()?, &self.question.place).into_iter().map(|what| {
            let (claim, why) = match what {
                Rendered::Sent => (Claim::Client, "it is rendered into the page".to_owned()),
                Rendered::Given(name) => match self.client_component(&name) {
                    Some(path) => (
                        Claim::Client,
                        format!("it is handed to {name} of {path}, a component of the client"),
                    ),
                    None => (
                        Claim::Unknown,
                        format!(
                            "it is handed to {name}, and what that does with it is not followed"
                        ),
                    ),
                },
            };
            exposure(side_of(claim), said(&why, stack))
        });
        found.min_by_key(|exposure| exposure.side)
    }

    /// The module with 'use client' that a component of this name comes from.
    fn client_component(&self, name: &str) -> Option<String> {
        let graphs = self.judge.graphs.as_ref().filter(|_| self.question.in_tree)?;
        graphs.client_module(self.question.path, name.split('.').next().unwrap_or(name))
    }
}
