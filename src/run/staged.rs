//! What the next commit adds.

use std::ops::ControlFlow;

use super::Run;
use super::collected::Collected;
use crate::blob::Blob;
use crate::coverage::Coverage;
use crate::source::Sink;
use crate::source::staged::Stage;

impl Run<'_> {
    /// Finds what the next commit adds. What a file held before under the same path is nothing new,
    /// nor is what comes from a file that the commit renames or deletes.
    pub(super) fn staged(&self, stage: &Stage) -> Coverage {
        let coverage = self.push(|sink| stage.scan(self.threads, sink));
        if self.linter.is_waiting() {
            let offer = |blob: &Blob<'_>| {
                self.linter.offer_before(blob);
                ControlFlow::Continue(())
            };
            stage.scan_before(self.sink(&offer));
        }
        // Whether a comment covers anything is told where all that it stands beside counts.
        self.collected.drop_comments();
        if !self.collected.is_empty() {
            let before = self.collect(|sink| stage.scan_before(sink));
            let removed = self.collect(|sink| stage.scan_removed(sink));
            self.collected.drop_known(&before, &removed);
        }
        coverage
    }

    /// What a source pushes, apart from the rest of the run.
    fn collect<T>(&self, source: impl FnOnce(Sink<'_>) -> T) -> Collected {
        let collected = Collected::default();
        let visit = |blob: &Blob<'_>| {
            collected.add(blob, &self.scanner);
            self.unless_stopped()
        };
        source(self.sink(&visit));
        collected
    }
}
