//! Webhook handlers, and the paths through them that trust a body whose signature nobody verified.
//!
//! That the call which verifies occurs in a file proves nothing: the usual mistake, in Stripe's own
//! samples too, is to verify if a secret is configured and to trust the body otherwise.

use ast_grep_core::Node;

use crate::lint::metered::Metered;
use crate::lint::page::{Hit, Page};
use crate::lint::syntax::{is_branch, is_call, is_catch, is_condition, is_function, is_ternary};

type Place<'a> = Node<'a, Metered>;

/// Calls that verify a signature, in all SDKs and styles.
const VERIFY: &[&str] = &[
    "constructEvent",
    "construct_event",
    "ConstructEvent",
    "parseEventNotification",
    "parse_event_notification",
    "ParseEventNotification",
    "parseThinEvent",
    "parse_thin_event",
    "ParseThinEvent",
    "verifyHeader",
    "verify_header",
    "VerifyHeader",
    "ValidatePayload",
    "construct_event_async",
];

/// Types of events. Only handlers of webhooks tell several of them apart.
const EVENTS: &[&str] = &[
    "account.updated",
    "charge.dispute.created",
    "charge.failed",
    "charge.refunded",
    "charge.succeeded",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "customer.subscription.trial_will_end",
    "customer.subscription.updated",
    "invoice.created",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.payment_succeeded",
    "payment_intent.payment_failed",
    "payment_intent.succeeded",
    "payment_method.attached",
    "payout.paid",
    "setup_intent.succeeded",
];

/// What reads the body of a request.
const BODY: &[&str] = &[
    "req.body",
    "request.body",
    "req.rawBody",
    "req.json()",
    "request.json()",
    "req.text()",
    "request.text()",
    "ctx.request.rawBody",
    "JSON.parse(event.body",
    "request.data",
    "request.get_data",
    "request.get_json",
    "request.json",
    "request.raw_post",
    "params[:type]",
    "params['type']",
    "params[\"type\"]",
    "php://input",
    "$request->getContent",
    "$request->all(",
    "$request->input(",
    "$request->json(",
    "->getBody()",
    "r.Body",
    "req.Body",
    "c.Request.Body",
    "c.Body()",
    "@RequestBody",
    "request.getReader",
    "Request.Body",
];

/// What makes an event or its parts of a body that was read before.
const TRUST: &[&str] = &[
    "JSON.parse",
    "json.loads",
    "json_decode",
    "json.Unmarshal",
    "construct_from",
    "constructFrom",
    "Deserialize",
    "fromJson",
    "ParseEvent(",
    "request_data",
    "req.body",
    "request.body",
    "request.json",
    "payload",
];

/// What leaves a handler.
const LEAVE: &[&str] = &[
    "return", "throw", "raise", "exit", "die(", "abort", "halt", "head ", "panic", "Fatal",
    "reject",
];

/// Looks for handlers that read events from requests in files that never verify one.
pub fn unverified(page: &Page<'_>, hits: &mut Vec<Hit>) {
    if !has_any(page.text, EVENTS) || !has_any(page.text, BODY) {
        return;
    }
    let lower = page.text.to_ascii_lowercase();
    let says_signature = ["signature", "webhook_secret", "webhooksecret", "endpointsecret"]
        .iter()
        .any(|word| lower.contains(word));
    if says_signature || has_any(page.text, VERIFY) {
        return;
    }
    let Some(root) = page.root() else { return };
    let is_handler = |node: &Place<'_>| {
        let text = node.text();
        has_event(&text) && has_any(&text, BODY)
    };
    let mut innermost: Option<Place<'_>> = None;
    for node in root.root().dfs().filter(|node| is_function(&node.kind())) {
        if is_handler(&node) {
            let is_inside = |outer: &Place<'_>| outer.range().end >= node.range().end;
            if innermost.as_ref().is_some_and(|outer| !is_inside(outer)) {
                hits.extend(innermost.as_ref().and_then(body_of));
            }
            innermost = Some(node);
        }
    }
    // A script without functions is a handler as a whole, as in PHP.
    let is_script = innermost.is_none() && is_handler(&root.root());
    let whole = is_script.then(|| root.root());
    hits.extend(innermost.or(whole).as_ref().and_then(body_of));
}

/// Where a handler reads the body.
fn body_of(handler: &Place<'_>) -> Option<Hit> {
    let text = handler.text();
    let (at, word) = BODY
        .iter()
        .filter_map(|&word| text.find(word).map(|at| (at, word)))
        .min_by_key(|hit| hit.0)?;
    let start = handler.range().start + at;
    Some(Hit::at(start..start + word.len()))
}

/// Looks for calls that verify a signature and can be passed by.
pub fn optional(page: &Page<'_>, hits: &mut Vec<Hit>) {
    if !has_any(page.text, VERIFY) || !has_event(page.text) {
        return;
    }
    let Some(root) = page.root() else { return };
    let top = root.root();
    let calls = top.dfs().filter(|node| is_call(&node.kind()));
    for call in calls.filter(|call| has_any(&callee(call), VERIFY)) {
        if let Some(way) = way_round(&call) {
            hits.push(Hit::saying(way.0.range(), way.1));
        }
    }
}

