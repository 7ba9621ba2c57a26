//! Parsers of JSON in front of a webhook that needs the raw body: one for a whole Express application,
//! and the one that API routes of Next.js have unless they say otherwise.

use ast_grep_core::Node;

use crate::lint::metered::Metered;
use crate::lint::page::{Hit, Page};

type Place<'a> = Node<'a, Metered>;

/// Looks for handlers that verify `req.body` behind `app.use(express.json())`, or in an API route.
pub fn run(page: &Page<'_>, hits: &mut Vec<Hit>) {
    let is_parsed_route = is_api_route(page.path) && !page.text.contains("bodyParser");
    let Some(root) = page.root() else { return };
    let top = root.root();
    let parser = parser(&top);
    if parser.is_none() && !is_parsed_route {
        return;
    }
    let calls = top.dfs().filter(|node| node.kind() == "call_expression");
    for call in calls.filter(|call| is_verification(call)) {
        let body = call.field("arguments").and_then(|list| list.named_children().next());
        let Some(body) = body.filter(|body| is_body(&body.text())) else { continue };
        let route = call.ancestors().find(|node| is_route(node));
        let is_behind = route
            .zip(parser.as_ref())
            .is_some_and(|(route, (app, end))| *end < route.range().start && has_app(&route, app));
        if is_behind || is_parsed_route {
            hits.push(Hit::at(body.range()));
        }
    }
}

/// Whether Next.js parses bodies for a file: those of `pages/api`, and not those of `app`.
fn is_api_route(path: &str) -> bool {
    path.starts_with("pages/api/") || path.contains("/pages/api/")
}

fn is_verification(call: &Place<'_>) -> bool {
    let function = call.field("function").map(|function| function.text().into_owned());
    function.is_some_and(|f| f.ends_with(".constructEvent") || f.ends_with(".constructEventAsync"))
}

fn is_body(text: &str) -> bool {
    text == "req.body" || text == "request.body"
}

/// The first parser that every request passes: the name of its application, and where it ends.
fn parser(top: &Place<'_>) -> Option<(String, usize)> {
    let calls = top.dfs().filter(|node| node.kind() == "call_expression");
    calls.filter(|call| !is_within_function(call)).find_map(|call| {
        let text = call.text();
        let (app, arguments) = text.split_once(".use(")?;
        let is_json =
            ["express.json())", "bodyParser.json())", "json())"].contains(&arguments.trim());
        let is_name = !app.is_empty() && app.chars().all(|c| c.is_alphanumeric() || c == '_');
        (is_json && is_name).then(|| (app.to_owned(), call.range().end))
    })
}

fn is_within_function(node: &Place<'_>) -> bool {
    let functions = ["arrow_function", "function_expression", "method_definition"];
    node.ancestors().any(|outer| functions.contains(&&*outer.kind()))
}

/// `app.post(…)`: what registers a handler.
fn is_route(node: &Place<'_>) -> bool {
    let is_call = node.kind() == "call_expression";
    let function = node.field("function").filter(|_| is_call).map(|f| f.text().into_owned());
    function.is_some_and(|f| [".post", ".all"].iter().any(|end| f.ends_with(end)))
}

fn has_app(route: &Place<'_>, app: &str) -> bool {
    route.text().strip_prefix(app).is_some_and(|rest| rest.starts_with('.'))
}
