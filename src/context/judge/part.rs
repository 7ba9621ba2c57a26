//! Parts of a file that have a side of their own, and what a module says of itself.

use super::{Case, exposure, fits, said, side_of};
use crate::context::region::{self, Spot};
use crate::context::stack::{Claim, Rank};
use crate::context::{function, marker, template};
use crate::exposure::{Exposure, Side};

impl Case<'_> {
    /// What is not sent in a template, and the innermost region of a stack.
    pub(super) fn region(&self, counts: impl Fn(Claim) -> bool) -> Option<Exposure> {
        for (distance, _, stack, path) in self.stacks() {
            for template in stack.templates.iter().filter(|t| fits(t.within, path)) {
                if let Some(why) =
                    template::kept_back(template, self.text, self.question.place.start)
                {
                    return Some(exposure(Side::Server, said(why, stack)));
                }
            }
            let regions = stack.regions.iter().filter(|region| fits(region.within, path));
            let claims = regions.filter_map(|region| {
                let place = self.question.place.clone();
                let spot = Spot { path, text: self.text, place, script: self.script() };
                region::claim(region, &spot)
            });
            let claims = claims.filter(|(_, claim, _)| counts(*claim));
            let innermost = claims.max_by_key(|(depth, ..)| *depth);
            if let Some((_, claim, why)) =
                innermost.filter(|_| distance == 0 || stack.rank() == Rank::Last)
            {
                return Some(exposure(side_of(claim), said(&why, stack)));
            }
        }
        None
    }

    /// A function with `'use server'` runs there, wherever its module ships.
    pub(super) fn server_function(&self) -> Option<Exposure> {
        memchr::memmem::find(self.text, b"use server")?;
        let part = function::with_server_directive(self.script()?, &self.question.place)?;
        Some(match part {
            function::Part::Body => {
                exposure(Side::Server, "a function with 'use server' runs on the server".to_owned())
            }
            function::Part::Returned => exposure(
                Side::Client,
                "what a function with 'use server' returns is sent to the browser".to_owned(),
            ),
        })
    }

    pub(super) fn declared(&self) -> Option<Exposure> {
        let (side, why) = marker::declared(self.question.path, self.text, || self.script())?;
        let why = match side {
            Side::Client => format!("the module ships: {why}"),
            _ => format!("the module stays on the server: {why}"),
        };
        let mut found = exposure(side, why);
        if side == Side::Client {
            found.route = vec![self.question.path.to_owned()];
        }
        Some(found)
    }
}