/// The text of a call without its arguments.
fn callee(call: &Place<'_>) -> String {
    let text = call.text();
    text.split('(').next().unwrap_or_default().to_owned()
}

/// The branch that lets a request pass without verification, and what it does.
fn way_round<'a>(call: &Place<'a>) -> Option<(Place<'a>, &'static str)> {
    let mut inner = call.clone();
    for node in call.ancestors() {
        let kind = node.kind().into_owned();
        if is_function(&kind) {
            return None;
        }
        let found = if is_condition(&kind) {
            past_condition(&node, &inner)
        } else if is_ternary(&kind) {
            past_ternary(&node, &inner)
        } else if matches!(kind.as_str(), "try_statement" | "begin") {
            past_failure(&node)
        } else {
            None
        };
        if found.is_some() {
            return found;
        }
        inner = node;
    }
    None
}

const OTHERWISE: &str = "Where this condition does not hold, the body is trusted although nobody verified its signature.";
const FAILED: &str =
    "When verification fails, the handler goes on with the body that it could not verify.";

/// The call stands in one branch of a condition: does the other one, or what follows, trust the body?
fn past_condition<'a>(
    condition: &Place<'a>,
    inside: &Place<'a>,
) -> Option<(Place<'a>, &'static str)> {
    let is_test = condition.field("condition").is_some_and(|test| covers(&test, inside));
    if is_test {
        // `if (verify(…))` is the other way round: what it guards has been verified.
        return None;
    }
    let others: Vec<Place<'a>> = condition
        .children()
        .filter(|child| child.is_named() && !covers(child, inside) && is_branch(&child.kind()))
        .collect();
    let head = condition.field("condition").unwrap_or_else(|| condition.clone());
    let trusts = |branch: &Place<'_>| {
        let text = branch.text();
        has_any(&text, TRUST) && !leaves_at_once(&text)
    };
    if others.iter().any(trusts) {
        return Some((head, OTHERWISE));
    }
    let leaves = |branch: &Place<'_>| has_any(&branch.text(), LEAVE);
    let falls_through = others.is_empty() || !others.iter().any(leaves);
    let before = text_before(condition);
    let is_read = has_any(&before, TRUST) || has_any(&before, BODY);
    (falls_through && is_read && handles_after(condition)).then_some((head, OTHERWISE))
}

fn past_ternary<'a>(choice: &Place<'a>, inside: &Place<'a>) -> Option<(Place<'a>, &'static str)> {
    let mut arms = choice.children().filter(|child| child.is_named());
    let condition = arms.next()?;
    if covers(&condition, inside) {
        return None;
    }
    let trusts = |arm: Place<'_>| !covers(&arm, inside) && has_any(&arm.text(), TRUST);
    arms.any(trusts).then_some((condition, OTHERWISE))
}

/// The call stands in a `try`: does a handler of the failure let the request go on?
fn past_failure<'a>(attempt: &Place<'a>) -> Option<(Place<'a>, &'static str)> {
    let catch = attempt.children().find(|child| is_catch(&child.kind()))?;
    let text = catch.text();
    let answers = ["status", "send", "json", "respond", "response", "Response", "render", "fail"];
    let leaves = has_any(&text, LEAVE) || has_any(&text, &answers);
    let before = text_before(attempt);
    let is_trusted =
        ["= req.body", "= request.body", "= JSON.parse", "= json.loads", "= json_decode"];
    (!leaves && has_any(&before, &is_trusted) && handles_after(attempt)).then_some((catch, FAILED))
}

/// Whether events are told apart in what follows a statement, up to the end of the function.
fn handles_after(statement: &Place<'_>) -> bool {
    let mut at = Some(statement.clone());
    while let Some(node) = at.filter(|node| !is_function(&node.kind())) {
        if node.next_all().any(|next| has_event(&next.text())) {
            return true;
        }
        at = node.parent();
    }
    false
}

/// What stands before a statement in its function.
fn text_before(statement: &Place<'_>) -> String {
    let outer = statement.ancestors().find(|node| is_function(&node.kind()) || is_top(node));
    // The text is asked of the node, since that is what is metered.
    outer.map_or_else(String::new, |outer| {
        let len = statement.range().start - outer.range().start;
        outer.text().get(..len).unwrap_or_default().to_owned()
    })
}

fn is_top(node: &Place<'_>) -> bool {
    node.parent().is_none()
}

/// A branch that does nothing but leave.
fn leaves_at_once(text: &str) -> bool {
    let body =
        text.trim_start_matches("else").trim_start_matches([' ', '{', ':', '\n', '\r', '\t']);
    LEAVE.iter().any(|word| body.starts_with(word))
}

fn covers(outer: &Place<'_>, inner: &Place<'_>) -> bool {
    outer.range().start <= inner.range().start && inner.range().end <= outer.range().end
}

fn has_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// Whether a text names a type of event as a literal.
fn has_event(text: &str) -> bool {
    EVENTS.iter().any(|event| {
        text.match_indices(event).any(|(at, _)| text[..at].ends_with(['"', '\'', '`']))
    })
}
