//! What the grammars call the same things.

/// Whether nodes of a kind are functions, methods and blocks that are handed over like functions.
pub fn is_function(kind: &str) -> bool {
    matches!(
        kind,
        "function_declaration"
            | "function_expression"
            | "generator_function_declaration"
            | "arrow_function"
            | "method_definition"
            | "function_definition"
            | "lambda"
            | "method"
            | "singleton_method"
            | "do_block"
            | "method_declaration"
            | "anonymous_function"
            | "func_literal"
            | "lambda_expression"
            | "local_function_statement"
    )
}

/// Whether nodes of a kind are calls.
pub fn is_call(kind: &str) -> bool {
    matches!(
        kind,
        "call_expression"
            | "call"
            | "scoped_call_expression"
            | "member_call_expression"
            | "method_invocation"
            | "invocation_expression"
    )
}

/// Whether nodes of a kind are conditions.
pub fn is_condition(kind: &str) -> bool {
    matches!(kind, "if_statement" | "if" | "unless" | "elif_clause" | "elsif" | "else_if_clause")
}

/// Whether nodes of a kind are branches of conditions.
pub fn is_branch(kind: &str) -> bool {
    matches!(
        kind,
        "else_clause"
            | "elif_clause"
            | "else"
            | "elsif"
            | "else_if_clause"
            | "block"
            | "statement_block"
            | "if_statement"
            | "then"
    )
}

/// Whether nodes of a kind are choices between two values.
pub fn is_ternary(kind: &str) -> bool {
    matches!(kind, "ternary_expression" | "conditional_expression" | "conditional")
}

/// Whether nodes of a kind are handlers of failures.
pub fn is_catch(kind: &str) -> bool {
    matches!(kind, "catch_clause" | "except_clause" | "rescue")
}
